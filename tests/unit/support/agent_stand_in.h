/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An MTConnect agent with a buffer of 64 observations on the test's own loop, that knows
 * the truth and makes trouble when told to.
 */
#pragma once

#include "tests/unit/support/stand_in.h"

#include <stdbool.h>
#include <stdint.h>

struct agent_stand_in {
    struct stand_in *server;
    uint64_t instance, first, last;
    struct stand_in_visitor *stream;
    uint64_t sent; /* on the stream */
    bool has_two_devices, cannot_stream, closes_answers, errors_with_200, has_no_assets;
    bool reverses;         /* document order is not sequence order */
    uint64_t bad;          /* an observation whose document cannot be read */
    int overruns;          /* how often the buffer moves between current and sample */
    bool keeps_instance;   /* over a restart, as within one second */
    bool refuses_streams;  /* by an error */
    bool hides_boundary;   /* streams whose parts nobody can tell apart */
    uint64_t skips;        /* every so many, one is in no answer; 0 = none */
    bool beats_empty;      /* an empty part before each */
    bool refuses_count;    /* of more than the buffer holds */
    const char *condition; /* native code of the fault in each current; NULL = none */
    int busy_assets;       /* answers to a request for assets that are 503 */
    int pages;             /* answers that are a proxy's page instead */
    uint64_t odd_next;     /* a nextSequence that cannot be true; 0 = none */
    int tears;             /* parts that are cut in the middle, with the connection */
    char last_target[256];
    int probes, currents, samples, assets;
};

/* Instance 100, nothing issued. */
void agent_open(struct agent_stand_in *agent, uv_loop_t *loop);

/* Makes `count` more observations. */
void agent_issue(struct agent_stand_in *agent, uint64_t count);

/* Sends what the stream has not sent yet, 50 at most. */
void agent_pump(struct agent_stand_in *agent);

/* Another instance that has already issued so many. */
void agent_restart(struct agent_stand_in *agent, uint64_t issued);
