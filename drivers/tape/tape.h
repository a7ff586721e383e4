/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording as text, one sample a line, readable and diffable (docs/replay.md):
 *
 *   spindled-tape 1
 *   2026-11-22T18:00:00.250Z execution run
 *   2026-11-22T18:00:01.000Z temperature.spindle 31.5 n=8231
 *   2026-11-22T18:00:02.000Z program UNAVAILABLE why=no_link
 *   2026-11-22T18:00:03.000Z condition.system fault id=1101 text="INTERFERE Z"
 *
 * Pure. What is written reads back as the same sample, but for its monotonic time.
 */
#pragma once

#include "daemon/model/sample.h"

#define TAPE_HEADER "spindled-tape 1"

struct tape_sink {
    void *owner;
    void (*emit)(void *owner, const struct sample *sample);
};

/* Appends one line with its newline. */
void tape_print(const struct sample *sample, struct text *text);

/* Places that live as long as the reader; names met are few. */
struct tape_names;
int tape_names_create(struct tape_names **ret_names);
void tape_names_destroy(struct tape_names *names);

/* `place` kept for the life of `names`; NULL when memory ran out. */
const char *tape_names_keep(struct tape_names *names, const char *place);

/*
 * Reads RFC 3339, or seconds with a fraction. Returns 0 or -EINVAL; `ret_length` is how
 * far it reads.
 */
int tape_read_time(const char *string, int64_t *ret_wall_ns, size_t *ret_length);

/*
 * Reads a whole stamp of a table: RFC 3339, also with / in its date and with UTC behind
 * it, or a number: of `unit_ns` each or, when that is 0, of seconds, milliseconds,
 * microseconds or nanoseconds, as its size tells. Without a zone it is UTC. Returns 0, or
 * -EINVAL when anything is left over.
 */
int tape_read_stamp(const char *stamp, int64_t unit_ns, int64_t *ret_wall_ns);

/*
 * Reads one line, which is changed while it is read; emits the sample at `at`. Comments
 * (#), the header and empty lines are nothing. Returns 0, or -EINVAL with a sentence.
 */
int tape_read(char *line, struct moment at, struct tape_names *names,
              const struct tape_sink *sink, char reterr_sentence[160]);
