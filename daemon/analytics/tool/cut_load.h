/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What spindle and axes drew while a tool cut: domain.md 3.2. Pure; no pointers.
 *
 * Every load, power or current is a channel. A window collects a channel's values with
 * the time each held, from one harvest to the next; at most WINDOW_VALUES are kept, by
 * joining neighbours, so a window has no longest length. A value belongs to what the
 * machine did for most of the time that it held: with few samples a cut, one value taken
 * for another's makes a tool look broken. Where nothing says when the machine cuts, the
 * values above the middle of the window's range do.
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
    bool is_net;
};

/* Of one channel over a window. NAN throughout when there was too little. */
struct load_feature {
    double mean;   /* net of air */
    double energy; /* net, over the cutting time, in the channel's unit times s */
    double p95, peak, seconds;
    double values; /* how many there were */
    double heard;  /* and with those that were of no cut */
    bool is_net;   /* air was known when the last of them came */
};

struct load_channel {
    uint16_t path;
    enum signal signal;
    char name[SIGNAL_NAME_MAX];
    double value;                /* the newest, NAN = not known */
    uint32_t heard;              /* values since the last harvest */
    bool is_used;                /* it was harvested, and holds on */
    bool came_cutting;           /* perhaps a mean of what was before: no air */
    double cut_s, air_s, idle_s; /* what was done while it held */
    double cut_speed, air_speed; /* of the spindle then */
    double air[AIR_BINS];
    uint32_t air_seen[AIR_BINS];
    struct load_window window;
    struct load_feature whole; /* of what was harvested of this segment before */
};

/* What a path does, as far as loads are concerned. */
struct load_path {
    bool is_running, is_cutting;
    bool hears_cutting; /* feed, a bit or a timer tells */
    bool is_unsure;     /* the device's clock jumped since cut_load_take() */
    double speed;
    double cut_s;  /* since the last harvest */
    int64_t at_ns; /* the channels' times are accounted until then */
};

struct cut_load {
    struct load_channel channels[LOAD_CHANNELS];
    uint32_t count;
    struct load_path paths[LOAD_PATHS];
};

/* Does anything say when this path cuts? */
bool cut_load_hears(const struct cut_load *load, int64_t path);

/* `speed` and what follows: what the path does from this sample on. */
void cut_load_observe(struct cut_load *load, const struct sample *sample, double speed,
                      bool is_running, bool is_cutting);

/* Features of all channels of a path since the last harvest; their windows begin anew. */
void cut_load_harvest(struct cut_load *load, uint16_t path, struct moment at,
                      struct load_feature ret_features[LOAD_CHANNELS]);

/* The same of all that was harvested and not yet taken: the segment is over. NAN when the
 * clock jumped in it: nobody knows how long its values held. */
void cut_load_take(struct cut_load *load, uint16_t path, struct moment at,
                   struct load_feature ret_features[LOAD_CHANNELS]);

/*
 * How long channel number `index` has been below 0.3 of `level` up to `at`, after it had
 * been above 0.7 of it; 0 when it had not. `ret_sample_s`: mean time of a value.
 */
double cut_load_tail(struct cut_load *load, uint32_t index, struct moment at,
                     double level, double *ret_sample_s);

/* The seconds that the longest window of this path holds. */
double cut_load_span(const struct cut_load *load, uint16_t path);
