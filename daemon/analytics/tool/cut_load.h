/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What spindle and axes drew while a tool cut: domain.md 3.2. Pure; no pointers.
 *
 * Every load, power or current is a channel. A window collects a channel's values with
 * the time each held, from one harvest to the next; at most WINDOW_VALUES are kept, by
 * joining neighbours, so a window has no longest length. Where nothing says when the
 * machine cuts, the values above the middle of the window's range do.
 */
#pragma once

#include "daemon/model/sample.h"

#define LOAD_CHANNELS 8
#define LOAD_PATHS    4
#define WINDOW_VALUES 128
#define AIR_BINS      16 /* of spindle speed, by factors of two from 16 /min */

struct load_window {
    double values[WINDOW_VALUES], seconds[WINDOW_VALUES];
    uint32_t count, joined; /* samples in the last pair so far */
    uint32_t stride;        /* samples a pair is made of */
    double peak;
};

struct load_channel {
    uint16_t path;
    enum signal signal;
    char name[SIGNAL_NAME_MAX];
    double value; /* the newest, NAN = not known */
    int64_t at_ns;
    double air[AIR_BINS];
    uint32_t air_seen[AIR_BINS];
    struct load_window window;
};

struct cut_load {
    struct load_channel channels[LOAD_CHANNELS];
    uint32_t count;
    bool hears_cutting[LOAD_PATHS]; /* feed, a bit or a timer tells */
};

/* Of one channel over a window. NAN throughout when there was too little. */
struct load_feature {
    double mean;   /* net of air */
    double energy; /* net, over the cutting time, in the channel's unit times s */
    double p95, peak, seconds;
    bool is_short; /* fewer than 10 values */
};

void cut_load_observe(struct cut_load *load, const struct sample *sample, double speed,
                      bool is_running, bool is_cutting);

/* Features of all channels of a path; their windows begin anew. */
void cut_load_harvest(struct cut_load *load, uint16_t path, struct moment at,
                      struct load_feature ret_features[LOAD_CHANNELS]);

/*
 * How long channel number `index` has been below 0.3 of `level` up to now, after it had
 * been above 0.7 of it; 0 when it had not. `ret_sample_s`: mean time of a value.
 */
double cut_load_tail(const struct cut_load *load, uint32_t index, double level,
                     double *ret_sample_s);

/* The seconds that the longest window of this path holds. */
double cut_load_span(const struct cut_load *load, uint16_t path);
