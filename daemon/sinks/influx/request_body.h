/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "daemon/base/text.h"
#include "daemon/sinks/sink.h"

/*
 * Puts the batch's rows from `next` on into `body` until it holds `limit` bytes, and
 * moves `next`. `ret_lines`: how many lines, when it holds the whole batch; else 0.
 * Returns 0, or a negative errno: the record at `next` could not be written as lines.
 * Pure.
 */
int request_body_fill(const struct batch *batch, size_t limit, size_t *next,
                      struct text *body, size_t *ret_lines);
