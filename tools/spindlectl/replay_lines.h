/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of a recording, which may be packed by gzip; one at a time, of any length.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct replay_lines;

/*
 * Opens a file, or standard input for "-". Returns 0 or a negative errno with a sentence:
 * it is not there, or it is no text of single bytes (UTF-16).
 */
int replay_lines_open(const char *path, struct replay_lines **ret_lines,
                      char reterr_sentence[160]);
void replay_lines_close(struct replay_lines *lines);

/* The next line without its end, to be changed; NULL behind the last. */
char *replay_lines_next(struct replay_lines *lines);

int64_t replay_lines_number(const struct replay_lines *lines); /* of that line, from 1 */

/*
 * Does that line have zero bytes, as a disk leaves them after a crash? Those before it
 * are left out; it ends at one inside of it.
 */
bool replay_lines_is_torn(const struct replay_lines *lines);

/* Why it ended before its end: "Input/output error"; NULL when it did not. */
const char *replay_lines_trouble(const struct replay_lines *lines);
