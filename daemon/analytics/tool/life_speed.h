/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the cutting speed does to a type's life: Taylor's law over the lives that have
 * ended (domain.md 3.8). Tools of one type have one diameter, so spindle speeds stand for
 * cutting speeds. Pure.
 */
#pragma once

#include "daemon/analytics/tool/taylor.h"
#include "daemon/analytics/tool/tool_memory.h"

/* Fits minutes of cutting over speed, 1/min; false as taylor_fit() refuses. */
bool life_speed_fit(const struct tool_memory *memory, struct taylor *ret_taylor);

/*
 * By what past lives are multiplied for an edge that cuts at `speed`: 1 when either speed
 * is not known or they differ by less than 5 %. `exponent` holds until one is fitted.
 */
double life_speed_factor(const struct tool_memory *memory, double exponent, double speed);

/* Taylor's law of this type as it is known: fitted, else through the mean of worn lives
 * with `exponent`. False while no worn life's speed is known. */
bool life_speed_law(const struct tool_memory *memory, double exponent,
                    struct taylor *ret_taylor);
