/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The normal distribution (domain.md 9.2). Pure.
 */
#pragma once

/* P(Z <= z), exact in the far lower tail too. */
double normal_below(double z);

/* ln P(Z <= z); asymptotic where P itself would be 0. */
double normal_log_below(double z);

/* The z that `share` lies below: Wichura's AS241 (1988), 1e-16; infinite at 0 and 1. */
double normal_quantile(double share);
