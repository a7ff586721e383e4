/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays a written story through a tracker and keeps what comes out. Every cycle record is
 * checked to account for all of its seconds.
 *
 * A story is lines "SECONDS signal value"; ACTIVE, READY and the like are taken for
 * executions. "SECONDS tick" only lets time pass. "SECONDS save" saves and restores.
 */
#pragma once

#include "daemon/analytics/cycle/cycle_options.h"
#include "daemon/analytics/tracker.h"

#define STORY_RECORDS 20000

struct story {
    struct tracker_options options;
    struct cycle_options cycle;
    struct tracker *tracker;
    struct record *records;
    size_t count;
    struct moment now;
    int64_t uncertainty_ns; /* of all samples; not 0 = polled */
    int tick_every_ms;      /* ticks between samples; 0 = none */
    unsigned save_every;    /* saves and restores before every n-th sample; 0 = never */
    unsigned observed;
};

void story_init(struct story *story);
void story_done(struct story *story);

/* Takes the options as they are now; called by the first line when it was not. */
void story_begin(struct story *story);
void story_tell(struct story *story, const char *lines);
void story_show(struct story *story, double seconds, const char *signal,
                const char *value);
void story_observe(struct story *story, const struct sample *sample);
void story_say(struct story *story, const struct statement *statement);
void story_wait(struct story *story, double until_seconds);
void story_restart(struct story *story);

/* The how-manieth record of a kind as it stands after all corrections; NULL = no. */
const struct record *story_find(const struct story *story, enum record_kind kind,
                                size_t index);
size_t story_count(const struct story *story, enum record_kind kind);
const struct record *story_event(const struct story *story, const char *code,
                                 size_t index);

/* Everything as JSON lines, to be compared; free() it. */
char *story_print(const struct story *story);

struct moment story_moment(double seconds);
