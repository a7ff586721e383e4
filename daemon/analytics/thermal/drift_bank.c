/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/drift_bank.h"

#include <math.h>
#include <string.h>

#define OFFSET_VARIANCE  100.0 /* domain.md 4.4, as are the next two */
#define WEAR_VARIANCE    0.25
#define KELVIN_VARIANCE  9.0
#define VIRTUAL_VARIANCE 900.0 /* 30 um of growth at full heat */
#define NOISE_COUNT      8.0   /* measurements that the configured noise is worth */
#define SENSOR_TRUST     1.6   /* a thermometer is five times as likely as a guess */
#define WEIGHT_MIN       1e-9
#define TAU_MASS         0.8
#define ECHO_FORGET      0.98 /* an innovation: the last fifty count */
#define ECHO_COUNT       20   /* below it nothing is known of echoes */
#define OUTLIER          4.0  /* sigmas that a measurement may pull with at most */
#define OUTLIER_COUNT    10   /* measurements before one may be called that */

const double virtual_tau_s[VIRTUAL_COUNT] = {900, 1500, 2400, 3600, 5400, 8400};

static void renew_weights(struct drift_bank *bank)
{
    double best = -INFINITY, sum = 0;

    for (int i = 0; i < BANK_MEMBERS; i++)
        best = fmax(best, bank->members[i].likelihood);
    for (int i = 0; i < BANK_MEMBERS; i++) {
        struct drift_member *member = &bank->members[i];
        member->likelihood -= best;
        member->weight = fmax(exp(member->likelihood), WEIGHT_MIN);
        sum += member->weight;
    }
    for (int i = 0; i < BANK_MEMBERS; i++)
        bank->members[i].weight /= sum;
}

void drift_bank_init(struct drift_bank *bank, double noise_um)
{
    const double kelvin[DRIFT_STATES] = {OFFSET_VARIANCE, WEAR_VARIANCE, KELVIN_VARIANCE};
    const double share[DRIFT_STATES] = {OFFSET_VARIANCE, WEAR_VARIANCE, VIRTUAL_VARIANCE};

    memset(bank, 0, sizeof(*bank));
    for (int i = 0; i < BANK_MEMBERS; i++) {
        drift_filter_init(&bank->members[i].filter, i < VIRTUAL_COUNT ? share : kelvin);
        bank->members[i].likelihood = i < VIRTUAL_COUNT ? 0 : SENSOR_TRUST;
    }
    renew_weights(bank);
    bank->noise = noise_um * noise_um;
    bank->noise_count = NOISE_COUNT;
}

void drift_bank_reopen(struct drift_bank *bank, enum drift_state state, double variance)
{
    for (int i = 0; i < BANK_MEMBERS; i++)
        drift_filter_reopen(&bank->members[i].filter, state, variance);
}

void drift_bank_renew(struct drift_bank *bank, enum drift_state state, double variance)
{
    for (int i = 0; i < BANK_MEMBERS; i++)
        drift_filter_renew(&bank->members[i].filter, state, variance);
}

static void fill_row(const struct drift_inputs *inputs, int member,
                     double ret_h[DRIFT_STATES])
{
    for (int i = 0; i < DRIFT_STATES; i++)
        ret_h[i] = inputs->levels[i];
    ret_h[DRIFT_OFFSET] = 1;
    ret_h[DRIFT_WEAR] = inputs->age;
    ret_h[DRIFT_GAIN] = inputs->theta[member];
}

/* The weights of those whose theta is known; they add up to 1, or to 0. */
static void share_weights(const struct drift_bank *bank,
                          const struct drift_inputs *inputs, double ret[BANK_MEMBERS])
{
    double sum = 0;

    for (int i = 0; i < BANK_MEMBERS; i++) {
        ret[i] = isfinite(inputs->theta[i]) ? bank->members[i].weight : 0;
        sum += ret[i];
    }
    for (int i = 0; sum > 0 && i < BANK_MEMBERS; i++)
        ret[i] /= sum;
}

static void renew_noise(struct drift_bank *bank, const struct drift_innovation *all)
{
    if (!(all->variance > 0))
        return;
    double sigmas = all->error / sqrt(all->variance);
    sigmas = fmax(fmin(sigmas, 3), -3);
    bank->noise += (sigmas * sigmas - 1) * bank->noise / (bank->noise_count + 1);
    bank->noise_count++;
    bank->neighbours = ECHO_FORGET * bank->neighbours + sigmas * bank->last;
    bank->squares = ECHO_FORGET * bank->squares + sigmas * sigmas;
    bank->last = sigmas;
}

/* The mixture's innovation; each member's log density in ret_densities. */
static struct drift_innovation meet(const struct drift_bank *bank,
                                    const struct drift_inputs *inputs, double y,
                                    double ret_densities[BANK_MEMBERS])
{
    struct drift_innovation all = {0, 0};
    double weights[BANK_MEMBERS], mean = 0;

    share_weights(bank, inputs, weights);
    for (int i = 0; i < BANK_MEMBERS; i++) {
        double h[DRIFT_STATES];
        if (!isfinite(inputs->theta[i]))
            continue;
        fill_row(inputs, i, h);
        struct drift_innovation own =
            drift_filter_look(&bank->members[i].filter, h, y, bank->noise);
        ret_densities[i] =
            -0.5 * (own.error * own.error / own.variance + log(own.variance));
        mean += weights[i] * ret_densities[i];
        all.error += weights[i] * own.error;
        all.variance += weights[i] * (own.variance + own.error * own.error);
    }
    all.variance -= all.error * all.error;
    /* Who could not speak keeps its place: it is given what the others had on average. */
    for (int i = 0; i < BANK_MEMBERS; i++)
        if (!isfinite(inputs->theta[i]))
            ret_densities[i] = mean;
    return all;
}

static bool is_outlier(const struct drift_bank *bank, const struct drift_innovation *all)
{
    return bank->count >= OUTLIER_COUNT &&
           all->error * all->error > OUTLIER * OUTLIER * all->variance;
}

/* The noise that this measurement is taken in with. One that can hardly be pulls the less
 * the farther it is off; a second one on the same side is a step that nobody told. */
static double doubt(struct drift_bank *bank, const struct drift_innovation *all)
{
    double square = all->error * all->error / (OUTLIER * OUTLIER * all->variance);
    int side = !is_outlier(bank, all) ? 0 : all->error > 0 ? 1 : -1;
    bool again = side && side == bank->outlier;

    bank->outlier = again ? 0 : side;
    if (again)
        drift_bank_reopen(bank, DRIFT_OFFSET, all->error * all->error);
    return bank->noise + (bank->outlier ? all->variance * (square * square - 1) : 0);
}

struct drift_innovation drift_bank_add(struct drift_bank *bank,
                                       const struct drift_inputs *inputs, double y)
{
    double densities[BANK_MEMBERS];
    struct drift_innovation all = meet(bank, inputs, y, densities);
    bool is_odd = is_outlier(bank, &all);
    double noise = doubt(bank, &all);

    for (int i = 0; i < BANK_MEMBERS; i++) {
        double h[DRIFT_STATES];
        if (!isfinite(inputs->theta[i]))
            continue;
        fill_row(inputs, i, h);
        (void)drift_filter_add(&bank->members[i].filter, h, y, noise);
    }
    if (!is_odd) /* it says nothing of who is right */
        for (int i = 0; i < BANK_MEMBERS; i++)
            bank->members[i].likelihood += densities[i];
    renew_weights(bank);
    bank->count++;
    renew_noise(bank, &all);
    return all;
}

double drift_bank_echo(const struct drift_bank *bank)
{
    if (bank->count < ECHO_COUNT || !(bank->squares > 0))
        return 0;
    return bank->neighbours / bank->squares;
}

/* Sums over members, with the spread between them. */
struct spread {
    double mean, square;
};

static void spread_add(struct spread *spread, double weight, double value,
                       double variance)
{
    spread->mean += weight * value;
    spread->square += weight * (value * value + variance);
}

static double spread_u(const struct spread *spread)
{
    return sqrt(fmax(0, spread->square - spread->mean * spread->mean));
}

static void look_tau(const double weights[BANK_MEMBERS], struct drift_mixture *mixture)
{
    struct spread tau = {0, 0};
    double sum = 0, pair = 0;

    for (int i = 0; i < VIRTUAL_COUNT; i++)
        sum += weights[i];
    if (sum < 1e-6)
        return;
    for (int i = 0; i < VIRTUAL_COUNT; i++) {
        spread_add(&tau, weights[i] / sum, virtual_tau_s[i], 0);
        if (i)
            pair = fmax(pair, (weights[i] + weights[i - 1]) / sum);
    }
    mixture->tau_s = tau.mean;
    mixture->tau_u_s = spread_u(&tau);
    mixture->tau_identified = pair > TAU_MASS;
}

/* What each state adds to a measurement now, of the mixture. */
static void look_parts(const struct drift_bank *bank, const struct drift_inputs *inputs,
                       const double weights[BANK_MEMBERS], struct drift_mixture *mixture)
{
    double h[DRIFT_STATES];

    for (int i = 0; i < BANK_MEMBERS; i++) {
        const struct drift_filter *filter = &bank->members[i].filter;
        if (weights[i] <= 0)
            continue;
        fill_row(inputs, i, h);
        for (int k = 0; k < DRIFT_STATES; k++) {
            mixture->parts[k] += weights[i] * h[k] * filter->x[k];
            for (int j = 0; j <= k; j++)
                mixture->covariance[drift_packed(k, j)] +=
                    weights[i] * h[k] * h[j] *
                    (drift_filter_covariance(filter, k, j) + filter->x[k] * filter->x[j]);
        }
    }
    for (int k = 0; k < DRIFT_STATES; k++)
        for (int j = 0; j <= k; j++)
            mixture->covariance[drift_packed(k, j)] -=
                mixture->parts[k] * mixture->parts[j];
}

double drift_mixture_u(const struct drift_mixture *mixture, int part)
{
    return sqrt(fmax(0, mixture->covariance[drift_packed(part, part)]));
}

double drift_mixture_gap_u(const struct drift_mixture *mixture, int part, int other)
{
    double together = mixture->covariance[drift_packed(part, other)];

    if (mixture->parts[part] * mixture->parts[other] < 0)
        together = -together;
    return sqrt(fmax(0, mixture->covariance[drift_packed(part, part)] +
                            mixture->covariance[drift_packed(other, other)] -
                            2 * together));
}

void drift_bank_look(const struct drift_bank *bank, const struct drift_inputs *inputs,
                     struct drift_mixture *ret_mixture)
{
    struct spread wear = {0, 0}, amplitude = {0, 0}, value = {0, 0};
    double weights[BANK_MEMBERS], product = 0, kelvin = 0, kelvin_weight = 0;
    double h[DRIFT_STATES];

    *ret_mixture = (struct drift_mixture){.tau_s = NAN, .tau_u_s = NAN};
    share_weights(bank, inputs, weights);
    for (int i = 0; i < BANK_MEMBERS; i++) {
        const struct drift_filter *filter = &bank->members[i].filter;
        double weight = weights[i], rise = inputs->rise[i];
        if (weight <= 0)
            continue;
        double gain = filter->x[DRIFT_GAIN], w = filter->x[DRIFT_WEAR];
        fill_row(inputs, i, h);
        struct drift_innovation now = drift_filter_look(filter, h, 0, 0);
        spread_add(&wear, weight, w,
                   drift_filter_covariance(filter, DRIFT_WEAR, DRIFT_WEAR));
        spread_add(&amplitude, weight, gain * rise,
                   rise * rise * drift_filter_covariance(filter, DRIFT_GAIN, DRIFT_GAIN));
        spread_add(&value, weight, -now.error, now.variance);
        product += weight * rise *
                   (w * gain + drift_filter_covariance(filter, DRIFT_WEAR, DRIFT_GAIN));
        ret_mixture->heat += weight * gain * inputs->theta[i];
        ret_mixture->soak += weight * inputs->theta[i] / rise;
        kelvin += i < VIRTUAL_COUNT ? 0 : weight * gain;
        kelvin_weight += i < VIRTUAL_COUNT ? 0 : weight;
    }
    ret_mixture->wear = wear.mean;
    ret_mixture->wear_u = spread_u(&wear);
    ret_mixture->amplitude = amplitude.mean;
    ret_mixture->amplitude_u = spread_u(&amplitude);
    ret_mixture->value = value.mean;
    ret_mixture->value_u = spread_u(&value);
    ret_mixture->correlation =
        (product - wear.mean * amplitude.mean) /
        fmax(ret_mixture->wear_u * ret_mixture->amplitude_u, 1e-12);
    ret_mixture->measured = kelvin_weight;
    ret_mixture->per_kelvin = kelvin_weight > 0.01 ? kelvin / kelvin_weight : (double)NAN;
    look_parts(bank, inputs, weights, ret_mixture);
    look_tau(weights, ret_mixture);
}
