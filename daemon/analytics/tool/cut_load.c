/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/cut_load.h"

#include "daemon/analytics/statistics/order.h"

#include <math.h>
#include <string.h>

#define LONGEST_HOLD_S 30.0  /* a value that is older no longer counts */
#define FAR_FROM_AIR   2.5   /* times air: one of the two was a cut */
#define STANDS         10.0  /* air over this: a spindle that hardly turns yet */
#define AIR_FOLLOWS_S  600.0 /* of air: a spindle that warms up draws less */
#define AIR_KNOWN      3
#define MOSTLY         0.5 /* of the time that a value held */
#define AIR_SHARE      0.3 /* of the usual load: below it cuts nothing */
#define CUT_SHARE      0.7 /* above it it cuts: domain.md 3.9 */
#define STANDS_OUT     0.3 /* range over p95 from which on part of a window is no cut */

static const struct load_feature nothing = {NAN, NAN, NAN, NAN, NAN, 0, 0, false};

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
    channel->whole = nothing;
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

/* A feed as fast as rapids are may be a cut for all that. What is far above air is none;
 * where something far below comes, what was taken for air was none. */
static void learn_air(struct load_channel *channel)
{
    size_t bin = air_bin(channel->air_speed);
    double known = channel->air_seen[bin] ? channel->air[bin] : 0;

    if (known > 0 &&
        (channel->value > FAR_FROM_AIR * known || channel->value < known / STANDS))
        return;
    if (FAR_FROM_AIR * channel->value < known)
        channel->air_seen[bin] = 0;

    double first = 1.0 / (channel->air_seen[bin] + 1.0);
    double weight = fmax(channel->air_s / (channel->air_s + AIR_FOLLOWS_S), first);

    channel->air[bin] += weight * (channel->value - channel->air[bin]);
    if (channel->air_seen[bin] < 1000)
        channel->air_seen[bin]++;
}

static bool is_of_axis(enum signal signal)
{
    return signal == SIGNAL_AXIS_LOAD || signal == SIGNAL_AXIS_CURRENT;
}

static bool is_air_known(const struct load_channel *channel)
{
    return is_of_axis(channel->signal) ||
           channel->air_seen[air_bin(channel->cut_speed)] >= AIR_KNOWN;
}

/* The newest value was drawn by a cut: what is above air is the tool's. */
static void take_cut(struct load_channel *channel, bool knows_cutting)
{
    bool is_net = knows_cutting && is_air_known(channel);
    double air = is_net ? channel->air[air_bin(channel->cut_speed)] : 0;

    add(&channel->window, fmax(0, channel->value - air), channel->cut_s);
    channel->window.is_net = is_net;
}

/* Time goes on to `at_ns`: what the path did until then, its values held for. */
static void account(struct cut_load *load, uint16_t path, int64_t at_ns)
{
    struct load_path *state = &load->paths[path - 1];
    double passed = (double)(at_ns - state->at_ns) / 1e9;
    bool cuts = state->is_running && (state->is_cutting || !state->hears_cutting);

    if (passed <= 0)
        return;
    state->at_ns = at_ns;
    state->cut_s += cuts ? passed : 0;
    for (uint32_t i = 0; i < load->count; i++) {
        struct load_channel *channel = &load->channels[i];

        if (channel->path != path || isnan(channel->value))
            continue;
        if (cuts) {
            channel->cut_s += passed;
            channel->cut_speed = state->speed;
        } else if (state->is_running && state->speed > 1) {
            channel->air_s += passed;
            channel->air_speed = state->speed;
        } else {
            channel->idle_s += passed;
        }
    }
}

/* What the newest value was drawn for, as long as it held. */
static void settle(struct load_channel *channel, const struct load_path *state)
{
    double held = channel->cut_s + channel->air_s + channel->idle_s;
    bool counts = !isnan(channel->value) && !channel->is_used;

    if (counts && held > 0 && held < LONGEST_HOLD_S) {
        if (channel->cut_s >= MOSTLY * held)
            take_cut(channel, state->hears_cutting);
        else if (channel->air_s >= MOSTLY * held && !channel->came_cutting &&
                 !is_of_axis(channel->signal))
            learn_air(channel);
    }
    channel->cut_s = channel->air_s = channel->idle_s = 0;
}

bool cut_load_hears(const struct cut_load *load, int64_t path)
{
    return load->paths[path - 1].hears_cutting;
}

void cut_load_observe(struct cut_load *load, const struct sample *sample, double speed,
                      bool is_running, bool is_cutting)
{
    if (sample->path < 1 || sample->path > LOAD_PATHS)
        return;

    struct load_path *state = &load->paths[sample->path - 1];
    account(load, sample->path, sample->at.mono_ns);
    state->is_running = is_running;
    state->is_cutting = is_cutting;
    state->speed = speed;
    if (tells_cutting(sample->signal) && sample_is_good(sample))
        state->hears_cutting = true;
    if (sample->flags & SAMPLE_CLOCK && sample->signal != SIGNAL_TOOL_LIFE)
        state->is_unsure = true;
    if (!is_load(sample->signal))
        return;

    struct load_channel *channel = find_channel(load, sample);
    if (!channel)
        return;
    settle(channel, state);
    channel->is_used = false;
    channel->came_cutting = is_cutting;
    channel->value = NAN;
    if (!sample_is_good(sample))
        return;
    channel->value = fabs(sample_number(sample));
    channel->heard++;
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

/* `cut_s`: how long it cut, as far as anything tells; 0 = nothing does. */
static struct load_feature summarise(const struct load_window *window, double cut_s)
{
    struct load_feature feature = {.peak = window->peak, .is_net = window->is_net};
    double floor = cut_s > 0 ? 0 : find_floor(window);
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
    if (cut_s > 0) {
        feature.seconds = cut_s;
        feature.energy = feature.mean * cut_s;
    }
    order_sort(kept, count);
    feature.p95 = order_quantile(kept, count, 0.95);
    feature.values = (double)window->count * window->stride;
    return feature;
}

/* Two parts of one cut. */
static struct load_feature join(const struct load_feature *a,
                                const struct load_feature *b)
{
    double seconds = a->seconds + b->seconds;

    if (!(a->values > 0))
        return *b;
    if (!(b->values > 0))
        return *a;
    return (struct load_feature){
        .mean = (a->mean * a->seconds + b->mean * b->seconds) / seconds,
        .energy = a->energy + b->energy,
        .p95 = (a->p95 * a->seconds + b->p95 * b->seconds) / seconds,
        .peak = fmax(a->peak, b->peak),
        .seconds = seconds,
        .values = a->values + b->values,
        .heard = a->heard + b->heard,
        .is_net = b->is_net,
    };
}

/* The newest values are of what ends here, not of what comes after it, unless nothing
 * newer ever comes. */
static void close_values(struct cut_load *load, uint16_t path, struct moment at)
{
    account(load, path, at.mono_ns);
    for (uint32_t i = 0; i < load->count; i++) {
        struct load_channel *channel = &load->channels[i];

        if (channel->path != path)
            continue;
        channel->is_used = channel->is_used && channel->window.count > 0;
        settle(channel, &load->paths[path - 1]);
        channel->is_used = channel->window.count > 0;
    }
}

void cut_load_harvest(struct cut_load *load, uint16_t path, struct moment at,
                      struct load_feature ret_features[LOAD_CHANNELS])
{
    struct load_path *state = &load->paths[path - 1];

    close_values(load, path, at);
    for (uint32_t i = 0; i < LOAD_CHANNELS; i++) {
        struct load_channel *channel = &load->channels[i];
        struct load_window *window = &channel->window;

        ret_features[i] = nothing;
        if (i >= load->count || channel->path != path)
            continue;
        if (window->count)
            ret_features[i] = summarise(window, state->hears_cutting ? state->cut_s : 0);
        ret_features[i].heard = channel->heard;
        channel->heard = 0;
        channel->whole = join(&channel->whole, &ret_features[i]);
        memset(window, 0, sizeof(*window));
    }
    state->cut_s = 0;
}

void cut_load_take(struct cut_load *load, uint16_t path, struct moment at,
                   struct load_feature ret_features[LOAD_CHANNELS])
{
    cut_load_harvest(load, path, at, ret_features);
    for (uint32_t i = 0; i < load->count; i++) {
        if (load->channels[i].path != path)
            continue;
        if (!load->paths[path - 1].is_unsure)
            ret_features[i] = load->channels[i].whole;
        else
            ret_features[i] = nothing;
        load->channels[i].whole = nothing;
    }
    load->paths[path - 1].is_unsure = false;
}

double cut_load_tail(struct cut_load *load, uint32_t index, struct moment at,
                     double level, double *ret_sample_s)
{
    const struct load_window *window = &load->channels[index].window;
    double tail = 0, whole = 0;
    size_t end;
    const struct load_feature *before = &load->channels[index].whole;
    bool has_cut = before->values > 0 && before->mean > CUT_SHARE * level;

    close_values(load, load->channels[index].path, at);
    end = window->count;
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
