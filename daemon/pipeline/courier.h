/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A courier stands in front of one sink: it fetches what the sink is owed from the store,
 * hands it over in batches, and acts on the verdicts.
 *
 * Two cursors: *live*, rows newer than the moment the sink became reachable, and
 * *backlog*, the older ones, rate-limited and marked as replay. Each has one batch out at
 * most; where a sink takes one alone, they take turns. A batch of the backlog is kept
 * under half a second by the number of rows, so live data are fresh while a backlog
 * drains, and it does drain; within a cursor the order is that of the ids.
 *
 * delivered → acknowledged in the store; retry → the same rows again after a pause;
 * refused → halved until the rows that are refused stand alone, those become dead letters
 * with the destination's own words, the rest is delivered. A batch that the destination
 * answers with the same failure again and again is taken apart the same way, but a row
 * only becomes a dead letter when others around it were delivered meanwhile.
 *
 * Memory does not grow with the queue: at most two batches are held. Loop thread.
 */
#pragma once

#include "daemon/sinks/sink.h"
#include "daemon/store/spool.h"

struct courier;

struct courier_spec {
    const struct sink *sink;
    const void *options; /* of sink->options; borrowed for the courier's life */
    const char *name;    /* as configured; copied */
    uint32_t kinds;      /* bits 1 << enum record_kind; 0 = all but archive */

    size_t batch_rows;   /* at most; 0 = 500 */
    size_t batch_bytes;  /* at most, of bodies; 0 = 1 MiB */
    double backlog_rate; /* rows a second; 0 = 20,000 */
    int64_t
        replay_window;      /* ns; what was acknowledged so lately is sent again when the
                               other side may have forgotten it; 0 = 60 s, negative = none */
    int64_t first_retry_ns; /* 0 = 1 s, doubling to 15 s, spread */
};

struct courier_site {
    uv_loop_t *loop;
    struct store *store;
    struct http *http;
    const struct place *place;
    const char *state_folder;
    void *owner;

    /* A person asked something over this sink (sink.h); may be NULL. */
    void (*command)(void *owner, struct courier *courier, const char *machine,
                    const char *name, const char *json, void *ticket);

    /* The sink's connection stands again: presence is to be told anew. May be NULL. */
    void (*reconnected)(void *owner, struct courier *courier);

    /* Once, after courier_stop(): nothing of it is left in the loop. */
    void (*stopped)(void *owner, struct courier *courier);
};

/* Create after store_open(), before the first record is appended. */
int courier_create(const struct courier_site *site, const struct courier_spec *spec,
                   struct courier **ret_courier);

/* Rows up to and including `id` are on disk (store_site.stored). */
void courier_stored(struct courier *courier, int64_t id);

/* The sink is stopped; what was out and not settled will be sent after the next start.
   `stopped` follows, and then courier_destroy() may be called, even from in there. */
void courier_stop(struct courier *courier);
void courier_destroy(struct courier *courier);

/* For commands and presence. */
void courier_answer(struct courier *courier, void *ticket, const char *json);
void courier_presence(struct courier *courier, const char *cell, const char *machine,
                      bool linked);

struct courier_health {
    const char *name; /* as configured */
    const char *kind; /* the sink's name: "mqtt", "influx" */
    struct sink_health sink;
    struct store_queue queue; /* ledger, oldest, dead letters */
    int64_t batches;          /* settled, whatever the verdict */
    int64_t retries, refusals;
    double rows_per_s; /* delivered, over the last ten seconds or so */
    double batch_s;    /* how long the last batch took */
    bool is_waiting;   /* between a failure and the next try */
    bool has_backlog;
    char trouble[256]; /* "" when all is well */
};

void courier_describe(const struct courier *courier, struct courier_health *ret_health);

/*
 * What becomes of dead letter `id` of this sink, or of all when it is 0. `on_done` may be
 * NULL; it hears how many there were once the store has done it. Returns 0 or a negative
 * errno.
 */
int courier_settle_letters(struct courier *courier, int64_t id, enum letter_fate fate,
                           void *owner, void (*on_done)(void *owner, int64_t count));
