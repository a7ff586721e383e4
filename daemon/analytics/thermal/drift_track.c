/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/drift_track.h"

#include <math.h>
#include <string.h>

#define FORGET     0.999 /* a measurement, domain.md 4.5 */
#define PRIOR      2.0   /* measurements that "nothing moves" is worth at first */
#define HOLD_SHARE 0.25  /* its weight beside the experts */

const double lag_tau_s[LAG_COUNT] = {300, 600, 1200, 2400};

/* Ridge on the mean diagonal of the information of one measurement. */
static const double ridges[RIDGE_COUNT] = {0.3, 1.0};

void drift_track_init(struct drift_track *track)
{
    memset(track, 0, sizeof(*track));
}

void drift_track_reopen(struct drift_track *track)
{
    track->is_anchored = false;
}

/* What the temperatures did since the anchor; a sensor that is lost did nothing. */
static void since_anchor(const struct drift_track *track, const struct lagged *heat,
                         int lag, double ret[SENSOR_COUNT])
{
    for (int i = 0; i < SENSOR_COUNT; i++) {
        double change = heat->values[lag][i] - track->anchor_heat.values[lag][i];
        ret[i] = isfinite(change) ? change : 0;
    }
}

static double expert_says(const struct track_expert *expert,
                          const double change[SENSOR_COUNT])
{
    double sum = 0;

    for (int i = 0; i < SENSOR_COUNT; i++)
        sum += expert->gain[i] * change[i];
    return sum;
}

double drift_track_expect(const struct drift_track *track, const struct lagged *heat)
{
    double expected = track->anchor;

    if (!track->is_anchored)
        return NAN;
    for (int lag = 0; lag < LAG_COUNT; lag++) {
        double change[SENSOR_COUNT];
        since_anchor(track, heat, lag, change);
        for (int ridge = 0; ridge < RIDGE_COUNT; ridge++) {
            const struct track_expert *expert =
                &track->experts[lag * RIDGE_COUNT + ridge];
            expected += expert->weight * expert_says(expert, change);
        }
    }
    return expected;
}

/* The coefficients of one lag, once for each ridge; sensors that never moved are out. */
static void fit(struct drift_track *track, int lag)
{
    const struct track_lag *own = &track->lags[lag];
    double trace = 0;

    for (int i = 0; i < SENSOR_COUNT; i++)
        trace += own->information[i][i];
    int moved = 0;
    for (int i = 0; i < SENSOR_COUNT; i++)
        moved += own->information[i][i] > 0;
    if (trace <= 0)
        return;
    for (int ridge = 0; ridge < RIDGE_COUNT; ridge++) {
        struct track_expert *expert = &track->experts[lag * RIDGE_COUNT + ridge];
        double a[SENSOR_COUNT][SYMMETRIC_MAX];
        memcpy(a, own->information, sizeof(a));
        for (int i = 0; i < SENSOR_COUNT; i++)
            a[i][i] += ridges[ridge] * trace / moved / track->count;
        (void)symmetric_solve(SENSOR_COUNT, (const double(*)[SYMMETRIC_MAX])a,
                              own->moment, expert->gain);
    }
}

/* By the likelihood of the errors, their variance taken as unknown. */
static void weigh(struct drift_track *track)
{
    double prior = PRIOR * track->hold_squares / track->count;
    double hold = log(prior + track->hold_squares);
    double scores[EXPERT_COUNT], sum = HOLD_SHARE * EXPERT_COUNT;

    if (!(prior > 0))
        return;
    for (int i = 0; i < EXPERT_COUNT; i++) {
        double own = log(prior + track->experts[i].squares);
        scores[i] = exp(fmin(0.5 * track->count * (hold - own), 500));
        sum += scores[i];
    }
    for (int i = 0; i < EXPERT_COUNT; i++)
        track->experts[i].weight = scores[i] / sum;
}

/* How each did on this interval, before it learns from it. */
static void judge(struct drift_track *track, const struct lagged *heat, double change)
{
    double error = track->anchor + change - drift_track_expect(track, heat);

    track->own_squares = FORGET * track->own_squares + error * error;
    track->hold_squares = FORGET * track->hold_squares + change * change;
    for (int lag = 0; lag < LAG_COUNT; lag++) {
        double moved[SENSOR_COUNT];
        since_anchor(track, heat, lag, moved);
        for (int ridge = 0; ridge < RIDGE_COUNT; ridge++) {
            struct track_expert *expert = &track->experts[lag * RIDGE_COUNT + ridge];
            double miss = change - expert_says(expert, moved);
            expert->squares = FORGET * expert->squares + miss * miss;
        }
    }
}

static void learn(struct drift_track *track, const struct lagged *heat, double change)
{
    for (int lag = 0; lag < LAG_COUNT; lag++) {
        struct track_lag *own = &track->lags[lag];
        double moved[SENSOR_COUNT];
        since_anchor(track, heat, lag, moved);
        for (int i = 0; i < SENSOR_COUNT; i++) {
            for (int k = 0; k < SENSOR_COUNT; k++)
                own->information[i][k] =
                    FORGET * own->information[i][k] + moved[i] * moved[k];
            own->moment[i] = FORGET * own->moment[i] + moved[i] * change;
        }
        fit(track, lag);
    }
}

void drift_track_add(struct drift_track *track, const struct lagged *heat, double y,
                     double seconds)
{
    double change = y - track->anchor;

    if (track->is_anchored) {
        track->count = FORGET * track->count + 1;
        track->seconds = FORGET * track->seconds + seconds;
        judge(track, heat, change);
        learn(track, heat, change);
        weigh(track);
    }
    track->is_anchored = true;
    track->anchor = y;
    track->anchor_heat = *heat;
}
