/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/wear_curve.h"

#include <math.h>
#include <string.h>

#define SHAPES      9
#define STARTS      6
#define NOISE       0.08 /* of a measurement, share of the limit: before data say more */
#define NOISE_COUNT 4.0  /* how many measurements that belief is worth */
#define SHORTEST    0.8  /* the grid spans this to LONGEST times the newest age */
#define LONGEST     12.0
#define WIDEST      1.5 /* q90 - q10 over the median life: beyond it nothing is said */

/* A steady phase that turns up towards the end: slightly convex on the whole. */
static const double shapes[SHAPES] = {0.6, 0.75, 0.9, 1.05, 1.2, 1.4, 1.7, 2.1, 2.7};
static const double starts[STARTS] = {0, 0.1, 0.2, 0.3, 0.4, 0.5}; /* of the limit */

static double normal_log(double x, double mean, double sigma)
{
    double z = (x - mean) / sigma;

    return -0.5 * z * z;
}

/* An edge that is still in use at `age` is not long-lived without reason. */
static double log_prior(double life, double age, const struct life_prior *prior)
{
    double vague = normal_log(log(life), log(1.4 * age), 0.5);

    if (!prior || prior->lives < 2)
        return vague;

    double sigma = fmax(0.15, prior->log_sigma) * sqrt(1 + 1 / prior->lives);
    double z = (log(life) - prior->log_mean) / sigma;
    return vague - 0.5 * prior->lives * log1p(z * z / (prior->lives - 1));
}

/* ln of the likelihood of one (L, p), summed over w0. */
static double log_evidence(const struct wear_point *points, size_t count, double limit,
                           double life, double shape)
{
    double growth[WEAR_POINTS], sums[STARTS], most = -INFINITY, sum = 0;
    double least = NOISE_COUNT * NOISE * NOISE * limit * limit;

    for (size_t i = 0; i < count; i++)
        growth[i] = pow(points[i].age / life, shape);
    for (size_t s = 0; s < STARTS; s++) {
        double squares = least, start = starts[s] * limit;

        for (size_t i = 0; i < count; i++) {
            double rest = points[i].wear - start - (limit - start) * growth[i];
            squares += rest * rest;
        }
        sums[s] = normal_log(starts[s], 0.2, 0.15) -
                  ((double)count + NOISE_COUNT) / 2 * log(squares / least);
        most = fmax(most, sums[s]);
    }
    for (size_t s = 0; s < STARTS; s++)
        sum += exp(sums[s] - most);
    return most + log(sum);
}

/* Points that say something: used, and the newest WEAR_POINTS of them. */
static size_t select(const struct wear_point *points, size_t count,
                     struct wear_point ret_points[WEAR_POINTS])
{
    size_t kept = 0;

    for (size_t i = count > WEAR_POINTS ? count - WEAR_POINTS : 0; i < count; i++)
        if (points[i].age > 0)
            ret_points[kept++] = points[i];
    return kept;
}

static bool is_worth_fitting(const struct wear_point *points, size_t count, double limit)
{
    double least = INFINITY, most = -INFINITY;

    for (size_t i = 0; i < count; i++) {
        least = fmin(least, points[i].wear);
        most = fmax(most, points[i].wear);
    }
    return count >= 2 && limit > 0 && most - least > 2 * NOISE * limit;
}

void wear_curve_fit(struct wear_curve *curve, const struct wear_point *given,
                    size_t given_count, double limit, const struct life_prior *prior)
{
    struct wear_point points[WEAR_POINTS];
    double logs[LIFE_GRID], most = -INFINITY;
    size_t count = select(given, given_count, points);

    memset(curve, 0, sizeof(*curve));
    curve->limit = limit;
    if (count)
        curve->age = points[count - 1].age;
    /* A new edge has no wear: the first measurement has something to be compared with. */
    if (!is_worth_fitting(points, count, limit))
        return;
    for (size_t j = 0; j < LIFE_GRID; j++) {
        double share = (double)j / (LIFE_GRID - 1);
        double life = curve->age * SHORTEST * pow(LONGEST / SHORTEST, share);
        double sum = 0, best = -INFINITY, parts[SHAPES];

        for (size_t k = 0; k < SHAPES; k++) {
            parts[k] = normal_log(log(shapes[k]), log(1.4), 0.3) +
                       log_evidence(points, count, limit, life, shapes[k]);
            best = fmax(best, parts[k]);
        }
        for (size_t k = 0; k < SHAPES; k++)
            sum += exp(parts[k] - best);
        curve->lives[j] = life;
        logs[j] = best + log(sum) + log_prior(life, curve->age, prior);
        most = fmax(most, logs[j]);
    }
    for (size_t j = 0; j < LIFE_GRID; j++)
        curve->weights[j] = exp(logs[j] - most);
    curve->is_known = true;
}

bool wear_curve_outlook(const struct wear_curve *curve, double age,
                        struct life_outlook *ret_outlook)
{
    struct life_outlook outlook;

    if (!curve->is_known ||
        !life_weights_outlook(curve->lives, curve->weights, LIFE_GRID, age, &outlook) ||
        outlook.q90 - outlook.q10 > WIDEST * (age + outlook.q50))
        return false;
    *ret_outlook = outlook;
    return true;
}
