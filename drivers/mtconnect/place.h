/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes after the dot of a signal's name: the spindle, axis, component or sensor.
 * Inside of target.c.
 */
#pragma once

#include "drivers/mtconnect/target.h"

/* What would confuse topics and series becomes _. */
void place_clean(char *place);

/* ASCII capitals become small. */
void place_lower(char *text);

/* The first that is not empty of name and id, else `kind`. */
const char *place_first(const char *name, const char *id, const char *kind);

/* Cleaned, and kept for the plan's life. */
const char *place_keep(struct plan *plan, const char *place);

/* The number of the spindle the item sits on, from 1; 0 = none. */
int place_spindle(const struct plan *plan, const struct data_item *item);

/* The place by the target's meaning; "" where it needs none. */
void place_name(const struct plan *plan, const struct target *target,
                char ret_name[SIGNAL_NAME_MAX]);
