/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/feature_drift.h"

#include <math.h>
#include <string.h>

#define GUARD_FORGET   0.97
#define GUARD_COUNT    4.0  /* measurements before a model may speak */
#define GUARD_SHARE    0.95 /* of hold's squares that it may have at most */
#define TRACK_SHARE    1.02 /* the tracker begins as hold itself, so it may begin */
#define SEPARABLE_RHO  0.9
#define SEPARABLE_WEAR 0.5
#define SEPARABLE_HEAT 0.5
#define SEPARABLE_LIFE 0.05
#define SEPARABLE_ECHO 0.4   /* of neighbouring innovations; a true model has 0 +- 0.14 */
#define MIDDLE_BODY    2     /* of the virtual ones: 40 min */
#define PARTED_SOAK    0.1   /* that it must have cooled by */
#define CERTAIN        1.645 /* sigmas: 95 % on one side */
#define CLEAR          1.2   /* the first cause against the second */
#define EXPLAIN_COUNT  10

const char *const drift_cause_names[] = {
    [CAUSE_NONE] = "",
    [CAUSE_WEAR] = "wear",
    [CAUSE_HEAT] = "heat",
    [CAUSE_LOT] = "lot",
    [CAUSE_FIXTURE] = "fixture",
    [CAUSE_OVERRIDE] = "override",
    [CAUSE_UNDECIDED] = "undecided",
};

void feature_drift_init(struct feature_drift *feature, const char *name,
                        const struct drift_priors *priors)
{
    memset(feature, 0, sizeof(*feature));
    (void)text_copy(feature->name, sizeof(feature->name), name);
    drift_bank_init(&feature->bank, priors->noise_um);
    drift_track_init(&feature->track);
}

/* The levels of this scene, against those of the first measurement. */
static void set_levels(const struct feature_drift *feature, struct drift_scene *scene)
{
    bool *levels = scene->inputs.levels;

    levels[DRIFT_LOT] = feature->count && scene->lot_seq != feature->lot_first;
    levels[DRIFT_FIXTURE] =
        feature->count && scene->fixture_seq != feature->fixture_first;
    levels[DRIFT_OVERRIDE] =
        feature->count && scene->is_overridden != feature->override_first;
}

/* Another lot or fixture; the first one is known to be at 0. */
static void change_batch(struct feature_drift *feature, enum drift_state state,
                         bool is_first, double um)
{
    drift_bank_renew(&feature->bank, state, is_first ? 0 : um * um);
    drift_track_reopen(&feature->track);
}

/* Until one of them begins again, only an assumed curve tells wear from heat. */
static void follow_parting(struct feature_drift *feature, const struct drift_scene *scene)
{
    double soak = scene->inputs.theta[MIDDLE_BODY];

    if (scene->edge != feature->edge || soak < feature->soak_last - PARTED_SOAK)
        feature->has_parted = true;
    feature->soak_last = soak;
}

static bool is_parted(const struct feature_drift *feature,
                      const struct drift_mixture *mixture)
{
    return (feature->has_parted || mixture->measured >= 0.5) &&
           fabs(mixture->correlation) < SEPARABLE_RHO;
}

static void follow_context(struct feature_drift *feature,
                           const struct drift_priors *priors,
                           const struct drift_scene *scene)
{
    if (scene->edge != feature->edge) {
        drift_bank_reopen(&feature->bank, DRIFT_OFFSET,
                          priors->tool_um * priors->tool_um);
        drift_track_reopen(&feature->track);
    }
    if (scene->lot_seq != feature->lot_seq)
        change_batch(feature, DRIFT_LOT, scene->lot_seq == feature->lot_first,
                     priors->lot_um);
    if (scene->fixture_seq != feature->fixture_seq)
        change_batch(feature, DRIFT_FIXTURE, scene->fixture_seq == feature->fixture_first,
                     priors->lot_um);
    if (scene->is_overridden != feature->is_overridden) {
        /* The next override may be another one: what the last did is half forgotten. */
        if (scene->is_overridden != feature->override_first)
            drift_bank_reopen(&feature->bank, DRIFT_OVERRIDE,
                              priors->lot_um * priors->lot_um / 4);
        drift_track_reopen(&feature->track);
    }
    feature->edge = scene->edge;
    feature->lot_seq = scene->lot_seq;
    feature->fixture_seq = scene->fixture_seq;
    feature->is_overridden = scene->is_overridden;
}

static void renew_guard(struct feature_drift *feature, double hold, double bank,
                        double track)
{
    struct drift_guard *guard = &feature->guard;

    guard->hold = GUARD_FORGET * guard->hold + hold * hold;
    guard->bank = GUARD_FORGET * guard->bank + bank * bank;
    guard->track = GUARD_FORGET * guard->track + track * track;
    guard->count = GUARD_FORGET * guard->count + 1;
    bool bank_earned =
        guard->count >= GUARD_COUNT * 0.9 && guard->bank < GUARD_SHARE * guard->hold;
    bool track_earned = guard->track <= TRACK_SHARE * guard->hold;
    feature->model = MODEL_HOLD;
    if (bank_earned && (!track_earned || guard->bank < guard->track))
        feature->model = MODEL_BANK;
    else if (track_earned)
        feature->model = MODEL_TRACK;
}

static double hold_or(double value, double otherwise)
{
    return isfinite(value) ? value : otherwise;
}

/* What each model says of this scene, counted from the base. */
struct opinions {
    double hold, bank, bank_u, track;
};

static struct opinions ask(const struct feature_drift *feature,
                           const struct drift_scene *scene)
{
    struct opinions opinions = {.hold = feature->last};
    struct drift_mixture mixture;

    drift_bank_look(&feature->bank, &scene->inputs, &mixture);
    opinions.bank = mixture.value;
    opinions.bank_u = sqrt(mixture.value_u * mixture.value_u + feature->bank.noise);
    opinions.track =
        hold_or(drift_track_expect(&feature->track, &scene->heat), feature->last);
    return opinions;
}

static double choose(const struct feature_drift *feature, const struct opinions *opinions)
{
    switch (feature->model) {
    case MODEL_HOLD:
        return opinions->hold;
    case MODEL_BANK:
        return opinions->bank;
    case MODEL_TRACK:
        return opinions->track;
    }
    return opinions->hold;
}

/* Errors grow as the root of the time since the last measurement. */
static double uncertainty(const struct feature_drift *feature,
                          const struct opinions *opinions, double seconds)
{
    const struct drift_guard *guard = &feature->guard;
    double squares = feature->model == MODEL_TRACK ? guard->track : guard->hold;
    double usual = feature->track.count > 0
                       ? feature->track.seconds / feature->track.count
                       : seconds;
    double share = usual > 0 ? seconds / usual : 1;

    if (feature->model == MODEL_BANK)
        return opinions->bank_u;
    if (guard->count < 1)
        return NAN;
    return sqrt(squares / guard->count * (0.1 + 0.9 * share));
}

/* What moved a measurement, by the part of the filter that says so. */
static const struct {
    int part;
    enum drift_cause cause;
} causes[] = {
    {DRIFT_WEAR,     CAUSE_WEAR    },
    {DRIFT_GAIN,     CAUSE_HEAT    },
    {DRIFT_LOT,      CAUSE_LOT     },
    {DRIFT_FIXTURE,  CAUSE_FIXTURE },
    {DRIFT_OVERRIDE, CAUSE_OVERRIDE},
};

enum {
    CAUSES = sizeof(causes) / sizeof(*causes)
};

/* The largest part, if it is surely there and surely larger than every other one. */
static enum drift_cause attribute(const struct feature_drift *feature,
                                  const struct drift_mixture *mixture)
{
    double noise = sqrt(feature->bank.noise), size = 0;
    int first = 0;

    for (int i = 0; i < CAUSES; i++)
        if (fabs(mixture->parts[causes[i].part]) > size) {
            first = i;
            size = fabs(mixture->parts[causes[i].part]);
        }
    if (size < noise)
        return CAUSE_NONE;
    if (size < CERTAIN * drift_mixture_u(mixture, causes[first].part) ||
        fabs(drift_bank_echo(&feature->bank)) > SEPARABLE_ECHO)
        return CAUSE_UNDECIDED;
    for (int i = 0; i < CAUSES; i++) {
        double other = fabs(mixture->parts[causes[i].part]);
        double gap_u = drift_mixture_gap_u(mixture, causes[first].part, causes[i].part);
        if (i != first && (size < CLEAR * other || size - other < CERTAIN * gap_u))
            return CAUSE_UNDECIDED;
    }
    if (!is_parted(feature, mixture) &&
        (causes[first].part == DRIFT_WEAR || causes[first].part == DRIFT_GAIN))
        return CAUSE_UNDECIDED;
    return causes[first].cause;
}

static void count_value(struct feature_drift *feature, double value)
{
    double step = value - feature->mean;

    feature->count++;
    feature->mean += step / (double)feature->count;
    feature->square += step * (value - feature->mean);
}

static void begin(struct feature_drift *feature, const struct drift_priors *priors,
                  const struct drift_scene *scene, double raw_um)
{
    feature->base = raw_um;
    feature->edge = scene->edge;
    feature->lot_seq = scene->lot_seq;
    feature->fixture_seq = scene->fixture_seq;
    feature->is_artefact = scene->is_artefact;
    feature->lot_first = scene->lot_seq;
    feature->fixture_first = scene->fixture_seq;
    feature->override_first = feature->is_overridden = scene->is_overridden;
    drift_bank_reopen(&feature->bank, DRIFT_OVERRIDE, priors->lot_um * priors->lot_um);
    feature->model = MODEL_TRACK; /* it knows nothing yet, and says what hold says */
}

void feature_drift_add(struct feature_drift *feature, const struct drift_priors *priors,
                       struct drift_scene *scene, double raw_um,
                       struct drift_finding *ret_finding)
{
    struct drift_mixture mixture;
    bool is_first = feature->count == 0;

    if (is_first)
        begin(feature, priors, scene, raw_um);
    set_levels(feature, scene);
    follow_parting(feature, scene);
    follow_context(feature, priors, scene);
    double y = raw_um - feature->base;
    double seconds = is_first ? 0 : moment_seconds(feature->at, scene->at);
    struct opinions opinions = ask(feature, scene);
    *ret_finding = (struct drift_finding){NAN, NAN, CAUSE_NONE};
    if (!is_first) {
        ret_finding->expected = choose(feature, &opinions) + feature->base;
        ret_finding->expected_u = uncertainty(feature, &opinions, seconds);
        renew_guard(feature, y - opinions.hold, y - opinions.bank, y - opinions.track);
    }
    (void)drift_bank_add(&feature->bank, &scene->inputs, y);
    drift_track_add(&feature->track, &scene->heat, y, seconds);
    drift_bank_look(&feature->bank, &scene->inputs, &mixture);
    ret_finding->cause = attribute(feature, &mixture);
    feature->tool_life = fmax(feature->tool_life, scene->inputs.age);
    feature->worst = fmax(feature->worst, fabs(y));
    feature->last = y;
    feature->at = scene->at;
    count_value(feature, y);
}

void feature_drift_forecast(const struct feature_drift *feature,
                            struct drift_scene *scene, struct drift_scene *later,
                            struct drift_forecast *ret_forecast)
{
    set_levels(feature, scene);
    set_levels(feature, later);
    struct opinions now = ask(feature, scene), then = ask(feature, later);
    double seconds = moment_seconds(feature->at, scene->at);

    ret_forecast->now = choose(feature, &now) + feature->base;
    ret_forecast->later = choose(feature, &then) + feature->base;
    ret_forecast->now_u = uncertainty(feature, &now, seconds);
}

bool feature_drift_is_separable(const struct feature_drift *feature,
                                const struct drift_mixture *mixture, double tolerance_um)
{
    double life = fmax(feature->tool_life, 1);

    if (feature->is_artefact)
        return mixture->amplitude_u < SEPARABLE_HEAT * fabs(mixture->amplitude);
    if (!is_parted(feature, mixture) ||
        fabs(drift_bank_echo(&feature->bank)) > SEPARABLE_ECHO)
        return false;
    return mixture->wear_u < SEPARABLE_WEAR * fabs(mixture->wear) ||
           mixture->wear_u * life < SEPARABLE_LIFE * tolerance_um;
}

bool feature_drift_is_moving(const struct feature_drift *feature)
{
    return feature->model == MODEL_BANK ||
           (feature->model == MODEL_TRACK && drift_track_is_moving(&feature->track));
}

double feature_drift_explained(const struct feature_drift *feature)
{
    const struct drift_guard *guard = &feature->guard;
    double squares = feature->model == MODEL_BANK    ? guard->bank
                     : feature->model == MODEL_TRACK ? guard->track
                                                     : guard->hold;

    if (feature->count < EXPLAIN_COUNT || !(feature->square > 0))
        return NAN;
    return fmax(0, 1 - squares / guard->count /
                           (feature->square / (double)(feature->count - 1)));
}
