/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thing that concludes from a machine's cycles: tools, heat, quality. Pure.
 *
 * The tracker shows every sample to the cycle analytics first, then to each analytic in
 * the order of analytics[] in tracker.c, so that all have seen a sample before the next
 * one comes. To add one: fill in a struct analytic, name it there. create() asks for all
 * memory, of base/pages.h: room that is never written costs nothing, so what is not used
 * yet stays zero, also when it is restored. Only the tracker frees. Nothing may depend on
 * how often advance() is called or on how samples are batched.
 */
#pragma once

#include "daemon/analytics/tracker.h"

#define PATHS_MAX 4

/* What the cycle analytics know at this moment of one path. */
struct path_view {
    bool is_known; /* anything was ever heard from this path */
    enum execution execution;
    bool in_cycle;
    bool is_cutting;
    int64_t cycle_no;          /* of the open cycle, else of the last one; 0 = none yet */
    struct moment since;       /* the open cycle's start, else the last one's end */
    struct moment state_since; /* `execution` is so since then; 0 = not known */
    double speed, load;        /* the spindle's newest, NAN = not known */
    double feed, feed_override;
    const char *tool, *program; /* "" = not known */
};

struct machine_view {
    const char *cell, *machine;
    const struct context *context; /* what people have said */
    const struct path_view *paths; /* PATHS_MAX; [0] is path 1 */
};

struct analytic {
    const char *name; /* names its part of a snapshot; never changes */
    int (*create)(const struct tracker_options *options, void **ret_self);
    void (*destroy)(void *self);

    /* Any of the following may be NULL. */
    void (*observe)(void *self, const struct machine_view *view,
                    const struct sample *sample, const struct record_sink *out);

    /* Fills in what it knows of a segment, cycle or tool before anybody else hears of it.
     */
    void (*refine)(void *self, const struct machine_view *view, struct record *record);

    /* A finished cycle, a finished segment, a state, an event, or what analytics before
     * this one concluded. A correction comes with CYCLE_CORRECTED and a known cycle_no.
     */
    void (*hear)(void *self, const struct machine_view *view, const struct record *record,
                 const struct record_sink *out);
    void (*tell)(void *self, const struct machine_view *view,
                 const struct statement *statement, const struct record_sink *out);
    void (*advance)(void *self, const struct machine_view *view, struct moment now,
                    const struct record_sink *out);

    /* Appends the state as bytes; restore() is given exactly those, or returns -EPROTO
     * and leaves the analytic as new. */
    void (*save)(const void *self, struct text *text);
    int (*restore)(void *self, const void *bytes, size_t length);
};

/* Stamps `record` with machine, cell and context of the view. */
void analytic_stamp(const struct machine_view *view, struct record *record);
