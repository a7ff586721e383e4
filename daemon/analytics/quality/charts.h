/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cycles and tool segments against what the pilot showed (domain.md 2): learned in the
 * pilot, frozen by `freeze` or by going to production, judged in production. Pure.
 *
 * Each eligible cycle gives one chart record a metric: ct100, net, gap, load, and of each
 * tool's segments dur, energy, load, p95 and peak ("seg.12.0.dur"). Alarms are events
 * with the code "chart.<metric>", ended by an acknowledgement ("chart.<metric>", or
 * "chart.<metric> false") or by 20 quiet cycles.
 */
#pragma once

#include "daemon/analytics/analytic.h"

struct alarm_rate;

/* `self` is what analytic_charts.create() gave. */
const struct alarm_rate *charts_alarm_rate(const void *self);

extern const struct analytic analytic_charts;
