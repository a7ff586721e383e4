/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is it the tool or the heat? Thermal state of a machine and drift of its features
 * (domain.md 4). Pure.
 */
#pragma once

#include "daemon/analytics/analytic.h"

extern const struct analytic analytic_thermal;
