/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/outlook.h"

#include "daemon/analytics/tool/economics.h"
#include "daemon/analytics/tool/life_speed.h"

#include <math.h>

#define LEAST_LIVES   3
#define USUAL_NOISE   0.03 /* of an index whose noise no life has shown */
#define OTHER_SPEED_U 0.15 /* that Taylor's law adds to the spread of lives, ln */

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

/* Past lives, as they would have been at this edge's speed; false below LEAST_LIVES. */
static bool make_prior(const struct edge *edge, const struct tool_memory *memory,
                       const struct tool_setting *setting, struct life_prior *ret_prior)
{
    double factor = life_speed_factor(memory, setting->taylor, edge_speed(edge));

    if (tool_memory_prior(memory, ret_prior) < LEAST_LIVES)
        return false;
    ret_prior->log_mean += log(factor);
    if (factor < 1 || factor > 1)
        ret_prior->log_sigma += OTHER_SPEED_U;
    return true;
}

static bool is_measured(const struct edge *edge, bool has_prior)
{
    return edge->measured.count >= 2 ||
           (has_prior && edge->measured.count == 1 && edge->estimated.count < 2);
}

void outlook_fit(struct edge *edge, const struct tool_memory *memory,
                 const struct tool_setting *setting, double wear_limit_mm)
{
    struct life_prior prior;
    bool has_prior = make_prior(edge, memory, setting, &prior);
    const struct edge_points *points =
        is_measured(edge, has_prior) ? &edge->measured : &edge->estimated;

    edge->is_curve_estimated = points == &edge->estimated;
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

void outlook_learn(struct edge *edge, const struct tool_memory *memory,
                   const struct tool_setting *setting)
{
    int channel = tool_memory_channel(memory);
    struct life_prior prior;
    struct life_template template;

    if (channel < 0 || isnan(edge->index[channel]))
        return;
    if (edge->grid.count == 0) {
        if (!make_prior(edge, memory, setting, &prior))
            return;
        life_grid_init(&edge->grid, &prior);
    }
    tool_memory_template(memory, channel, &template);
    life_grid_add(&edge->grid, &template, edge_age(edge, setting->unit),
                  edge->index[channel], tool_memory_noise(memory, channel, USUAL_NOISE),
                  tool_memory_temper(memory, channel));
}

static bool look_at_index(const struct edge *edge, double age,
                          struct tool_outlook *outlook)
{
    outlook->source = TOOL_SOURCE_INDEX;
    return life_grid_outlook(&edge->grid, age, &outlook->left) &&
           life_outlook_says(&outlook->left, age);
}

static bool fit_lives(const struct edge *edge, const struct tool_memory *memory,
                      const struct tool_setting *setting, struct weibull *ret_weibull)
{
    if (memory->end_count < LEAST_LIVES ||
        !weibull_fit(memory->ends, memory->end_count, ret_weibull))
        return false;
    ret_weibull->scale *= life_speed_factor(memory, setting->taylor, edge_speed(edge));
    return true;
}

static bool look_at_lives(const struct edge *edge, const struct tool_memory *memory,
                          const struct tool_setting *setting,
                          struct tool_outlook *outlook)
{
    double age = edge_age(edge, setting->unit);
    struct weibull weibull;

    if (!fit_lives(edge, memory, setting, &weibull))
        return false;
    outlook->source = TOOL_SOURCE_LIFE;
    outlook->left = (struct life_outlook){
        .q05 = weibull_remaining(&weibull, age, 0.05),
        .q10 = weibull_remaining(&weibull, age, 0.10),
        .q50 = weibull_remaining(&weibull, age, 0.50),
        .q90 = weibull_remaining(&weibull, age, 0.90),
        .q95 = weibull_remaining(&weibull, age, 0.95),
    };
    return life_outlook_says(&outlook->left, age);
}

void outlook_count(struct edge *edge, const struct tool_setting *setting)
{
    const struct control_life *control = &edge->control;

    if (!control->is_known || !control->is_wear || edge_is_spent(edge))
        return;
    count_rate_add(&edge->wear_rate, edge_age(edge, setting->unit),
                   isnan(control->used) ? -control->remaining : control->used);
}

static bool look_at_count(const struct edge *edge, double age,
                          struct tool_outlook *outlook)
{
    outlook->source = TOOL_SOURCE_CONTROL;
    return edge->control.is_known && edge->control.is_wear &&
           count_rate_outlook(&edge->wear_rate, age, edge->control.remaining,
                              &outlook->left);
}

static double cheapest_age(const struct edge *edge, const struct tool_memory *memory,
                           const struct tool_setting *setting)
{
    struct weibull weibull;

    if (isnan(setting->edge_cost) || !(setting->failure_cost > setting->edge_cost) ||
        !fit_lives(edge, memory, setting, &weibull))
        return NAN;
    return economics_replace(&weibull, setting->edge_cost, setting->failure_cost).age;
}

/* What the control says is left, in the unit life is counted in: minutes become parts at
 * the pace of this edge. NAN = it does not say. */
static double control_remaining(const struct edge *edge,
                                const struct tool_setting *setting)
{
    const struct control_life *control = &edge->control;

    if (!control->is_known || isnan(control->remaining))
        return NAN;
    if (control->is_wear) /* what is left of wear needs its rate, nothing left does not */
        return control->remaining > 0 ? (double)NAN : 0;
    if (control->unit == setting->unit)
        return control->remaining;

    double theirs = edge_age(edge, control->unit);
    if (!(theirs > 0))
        return NAN;
    return control->remaining * edge_age(edge, setting->unit) / theirs;
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
                             look_at_lives(edge, memory, setting, outlook) ||
                             look_at_count(edge, age, outlook);
    if (outlook->has_quantiles) {
        outlook->remaining = outlook->left.q50;
        outlook->replace_at = cheapest_age(edge, memory, setting);
        if (!isfinite(outlook->replace_at))
            outlook->replace_at = age + outlook->left.q05;
    } else {
        outlook->source = TOOL_SOURCE_UNKNOWN;
    }
    if (!isnan(setting->limit.amount)) {
        outlook->remaining = fmax(0, setting->limit.amount - age);
        if (!outlook->has_quantiles)
            outlook->source = TOOL_SOURCE_LIMIT;
    } else if (!outlook->has_quantiles && !isnan(control_remaining(edge, setting))) {
        outlook->remaining = control_remaining(edge, setting);
        outlook->source = TOOL_SOURCE_CONTROL;
    }
}
