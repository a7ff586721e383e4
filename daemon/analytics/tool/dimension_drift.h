/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When does a dimension that wears with its tool leave its tolerance? The raw dimension,
 * corrections added back, drifts steadily and wanders: the first passage of
 * domain.md 3.6. Pure.
 */
#pragma once

#include "daemon/analytics/tool/first_passage.h"
#include "daemon/analytics/tool/wear_curve.h"

/*
 * From the newest of `count` points to the limit that the drift leads to, `upper` or
 * `lower` (NAN = none), all in one unit. False below five points, when the drift is not
 * clear against its error, or when the limit it leads to is not told or already passed.
 */
bool dimension_drift_fit(const struct wear_point *points, size_t count, double upper,
                         double lower, struct passage *ret_passage);
