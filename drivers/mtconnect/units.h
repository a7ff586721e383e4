/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From MTConnect's units to ours, once, at this edge (domain.md 0.1: the unit trap).
 * Pure.
 */
#pragma once

#include "drivers/mtconnect/devices.h"

#include <stdbool.h>

/* ours = theirs * factor + offset */
struct conversion {
    double factor, offset;
};

/*
 * How values of `item` become `unit` (UCUM, as in signal.def; "" needs none).
 * `is_native`: they are in nativeUnits still. Absent units are the standard's for the
 * type. Returns false for units that do not measure the same thing.
 */
bool units_convert(const struct data_item *item, const char *unit, bool is_native,
                   struct conversion *ret_conversion);
