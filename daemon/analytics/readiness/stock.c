/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/readiness/stock.h"

#include "daemon/analytics/readiness/readiness.h"
#include "daemon/analytics/tool/tool_options.h"

#include <math.h>
#include <string.h>

#define FULL          100.0 /* % */
#define UNTOLD_CYCLES 2

static const struct supply_rule bar_rule = {.step = 1, .refill = 20}; /* mm */
static const struct supply_rule count_rule = {.step = 1, .refill = 1};
static const struct supply_rule level_rule = {
    .step = 1, .refill = 5, .bounds_early = true}; /* % */

void stock_init(struct stock *stock)
{
    memset(stock, 0, sizeof(*stock));
    supply_init(&stock->bar);
    supply_init(&stock->parts);
    supply_init(&stock->loads);
    stock->bar_end = NAN;
}

/* Hours of production until this moment. Cycles are told when they have ended, and some
 * when the next has begun; longer than two is a stop. */
static double hours_at(const struct stock *stock, int64_t wall_ns)
{
    double since = (double)(wall_ns - stock->ended_ns) / 3600e9;

    if (!stock->ended_ns)
        return 0;
    return stock->hours + fmin(fmax(since, 0), UNTOLD_CYCLES * stock->cycle_h);
}

/* The tank at `place`, made when there is room; NULL = all are taken. */
static struct supply *tank_at(struct tank *tanks, int64_t *count, const char *place)
{
    for (int64_t i = 0; i < *count; i++)
        if (strncmp(tanks[i].place, place, sizeof(tanks[i].place) - 1) == 0)
            return &tanks[i].supply;
    if (*count == STOCK_TANKS)
        return NULL;

    struct tank *tank = &tanks[(*count)++];
    (void)text_copy(tank->place, sizeof(tank->place), place);
    supply_init(&tank->supply);
    return &tank->supply;
}

void stock_observe(struct stock *stock, const struct sample *sample)
{
    double level = sample_is_good(sample) ? sample_number(sample) : (double)NAN;
    double now_h = hours_at(stock, sample->at.wall_ns);
    struct supply *tank;

    switch (sample->signal) {
    case SIGNAL_BAR_LEFT:
        supply_observe(&stock->bar, &bar_rule, level, now_h);
        break;
    case SIGNAL_PARTS_READY:
        supply_observe(&stock->parts, &count_rule, level, now_h);
        break;
    case SIGNAL_LOADS_READY:
        supply_observe(&stock->loads, &count_rule, level, now_h);
        break;
    case SIGNAL_BAR_END:
        stock->bar_end = level;
        break;
    case SIGNAL_COOLANT_LEVEL:
        tank = tank_at(stock->coolant, &stock->coolant_count, sample->place);
        if (tank)
            supply_observe(tank, &level_rule, level, now_h);
        break;
    case SIGNAL_CHIP_LEVEL:
        tank = tank_at(stock->chips, &stock->chip_count, sample->place);
        if (tank)
            supply_observe(tank, &level_rule, FULL - level, now_h);
        break;
    default:
        break;
    }
}

void stock_run(struct stock *stock, double hours, int64_t wall_ns)
{
    stock->hours += hours;
    stock->cycle_h = hours;
    stock->ended_ns = wall_ns;
}

static double tanks_last(const struct tank *tanks, int64_t count, double least,
                         double now_h)
{
    double first = INFINITY;

    for (int64_t i = 0; i < count; i++) {
        double lasts = supply_lasts(&tanks[i].supply, &level_rule, least, now_h);
        if (isnan(lasts))
            return NAN;
        first = fmin(first, lasts);
    }
    return count ? first : (double)NAN;
}

/* The bar at work and the bars or pallets that wait. What is not known of the one adds
 * nothing to the other. */
static double material_lasts(const struct stock *stock, double remnant, double now_h)
{
    double bar = supply_lasts(&stock->bar, &bar_rule, remnant, now_h);
    double loads = supply_lasts(&stock->loads, &count_rule, 0, now_h);

    if (isnan(bar) && stock->bar_end > 0)
        bar = 0;
    if (isnan(bar) || isnan(loads))
        return isnan(bar) ? loads : bar;
    return bar + loads;
}

void stock_lasts(const struct stock *stock, const struct tool_options *options,
                 int64_t wall_ns, double ret_hours[])
{
    double now_h = hours_at(stock, wall_ns);
    double parts = supply_lasts(&stock->parts, &count_rule, 0, now_h);
    double material = material_lasts(stock, options ? options->bar_remnant : 0, now_h);

    ret_hours[NEED_STOCK] = fmin(parts, material); /* of the two, the one that is known */
    ret_hours[NEED_COOLANT] =
        tanks_last(stock->coolant, stock->coolant_count,
                   options ? options->coolant_min : COOLANT_MIN, now_h);
    ret_hours[NEED_CHIPS] =
        tanks_last(stock->chips, stock->chip_count,
                   FULL - (options ? options->chips_max : CHIPS_MAX), now_h);
}
