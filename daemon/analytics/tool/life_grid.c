/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/life_grid.h"

#include <math.h>
#include <string.h>

#define LEAST_CV     0.08
#define CATALOGUE_CV 0.4
#define WIDTH        4.0 /* of the grid, in prior sigmas to each side */
#define WIDEST       1.5 /* q90 - q10 over the median life: beyond it nothing is said */

void life_template_init(struct life_template *template)
{
    for (size_t i = 0; i < LIFE_TEMPLATE; i++) {
        double u = ((double)i + 0.5) / LIFE_TEMPLATE;

        template->bins[i] =
            1 + 0.4 * (0.12 * (1 - exp(-u / 0.03)) + 0.60 * u + 0.28 * pow(u, 6));
    }
}

double life_template_at(const struct life_template *template, double u)
{
    double place = u * LIFE_TEMPLATE - 0.5;
    size_t below = place <= 0 ? 0 : (size_t)place;

    if (below > LIFE_TEMPLATE - 2)
        below = LIFE_TEMPLATE - 2;

    double slope = template->bins[below + 1] - template->bins[below];
    return template->bins[below] + slope * (place - (double)below);
}

/* ln of Student's t density without constants; normal when nothing is known. */
static double log_prior(const struct life_prior *prior, double log_life, double sigma)
{
    double z = (log_life - prior->log_mean) / sigma;
    double degrees = prior->lives - 1;

    if (degrees < 1)
        return -0.5 * z * z;
    return -0.5 * (degrees + 1) * log1p(z * z / degrees);
}

void life_grid_init(struct life_grid *grid, const struct life_prior *prior)
{
    double sigma = prior->lives < 1
                       ? CATALOGUE_CV
                       : fmax(LEAST_CV, prior->log_sigma) * sqrt(1 + 1 / prior->lives);

    memset(grid, 0, sizeof(*grid));
    grid->count = LIFE_GRID;
    for (size_t i = 0; i < LIFE_GRID; i++) {
        double share = 2.0 * (double)i / (LIFE_GRID - 1) - 1;
        double log_life = prior->log_mean + WIDTH * sigma * share;

        grid->lives[i] = exp(log_life);
        grid->log_prior[i] = log_prior(prior, log_life, sigma);
    }
}

void life_grid_add(struct life_grid *grid, const struct life_template *template,
                   double age, double x, double sigma, double temper)
{
    for (size_t i = 0; i < grid->count; i++) {
        double rest = (x - life_template_at(template, age / grid->lives[i])) / sigma;

        grid->log_likelihood[i] -= 2.5 * log1p(rest * rest / 4) / temper;
    }
}

static double quantile(const double *lives, const double *weights, size_t count,
                       double share)
{
    double below = 0;

    for (size_t i = 0; i < count; i++) {
        if (weights[i] > 0 && below + weights[i] >= share) {
            double from = i ? lives[i - 1] : lives[i];
            return from + (lives[i] - from) * (share - below) / weights[i];
        }
        below += weights[i];
    }
    return lives[count - 1];
}

bool life_weights_outlook(const double *lives, const double *weights, size_t count,
                          double age, struct life_outlook *ret_outlook)
{
    double kept[LIFE_GRID], total = 0, mean = 0;

    for (size_t i = 0; i < count; i++) {
        kept[i] = lives[i] > age ? weights[i] : 0;
        total += kept[i];
        mean += kept[i] * lives[i];
    }
    if (!(total > 0))
        return false;
    for (size_t i = 0; i < count; i++)
        kept[i] /= total;

    const double shares[LIFE_QUANTILES] = {0.05, 0.10, 0.50, 0.90, 0.95};
    double left[LIFE_QUANTILES];
    for (size_t i = 0; i < LIFE_QUANTILES; i++)
        left[i] = fmax(0, quantile(lives, kept, count, shares[i]) - age);
    *ret_outlook =
        (struct life_outlook){left[0], left[1], left[2], left[3], left[4], mean / total};
    return true;
}

bool life_grid_outlook(const struct life_grid *grid, double age,
                       struct life_outlook *ret_outlook)
{
    double weights[LIFE_GRID], most = -INFINITY;

    for (size_t i = 0; i < grid->count; i++)
        if (grid->lives[i] > age)
            most = fmax(most, grid->log_prior[i] + grid->log_likelihood[i]);
    for (size_t i = 0; i < grid->count; i++)
        weights[i] = exp(fmin(0, grid->log_prior[i] + grid->log_likelihood[i] - most));
    return grid->count &&
           life_weights_outlook(grid->lives, weights, grid->count, age, ret_outlook);
}

bool life_outlook_says(const struct life_outlook *outlook, double age)
{
    return outlook->q90 - outlook->q10 <= WIDEST * (age + outlook->q50);
}
