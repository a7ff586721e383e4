/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines in the order of their time, whatever order they come in: sorted in memory, and
 * through temporary files when there are more than fit. Equal times keep their order.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

struct output;

/* `memory` bytes are held before a run goes to a file. Returns 0 or -ENOMEM. */
int output_create(size_t memory, struct output **ret_output);
void output_destroy(struct output *output);

/* Takes a copy of a line with its newline. Returns 0 or a negative errno. */
int output_add(struct output *output, int64_t wall_ns, const char *line, size_t length);

/* Writes all of them to `file`, once. Returns 0 or a negative errno. */
int output_write(struct output *output, FILE *file);
