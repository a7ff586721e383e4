/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an engineering change did (domain.md 7.5): the last eligible cycles before `eco`
 * beside the first after it, five of them left to settle. Pure.
 *
 * Once `eco_cycles` have been seen, one event a metric ("eco.ct100", "eco.seg.12.0.dur")
 * tells the difference with its interval and verdict, or that nothing changed and what
 * could have been seen; the event "eco" sums up, and names what else changed at that
 * time: then the difference is not the change's alone.
 */
#pragma once

#include "daemon/analytics/analytic.h"

extern const struct analytic analytic_eco;
