/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/wear_calibration.h"

#include "daemon/analytics/statistics/line.h"
#include "daemon/analytics/statistics/moments.h"

#include <math.h>

#define LEAST_POINTS      6
#define LEAST_CORRELATION 0.5
#define LEAST_GAIN        0.85 /* error over the spread of wear that is still worth it */
#define ALONE_CORRELATION 0.8  /* of one life only: nothing can be left out */

/* One way to read wear from the points. */
struct candidate {
    uint32_t channel;
    bool is_relative;
    struct line line;
    double error, spread;
};

void load_reading_init(struct load_reading *reading)
{
    for (size_t i = 0; i < LOAD_CHANNELS; i++)
        reading->plain[i] = reading->relative[i] = NAN;
}

static double value_of(const struct load_reading *reading, uint32_t channel,
                       bool is_relative)
{
    return (double)(is_relative ? reading->relative[channel] : reading->plain[channel]);
}

struct sums {
    double x[CALIBRATION_POINTS], y[CALIBRATION_POINTS];
    int64_t life[CALIBRATION_POINTS];
    size_t count;
};

static void gather(const struct wear_calibration *calibration,
                   const struct candidate *candidate, struct sums *sums)
{
    sums->count = 0;
    for (uint32_t i = 0; i < calibration->count; i++) {
        const struct calibration_point *point = &calibration->points[i];
        double x = value_of(&point->reading, candidate->channel, candidate->is_relative);

        if (isnan(x))
            continue;
        sums->x[sums->count] = x;
        sums->y[sums->count] = (double)point->wear_mm;
        sums->life[sums->count++] = point->life;
    }
}

/* The squared error on one life of a line made from the others; false when it has none.
 */
static bool test_without(const struct sums *sums, int64_t life, double *squares)
{
    double weights[CALIBRATION_POINTS];

    for (size_t i = 0; i < sums->count; i++)
        weights[i] = sums->life[i] != life;

    struct line line = line_fit_weighted(sums->x, sums->y, weights, sums->count);
    if (isnan(line.slope))
        return false;
    for (size_t i = 0; i < sums->count; i++) {
        double rest = sums->y[i] - fmax(0, line.intercept + line.slope * sums->x[i]);

        if (sums->life[i] == life)
            *squares += rest * rest;
    }
    return true;
}

static bool is_first_of_life(const struct sums *sums, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (sums->life[k] == sums->life[i])
            return false;
    return true;
}

/* Fits one candidate and judges it on lives that were left out. */
static bool judge(const struct wear_calibration *calibration, struct candidate *candidate)
{
    struct sums sums;
    struct moments wear = {0};
    double squares = 0;
    size_t lives = 0;

    gather(calibration, candidate, &sums);
    if (sums.count < LEAST_POINTS)
        return false;
    for (size_t i = 0; i < sums.count; i++)
        moments_add(&wear, sums.y[i]);
    candidate->line = line_fit(sums.x, sums.y, sums.count);
    candidate->spread = moments_deviation(&wear);
    if (!(candidate->line.correlation >= LEAST_CORRELATION))
        return false; /* loads rise with wear; one that falls says something else */
    for (size_t i = 0; i < sums.count; i++)
        if (is_first_of_life(&sums, i) && ++lives &&
            !test_without(&sums, sums.life[i], &squares) && lives > 1)
            return false;
    if (lives < 2) {
        candidate->error = 2 * candidate->line.deviation;
        return candidate->line.correlation >= ALONE_CORRELATION;
    }
    candidate->error = sqrt(squares / (double)sums.count);
    return candidate->error < LEAST_GAIN * candidate->spread;
}

static void fit(struct wear_calibration *calibration)
{
    calibration->is_known = false;
    for (uint32_t i = 0; i < 2 * LOAD_CHANNELS; i++) {
        struct candidate candidate = {.channel = i / 2, .is_relative = i % 2};

        if (!judge(calibration, &candidate) ||
            (calibration->is_known && candidate.error >= calibration->u_mm))
            continue;
        calibration->is_known = true;
        calibration->channel = candidate.channel;
        calibration->is_relative = candidate.is_relative;
        calibration->intercept = candidate.line.intercept;
        calibration->slope = candidate.line.slope;
        calibration->correlation = candidate.line.correlation;
        calibration->u_mm = candidate.error;
    }
}

void wear_calibration_add(struct wear_calibration *calibration,
                          const struct calibration_point *point)
{
    calibration->points[calibration->next] = *point;
    calibration->next = (calibration->next + 1) % CALIBRATION_POINTS;
    if (calibration->count < CALIBRATION_POINTS)
        calibration->count++;
    fit(calibration);
}

double wear_calibration_at(const struct wear_calibration *calibration,
                           const struct load_reading *reading)
{
    if (!calibration->is_known)
        return NAN;
    return fmax(0, calibration->intercept +
                       calibration->slope * value_of(reading, calibration->channel,
                                                     calibration->is_relative));
}
