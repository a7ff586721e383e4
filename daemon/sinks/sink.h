/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sink carries batches of records to one destination and says what became of each.
 *
 * A sink holds no queue, no file and no retry: the courier in front of it does. To add
 * one: make a folder here, fill in a struct sink, name it in registry.c.
 */
#pragma once

#include "daemon/base/option.h"
#include "daemon/model/record.h"
#include "daemon/model/rendering.h"

#include <uv.h>

enum verdict {
    VERDICT_DELIVERED, /* the destination has it and said so */
    VERDICT_RETRY,     /* not now: unreachable, busy, throttled */
    VERDICT_REFUSED,   /* not ever: the destination will not take this batch */
};

struct batch {
    const struct record *const *records; /* in the order of their ids */
    const struct rendering *renderings;  /* of sink.render; NULL when it has none */
    size_t count;
    bool is_backlog; /* older than the reconnect: marked as replay */
};

/* Where this gateway stands in the plant (ISA-95), part of topics and tags. */
struct place {
    const char *gateway, *enterprise, *site, *area;
};

struct settlement {
    const struct batch *batch; /* may be NULL when only one is out */
    enum verdict verdict;
    const char *reason; /* the destination's own words, for the log and dead letters */
    int64_t retry_after_ns; /* the destination asked for this pause; 0 = it did not */
    size_t settled;         /* VERDICT_DELIVERED: always the whole batch */
    bool is_whole;    /* VERDICT_REFUSED: it said so of every row; none is looked for */
    bool unconfirmed; /* sent at QoS 0: counted as sent_unconfirmed, never delivered */
    bool answered; /* VERDICT_RETRY: the destination itself answered so (a 5xx), so that
                      one bad row may be why; false when it could not be reached */
};

struct sink_link; /* one running connection; each sink has its own */
struct http;      /* daemon/loop/http.h */

struct sink_site {
    const char *name; /* as configured */
    const struct place *place;
    const char *state_folder; /* for what must survive a restart (Sparkplug's bdSeq) */
    uv_loop_t *loop;
    struct http *http;
    void *owner;

    /* Loop thread, exactly once for each batch; never from inside send(). */
    void (*settle)(void *owner, const struct settlement *settlement);

    /*
     * Loop thread, any time: the connection stands again after it was lost, or the other
     * side shows that it restarted and may have forgotten what it acknowledged.
     */
    void (*reconnected)(void *owner, bool may_have_forgotten);

    /* Loop thread: a person asked something over this sink; see daemon/control. May be
     * NULL. */
    void (*command)(void *owner, const char *machine, const char *name, const char *json,
                    void *ticket);
    void (*stopped)(void *owner);
};

struct sink_health {
    char address[256]; /* without secrets */
    bool linked;
    int64_t since_wall_ns;
    int64_t batches, bytes;
    int64_t reconnects;
    char trouble[256]; /* the newest reason in one sentence; "" when all is well */
};

/* All but render on the loop thread; none may block. At most one batch is out at a time,
   or one of each kind: */
struct sink {
    const char *name;
    bool takes_both; /* live rows at once, while a batch of the backlog is out */
    const struct section *options;

    int (*start)(const struct sink_site *site, const void *options,
                 struct sink_link **ret_link);

    /* How a row is written, for sinks that take rows as text; done before the batch
     * comes. NULL: send() does it itself. */
    record_render render;

    /* The batch is borrowed until it is settled. */
    void (*send)(struct sink_link *link, const struct batch *batch);
    void (*stop)(struct sink_link *link);
    void (*describe)(const struct sink_link *link, struct sink_health *ret_health);

    /* Answers a command's ticket; NULL when the sink takes no commands. */
    void (*answer)(struct sink_link *link, void *ticket, const char *json);

    /* The machines of this gateway and whether each is linked, for presence topics; or
     * NULL. */
    void (*presence)(struct sink_link *link, const char *cell, const char *machine,
                     bool linked);
};

/* Every sink built in; ends with NULL. */
extern const struct sink *const sinks[];
