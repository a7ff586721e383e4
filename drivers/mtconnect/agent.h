/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One session with an agent: probe, current, then an endless stream, or polling where an
 * agent cannot stream (mtconnect.md 1-7). agent.c asks, agent_document.c understands the
 * answers and decides what to ask next. Loop thread.
 */
#pragma once

#include "daemon/base/backoff.h"
#include "daemon/loop/http.h"
#include "daemon/loop/slots.h"
#include "drivers/mtconnect/assets.h"
#include "drivers/mtconnect/link.h"
#include "drivers/mtconnect/multipart.h"

enum agent_phase {
    AGENT_PROBE,
    AGENT_CURRENT,
    AGENT_STREAM,
    AGENT_POLL,
};

struct agent {
    struct driver_link link;
    enum agent_phase phase; /* of the request that runs, or the next one */
    struct http_transfer *transfer;
    struct slot_task *timer;
    struct backoff backoff;
    bool is_stopping;

    /* The answer that is being read. */
    struct text probe;
    uint64_t announced;    /* the instance that the probe speaks of */
    uint64_t probe_digest; /* of the devices mapped now */
    struct streams *streams;
    struct multipart multipart;
    bool is_multipart;
    char content_type[256];
    char location[160];       /* where a redirect points to */
    bool is_packed;           /* in a Content-Encoding we did not ask for */
    struct moment part_since; /* the last complete part, or the beginning */

    /* A complete document is applied in slices, so that the loop never waits for it. */
    struct {
        bool is_open;
        size_t next;            /* observation of the document */
        struct moment received; /* the document */
        struct moment at;       /* what its observations are placed by */
    } slice;

    struct position position;
    struct position archived; /* what the store has, until an agent has been met */
    char device[256];         /* percent-encoded, for the path; "" = all */
    char model_change[40];    /* deviceModelChangeTime */
    bool is_fresh_instance;   /* take it from its beginning … */
    uint64_t lost_from;       /* … and what the old one had from here on is lost */
    bool has_state;           /* of this mapping: a current was applied */
    bool is_decided;          /* `phase` was set by a document; ask without a pause */
    bool has_progress;        /* a document was applied since the last failure */
    bool is_heard;            /* the answer had a document that was applied */
    bool has_text;            /* the part has more than blanks */
    bool polls;
    struct moment polls_since;
    struct moment restarted; /* last seen to be */
    int64_t rest_ns;         /* before the next request; 0 = none */
    unsigned chases;         /* attempts after OUT_OF_RANGE */
    unsigned stalls;         /* streams without a document, in a row */
    unsigned bad_documents;  /* in a row */
    unsigned skipped;        /* observations given up because they cannot be read */
    int64_t full_count;      /* observations to ask for … */
    int64_t count;           /* … or less, to isolate a bad one */

    struct asset_watch *assets;
    struct agent_reading *reading; /* agent_probe.c; NULL = none */
};

#define AGENT_REST_NS (2 * NS_PER_S) /* between attempts that change nothing */

/* A complete document lies in `streams`. 0, or -ECANCELED when the transfer has to end:
 * the document's slice is open and agent_apply_slice() is to be called, or `phase` says
 * what to ask instead; or -EBADMSG. */
int agent_take_document(struct agent *agent);

/* The next part of the open document; the result as above. */
int agent_apply_slice(struct agent *agent);

/* Tells the station where we are. */
void agent_mark(struct agent *agent);

/* ---- agent_trouble.c ---- */

/* Ends what runs and asks for `phase` at once. Returns -ECANCELED. */
int agent_decide(struct agent *agent, enum agent_phase phase);

/* Nothing when the gap is none. */
void agent_give_up(struct agent *agent, const struct position_gap *gap,
                   const char *reason, struct moment now);

/*
 * Everything not yet read of the old instance is gone, and nobody knows how much. That is
 * told when the new one is taken up, so that no kill comes between the two.
 */
int agent_begin_anew(struct agent *agent);
bool agent_has_restarted(const struct agent *agent, const struct streams_header *header);

/* The document in `streams` is an error; results as of agent_take_document(). */
int agent_take_error(struct agent *agent);

/* The store cannot take more now; no request until it can. */
bool agent_must_wait(const struct agent *agent);

/* The transfer ended without a document that says why. */
void agent_explain(struct agent *agent, const struct http_outcome *outcome);

/* What came was no document. */
void agent_take_rubbish(struct agent *agent);

/* The whole devices document lies in `probe`; agent_conclude() follows when it is
 * understood. */
void agent_take_probe(struct agent *agent);

/* Nothing runs any more; asks for what comes next, after a document's `result`. */
void agent_conclude(struct agent *agent, int result);

/* Starts a request with the agent's credentials; the rest of `request` is the caller's.
 */
int agent_request(struct agent *agent, const char *url, struct http_request *request,
                  struct http_transfer **ret_transfer);

#define AGENT_URL_MAX 2048

/* The url of the request that `phase` stands for; -ENOSPC when it is too long. */
int agent_print_url(const struct agent *agent, char ret_url[AGENT_URL_MAX]);

/* Everything but letters, digits and -._~ as %XX. */
void agent_encode(struct text *text, const char *string);
