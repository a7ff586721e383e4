/* SPDX-License-Identifier: Apache-2.0 */
/* What courier.c (its life), courier_work.c (fetch, send, settle) and courier_cursor.c
   (where the next rows come from) share. */
#pragma once

#include "daemon/base/backoff.h"
#include "daemon/base/complaint.h"
#include "daemon/pipeline/courier.h"
#include "daemon/pipeline/parcel.h"

enum {
    RECENT_MAX = 64
};

/* Acknowledged so lately that a destination that restarted may have forgotten it. */
struct recent {
    int64_t mono_ns;
    struct range ids;
};

enum {
    LANE_LIVE,
    LANE_BACKLOG,
    LANES
};

/* One cursor's rows in hand and on their way. */
struct lane {
    struct courier *courier;
    bool is_fetching, is_out;
    int64_t first_id, last_id; /* asked for; first_id moves as rows are settled */
    int64_t asked_ns, sent_ns; /* monotonic */
    struct fetched *fetched;   /* NULL = nothing in hand */
    struct parcel parcel;
    int failures;                 /* answered, of the same rows */
    const struct record **window; /* what is out, spec.batch_rows at most */
    size_t out_count;
    struct batch batch;
};

struct courier {
    struct courier_spec spec;
    struct courier_site site;
    char name[RECORD_NAME_MAX];
    char room[RECORD_NAME_MAX + 8]; /* for the log */
    struct sink_link *link;
    int number;      /* the store's, of this sink */
    uv_timer_t soon; /* never from inside of the sink's own calls */
    uv_timer_t pause;
    int handles_open;
    int answers_due; /* the store still holds this many pointers here */
    bool is_enlisted, is_stopping, has_link;
    bool is_waiting;
    int version; /* the store's, of what was acknowledged */

    int64_t stored_id, live_id; /* live: from live_id on */
    struct ranges backlog;      /* what is to be sent as replay */
    bool from_backlog;          /* the last rows that were asked for */
    int64_t fresh_ns;           /* monotonic: nothing stored before then is still
                                   waiting to be sent live */
    struct lane lanes[LANES];
    char words[COMPLAINT_MAX]; /* the destination's newest */
    size_t batch_rows;         /* of the backlog in one turn; see adapt() */
    int64_t backlog_free_ns;   /* monotonic: not before then */

    struct backoff backoff;
    int64_t failing_since_ns; /* monotonic; 0 = it works */
    int streak;               /* of failures, whatever they are */
    struct recent recent[RECENT_MAX];
    size_t recent_count;

    struct complaint unreachable, refused;
    int64_t batches, retries, refusals;
    double batch_s, rows_per_s;
    int64_t rate_since_ns, rate_rows;
};

bool lane_is_idle(const struct lane *lane);

/* Where the next rows come from: an idle lane that now says what to ask for; NULL when
   there is nothing to fetch now. `ret_wait_ns`: how long until the backlog may go on, 0
   when that is not what it waits for. */
struct lane *cursor_choose(struct courier *courier, int64_t now_ns, int64_t *ret_wait_ns);

/* Everything up to `id` of what was asked for is settled. */
void cursor_settle(struct lane *lane, int64_t id, enum ledger_account account,
                   int64_t now_ns);

/* The other side may have forgotten what it acknowledged lately: it is sent again. */
void cursor_repeat_recent(struct courier *courier, int64_t now_ns);

/* Does the next thing there is to do, if there is one. */
void courier_work(struct courier *courier);

/* The same, soon: never from inside of the sink's own calls. */
void courier_wake(struct courier *courier);

/* When the store says that what was acknowledged is to be asked anew. */
void courier_enlist_again(struct courier *courier);

/* sink_site.settle */
void courier_settle(void *owner, const struct settlement *settlement);

void courier_let_go(struct lane *lane);

/* Ends the courier once neither the sink nor the store holds a pointer to it. */
void courier_finish_stop(struct courier *courier);
