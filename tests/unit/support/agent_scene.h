/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MTConnect driver between a stand-in for an agent and a station that keeps account:
 * each observation is delivered once or lies in a gap.
 */
#pragma once

#include "daemon/loop/http.h"
#include "daemon/loop/slots.h"
#include "drivers/mtconnect/mtconnect.h"
#include "drivers/mtconnect/options.h"
#include "tests/unit/support/agent_stand_in.h"

enum {
    SEQUENCES = 4096,
    TOOL_NAME = 32,
};

struct scene {
    uv_loop_t loop;
    struct http *http;
    struct slots *slots;
    struct agent_stand_in agent;
    struct mtconnect_options options;
    struct driver_site site;
    struct driver_link *link;
    bool is_http_closed, is_slots_closed, is_stopped;

    /* What was delivered. */
    int64_t gap_wall_ns; /* of the last one; a record's time tells it apart */
    uint8_t got[SEQUENCES], lost[SEQUENCES], snapshot[SEQUENCES];
    int gaps_of_unknown_size, links, link_losses, tools;
    char conditions[256]; /* "fault A;normal ;" */
    int busy_turns;       /* the test's is_busy() counts down */
    uint64_t newest;
    bool out_of_order;
    char tool[TOOL_NAME], mark[64];
    int64_t tool_wall_ns;
};

int scene_set_up(void **state);

/* The loop must hold nothing at the end, else it fails. */
int scene_tear_down(void **state);

void scene_start(struct scene *scene);
void scene_stop(struct scene *scene);

/* Runs until the agent has a stream open. */
void scene_await_stream(struct scene *scene);

/* Runs until everything up to the agent's last is accounted for. */
void scene_catch_up(struct scene *scene);

uint64_t scene_count_lost(const struct scene *scene);

/* Everything from `from` on was delivered once or lost once, in order. */
void scene_assert_account(struct scene *scene, uint64_t from);
