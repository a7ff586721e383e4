/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/outlook.h"

#include "daemon/analytics/tool/economics.h"

#include <math.h>

#define LEAST_LIVES 3

double outlook_wear(const struct edge *edge, const struct tool_memory *memory,
                    double *ret_u_mm)
{
    struct load_reading reading;

    edge_reading(edge, &reading);

    double wear = wear_calibration_at(&memory->calibration, &reading);
    *ret_u_mm = memory->calibration.u_mm;
    if (!isnan(wear))
        return fmax(0, wear + edge->correction_mm);
    *ret_u_mm = NAN;
    return wear;
}

static bool is_measured(const struct edge *edge)
{
    return edge->measured.count >= 2;
}

void outlook_fit(struct edge *edge, const struct tool_memory *memory,
                 double wear_limit_mm)
{
    const struct edge_points *points =
        is_measured(edge) ? &edge->measured : &edge->estimated;
    struct life_prior prior;
    bool has_prior = tool_memory_prior(memory, &prior) >= LEAST_LIVES;

    edge->is_curve_estimated = !is_measured(edge);
    wear_curve_fit(&edge->curve, points->items, points->count, wear_limit_mm,
                   has_prior ? &prior : NULL);
}

static bool look_at_wear(const struct edge *edge, double age, double wear_limit_mm,
                         struct tool_outlook *outlook)
{
    const struct edge_points *points =
        edge->is_curve_estimated ? &edge->estimated : &edge->measured;

    if (isnan(wear_limit_mm) && !edge->is_curve_dimension)
        return false;

    bool is_over =
        points->count && points->items[points->count - 1].wear >= wear_limit_mm;
    if (is_over)
        outlook->left = (struct life_outlook){.mean = age};
    else if (!wear_curve_outlook(&edge->curve, age, &outlook->left))
        return false;
    outlook->source = edge->is_curve_estimated ? TOOL_SOURCE_LOAD : TOOL_SOURCE_MEASURED;
    return true;
}

static int choose_channel(const struct tool_memory *memory, struct life_prior *ret_prior)
{
    int channel = tool_memory_channel(memory);

    return tool_memory_prior(memory, ret_prior) < LEAST_LIVES ? -1 : channel;
}

void outlook_learn(struct edge *edge, const struct tool_memory *memory, double age)
{
    struct life_prior prior;
    struct life_template template;
    int channel = choose_channel(memory, &prior);

    if (channel < 0 || isnan(edge->index[channel]))
        return;
    tool_memory_template(memory, channel, &template);
    if (edge->grid.count == 0)
        life_grid_init(&edge->grid, &prior);
    life_grid_add(&edge->grid, &template, age, edge->index[channel],
                  tool_memory_noise(memory), tool_memory_temper(memory));
}

static bool look_at_index(const struct edge *edge, double age,
                          struct tool_outlook *outlook)
{
    outlook->source = TOOL_SOURCE_INDEX;
    return life_grid_outlook(&edge->grid, age, &outlook->left);
}

static bool look_at_lives(const struct tool_memory *memory, double age,
                          struct tool_outlook *outlook)
{
    struct weibull weibull;

    if (memory->end_count < LEAST_LIVES ||
        !weibull_fit(memory->ends, memory->end_count, &weibull))
        return false;
    outlook->source = TOOL_SOURCE_LIFE;
    outlook->left = (struct life_outlook){
        .q05 = weibull_remaining(&weibull, age, 0.05),
        .q10 = weibull_remaining(&weibull, age, 0.10),
        .q50 = weibull_remaining(&weibull, age, 0.50),
        .q90 = weibull_remaining(&weibull, age, 0.90),
        .q95 = weibull_remaining(&weibull, age, 0.95),
    };
    return true;
}

static double cheapest_age(const struct tool_memory *memory,
                           const struct tool_setting *setting)
{
    struct weibull weibull;

    if (isnan(setting->edge_cost) || !(setting->failure_cost > setting->edge_cost) ||
        memory->end_count < LEAST_LIVES ||
        !weibull_fit(memory->ends, memory->end_count, &weibull))
        return NAN;
    return economics_replace(&weibull, setting->edge_cost, setting->failure_cost).age;
}

void outlook_make(const struct edge *edge, const struct tool_memory *memory,
                  const struct tool_setting *setting, double wear_limit_mm,
                  struct tool_outlook *ret_outlook)
{
    struct tool_outlook *outlook = ret_outlook;
    double age = edge_age(edge, setting->unit);

    *outlook = (struct tool_outlook){.remaining = NAN, .replace_at = NAN};
    outlook->has_quantiles = look_at_wear(edge, age, wear_limit_mm, outlook) ||
                             look_at_index(edge, age, outlook) ||
                             look_at_lives(memory, age, outlook);
    if (outlook->has_quantiles) {
        outlook->remaining = outlook->left.q50;
        outlook->replace_at = cheapest_age(memory, setting);
        if (!isfinite(outlook->replace_at))
            outlook->replace_at = age + outlook->left.q05;
    } else {
        outlook->source = TOOL_SOURCE_UNKNOWN;
    }
    if (!isnan(setting->limit.amount)) {
        outlook->remaining = fmax(0, setting->limit.amount - age);
        if (!outlook->has_quantiles)
            outlook->source = TOOL_SOURCE_LIMIT;
    } else if (!outlook->has_quantiles && edge->control.is_known &&
               edge->control.unit == setting->unit && !isnan(edge->control.remaining)) {
        outlook->remaining = edge->control.remaining;
        outlook->source = TOOL_SOURCE_CONTROL;
    }
}
