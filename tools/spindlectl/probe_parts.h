/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of `probe` for Modbus share. */
#pragma once

#include "tools/spindlectl/asker.h"

enum {
    RANGES_MAX = 32,
    EXPECTATIONS_MAX = 8,
};

struct range {
    enum area area;
    unsigned from, to; /* the last one included */
};

/* A value that a person sees on the machine. */
struct expectation {
    const char *text; /* as it was given: "holding:14=21.5" */
    enum area area;   /* AREA_COUNT = holding or input */
    uint16_t address;
    double value, close; /* what is shown may differ by half of its last digit */
};

struct probe {
    struct asker *asker;
    int budget;
    int reserve; /* of the budget, for what comes after the search */
    bool is_spent;
    int64_t timeout_ms;
    bool has_unit; /* only that one is asked */
    uint8_t unit;
    bool has_begun;      /* to print */
    unsigned put_off;    /* "busy" and the like in a row, of this unit */
    unsigned largest[2]; /* that was read at once, of this unit: words, bits */
    struct range ranges[RANGES_MAX];
    size_t count;
    struct expectation expectations[EXPECTATIONS_MAX];
    size_t expectation_count;
    bool has_pause;
    int64_t pause_ms; /* PROBE_NO_PAUSE = none is long enough */
};

#define PROBE_NO_PAUSE       (-1)
#define PROBE_PAUSE_REQUESTS 36 /* at most, of probe_pause() */
#define PROBE_GUESS_REQUESTS 6  /* at most, for each expectation */

/* One question of the budget, a little after the one before. */
struct asker_answer probe_ask(struct probe *probe, enum area area, unsigned address,
                              unsigned count);

/*
 * The shortest of some pauses (ms) between requests on one connection at which every
 * question for the range is answered at once; from long to short, until one is too short.
 */
int64_t probe_pause(struct probe *probe, const struct range *range);

/* "[AREA:]ADDRESS=VALUE". Returns 0, or -EINVAL. */
int probe_expect(const char *string, struct expectation *ret_expectation);

/* Prints the points that show what is expected, the likeliest as YAML, others beside. */
void probe_guess(struct probe *probe);
