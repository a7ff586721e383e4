/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/wear_curve.h"

#include <math.h>
#include <string.h>

#define LIVES         48
#define SHAPES        8
#define ACCELERATIONS 3
#define STARTS        7
#define NOISE         0.06 /* of a measurement, share of the limit: before data say more */
#define NOISE_COUNT   4.0  /* how many measurements that belief is worth */
#define BREAK_IN      0.02 /* of life: the start is reached by 1 - exp(-u / BREAK_IN) */
#define STAYS         0.5  /* of the newest deviation: the rest was noise of measuring */
#define ENOUGH        14.0 /* measurements: more do not make a curve truer that is nearly so */
#define WANDERS       0.6 /* times the noise: the deviation with which the limit is met */
#define FIRST         0.1 /* times the noise: the first that is beyond the limit ends it */
#define SHORTEST      0.7 /* candidates span this to LONGEST times the newest age */
#define LONGEST       12.0
#define FARTHEST      3.0  /* sigmas above the mean of past lives */
#define NEGLIGIBLE    12.0 /* ln of a weight against the greatest */
#define VAGUE         0.5  /* ln of life, when little is known */
#define LEAST_SPREAD  0.2  /* of past lives, ln */

/* g(u) = (1 - a) u^p + a u^6: a steady phase that may bend, and one that accelerates. */
static const double shapes[SHAPES] = {0.6, 0.75, 0.9, 1.05, 1.25, 1.5, 1.9, 2.5};
static const struct {
    double share, weight;
} accelerations[ACCELERATIONS] = {
    {0,    0.25},
    {0.25, 0.50},
    {0.50, 0.25}
};
/* A normal deviation by the three points of Gauss and Hermite. */
static const struct {
    double sigmas, weight;
} deviations[3] = {
    {-1.7320508, 1.0 / 6},
    {0,          2.0 / 3},
    {1.7320508,  1.0 / 6}
};
static const double starts[STARTS] = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6}; /* of the limit */

/* One start of one curve; which one, its place in the array says. */
struct candidate {
    float rest;  /* of the newest measurement against the curve */
    float noise; /* of all of them */
    float log_weight;
};

/* All that one fit needs; lives on the stack. */
struct fit {
    const struct wear_point *points;
    size_t count;
    double limit, age, longest;
    const struct life_prior *prior;
    struct candidate candidates[LIVES * SHAPES * ACCELERATIONS * STARTS];
    size_t candidate_count;
    double most;
};

static double normal_log(double x, double mean, double sigma)
{
    double z = (x - mean) / sigma;

    return -0.5 * z * z;
}

static double sixth_power(double u)
{
    double cube = u * u * u;

    return cube * cube;
}

static double spread_of(const struct life_prior *prior)
{
    return fmax(LEAST_SPREAD, prior->log_sigma) * sqrt(1 + 1 / prior->lives);
}

/* An edge that is still in use at `age` is not long-lived without reason; the less past
 * lives agree, the more this counts. */
static double log_prior(double life, double age, const struct life_prior *prior)
{
    double vague = normal_log(log(life), log(1.5 * age), VAGUE);

    if (!prior)
        return vague;

    double sigma = spread_of(prior), z = (log(life) - prior->log_mean) / sigma;
    return fmin(1, pow(sigma / VAGUE, 2)) * vague -
           0.5 * prior->lives * log1p(z * z / (prior->lives - 1));
}

/* No curve is quite that of the edge, and what is left of one point resembles what is
 * left of the next: many say less than their number. */
static double worth_of(size_t count)
{
    return (double)count / (1 + (double)count / ENOUGH);
}

/* All starts of one curve. What is left of a point, wear - start b - (limit - start) g,
 * is linear in the start, so its squares are summed once. */
static void weigh_starts(struct fit *fit, double log_weight,
                         const double broken_in[WEAR_POINTS],
                         const double growth[WEAR_POINTS])
{
    double limit = fit->limit, least = NOISE_COUNT * NOISE * NOISE * limit * limit;
    double plain = least, mixed = 0, slope = 0, newest = 0, newest_slope = 0;

    for (size_t i = 0; i < fit->count; i++) {
        newest = fit->points[i].wear - limit * growth[i];
        newest_slope = broken_in[i] - growth[i];
        plain += newest * newest;
        mixed += newest * newest_slope;
        slope += newest_slope * newest_slope;
    }
    for (size_t s = 0; s < STARTS; s++) {
        double start = starts[s] * limit;
        double squares = plain - 2 * mixed * start + slope * start * start;
        double weight =
            log_weight + normal_log(starts[s], 0.2, 0.15) -
            (worth_of(fit->count) + NOISE_COUNT) / 2 * log(fmax(least, squares) / least);

        fit->candidates[fit->candidate_count++] = (struct candidate){
            (float)(newest - start * newest_slope),
            (float)sqrt(fmax(least, squares) / ((double)fit->count + NOISE_COUNT)),
            (float)weight};
        fit->most = fmax(fit->most, weight);
    }
}

static double life_at(const struct fit *fit, size_t place)
{
    return fit->age * SHORTEST *
           pow(fit->longest / SHORTEST, (double)place / (LIVES - 1));
}

static void weigh_life(struct fit *fit, double life)
{
    double broken_in[WEAR_POINTS], bend[WEAR_POINTS], end[WEAR_POINTS],
        growth[WEAR_POINTS];

    for (size_t i = 0; i < fit->count; i++) {
        double u = fit->points[i].age / life;

        broken_in[i] = 1 - exp(-u / BREAK_IN);
        end[i] = sixth_power(u);
    }
    for (size_t k = 0; k < SHAPES; k++) {
        double log_weight = log_prior(life, fit->age, fit->prior) +
                            normal_log(log(shapes[k]), log(1.2), 0.25);

        for (size_t i = 0; i < fit->count; i++)
            bend[i] = pow(fit->points[i].age / life, shapes[k]);
        for (size_t a = 0; a < ACCELERATIONS; a++) {
            double share = accelerations[a].share;

            for (size_t i = 0; i < fit->count; i++)
                growth[i] = (1 - share) * bend[i] + share * end[i];
            weigh_starts(fit, log_weight + log(accelerations[a].weight), broken_in,
                         growth);
        }
    }
}

/* u with g(u) = growth, by Newton's steps from the end of life. */
static double invert(double shape, double share, double growth)
{
    double u = 1;

    if (share <= 0)
        return pow(growth, 1 / shape);
    for (int i = 0; i < 8; i++) {
        double bend = (1 - share) * pow(u, shape), end = share * sixth_power(u);
        double step = u * (bend + end - growth) / (shape * bend + 6 * end);

        u = fmax(u / 2, u - step);
        if (fabs(step) < 1e-4 * u)
            break;
    }
    return u;
}

/* The age at which it reaches the limit, as seen from the newest measurement, when the
 * curve is off by `deviation` noises there. */
static double crossing(const struct fit *fit, size_t place, double deviation)
{
    const struct candidate *candidate = &fit->candidates[place];
    size_t curve = place / STARTS;
    double start = starts[place % STARTS] * fit->limit;
    double share = accelerations[curve % ACCELERATIONS].share;
    double shape = shapes[curve / ACCELERATIONS % SHAPES];
    double off = STAYS * (double)candidate->rest + deviation * (double)candidate->noise;
    double growth = (fit->limit - off - start) / (fit->limit - start);

    if (!(growth > 0))
        return 0;
    return life_at(fit, curve / ACCELERATIONS / SHAPES) * invert(shape, share, growth);
}

/* Ages close together at first: what is nearly over is told to the minute. */
static double bin_age(const struct wear_curve *curve, size_t bin)
{
    double share = (double)bin / (LIFE_GRID - 1);

    return curve->age * exp(log(curve->longest) * share * share);
}

static void add_crossing(struct wear_curve *curve, double age, double weight)
{
    if (!(age > curve->age))
        return; /* the limit is not yet reached */

    double share = sqrt(log(age / curve->age) / log(curve->longest));
    size_t bin = (size_t)ceil(fmin(share, 1) * (LIFE_GRID - 1));
    curve->weights[bin] += weight;
    curve->is_known = true;
}

static void spread(const struct fit *fit, struct wear_curve *curve)
{
    for (size_t i = 0; i < LIFE_GRID; i++)
        curve->lives[i] = bin_age(curve, i);
    for (size_t i = 0; i < fit->candidate_count; i++) {
        double log_weight = (double)fit->candidates[i].log_weight - fit->most;

        for (size_t k = 0; k < 3 && log_weight > -NEGLIGIBLE; k++)
            add_crossing(curve, crossing(fit, i, FIRST + WANDERS * deviations[k].sigmas),
                         exp(log_weight) * deviations[k].weight);
    }
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

/* What past lives were makes sense of one point. */
static bool is_worth_fitting(const struct wear_point *points, size_t count, double limit,
                             bool has_prior)
{
    double least = INFINITY, most = -INFINITY;

    for (size_t i = 0; i < count; i++) {
        least = fmin(least, points[i].wear);
        most = fmax(most, points[i].wear);
    }
    if (!(limit > 0) || has_prior)
        return limit > 0 && count > 0;
    return count >= 2 && most - least > 2 * NOISE * limit;
}

static double longest(double age, const struct life_prior *prior)
{
    double far = prior ? prior->log_mean + FARTHEST * spread_of(prior) : 0;

    return fmax(LONGEST, exp(far) / age);
}

void wear_curve_fit(struct wear_curve *curve, const struct wear_point *given,
                    size_t given_count, double limit, const struct life_prior *prior)
{
    struct wear_point points[WEAR_POINTS];
    size_t count = select(given, given_count, points);
    struct fit fit = {.points = points, .count = count, .limit = limit};

    memset(curve, 0, sizeof(*curve));
    fit.prior = prior = prior && prior->lives >= 2 ? prior : NULL;
    if (!is_worth_fitting(points, count, limit, prior != NULL))
        return;
    curve->age = fit.age = points[count - 1].age;
    curve->longest = fit.longest = longest(fit.age, prior);
    fit.most = -INFINITY;
    for (size_t j = 0; j < LIVES; j++)
        weigh_life(&fit, life_at(&fit, j));
    spread(&fit, curve);
}

void wear_curve_mix(struct wear_curve *curve, double age, const struct passage *passage)
{
    double total = 0, below = 0;

    if (!curve->is_known)
        *curve = (struct wear_curve){.longest = LONGEST};
    curve->age = age;
    for (size_t i = 0; i < LIFE_GRID; i++)
        total += curve->weights[i];
    for (size_t i = 0; i < LIFE_GRID; i++) {
        curve->lives[i] = bin_age(curve, i);

        double passed =
            i + 1 < LIFE_GRID ? passage_below(passage, curve->lives[i] - age) : 1;
        curve->weights[i] /= total > 0 ? total : 1;
        curve->weights[i] += fmax(0, passed - below);
        below = passed;
    }
    curve->is_known = age > 0;
}

bool wear_curve_outlook(const struct wear_curve *curve, double age,
                        struct life_outlook *ret_outlook)
{
    struct life_outlook outlook;

    if (!curve->is_known ||
        !life_weights_outlook(curve->lives, curve->weights, LIFE_GRID, age, &outlook) ||
        !life_outlook_says(&outlook, age))
        return false;
    *ret_outlook = outlook;
    return true;
}
