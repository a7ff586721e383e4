/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One scalar of the file into one field of a record, and what would have been right.
 */
#pragma once

#include "config/report.h"
#include "daemon/base/option.h"

/* Complains and leaves the field as it was when the scalar will not do. */
void value_set(struct report *report, const struct option *option, struct node node,
               void *field);

/* One text of a list of texts. */
void value_set_text(struct report *report, const struct option *option, struct node node,
                    char **field);

/* The row's fallback; also of texts, which are then to be freed. */
void value_set_fallback(const struct option *option, void *field);

/* Within the row's limits? Complains if not; `number` is in the field's own unit. */
bool value_check_limits(struct report *report, const struct option *option,
                        struct node node, double number, const char *what);

/* "a whole number from 1 to 65535", "a duration like 250ms, 5s, 10m, 30d" … */
void value_print_expected(const struct option *option, struct text *text);

/* A limit as the operator writes it. */
void value_print_limit(const struct option *option, double limit, struct text *text);

bool value_has_limits(const struct option *option);
bool value_has_upper_limit(const struct option *option);

/* The scalar for a sentence: cut, in quotes, control characters shown as '?'. */
#define SHOWN_MAX 64
const char *value_show(struct node node, char ret_shown[SHOWN_MAX]);
