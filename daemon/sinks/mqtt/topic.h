/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where records go: interfaces.md 5 and domain.md 8.3 as one table. Pure.
 */
#pragma once

#include "daemon/model/record.h"
#include "daemon/sinks/sink.h"

enum {
    TOPICS_MAX = 8, /* messages of one record */
};

struct topic {
    const char *tail;    /* "tool/%s" */
    bool is_retained;    /* the newest stands for what is now */
    bool is_deletion;    /* an empty retained message: what stood there is over */
    const char *place;   /* for the %s; NULL when there is none */
    const char *subject; /* one more level; NULL or "" when there is none */
};

/* The messages of a record; returns how many, 0 for kinds that no sink is owed. */
size_t topics_of(const struct record *record, struct topic ret_topics[TOPICS_MAX]);

/*
 * One level: lower case, with blanks, control characters and + # / as _; "" becomes _.
 */
void topic_print_level(const char *level, struct text *text);

/* prefix/enterprise/site/area, without slash at the end; an empty prefix leaves no level.
 */
void topic_print_area(const char *prefix, const struct place *place, struct text *text);

/* …/cell/machine, or …/gateway/id when `machine` is "". */
void topic_print_machine(const char *prefix, const struct place *place, const char *cell,
                         const char *machine, struct text *text);
void topic_print(const char *prefix, const struct place *place,
                 const struct record *record, const struct topic *topic,
                 struct text *text);
