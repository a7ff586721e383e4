/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of commands: what each wants and how it becomes a statement. Pure but for the
 * numbers it draws.
 */
#pragma once

#include "daemon/control/numbers.h"
#include "daemon/model/statement.h"

#include <jansson.h>

#define COMMAND_SENTENCE_MAX 256

/* What a command is made from; `statement` is prepared with context, time and who. */
struct order {
    const json_t *arguments; /* an object; texts of the statement point into it */
    struct numbers *numbers;
    struct statement *statement;
    char *reterr_sentence; /* COMMAND_SENTENCE_MAX */
};

/* Returns 0, -ENOENT for a name nobody knows, or -EINVAL; the sentence says what would be
 * right. */
int command_build(const char *name, const struct order *order);
