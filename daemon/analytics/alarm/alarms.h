/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the control itself complains of, as events: conditions, the alarm lamp, the
 * emergency stop; and gaps, as gap records. Pure.
 *
 * A condition is announced when it comes and when it goes, not when an adapter repeats
 * it. One that goes and is back within a second never went: some adapters clear all and
 * then send again what is still active (mtconnect.md 8.6).
 */
#pragma once

#include "daemon/analytics/analytic.h"

extern const struct analytic analytic_alarms;
