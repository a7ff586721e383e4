/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The register map of a simulated machine (docs/cncsim.md prints it) and of a device of
 * the farm. Pure.
 */
#pragma once

#include "tools/cncsim/model/panel.h"

#define MAP_REGISTERS 128
#define MAP_BITS      32

struct map {
    uint16_t holding[MAP_REGISTERS]; /* input registers show the same */
    uint8_t bits[MAP_BITS];          /* coils and discrete inputs */
};

/* Each answer of a machine is the panel as it is at that moment. */
void map_fill(struct map *map, const struct panel *panel);

/*
 * A device of the farm: register 0 is its number, 1 and 2 its answer number (ABCD), 3 and
 * 4 the milliseconds since the start (ABCD), 5 the number of registers, 6 to 9 the
 * constants 0xC0DE 0x1234 0xFFFF 0x8000, and from 10 on farm_value(): every value proves
 * which device, address and answer it belongs to.
 */
void farm_fill(uint16_t *at, int count, uint16_t device, uint32_t answer,
               uint32_t milliseconds);

/* (40503 * device + 2531 * address + answer) mod 65536 */
uint16_t farm_value(uint16_t device, uint16_t address, uint32_t answer);
