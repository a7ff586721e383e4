/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values in the order they came. Pure.
 */
#pragma once

#include <stddef.h>

/* Autocorrelation at lag 1 as NIST StRD defines it; NAN when there is no variation. */
double series_lag1(const double *values, size_t count);

/* What a chart's z must be divided by so that this autocorrelation does not make false
 * alarms (domain.md 2.5): 1 up to 0.1. */
double series_inflation(double lag1);
