/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/cut_load.h"

#include "daemon/analytics/statistics/order.h"

#include <math.h>
#include <string.h>

#define LONGEST_HOLD_S 30.0 /* a value that is older no longer counts */
#define AIR_FOLLOWS_S  3600.0
#define AIR_KNOWN      10
#define FEW_VALUES     10
#define LEAST_VALUES   2
#define AIR_SHARE      0.3 /* of the usual load: below it cuts nothing */
#define CUT_SHARE      0.7 /* above it it cuts: domain.md 3.9 */
#define STANDS_OUT     0.3 /* range over p95 from which on part of a window is no cut */

static const struct load_feature nothing = {NAN, NAN, NAN, NAN, NAN, true};

static bool is_load(enum signal signal)
{
    switch (signal) {
    case SIGNAL_SPINDLE_LOAD:
    case SIGNAL_SPINDLE_POWER:
    case SIGNAL_SPINDLE_CURRENT:
    case SIGNAL_AXIS_LOAD:
    case SIGNAL_AXIS_CURRENT:
        return true;
    default:
        return false;
    }
}

static bool tells_cutting(enum signal signal)
{
    return signal == SIGNAL_FEED || signal == SIGNAL_CUTTING || signal == SIGNAL_CUT_TIME;
}

static struct load_channel *find_channel(struct cut_load *load,
                                         const struct sample *sample)
{
    char name[SIGNAL_NAME_MAX];

    signal_print(sample, name);
    for (uint32_t i = 0; i < load->count; i++)
        if (strcmp(load->channels[i].name, name) == 0)
            return &load->channels[i];
    if (load->count == LOAD_CHANNELS)
        return NULL;

    struct load_channel *channel = &load->channels[load->count++];
    memset(channel, 0, sizeof(*channel));
    channel->path = sample->path;
    channel->signal = sample->signal;
    channel->value = NAN;
    (void)text_copy(channel->name, sizeof(channel->name), name);
    return channel;
}

static void halve(struct load_window *window)
{
    for (size_t i = 0; i < WINDOW_VALUES / 2; i++) {
        double a = window->seconds[2 * i], b = window->seconds[2 * i + 1];

        window->values[i] =
            (window->values[2 * i] * a + window->values[2 * i + 1] * b) / (a + b);
        window->seconds[i] = a + b;
    }
    window->count = WINDOW_VALUES / 2;
    window->stride *= 2;
}

static void add(struct load_window *window, double value, double seconds)
{
    if (window->stride == 0)
        window->stride = 1;
    window->peak = window->count ? fmax(window->peak, value) : value;
    if (window->count && window->joined < window->stride) {
        size_t last = window->count - 1;
        double both = window->seconds[last] + seconds;

        window->values[last] += (value - window->values[last]) * seconds / both;
        window->seconds[last] = both;
        window->joined++;
        return;
    }
    if (window->count == WINDOW_VALUES)
        halve(window);
    window->values[window->count] = value;
    window->seconds[window->count++] = seconds;
    window->joined = 1;
}

static size_t air_bin(double speed)
{
    double place = isnan(speed) || speed < 16 ? 0 : floor(log2(speed / 16));

    return place < AIR_BINS ? (size_t)place : AIR_BINS - 1;
}

static void learn_air(struct load_channel *channel, double speed, double seconds)
{
    size_t bin = air_bin(speed);
    double first = 1.0 / (channel->air_seen[bin] + 1.0);
    double weight = fmax(seconds / (seconds + AIR_FOLLOWS_S), first);

    channel->air[bin] += weight * (channel->value - channel->air[bin]);
    if (channel->air_seen[bin] < 1000)
        channel->air_seen[bin]++;
}

static double air_at(const struct load_channel *channel, double speed)
{
    size_t bin = air_bin(speed);

    return channel->air_seen[bin] >= AIR_KNOWN ? channel->air[bin] : 0;
}

void cut_load_observe(struct cut_load *load, const struct sample *sample, double speed,
                      bool is_running, bool is_cutting)
{
    if (sample->path < 1 || sample->path > LOAD_PATHS)
        return;
    if (tells_cutting(sample->signal) && sample_is_good(sample))
        load->hears_cutting[sample->path - 1] = true;
    if (!is_load(sample->signal))
        return;

    struct load_channel *channel = find_channel(load, sample);
    if (!channel)
        return;

    double held = (double)(sample->at.mono_ns - channel->at_ns) / 1e9;
    bool knows = load->hears_cutting[sample->path - 1];
    if (!isnan(channel->value) && held > 0 && held < LONGEST_HOLD_S && is_running) {
        if (is_cutting || !knows)
            add(&channel->window,
                fmax(0, channel->value - (knows ? air_at(channel, speed) : 0)), held);
        else if (sample->signal != SIGNAL_AXIS_LOAD &&
                 sample->signal != SIGNAL_AXIS_CURRENT && speed > 1)
            learn_air(channel, speed, held);
    }
    channel->value = NAN;
    if (sample_is_good(sample))
        channel->value = fabs(sample_number(sample));
    channel->at_ns = sample->at.mono_ns;
}

/* Below this nothing is cut: the middle of the range, when the range is wide. */
static double find_floor(const struct load_window *window)
{
    double sorted[WINDOW_VALUES];

    memcpy(sorted, window->values, window->count * sizeof(*sorted));
    order_sort(sorted, window->count);

    double low = order_quantile(sorted, window->count, 0.05);
    double high = order_quantile(sorted, window->count, 0.95);
    return high - low > STANDS_OUT * high ? (low + high) / 2 : 0;
}

static struct load_feature summarise(const struct load_window *window, bool knows_cutting)
{
    struct load_feature feature = {.peak = window->peak};
    double floor = knows_cutting ? 0 : find_floor(window);
    double kept[WINDOW_VALUES];
    size_t count = 0;

    for (size_t i = 0; i < window->count; i++) {
        if (window->values[i] < floor)
            continue;
        feature.energy += window->values[i] * window->seconds[i];
        feature.seconds += window->seconds[i];
        kept[count++] = window->values[i];
    }
    feature.mean = feature.energy / feature.seconds;
    order_sort(kept, count);
    feature.p95 = order_quantile(kept, count, 0.95);
    feature.is_short = window->count < FEW_VALUES && window->stride <= 1;
    return feature;
}

void cut_load_harvest(struct cut_load *load, uint16_t path, struct moment at,
                      struct load_feature ret_features[LOAD_CHANNELS])
{
    for (uint32_t i = 0; i < LOAD_CHANNELS; i++) {
        struct load_channel *channel = &load->channels[i];

        ret_features[i] = nothing;
        if (i >= load->count || channel->path != path)
            continue;

        /* The last value holds until now, for what has no second value to end it. */
        double held = (double)(at.mono_ns - channel->at_ns) / 1e9;
        if (!isnan(channel->value) && channel->window.count < LEAST_VALUES && held > 0 &&
            held < LONGEST_HOLD_S)
            add(&channel->window, channel->value, held);
        if (channel->window.count)
            ret_features[i] = summarise(&channel->window, load->hears_cutting[path - 1]);
        memset(&channel->window, 0, sizeof(channel->window));
    }
}

double cut_load_tail(const struct cut_load *load, uint32_t index, double level,
                     double *ret_sample_s)
{
    const struct load_window *window = &load->channels[index].window;
    double tail = 0, whole = 0;
    size_t end = window->count;
    bool has_cut = false;

    for (; end > 0 && window->values[end - 1] < AIR_SHARE * level; end--)
        tail += window->seconds[end - 1];
    for (size_t i = 0; i < window->count; i++) {
        has_cut = has_cut || (i < end && window->values[i] > CUT_SHARE * level);
        whole += window->seconds[i];
    }
    *ret_sample_s = window->count ? whole / (double)window->count : 0;
    return has_cut ? tail : 0;
}

double cut_load_span(const struct cut_load *load, uint16_t path)
{
    double longest = 0;

    for (uint32_t i = 0; i < load->count; i++) {
        const struct load_window *window = &load->channels[i].window;
        double span = 0;

        for (size_t k = 0; load->channels[i].path == path && k < window->count; k++)
            span += window->seconds[k];
        longest = fmax(longest, span);
    }
    return longest;
}
