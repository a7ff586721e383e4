/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lives that have ended teach about a type of tool: how long they were, how the load
 * index rises over them, how good our intervals were, what load means what wear. Pure; no
 * pointers.
 */
#pragma once

#include "daemon/analytics/statistics/moments.h"
#include "daemon/analytics/tool/life_grid.h"
#include "daemon/analytics/tool/wear_calibration.h"
#include "daemon/analytics/tool/weibull.h"
#include "daemon/model/record.h"

#define MEMORY_LIVES    64
#define MEMORY_COVERAGE 80 /* intervals: the last 20 lives at four ages */

/* One point of a life's history, for when it has ended. */
struct trace_point {
    float age, index[LOAD_CHANNELS];
    float q10, q90; /* the interval given then, NAN = none */
};

/* How a life was spent. */
struct life_pace {
    double speed;   /* of the spindle, 1/min; NAN = not known */
    double minutes; /* of cutting */
};

struct tool_memory {
    char type[RECORD_NAME_MAX];
    struct life_end ends[MEMORY_LIVES];
    struct life_pace paces[MEMORY_LIVES]; /* of ends[] */
    uint32_t end_count, end_next;
    struct moments bins[LOAD_CHANNELS][LIFE_TEMPLATE];
    struct moments
        informs[LOAD_CHANNELS]; /* correlation of index and age, life by life */
    struct moments last_index[LOAD_CHANNELS]; /* at the end of worn lives */
    struct moments noise[LOAD_CHANNELS];    /* variance of the index about the template */
    struct moments long_run[LOAD_CHANNELS]; /* how much slower than 1/n it averages out */
    unsigned char covered[MEMORY_COVERAGE];
    uint32_t covered_count, covered_next;
    double temper; /* c of domain.md 3.5 */
    struct wear_calibration calibration;
};

void tool_memory_init(struct tool_memory *memory, const char *type);

/* The history of a life: every `stride`th cycle. */
struct life_trace {
    const struct trace_point *points;
    size_t count;
    uint32_t stride;
    struct life_pace pace;
};

/* A life has ended at `age`. */
void tool_memory_learn(struct tool_memory *memory, double age, bool was_worn,
                       const struct life_trace *trace);

/* Standard deviation of one part's index about the template; `fallback` before any worn
 * life. And by how much its likelihood is tempered (lr c of domain.md 3.5). */
double tool_memory_noise(const struct tool_memory *memory, int channel, double fallback);
double tool_memory_temper(const struct tool_memory *memory, int channel);

/* How many past lives there are, and the prior they make; 0 = none. */
double tool_memory_prior(const struct tool_memory *memory, struct life_prior *ret_prior);

/* The load whose index follows use best in at least three lives; -1 = none does. */
int tool_memory_channel(const struct tool_memory *memory);

void tool_memory_template(const struct tool_memory *memory, int channel,
                          struct life_template *ret_template);

/* Share of 80 % intervals that held; NAN = none was tested. */
double tool_memory_coverage(const struct tool_memory *memory);

/* Index at which tools were replaced as worn, minus one sigma; `fallback` below 3 lives.
 */
double tool_memory_act(const struct tool_memory *memory, int channel, double fallback);

/* Index at two thirds of the lives that have ended, were it one; `fallback` while none is
 * informative. */
double tool_memory_warn(const struct tool_memory *memory, int channel, double fallback);
