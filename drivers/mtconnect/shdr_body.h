/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of an asset in SHDR: the rest of its line, or lines up to a mark such as
 * --multiline--ABCD. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
    SHDR_BODY_MAX = 1 << 20,
    SHDR_MARK_MAX = 128,
};

struct shdr_body {
    char mark[SHDR_MARK_MAX]; /* what ends it; "" when no line is awaited */
    bool is_long;             /* more than fits: it is not whole */
    size_t length;
    char text[SHDR_BODY_MAX];
};

/* Begins with the rest of the asset's own line, or NULL. */
void shdr_body_begin(struct shdr_body *body, char *rest);
void shdr_body_add(struct shdr_body *body, const char *text);

/*
 * Does this line belong to the body? One that begins as "2026-01-01T00:00:00Z|" never
 * does: the end of the asset before it was lost.
 */
bool shdr_body_awaits(const struct shdr_body *body, const char *line);
