/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of Nelson (1984) and Western Electric: patterns a person would see in a chart
 * (domain.md 2.5). They cry wolf every 70 to 90 values, so they annotate and never alarm.
 * Pure.
 */
#pragma once

#include "daemon/base/text.h"

#define RULES_LOOK_BACK 15

enum rule {
    RULE_N1 = 1,   /* beyond 3 sigma */
    RULE_N2 = 2,   /* nine in a row on one side */
    RULE_N3 = 4,   /* six steadily rising or falling */
    RULE_N4 = 8,   /* fourteen alternating */
    RULE_N5 = 16,  /* two of three beyond 2 sigma on one side */
    RULE_N6 = 32,  /* four of five beyond 1 sigma on one side */
    RULE_N7 = 64,  /* fifteen within 1 sigma */
    RULE_N8 = 128, /* eight in a row outside 1 sigma, on both sides */
    RULE_W4 = 256, /* Western Electric's run: eight in a row on one side */
};

/* Which rules (enum rule, or'ed) the newest of these z fulfils; z[count - 1] is the
 * newest. More than RULES_LOOK_BACK are not needed. */
unsigned rules_find(const double *z, size_t count);

/* "N1 N5" */
void rules_print(unsigned rules, struct text *text);
