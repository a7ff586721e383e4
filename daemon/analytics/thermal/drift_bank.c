/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/drift_bank.h"

#include <math.h>
#include <string.h>

#define OFFSET_VARIANCE  100.0 /* domain.md 4.4, as are the next two */
#define WEAR_VARIANCE    0.25
#define KELVIN_VARIANCE  9.0
#define VIRTUAL_VARIANCE 900.0 /* 30 um of growth at full heat */
#define NOISE_COUNT      20.0  /* measurements that the configured noise is worth */
#define SENSOR_TRUST     1.6   /* a thermometer is five times as likely as a guess */
#define WEIGHT_MIN       1e-9
#define TAU_MASS         0.8

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
    const double kelvin[] = {OFFSET_VARIANCE, WEAR_VARIANCE, KELVIN_VARIANCE};
    const double share[] = {OFFSET_VARIANCE, WEAR_VARIANCE, VIRTUAL_VARIANCE};

    memset(bank, 0, sizeof(*bank));
    for (int i = 0; i < BANK_MEMBERS; i++) {
        drift_filter_init(&bank->members[i].filter, i < VIRTUAL_COUNT ? share : kelvin);
        bank->members[i].likelihood = i < VIRTUAL_COUNT ? 0 : SENSOR_TRUST;
    }
    renew_weights(bank);
    bank->noise = bank->noise_first = noise_um * noise_um;
    bank->noise_count = NOISE_COUNT;
}

void drift_bank_reopen(struct drift_bank *bank, double variance)
{
    for (int i = 0; i < BANK_MEMBERS; i++)
        drift_filter_reopen(&bank->members[i].filter, variance);
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

struct drift_innovation drift_bank_add(struct drift_bank *bank,
                                       const struct drift_inputs *inputs, double y)
{
    struct drift_innovation all = {0, 0};
    double weights[BANK_MEMBERS], density[BANK_MEMBERS], mean = 0;

    share_weights(bank, inputs, weights);
    for (int i = 0; i < BANK_MEMBERS; i++) {
        if (!isfinite(inputs->theta[i]))
            continue;
        struct drift_innovation own = drift_filter_add(
            &bank->members[i].filter, inputs->age, inputs->theta[i], y, bank->noise);
        density[i] = -0.5 * (own.error * own.error / own.variance + log(own.variance));
        mean += weights[i] * density[i];
        all.error += weights[i] * own.error;
        all.variance += weights[i] * (own.variance + own.error * own.error);
    }
    all.variance -= all.error * all.error;
    /* Who could not speak keeps its place: it is given what the others had on average. */
    for (int i = 0; i < BANK_MEMBERS; i++)
        bank->members[i].likelihood += isfinite(inputs->theta[i]) ? density[i] : mean;
    renew_weights(bank);
    bank->count++;
    if (all.variance > 0) {
        double one = all.error * all.error / all.variance;
        bank->noise +=
            (fmin(one, 9) * bank->noise - bank->noise) / (bank->noise_count + 1);
        bank->noise_count++;
    }
    return all;
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

void drift_bank_look(const struct drift_bank *bank, const struct drift_inputs *inputs,
                     struct drift_mixture *ret_mixture)
{
    struct spread wear = {0, 0}, amplitude = {0, 0}, value = {0, 0};
    double weights[BANK_MEMBERS], product = 0, kelvin = 0, kelvin_weight = 0;

    *ret_mixture = (struct drift_mixture){.tau_s = NAN, .tau_u_s = NAN};
    share_weights(bank, inputs, weights);
    for (int i = 0; i < BANK_MEMBERS; i++) {
        const struct drift_filter *filter = &bank->members[i].filter;
        double weight = weights[i], rise = inputs->rise[i];
        if (weight <= 0)
            continue;
        double gain = filter->x[DRIFT_GAIN], w = filter->x[DRIFT_WEAR];
        struct drift_innovation now =
            drift_filter_look(filter, inputs->age, inputs->theta[i], 0, 0);
        spread_add(&wear, weight, w, filter->p[DRIFT_WEAR][DRIFT_WEAR]);
        spread_add(&amplitude, weight, gain * rise,
                   rise * rise * filter->p[DRIFT_GAIN][DRIFT_GAIN]);
        spread_add(&value, weight, -now.error, now.variance);
        product += weight * (w * gain * rise + rise * filter->p[DRIFT_WEAR][DRIFT_GAIN]);
        ret_mixture->offset += weight * filter->x[DRIFT_OFFSET];
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
    ret_mixture->per_kelvin = kelvin_weight > 0.01 ? kelvin / kelvin_weight : (double)NAN;
    look_tau(weights, ret_mixture);
}
