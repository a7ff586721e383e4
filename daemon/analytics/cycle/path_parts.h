/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the part counter says about a path's cycles, and what is learned from it. Pure.
 */
#pragma once

#include "daemon/analytics/cycle/path_cycles.h"

void path_cycles_count(struct path_cycles *path, const struct path_site *site,
                       const struct sample *sample);
bool path_cycles_ends_by_count(const struct path_cycles *path,
                               const struct cycle_options *options);
void path_cycles_vote(struct path_cycles *path, const struct path_site *site,
                      struct moment run_until);
double path_cycles_grace(const struct path_cycles *path,
                         const struct cycle_options *options);
int64_t path_cycles_shortest_ns(const struct path_cycles *path,
                                const struct cycle_options *options);
