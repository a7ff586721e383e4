/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lights-out readiness: how long the machine may run alone, by tools, stock, coolant,
 * chips and drift, and which of them ends it (domain.md 3.10). It adds this to every tool
 * record, last of all analytics that know a part of it. Pure after creation.
 */
#pragma once

#include "daemon/analytics/analytic.h"
#include "daemon/analytics/tool/tool_options.h"

extern const struct analytic analytic_readiness;

/*
 * From the hours of each need in `hours` (NAN = not known) that `is_needed`, fills in the
 * alone fields of `tool`, whose mtbf and unattended_h are there: the least, which it is,
 * and which are not known. `now_s` is in seconds UTC.
 */
void readiness_conclude(const double hours[NEED_COUNT], const bool is_needed[NEED_COUNT],
                        double now_s, struct tool_record *tool);
