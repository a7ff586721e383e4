/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of one measured dimension: which part of its drift is wear, which heat,
 * which came with a lot or a fixture, what it is now, and whether a model has earned to
 * say so (domain.md 4.4 to 4.6). Pure; no pointers.
 */
#pragma once

#include "daemon/analytics/thermal/drift_bank.h"
#include "daemon/analytics/thermal/drift_track.h"
#include "daemon/model/record.h"

/* Who predicts; the guard decides at each measurement. */
enum drift_model {
    MODEL_HOLD,  /* the last value */
    MODEL_BANK,  /* wear, and heat of the spindle or of one sensor */
    MODEL_TRACK, /* several temperatures */
};

enum drift_cause {
    CAUSE_NONE,
    CAUSE_WEAR,
    CAUSE_HEAT,
    CAUSE_LOT,
    CAUSE_FIXTURE,
    CAUSE_OVERRIDE,
    CAUSE_UNDECIDED,
};

extern const char *const drift_cause_names[];

struct drift_priors {
    double noise_um, tool_um, lot_um;
};

/* Squares of one-step errors on measurements not seen before, with forgetting. */
struct drift_guard {
    double hold, bank, track, count;
};

/* The part made when it was measured. */
struct drift_scene {
    struct moment at;
    struct drift_inputs inputs;
    struct lagged heat;
    int64_t edge; /* number of the tool's life */
    int64_t lot_seq, fixture_seq;
    bool is_overridden;
    bool
        is_artefact; /* nothing cuts it: age is 0, and no lot, fixture, override counts */
};

struct feature_drift {
    char name[RECORD_NAME_MAX]; /* "" = free */
    char tool[RECORD_NAME_MAX]; /* of the last measurement */
    double base;                /* the filters count from the first deviation */
    double last;                /* raw deviation, um */
    struct moment at;
    int64_t count, edge, lot_seq, fixture_seq;
    struct drift_bank bank;
    struct drift_track track;
    struct drift_guard guard;
    enum drift_model model;
    double mean, square;              /* of raw deviations: what there is to explain */
    int64_t lot_first, fixture_first; /* their levels are 0 */
    bool override_first, is_overridden, is_artefact;
    bool has_parted;  /* an edge was changed or it cooled: wear and heat went apart */
    double soak_last; /* of the middle virtual body, at the last measurement */
    double worst;     /* largest deviation of the shift, um */
    double tool_life; /* parts of the longest life seen */
};

struct drift_finding {
    double expected, expected_u; /* before it was measured, um; NAN at the first */
    enum drift_cause cause;
};

struct drift_forecast {
    double now, now_u, later; /* um, of a measurement; u holds its noise too */
};

void feature_drift_init(struct feature_drift *feature, const char *name,
                        const struct drift_priors *priors);

/* Sets the levels of the scene, as does forecast(). */
void feature_drift_add(struct feature_drift *feature, const struct drift_priors *priors,
                       struct drift_scene *scene, double raw_um,
                       struct drift_finding *ret_finding);

/* Now, and as `later` says it will be. */
void feature_drift_forecast(const struct feature_drift *feature,
                            struct drift_scene *scene, struct drift_scene *later,
                            struct drift_forecast *ret_forecast);

/* Can wear and heat be told apart (domain.md 4.4), or for an artefact, is heat known;
 * `tolerance_um` NAN = none. */
bool feature_drift_is_separable(const struct feature_drift *feature,
                                const struct drift_mixture *mixture, double tolerance_um);

/* Does the model in charge know how the feature moves, or does it only hold? */
bool feature_drift_is_moving(const struct feature_drift *feature);

/* Share of the variance that the model in charge explains; NAN before ten values. */
double feature_drift_explained(const struct feature_drift *feature);
