/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a scenario from YAML by the rows of plan.c. Every key that has no row is an
 * error, with its line.
 */
#pragma once

#include "daemon/base/text.h"
#include "tools/cncsim/model/plan.h"

struct scenario;

/*
 * Complaints go to `complaints` as "name:line:column: sentence\n". Returns 0, -EINVAL
 * when there was one, or -ENOMEM. `name` is what complaints call the text.
 */
int scenario_read(const char *name, const char *yaml, size_t length,
                  struct text *complaints, struct scenario **ret_scenario);
void scenario_free(struct scenario *scenario);

const struct scenario_plan *scenario_plan(const struct scenario *scenario);

/* "250ms", "5s", "10m", "-6s" in nanoseconds. Returns 0 or -EINVAL. */
int duration_read(const char *string, int64_t *ret_ns);
