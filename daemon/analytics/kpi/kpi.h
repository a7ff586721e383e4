/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key figures by shift, day and run, from the cycle and state records of the machine's
 * master path (domain.md 1.9). Pure.
 *
 * A window is written a minute after it ended, or as soon as something beyond its end is
 * heard, and again whenever a late part, a reason or the end of a stop changes it. Cycles
 * and stops across a window's end are shared between both; time that the calendar does
 * not plan counts nowhere.
 */
#pragma once

#include "daemon/analytics/analytic.h"

extern const struct analytic analytic_kpi;
