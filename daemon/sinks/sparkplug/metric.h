/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device's metrics: names, types and aliases, in the order they were met; and records
 * as values of them. Aliases stay as long as the device does. Allocates; otherwise pure.
 */
#pragma once

#include "daemon/base/text.h"
#include "daemon/model/record.h"

enum {
    METRIC_NAME_MAX = 192,
    METRICS_MAX = 4000, /* of a device; further ones are left out */
};

enum metric_type { /* the standard's numbers */
    METRIC_INT32 = 3,
    METRIC_INT64 = 4,
    METRIC_UINT64 = 8,
    METRIC_DOUBLE = 10,
    METRIC_BOOLEAN = 11,
    METRIC_STRING = 12,
};

struct metric {
    char name[METRIC_NAME_MAX];
    enum metric_type type;
    const char *unit; /* static: of a signal, as the table of signals says; "" = none */
};

struct metrics {
    struct metric *items; /* the alias is the index and the device's first alias */
    size_t count, capacity;
};

/* What a message carries; the text is borrowed. */
struct metric_value {
    size_t index;
    int64_t wall_ns;
    bool is_known;
    double number;
    int64_t integer;
    const char *text;
    int quality; /* of a signal's value: 0 bad, 192 good, 500 stale; -1 = no signal */
};

/* "run_seq" becomes "RunSeq". */
void metric_print_name(const char *field, struct text *text);

/* The metrics every device has from its birth: cycle, state, run. 0 or -ENOMEM. */
int metrics_init(struct metrics *metrics);
void metrics_done(struct metrics *metrics);

/*
 * Gives each known value of the record to `on_value`. Metrics not met before are added;
 * `ret_is_new` says so: then a birth must come first. Returns 0, -ENOMEM, or -EINVAL for
 * packed signals that cannot be read.
 */
int metrics_read(struct metrics *metrics, const struct record *record, void *owner,
                 void (*on_value)(void *owner, const struct metric_value *value),
                 bool *ret_is_new);
