/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One cutting edge from installation to removal (a life instance, domain.md 3.1): what it
 * has done, what was measured on it, what its loads were. Pure; no pointers.
 */
#pragma once

#include "daemon/analytics/tool/breakage.h"
#include "daemon/analytics/tool/control_life.h"
#include "daemon/analytics/tool/count_rate.h"
#include "daemon/analytics/tool/index_trend.h"
#include "daemon/analytics/tool/offsets.h"
#include "daemon/analytics/tool/tool_memory.h"
#include "daemon/analytics/tool/wear_curve.h"

#define EDGE_UNITS  4
#define EDGE_TRACE  48
#define EDGE_KEYS   6 /* programs and visits whose first load is kept */
#define EDGE_RECENT 3

/* Points that are thinned out when they become too many. */
struct edge_points {
    struct wear_point items[WEAR_POINTS];
    uint32_t count, skip, stride;
};

struct edge_first {
    uint32_t key;
    float loads[LOAD_CHANNELS];
};

struct edge {
    char tool[RECORD_NAME_MAX];
    uint32_t memory; /* which tool_memory */
    int64_t path, life_no;
    struct moment since;
    struct moment found_at;  /* when load or wear said that it is a new one; 0 = not so */
    double used[EDGE_UNITS]; /* indexed by enum life_unit */
    double pending_min;      /* of the segment that is being cut */
    double turns, turning_min; /* of the spindle, and over which cutting time */
    double overrun;    /* parts cut after it was spent; of all lives in this place */
    double left_lives; /* what changes came too early by, in lives; likewise */

    double cycle_age, cycle_use; /* at the last cycle's end; usual use of a cycle */
    double lasts_h;              /* what remains, at the machine's pace; NAN = unknown */

    struct edge_points measured, estimated, dimension;
    uint32_t dimension_feature; /* hash of its name */
    struct wear_curve curve;
    bool is_curve_estimated, is_curve_dimension;
    double wear_mm;                   /* newest measured; NAN = never */
    double used_measured[EDGE_UNITS]; /* when that was */
    uint32_t wear_feature;            /* hash of its name */
    bool is_wear_newest;              /* nothing was cut since */
    double correction_mm;             /* measured minus estimated, on the average */
    uint32_t corrections;

    struct edge_first firsts[EDGE_KEYS];
    uint32_t first_count;
    struct load_reading recent[EDGE_RECENT];
    uint32_t recent_count;
    double cycle_load[LOAD_CHANNELS], cycle_reference[LOAD_CHANNELS];
    double index[LOAD_CHANNELS]; /* of the newest cycle; NAN = unknown */
    struct trace_point trace[EDGE_TRACE];
    uint32_t trace_count, trace_skip, trace_stride;
    struct life_grid grid;

    struct index_trend trend; /* of the index that is shown */
    enum tool_phase phase;
    double smooth;   /* index of the main load, averaged over some ten cycles */
    uint32_t above;  /* cycles in a row above the limit of the index */
    unsigned raised; /* enum edge_alarm bits that stand */
    uint32_t above_act;
    struct breakage_watch watch;
    enum breakage verdict; /* of the worst segment of this cycle */
    double verdict_value;
    char confirmed_by[RECORD_NAME_MAX]; /* the tool that met what it left in this cycle */
    uint32_t bad_ago; /* cycles since the last bad one, when has_been_bad */
    bool has_been_bad;
    bool has_risen;    /* its index had, before it fell to what a new edge draws */
    uint32_t like_new; /* cycles in a row in which a worn edge drew what a new one does */
    bool has_verdict, is_fresh; /* no part of this life was judged yet */
    struct offset_track offset;
    struct control_life control;
    struct count_rate wear_rate; /* of the control's count of wear, by age */
    double evidence;
    struct moment evidence_at;

    bool is_in_cycle;              /* it has cut in the cycle that is not yet over */
    bool is_first;                 /* nothing was cut with it yet */
    int64_t cycle_no, cycle_parts; /* of the last one, for corrections */
};

void edge_init(struct edge *edge, const char *tool, int64_t path, uint32_t memory,
               struct moment at);

/* A new edge in the same place: the number goes up, all else begins anew. */
void edge_renew(struct edge *edge, struct moment at);

void edge_points_add(struct edge_points *points, double age, double value);

/* Loads of one segment: means, as they are and relative to the first of this key. */
void edge_read(struct edge *edge, uint32_t key, const double means[LOAD_CHANNELS]);

/* The median of the newest readings. */
void edge_reading(const struct edge *edge, struct load_reading *ret_reading);

/* This cycle's loads are not those of a whole edge. */
bool edge_is_bad(const struct edge *edge);

/* Nothing is concluded from what this cycle's loads were. */
void edge_excuse(struct edge *edge);

/* Ends the cycle's index and remembers it, unless the edge was bad. */
void edge_close_cycle(struct edge *edge, double age);

/* Told to be worn or broken, by us or by the control. */
bool edge_is_spent(const struct edge *edge);

/* The spindle's mean speed in the cut, 1/min; NAN = not known. */
double edge_speed(const struct edge *edge);

/* The newest cycles were of another edge: they are no part of this one's history. */
void edge_forget(struct edge *edge, uint32_t cycles);

double edge_age(const struct edge *edge, enum life_unit unit);
