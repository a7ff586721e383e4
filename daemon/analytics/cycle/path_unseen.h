/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts made while nothing was heard: domain.md 1.4, "Missed cycles". Pure.
 */
#pragma once

#include "daemon/analytics/cycle/path_cycles.h"

/*
 * The counter is read for the first time since the data stopped. Writes one record for
 * the cycles that nobody saw; false when the parts are those of a cycle that was seen.
 */
bool path_unseen_count(struct path_cycles *path, const struct path_site *site,
                       const struct counter_step *step);
