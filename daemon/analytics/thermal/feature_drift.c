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
#define SEPARABLE_LIFE 0.05
#define CERTAIN        2.0 /* sigmas */
#define CLEAR          1.3 /* the first cause against the second */
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

/* Remembers m as it was, so that what a lot or a fixture did can be told later. */
static void open_level(struct feature_drift *feature, const struct drift_scene *scene,
                       enum drift_cause cause, double variance)
{
    struct drift_mixture mixture;

    drift_bank_look(&feature->bank, &scene->inputs, &mixture);
    feature->offset_before = mixture.offset;
    feature->offset_before_u = mixture.value_u;
    feature->opened = cause;
    drift_bank_reopen(&feature->bank, variance);
    drift_track_reopen(&feature->track);
}

static void follow_context(struct feature_drift *feature,
                           const struct drift_priors *priors,
                           const struct drift_scene *scene)
{
    if (feature->count && scene->edge != feature->edge) {
        drift_bank_reopen(&feature->bank, priors->tool_um * priors->tool_um);
        drift_track_reopen(&feature->track);
    }
    if (feature->count && scene->lot_seq != feature->lot_seq)
        open_level(feature, scene, CAUSE_LOT, priors->lot_um * priors->lot_um);
    if (feature->count && scene->fixture_seq != feature->fixture_seq)
        open_level(feature, scene, CAUSE_FIXTURE, priors->lot_um * priors->lot_um);
    feature->edge = scene->edge;
    feature->lot_seq = scene->lot_seq;
    feature->fixture_seq = scene->fixture_seq;
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

/* A cause and how far it moved the feature from where it stood when all began. */
struct share {
    enum drift_cause cause;
    double size, u;
};

static enum drift_cause pick(const struct share *shares, int count, double noise)
{
    const struct share *first = &shares[0], *second = NULL;

    for (int i = 1; i < count; i++)
        if (fabs(shares[i].size) > fabs(first->size))
            first = &shares[i];
    for (int i = 0; i < count; i++)
        if (&shares[i] != first && (!second || fabs(shares[i].size) > fabs(second->size)))
            second = &shares[i];
    if (fabs(first->size) < noise && fabs(second->size) < noise)
        return CAUSE_NONE;
    double gap = fabs(first->size) - fabs(second->size);
    double gap_u = hypot(first->u, second->u);
    if (fabs(first->size) < CERTAIN * first->u || gap < gap_u ||
        fabs(first->size) < CLEAR * fabs(second->size))
        return CAUSE_UNDECIDED;
    return first->cause;
}

/* The step of m that came with a lot or a fixture, while it is the newest opening. */
static void renew_levels(struct feature_drift *feature,
                         const struct drift_mixture *mixture)
{
    double step = mixture->offset - feature->offset_before;
    double u = hypot(mixture->value_u, feature->offset_before_u);

    if (feature->opened == CAUSE_LOT) {
        feature->level_lot = step;
        feature->level_lot_u = u;
    } else if (feature->opened == CAUSE_FIXTURE) {
        feature->level_fixture = step;
        feature->level_fixture_u = u;
    }
}

static enum drift_cause attribute(const struct feature_drift *feature,
                                  const struct drift_scene *scene,
                                  const struct drift_mixture *mixture)
{
    double age = scene->inputs.age, soak = fabs(mixture->soak);
    double rest = feature->override_count >= 2 ? feature->override_error : 0;
    double noise = sqrt(feature->bank.noise);
    double rest_u = noise / sqrt(fmax(feature->override_count, 1));
    double heat_u = mixture->amplitude_u * soak;
    const struct share shares[] = {
        {CAUSE_WEAR,     mixture->wear * age,             mixture->wear_u * age   },
        {CAUSE_HEAT,     mixture->heat,                   heat_u                  },
        {CAUSE_LOT,      feature->level_lot,              feature->level_lot_u    },
        {CAUSE_FIXTURE,  feature->level_fixture,          feature->level_fixture_u},
        {CAUSE_OVERRIDE, scene->is_overridden ? rest : 0, rest_u                  },
    };

    return pick(shares, (int)(sizeof(shares) / sizeof(*shares)), noise);
}

static void follow_override(struct feature_drift *feature,
                            const struct drift_scene *scene, double error)
{
    if (!scene->is_overridden)
        return;
    feature->override_count = fmin(feature->override_count + 1, 50);
    feature->override_error +=
        (error - feature->override_error) / feature->override_count;
}

static void count_value(struct feature_drift *feature, double value)
{
    double step = value - feature->mean;

    feature->count++;
    feature->mean += step / (double)feature->count;
    feature->square += step * (value - feature->mean);
}

static void begin(struct feature_drift *feature, const struct drift_scene *scene,
                  double raw_um)
{
    feature->base = raw_um;
    feature->edge = scene->edge;
    feature->lot_seq = scene->lot_seq;
    feature->fixture_seq = scene->fixture_seq;
    feature->model = MODEL_TRACK; /* it knows nothing yet, and says what hold says */
    feature->level_lot = feature->level_fixture = 0;
}

void feature_drift_add(struct feature_drift *feature, const struct drift_priors *priors,
                       const struct drift_scene *scene, double raw_um,
                       struct drift_finding *ret_finding)
{
    struct drift_mixture mixture;
    bool is_first = feature->count == 0;

    if (is_first)
        begin(feature, scene, raw_um);
    follow_context(feature, priors, scene);
    double y = raw_um - feature->base;
    double seconds = is_first ? 0 : moment_seconds(feature->at, scene->at);
    struct opinions opinions = ask(feature, scene);
    *ret_finding = (struct drift_finding){NAN, NAN, CAUSE_NONE};
    if (!is_first) {
        ret_finding->expected = choose(feature, &opinions) + feature->base;
        ret_finding->expected_u = uncertainty(feature, &opinions, seconds);
        renew_guard(feature, y - opinions.hold, y - opinions.bank, y - opinions.track);
        follow_override(feature, scene, y - opinions.bank);
    }
    double override_part = scene->is_overridden && feature->override_count >= 2
                               ? feature->override_error
                               : 0;
    (void)drift_bank_add(&feature->bank, &scene->inputs, y - override_part);
    drift_track_add(&feature->track, &scene->heat, y, seconds);
    drift_bank_look(&feature->bank, &scene->inputs, &mixture);
    renew_levels(feature, &mixture);
    ret_finding->cause = attribute(feature, scene, &mixture);
    feature->tool_life = fmax(feature->tool_life, scene->inputs.age);
    feature->worst = fmax(feature->worst, fabs(y));
    feature->last = y;
    feature->at = scene->at;
    count_value(feature, y);
}

void feature_drift_forecast(const struct feature_drift *feature,
                            const struct drift_scene *scene,
                            const struct drift_scene *later,
                            struct drift_forecast *ret_forecast)
{
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

    if (!(fabs(mixture->correlation) < SEPARABLE_RHO))
        return false;
    return mixture->wear_u < SEPARABLE_WEAR * fabs(mixture->wear) ||
           mixture->wear_u * life < SEPARABLE_LIFE * tolerance_um;
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
