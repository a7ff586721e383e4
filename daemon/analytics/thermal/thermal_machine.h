/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that is known of one machine's heat, and what is concluded of it each minute.
 * Pure; the state has no pointers and is saved as it stands.
 */
#pragma once

#include "daemon/analytics/analytic.h"
#include "daemon/analytics/thermal/edges.h"
#include "daemon/analytics/thermal/feature_drift.h"
#include "daemon/analytics/thermal/sensors.h"
#include "daemon/analytics/thermal/thermal_options.h"
#include "daemon/analytics/thermal/warmth.h"

enum {
    FEATURE_COUNT = 32
};

struct feature_slot {
    struct feature_drift drift;
    struct warmth warmth;
    int64_t due; /* as advised last; RECORD_UNKNOWN = never */
    bool is_telling_stop;
};

struct heat_state {
    uint32_t layout, size;
    struct heat_input heat;
    struct sensors sensors;
    struct edges edges;
    struct warmth spindle_warmth, sensor_warmths[SENSOR_COUNT];
    struct feature_slot features[FEATURE_COUNT];
    struct moment minute; /* the next one to be lived through */
    struct moment heard;  /* the newest sample */
    int64_t cycle_no;
    double part_s;              /* a part usually takes, loading included; 0 = none yet */
    int64_t cold_from, cold_to; /* numbers of the cycles last run on a cold machine */
    bool is_started, is_overridden, is_idle;
};

struct thermal {
    struct tracker_options tracker;
    struct thermal_options defaults;
    const struct thermal_options *options;
    struct heat_limits limits;
    struct drift_priors priors;
    double stable_um, stable_minutes;
    struct heat_state state;
};

/* How a feature is judged: from `parts:`, or what suits when it is not there. */
struct feature_rules {
    double scale;                       /* um of one unit of the value */
    double nominal, lower_um, upper_um; /* limits from the nominal, um; NAN = none */
    const struct option_list *tools;    /* NULL = not told */
    bool is_artefact;                   /* no tool, lot, fixture or override moves it */
};

/* Where the machine's thermal records go at one moment. */
struct thermal_site {
    struct thermal *thermal;
    const struct machine_view *view;
    const struct record_sink *out;
    struct moment at;
};

void thermal_rules(const struct thermal *thermal, const char *part, const char *name,
                   struct feature_rules *ret_rules);

/* The scene of a feature at `at`, or `ahead_s` later if all goes on as it is. */
void thermal_scene(const struct thermal *thermal, const struct feature_drift *feature,
                   const struct feature_rules *rules, const struct thermal_site *site,
                   double ahead_s, struct drift_scene *ret_scene);

/* thermal_report.c: the records of one minute, and of one measurement. */
void thermal_report_minute(const struct thermal_site *site);
void thermal_report_feature(const struct thermal_site *site, struct feature_slot *slot);
void thermal_measure(const struct thermal_site *site, const struct statement *statement);

/* The feature's place, made when there is one; NULL when all are taken. */
struct feature_slot *thermal_slot(struct thermal *thermal, const char *name);

/* thermal_evidence.c: what the machine shows of its own drift, taken in as a measurement
 * of a feature of the signal's name: a displacement each five minutes, a work offset when
 * it is corrected. */
void thermal_evidence(const struct thermal_site *site, const struct sample *sample);

/* thermal_tag.c: who says how warm the machine is, and what, NULL when nothing says so;
 * and a cycle that is told which it was made in. */
const struct warmth *thermal_speaker(const struct heat_state *state);
const char *thermal_state_now(const struct heat_state *state);
void thermal_tag_cycle(struct heat_state *state, struct cycle_record *cycle);

/* thermal_margin.c: seconds until wear and heat may take the feature out of a limit (mean
 * and three sigmas, 95 % sure) at the machine's pace; 72 h when not before; NAN before
 * the pace is known. For features whose wear and heat are known apart. */
double thermal_margin(const struct thermal_site *site, const struct feature_slot *slot,
                      const struct feature_rules *rules);

/* thermal_advice.c */
void thermal_advise(const struct thermal_site *site, struct feature_slot *slot,
                    const struct feature_rules *rules,
                    const struct drift_mixture *mixture);
void thermal_tell_stop(const struct thermal_site *site,
                       const struct thermal_record *thermal);

/* Parts until the limit is reached with 95 % confidence (domain.md 4.6), at most 100000;
 * `room_um` from m to the limit, `step` um a part towards it. */
double drift_parts_left(double room_um, double sigma, double step, double room_u,
                        double step_u);
