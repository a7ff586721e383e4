/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/levels.h"

#include <math.h>
#include <string.h>

#define AIR_KNOWN 20 /* samples of air before its load is believed */

void levels_init(struct levels *levels)
{
    memset(levels, 0, sizeof(*levels));
    levels->feed = levels->feed_override = levels->timer = levels->energy = NAN;
    levels->line = RECORD_UNKNOWN;
}

static uint32_t hash(const char *text)
{
    uint32_t sum = UINT32_C(2166136261);

    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * UINT32_C(16777619);
    return sum ? sum : 1;
}

static struct spindle_values *find_spindle(struct levels *levels, const char *place)
{
    uint32_t sum = hash(place);

    for (uint32_t i = 0; i < levels->spindle_count; i++)
        if (levels->spindles[i].place == sum)
            return &levels->spindles[i];
    if (levels->spindle_count == LEVEL_SPINDLES)
        return NULL;
    levels->spindles[levels->spindle_count] =
        (struct spindle_values){.place = sum, .load = NAN};
    turning_init(&levels->spindles[levels->spindle_count].turning);
    return &levels->spindles[levels->spindle_count++];
}

double levels_load(const struct levels *levels)
{
    double most = NAN;

    for (uint32_t i = 0; i < levels->spindle_count; i++)
        most = fmax(most, levels->spindles[i].load);
    return most;
}

double levels_speed(const struct levels *levels)
{
    double most = NAN;

    for (uint32_t i = 0; i < levels->spindle_count; i++)
        most = fmax(most, levels->spindles[i].turning.speed);
    return most;
}

bool levels_turn(const struct levels *levels)
{
    for (uint32_t i = 0; i < levels->spindle_count; i++)
        if (levels->spindles[i].turning.turns)
            return true;
    return false;
}

bool levels_may_turn(const struct levels *levels)
{
    for (uint32_t i = 0; i < levels->spindle_count; i++)
        if (levels->spindles[i].turning.slow_ns)
            return true;
    return false;
}

/* A turning spindle with no feed cuts nothing: what it draws is air. */
static void learn_air(struct levels *levels)
{
    struct air_load *air = &levels->air;
    double load = levels_load(levels);
    double weight = air->seen < 50 ? 1.0 / (air->seen + 1.0) : 0.02;

    if (!levels->has_feed || levels->feed > 0 || isnan(load) ||
        !(levels_speed(levels) > 1))
        return;
    double apart = load - air->mean;
    air->mean += weight * apart;
    air->variance = (1 - weight) * (air->variance + weight * apart * apart);
    air->seen++;
}

static void hear_spindle(struct levels *levels, const struct sample *sample)
{
    struct spindle_values *spindle = find_spindle(levels, sample->place);

    if (!spindle)
        return;
    if (sample->signal == SIGNAL_SPINDLE_SPEED) {
        double speed = sample_number(sample);

        levels->top_speed = fmax(levels->top_speed, fabs(speed));
        levels->late_ns = turning_observe(&spindle->turning, sample->at.mono_ns, speed,
                                          levels->top_speed);
    } else {
        spindle->load = sample_number(sample);
        learn_air(levels);
    }
}

/* Adds what a counter moved on; a counter that falls began anew. */
static void count_on(const struct sample *sample, double *value, int64_t *total_ns)
{
    double now = sample_number(sample);

    if (isnan(now))
        return;
    if (!isnan(*value))
        *total_ns += llround((now >= *value ? now - *value : fmax(now, 0)) * 1e9);
    *value = now;
}

static void raise_fault(struct levels *levels, const struct condition *condition,
                        uint32_t id, uint32_t type, struct moment at)
{
    for (size_t i = 0; i < LEVEL_FAULTS; i++)
        if (levels->faults[i] == id)
            return;
    if (!levels_has_fault(levels)) {
        levels->fault_at = at;
        (void)text_copy(levels->fault_code, sizeof(levels->fault_code),
                        *condition->code ? condition->code : condition->text);
    }
    for (size_t i = 0; i < LEVEL_FAULTS; i++) {
        if (levels->faults[i])
            continue;
        levels->faults[i] = id;
        levels->fault_types[i] = type;
        return;
    }
}

static void hear_condition(struct levels *levels, const struct sample *sample)
{
    const struct condition *condition = sample->value.condition;
    uint32_t type = hash(sample->place);
    const char *name = *condition->id ? condition->id : condition->code;
    uint32_t id = (hash(name) ^ (type << 1)) | 1;

    if (condition->level == LEVEL_FAULT) {
        raise_fault(levels, condition, id, type, sample->at);
        return;
    }
    for (size_t i = 0; i < LEVEL_FAULTS; i++)
        if (levels->fault_types[i] == type &&
            (levels->faults[i] == id || !*name || condition->level == LEVEL_UNAVAILABLE))
            levels->faults[i] = levels->fault_types[i] = 0;
}

static void hear_alarm(struct levels *levels, const struct sample *sample, bool *flag,
                       const char *code)
{
    bool is_on = sample->value.integer != 0;

    if (is_on && !levels_has_fault(levels)) {
        levels->fault_at = sample->at;
        (void)text_copy(levels->fault_code, sizeof(levels->fault_code), code);
    }
    *flag = is_on;
}

static void hear_override(struct levels *levels, const struct sample *sample)
{
    bool is_on = sample->value.integer != 0;

    if (strcmp(sample->place, "single_block") == 0)
        levels->single_block = is_on;
    else if (strcmp(sample->place, "dry_run") == 0)
        levels->dry_run = is_on;
    else if (strcmp(sample->place, "axis_lock") == 0)
        levels->axis_lock = is_on;
}

#define RAPID_SHARE \
    0.6 /* of the highest feed seen: rapid overrides reach down to there */

static void learn_feed(struct levels *levels, double feed, int64_t at_ns)
{
    struct feed_habits *feeds = &levels->feeds;
    double passed = (double)(at_ns - feeds->newest_ns) / 1e9;

    if (levels->has_feed && levels->feed > 0 && passed > 0 && passed < 3600) {
        if (levels->feed >= RAPID_SHARE * feeds->top)
            feeds->fast_s += passed;
        else
            feeds->slow_s += passed;
    }
    if (RAPID_SHARE * feed > feeds->top) {
        feeds->slow_s += feeds->fast_s;
        feeds->fast_s = 0;
    }
    feeds->top = fmax(feeds->top, feed);
    feeds->newest_ns = at_ns;
}

bool levels_is_rapid(const struct levels *levels)
{
    const struct feed_habits *feeds = &levels->feeds;

    return levels->has_feed && levels->feed > 0 &&
           levels->feed >= RAPID_SHARE * feeds->top &&
           feeds->slow_s > fmax(10, 2 * feeds->fast_s);
}

/* What stands around the cut: doors, alarms, what the control says in words. */
static void hear_surroundings(struct levels *levels, const struct sample *sample)
{
    switch (sample->signal) {
    case SIGNAL_DOOR:
        levels->has_door = true;
        levels->door_open = sample->value.integer == OPENING_OPEN;
        break;
    case SIGNAL_CHUCK:
        levels->chuck_open = sample->value.integer == OPENING_OPEN;
        break;
    case SIGNAL_BAR_END:
        levels->bar_end = sample->value.integer != 0;
        break;
    case SIGNAL_EMERGENCY_STOP:
        hear_alarm(levels, sample, &levels->emergency, "emergency stop");
        break;
    case SIGNAL_ALARM:
        hear_alarm(levels, sample, &levels->alarm, "alarm");
        break;
    case SIGNAL_CONDITION:
        hear_condition(levels, sample);
        break;
    case SIGNAL_MODE_OVERRIDE:
        hear_override(levels, sample);
        break;
    case SIGNAL_PROGRAM_COMMENT:
        (void)text_copy(levels->comment, sizeof(levels->comment), sample->value.text);
        break;
    case SIGNAL_WAIT_REASON:
        (void)text_copy(levels->wait_reason, sizeof(levels->wait_reason),
                        sample->value.text);
        break;
    default:
        break;
    }
}

/* How and with what it cuts. */
static void hear_good(struct levels *levels, const struct sample *sample)
{
    switch (sample->signal) {
    case SIGNAL_MODE:
        levels->has_mode = true;
        levels->mode = (enum mode)sample->value.integer;
        break;
    case SIGNAL_FUNCTION:
        levels->has_function = true;
        levels->function = (enum function)sample->value.integer;
        break;
    case SIGNAL_FEED:
        learn_feed(levels, fabs(sample_number(sample)), sample->at.mono_ns);
        levels->has_feed = true;
        levels->feed = fabs(sample_number(sample));
        break;
    case SIGNAL_FEED_OVERRIDE:
        levels->feed_override = sample_number(sample);
        break;
    case SIGNAL_SPINDLE_SPEED:
    case SIGNAL_SPINDLE_LOAD:
        hear_spindle(levels, sample);
        break;
    case SIGNAL_CUTTING:
        levels->has_bit = true;
        levels->cutting_bit = sample->value.integer != 0;
        break;
    case SIGNAL_CUT_TIME:
        levels->has_timer = true;
        count_on(sample, &levels->timer, &levels->timer_ns);
        break;
    case SIGNAL_ENERGY:
        levels->has_energy = true;
        count_on(sample, &levels->energy, &levels->energy_ns);
        break;
    default:
        hear_surroundings(levels, sample);
        break;
    }
}

void levels_observe(struct levels *levels, const struct sample *sample)
{
    if (sample_is_good(sample))
        hear_good(levels, sample);
    else if (sample->signal == SIGNAL_FEED)
        levels->feed = NAN;
    else if (sample->signal == SIGNAL_FEED_OVERRIDE)
        levels->feed_override = NAN;
    else if (sample->signal == SIGNAL_SPINDLE_LOAD ||
             sample->signal == SIGNAL_SPINDLE_SPEED)
        hear_spindle(levels, sample);
    else if (sample->signal == SIGNAL_CUTTING)
        levels->cutting_bit = false;
}

bool levels_has_fault(const struct levels *levels)
{
    if (levels->emergency || levels->alarm)
        return true;
    for (size_t i = 0; i < LEVEL_FAULTS; i++)
        if (levels->faults[i])
            return true;
    return false;
}

bool levels_is_automatic(const struct levels *levels)
{
    return !levels->has_mode || levels->mode == MODE_AUTO || levels->mode == MODE_SEMI;
}

static bool knows_air(const struct levels *levels, const struct cycle_options *options)
{
    return !isnan(options->air_load) || levels->air.seen >= AIR_KNOWN;
}

bool levels_is_cutting(const struct levels *levels, const struct cycle_options *options)
{
    double load = levels_load(levels), speed = levels_speed(levels);

    if (levels->has_bit)
        return levels->cutting_bit;
    if (!levels->has_feed || !(levels->feed > 0) || speed < 1 || levels_is_rapid(levels))
        return false;
    if (isnan(load) || !knows_air(levels, options))
        return true;
    if (!isnan(options->air_load))
        return load > options->air_load;
    return load > levels->air.mean + fmax(3, 4 * sqrt(levels->air.variance));
}

enum cut_source levels_cut_source(const struct levels *levels,
                                  const struct cycle_options *options)
{
    if (levels->has_timer)
        return CUT_SOURCE_TIMER;
    if (levels->has_bit)
        return CUT_SOURCE_BIT;
    if (!levels->has_feed)
        return CUT_SOURCE_NONE;
    if (!isnan(levels_load(levels)) && knows_air(levels, options))
        return CUT_SOURCE_LOAD;
    return CUT_SOURCE_FEED;
}
