/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver speaks one protocol and reports what it hears as samples.
 *
 * To add a protocol: make a folder here, fill in a struct driver, name it in registry.c.
 * Nothing else in the daemon knows how many drivers there are.
 */
#pragma once

#include "daemon/base/option.h"
#include "daemon/model/sample.h"

#include <uv.h>

struct driver_link; /* one running connection; each driver has its own */
struct http;        /* daemon/loop/http.h */
struct slots;       /* daemon/loop/slots.h */

/* What the daemon lends to a link. Lives longer than the link does. */
struct driver_site {
    const char *machine;
    uv_loop_t *loop;
    struct http *http;
    struct slots *slots;
    void *owner;

    /* What mark() was last given before the daemon stopped; NULL at the first start. */
    const char *resume;

    /* As `resume`, but of the archive of raw values, which is written more often and so
     * may be ahead; NULL = there is none. */
    const char *archived;

    /* Loop thread. The samples are copied. Loss of the link is a sample too. */
    void (*deliver)(void *owner, const struct sample *samples, size_t count);

    /*
     * Loop thread. "Everything delivered so far is everything up to `position`": a short
     * text of the driver's own (MTConnect instance and sequence, Modbus holes). It is
     * stored in one transaction with the records and the tracker's snapshot, and comes
     * back as `resume`. Where the source has sequences, the first mark comes before the
     * first sample of an instance.
     */
    void (*mark)(void *owner, const char *position);

    /* Loop thread. The store is behind: a source that can wait should, since what is
     * delivered now may be turned away. NULL = never. */
    bool (*is_busy)(void *owner);

    /* Loop thread, once, after stop(): the link has freed itself. */
    void (*stopped)(void *owner);
};

/* How a link is doing: for status, metrics and `spindlectl doctor`. Counters only grow.
 */
struct link_health {
    char address[256]; /* without secrets */
    bool linked;
    int64_t since_wall_ns;     /* linked, or not, since then */
    int64_t last_wall_ns;      /* anything sensible heard; 0 = never */
    int64_t asked, answered;   /* requests, polls or parts */
    int64_t timeouts, refused; /* refused: exceptions, error documents */
    int64_t malformed;         /* frames or documents thrown away */
    int64_t reconnects;
    int64_t samples;
    int64_t lost; /* observations known to be lost; each is in a gap sample too */
    double latency_p99_s;
    double clock_offset_s; /* of the source, NAN = not known */
    struct moment lead; /* the machine's time - ours: not 0 when it lives another day */
    char trouble[256];  /* the newest reason in one sentence; "" when all is well */
};

/* Where complaints about links go; `which` is the link's index. */
struct driver_report {
    void *owner;
    void (*complain)(void *owner, size_t which, bool is_warning, const char *sentence);
};

/* All run on the loop thread and must not block. */
struct driver {
    const char *name; /* the key under which an operator configures it */
    const struct section *options;

    /* Begins connecting and keeps trying; fails only when it could never work. */
    int (*start)(const struct driver_site *site, const void *options,
                 struct driver_link **ret_link);
    void (*stop)(struct driver_link *link);
    void (*describe)(const struct driver_link *link, struct link_health *ret_health);

    /* Do all links of this driver get on with each other? Their options; for the
     * configuration's check. May be NULL. */
    void (*check)(const void *const *options, size_t count,
                  const struct driver_report *report);
};

/* Every driver built in; ends with NULL. */
extern const struct driver *const drivers[];
