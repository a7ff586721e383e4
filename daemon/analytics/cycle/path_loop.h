/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first parts of a program that never ends. Whether the counter or the program ends
 * its cycles is known after five counts (domain.md 1.3); until then the counts are kept,
 * and what was one cycle so far becomes one a part. Pure.
 */
#pragma once

#include "daemon/analytics/cycle/path_cycles.h"

/* A part was counted in the open cycle, which is not known to be a loop. */
void path_loop_mark(struct path_cycles *path, const struct moment *at, double variance_s2,
                    int64_t parts);

/* It is a loop: writes a cycle for each count; open is what runs since the last. */
void path_loop_split(struct path_cycles *path, const struct path_site *site);
