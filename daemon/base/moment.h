/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points in time, carried by everything that happens. Pure.
 *
 * Subtract mono_ns; show wall_ns. A step of the wall clock therefore cannot make a cycle.
 * In replay both are the recording's own time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define NS_PER_US     INT64_C(1000)
#define NS_PER_MS     INT64_C(1000000)
#define NS_PER_S      INT64_C(1000000000)
#define NS_PER_MINUTE (60 * NS_PER_S)
#define NS_PER_HOUR   (3600 * NS_PER_S)
#define NS_PER_DAY    (86400 * NS_PER_S)

struct moment {
    int64_t mono_ns; /* since an arbitrary start; only differences mean anything */
    int64_t wall_ns; /* UTC, since 1970 */
};

/* `moment` moved by `ns` on both clocks; `ns` may be negative. */
struct moment moment_plus(struct moment moment, int64_t ns);

/* `moment` on clocks that are ahead of its own by `lead`, a difference of moments. */
struct moment moment_in(struct moment moment, struct moment lead);

/* later - earlier in seconds, never negative: clocks of machines run backwards. */
double moment_seconds(struct moment earlier, struct moment later);

#define RFC3339_MAX 48 /* 2026-01-01T00:00:00.123456789Z, its NUL, and room */

/* Writes wall_ns as RFC 3339 in UTC with 3, 6 or 9 decimals, the fewest that lose
 * nothing. */
void moment_print(int64_t wall_ns, char ret_text[RFC3339_MAX]);

/*
 * Reads RFC 3339 as machines really write it: 0 to 9 and more decimals, Z, +02:00, +0200,
 * +02 or no zone at all (taken as UTC). Returns the length read, or -EINVAL.
 */
int moment_parse(const char *text, int64_t *ret_wall_ns);
