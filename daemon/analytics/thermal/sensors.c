/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/sensors.h"

#include "daemon/analytics/thermal/growth.h"
#include "daemon/base/text.h"

#include <math.h>
#include <string.h>

#define RATE_MIN_COUNT  10
#define RATE_WINDOW_MIN 15.0
#define FIT_MIN_COUNT   30
#define FIT_MIN_SPREAD  0.2  /* sum of squares of the virtual state: it has moved */
#define QUANTUM         1e-3 /* K2 that a thermometer's steps leave */
#define FIT_MIN_SHARE   0.5  /* of the temperature's variance that it explains */
#define FIT_INDEPENDENT 15.0 /* minutes that count as one independent value */
#define TAU_MASS        0.8

void sensors_init(struct sensors *sensors)
{
    memset(sensors, 0, sizeof(*sensors));
    for (int i = 0; i < SENSOR_COUNT; i++)
        sensors->items[i].value = NAN;
}

bool sensor_is_used(const struct sensor *sensor)
{
    return isfinite(sensor->value);
}

static struct sensor *find(struct sensors *sensors, const char *place)
{
    for (int i = 0; i < SENSOR_COUNT; i++) {
        struct sensor *sensor = &sensors->items[i];
        if (!sensor_is_used(sensor) ||
            strncmp(sensor->place, place, sizeof(sensor->place) - 1) == 0)
            return sensor;
    }
    return NULL;
}

static double lag_at(const struct sensor *sensor, int lag, double seconds)
{
    return growth_step(sensor->lags[lag], sensor->value, lag_tau_s[lag],
                       fmax(seconds, 0));
}

void sensors_observe(struct sensors *sensors, const char *place, double celsius,
                     struct moment at)
{
    struct sensor *sensor = find(sensors, place);

    if (!sensor || !isfinite(celsius))
        return;
    if (!sensor_is_used(sensor)) {
        (void)text_copy(sensor->place, sizeof(sensor->place), place);
        sensor->first = celsius;
        for (int lag = 0; lag < LAG_COUNT; lag++)
            sensor->lags[lag] = celsius;
    } else {
        double seconds = moment_seconds(sensor->at, at);
        for (int lag = 0; lag < LAG_COUNT; lag++)
            sensor->lags[lag] = lag_at(sensor, lag, seconds);
    }
    sensor->value = celsius;
    sensor->at = at;
}

static void follow(struct sensor *sensor, const struct heat_input *heat)
{
    double count = (double)++sensor->fit_count;

    for (int i = 0; i < VIRTUAL_COUNT; i++) {
        struct sensor_fit *fit = &sensor->fits[i];
        double dx = heat->states[i] - fit->x, dt = sensor->value - fit->t;
        fit->x += dx / count;
        fit->t += dt / count;
        fit->xx += dx * (heat->states[i] - fit->x);
        fit->xt += dx * (sensor->value - fit->t);
        fit->tt += dt * (sensor->value - fit->t);
    }
}

void sensors_minute(struct sensors *sensors, const struct heat_input *heat)
{
    for (int i = 0; i < SENSOR_COUNT; i++) {
        struct sensor *sensor = &sensors->items[i];
        if (!sensor_is_used(sensor))
            continue;
        sensor->minutes[sensor->minute_count++ % SENSOR_MINUTES] = sensor->value;
        if (heat_input_is_known(heat))
            follow(sensor, heat);
    }
}

void sensors_lagged(const struct sensors *sensors, struct moment at, double ahead_s,
                    struct lagged *ret)
{
    for (int i = 0; i < SENSOR_COUNT; i++) {
        const struct sensor *sensor = &sensors->items[i];
        bool used = sensor_is_used(sensor);
        double seconds = used ? moment_seconds(sensor->at, at) + ahead_s : 0;
        for (int lag = 0; lag < LAG_COUNT; lag++)
            ret->values[lag][i] = used ? lag_at(sensor, lag, seconds) : (double)NAN;
    }
}

double sensor_rate(const struct sensor *sensor)
{
    int64_t count =
        sensor->minute_count < SENSOR_MINUTES ? sensor->minute_count : SENSOR_MINUTES;
    double middle = (double)(count - 1) / 2, mean = 0, xx = 0, xt = 0;

    if (count < RATE_MIN_COUNT)
        return NAN;
    int64_t first = sensor->minute_count - count;
    for (int64_t i = 0; i < count; i++)
        mean += sensor->minutes[(first + i) % SENSOR_MINUTES] / (double)count;
    for (int64_t i = 0; i < count; i++) {
        double x = (double)i - middle;
        xx += x * x;
        xt += x * (sensor->minutes[(first + i) % SENSOR_MINUTES] - mean);
    }
    return xt / xx * RATE_WINDOW_MIN;
}

/* Log likelihoods of the time constants; the best one's number, or -1. */
static int weigh(const struct sensor *sensor, double ret_weights[VIRTUAL_COUNT])
{
    double count = (double)sensor->fit_count, sum = 0, scores[VIRTUAL_COUNT];
    int best = -1;

    for (int i = 0; i < VIRTUAL_COUNT; i++) {
        const struct sensor_fit *fit = &sensor->fits[i];
        if (fit->xx < FIT_MIN_SPREAD)
            return -1;
        double rest = fit->tt - fit->xt * fit->xt / fit->xx;
        scores[i] = -0.5 * count / FIT_INDEPENDENT * log(rest / count + QUANTUM);
        best = best < 0 || scores[i] > scores[best] ? i : best;
    }
    const struct sensor_fit *fit = &sensor->fits[best];
    if (fit->xt <= 0 || fit->xt * fit->xt < FIT_MIN_SHARE * fit->xx * fit->tt)
        return -1;
    for (int i = 0; i < VIRTUAL_COUNT; i++)
        sum += ret_weights[i] = exp(scores[i] - scores[best]);
    for (int i = 0; i < VIRTUAL_COUNT; i++)
        ret_weights[i] /= sum;
    return best;
}

void sensor_course(const struct sensor *sensor, struct sensor_course *ret)
{
    double weights[VIRTUAL_COUNT], square = 0, pair = 0;

    *ret = (struct sensor_course){NAN, NAN, NAN, NAN, false};
    if (sensor->fit_count < FIT_MIN_COUNT)
        return;
    int best = weigh(sensor, weights);
    if (best < 0)
        return;
    const struct sensor_fit *fit = &sensor->fits[best];
    ret->rise = fit->xt / fit->xx;
    ret->base = fit->t - ret->rise * fit->x;
    ret->tau_s = 0;
    for (int i = 0; i < VIRTUAL_COUNT; i++) {
        ret->tau_s += weights[i] * virtual_tau_s[i];
        square += weights[i] * virtual_tau_s[i] * virtual_tau_s[i];
        if (i)
            pair = fmax(pair, weights[i] + weights[i - 1]);
    }
    ret->tau_u_s = sqrt(fmax(0, square - ret->tau_s * ret->tau_s));
    ret->is_identified = pair > TAU_MASS;
}
