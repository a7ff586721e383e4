/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/drift_track.h"

#include "daemon/analytics/statistics/symmetric.h"

#include <math.h>
#include <string.h>

#define FORGET     0.999 /* a measurement, domain.md 4.5 */
#define PRIOR      4.0   /* measurements that "nothing moves" is worth at first */
#define HOLD_SHARE 0.5   /* its weight beside the experts */

const double lag_tau_s[LAG_COUNT] = {60, 2400, 300, 4800, 1200, 9600};

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
                         int pair, double ret[TRACK_INPUTS])
{
    for (int i = 0; i < TRACK_INPUTS; i++) {
        int lag = 2 * pair + i / SENSOR_COUNT, sensor = i % SENSOR_COUNT;
        double change =
            heat->values[lag][sensor] - track->anchor_heat.values[lag][sensor];
        ret[i] = isfinite(change) ? change : 0;
    }
}

static double expert_says(const struct track_expert *expert,
                          const double change[TRACK_INPUTS])
{
    double sum = 0;

    for (int i = 0; i < TRACK_INPUTS; i++)
        sum += expert->gain[i] * change[i];
    return sum;
}

bool drift_track_is_moving(const struct drift_track *track)
{
    for (int i = 0; i < EXPERT_COUNT; i++)
        for (int k = 0; k < TRACK_INPUTS; k++)
            if (track->experts[i].weight * fabs(track->experts[i].gain[k]) > 0)
                return true;
    return false;
}

double drift_track_expect(const struct drift_track *track, const struct lagged *heat)
{
    double expected = track->anchor;

    if (!track->is_anchored)
        return NAN;
    for (int pair = 0; pair < PAIR_COUNT; pair++) {
        double change[TRACK_INPUTS];
        since_anchor(track, heat, pair, change);
        for (int ridge = 0; ridge < RIDGE_COUNT; ridge++) {
            const struct track_expert *expert =
                &track->experts[pair * RIDGE_COUNT + ridge];
            expected += expert->weight * expert_says(expert, change);
        }
    }
    return expected;
}

static int packed(int row, int column)
{
    return row * (row + 1) / 2 + column;
}

/* The coefficients of one pair, once for each ridge; sensors that never moved are out. */
static void fit(struct drift_track *track, int pair)
{
    const struct track_pair *own = &track->pairs[pair];
    double trace = 0;
    int moved = 0;

    for (int i = 0; i < TRACK_INPUTS; i++) {
        trace += own->information[packed(i, i)];
        moved += own->information[packed(i, i)] > 0;
    }
    if (trace <= 0)
        return;
    for (int ridge = 0; ridge < RIDGE_COUNT; ridge++) {
        struct track_expert *expert = &track->experts[pair * RIDGE_COUNT + ridge];
        double a[TRACK_INPUTS][SYMMETRIC_MAX] = {{0}};
        for (int i = 0; i < TRACK_INPUTS; i++) {
            for (int k = 0; k <= i; k++)
                a[i][k] = a[k][i] = own->information[packed(i, k)];
            a[i][i] += ridges[ridge] * trace / moved / track->count;
        }
        (void)symmetric_solve(TRACK_INPUTS, (const double(*)[SYMMETRIC_MAX])a,
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
    for (int pair = 0; pair < PAIR_COUNT; pair++) {
        double moved[TRACK_INPUTS];
        since_anchor(track, heat, pair, moved);
        for (int ridge = 0; ridge < RIDGE_COUNT; ridge++) {
            struct track_expert *expert = &track->experts[pair * RIDGE_COUNT + ridge];
            double miss = change - expert_says(expert, moved);
            expert->squares = FORGET * expert->squares + miss * miss;
        }
    }
}

static void gather(struct track_pair *own, const double moved[TRACK_INPUTS],
                   double change)
{
    for (int i = 0; i < TRACK_INPUTS; i++) {
        for (int k = 0; k <= i; k++) {
            double *sum = &own->information[packed(i, k)];
            *sum = FORGET * *sum + moved[i] * moved[k];
        }
        own->moment[i] = FORGET * own->moment[i] + moved[i] * change;
    }
}

static void learn(struct drift_track *track, const struct lagged *heat, double change)
{
    for (int pair = 0; pair < PAIR_COUNT; pair++) {
        double moved[TRACK_INPUTS];

        since_anchor(track, heat, pair, moved);
        gather(&track->pairs[pair], moved, change);
        fit(track, pair);
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
