/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/machine_tools.h"

#include "daemon/analytics/tool/economics.h"
#include "daemon/analytics/tool/life_speed.h"

#include <math.h>
#include <string.h>

#define UNATTENDED_H 8.0 /* a night, where nothing is configured */

/* The interval given at this age is tested when the life has ended. */
static void remember_interval(struct edge *edge, const struct tool_outlook *outlook)
{
    if (edge->trace_count == 0 || !outlook->has_quantiles)
        return;
    edge->trace[edge->trace_count - 1].q10 = (float)outlook->left.q10;
    edge->trace[edge->trace_count - 1].q90 = (float)outlook->left.q90;
}

/* As configured, else the control's where life is counted in the same. */
static void fill_limit(struct tool_record *tool, const struct edge *edge,
                       const struct tool_setting *setting)
{
    const struct control_life *control = &edge->control;
    const char *from = "config";

    tool->limit = setting->limit.amount;
    if (isnan(tool->limit) && control->is_known && !control->is_wear &&
        control->unit == setting->unit) {
        tool->limit = control->limit;
        from = control->is_mapped ? "control mapped" : "control";
    }
    if (!isnan(tool->limit))
        (void)text_copy(tool->limit_from, sizeof(tool->limit_from), from);
}

static void fill_wear(struct tool_record *tool, const struct edge *edge,
                      const struct tool_memory *memory)
{
    double u_mm;

    tool->wear_um = 1000 * outlook_wear(edge, memory, &u_mm);
    tool->wear_u_um = 1000 * u_mm;
    if (!edge->is_wear_newest && !isnan(tool->wear_um))
        return;
    tool->wear_um = 1000 * edge->wear_mm;
    tool->wear_u_um = NAN;
}

static void fill_feature(struct tool_record *tool, const struct machine_tools *tools,
                         const struct edge *edge, const struct tool_memory *memory)
{
    int channel = memory->calibration.is_known ? (int)memory->calibration.channel
                                               : tool_memory_channel(memory);
    int shown = channel < 0 ? tools_main_channel(tools, edge->path) : channel;

    if (shown < 0)
        return;
    tool->index = edge->index[shown];
    if (edge->trend.is_started) {
        tool->slope = edge->trend.slope;
        tool->slope_u = sqrt(edge->trend.p_slope);
    }
    if (channel >= 0)
        (void)text_copy(tool->feature, sizeof(tool->feature),
                        tools->state.load.channels[channel].name);
}

/* Of machine and operator, a minute, for the part that is being made; NAN = not told. */
static double minute_rate(const struct tools_scene *scene)
{
    for (size_t i = 0; i < scene->tools->part_count; i++) {
        const struct part_options *part = &scene->tools->parts[i];
        const struct cost_options *cost = part->cost;

        if (cost && (scene->tools->part_count == 1 ||
                     strcmp(part->part, scene->view->context->part) == 0))
            return cost->rate_per_h / 60;
    }
    return NAN;
}

/* The speeds that make most parts, and the cheapest: domain.md 3.11. */
static void fill_speeds(struct tool_record *tool, const struct tools_scene *scene,
                        const struct edge *edge, const struct tool_memory *memory,
                        const struct tool_setting *setting)
{
    const struct edge_prices prices = {.change_min = setting->change_min,
                                       .edge = setting->edge_cost,
                                       .minute = minute_rate(scene)};
    struct taylor taylor;

    tool->speed = edge_speed(edge);
    if (!(prices.change_min > 0) || !life_speed_law(memory, setting->taylor, &taylor) ||
        !(taylor.exponent > 0 && taylor.exponent < 1))
        return;
    tool->fastest_life_min = economics_fastest_life(&taylor, &prices);
    tool->fastest_speed = taylor_speed(&taylor, tool->fastest_life_min);
    if (isnan(prices.edge) || !(prices.minute > 0))
        return;
    tool->cheapest_life_min = economics_cheapest_life(&taylor, &prices);
    tool->cheapest_speed = taylor_speed(&taylor, tool->cheapest_life_min);
}

/* What Taylor's law says of this type, and what changes at the wrong time have cost. */
static void fill_economics(struct tool_record *tool, const struct edge *edge,
                           const struct tool_memory *memory,
                           const struct tool_setting *setting)
{
    struct taylor taylor;

    tool->left_lives = edge->left_lives;
    tool->left_cost = edge->left_lives * setting->edge_cost;
    tool->overrun = edge->overrun;
    if (!life_speed_fit(memory, &taylor))
        return;
    tool->taylor_n = taylor.exponent;
    tool->taylor_c = taylor.constant;
}

/* At the machine's pace: the sisters' 5 %, else this edge's, else what its limit leaves.
 */
static void fill_hours(struct tool_record *tool, const struct machine_tools *tools,
                       struct edge *edge)
{
    double left = tool->group_q05;

    if (isnan(left) && !isnan(tool->group_remaining))
        left = tool->group_remaining;
    if (isnan(left))
        left = isnan(tool->rul_q05) ? tool->remaining : tool->rul_q05;
    edge->lasts_h = NAN;
    if (edge->cycle_use > 0 && tools->state.cycle_s > 0)
        edge->lasts_h = left / edge->cycle_use * tools->state.cycle_s / 3600;
    tool->lasts_h = edge->lasts_h;
    tool->lights_out_h = tools_lights_out(tools, edge->path);
}

/* Whether somebody must come before that, by the stops of the machine so far. */
static void fill_unattended(struct tool_record *tool, struct machine_tools *tools)
{
    struct mtbf mtbf = uptime_mtbf(&tools->state.uptime);

    tool->unattended_h = UNATTENDED_H;
    if (tools->options && tools->options->unattended > 0)
        tool->unattended_h = (double)tools->options->unattended / 3600e9;
    if (isfinite(mtbf.mean))
        tool->mtbf_h = mtbf.mean;
    tool->mtbf_low_h = mtbf.lower;
    tool->p_unattended = economics_undisturbed(mtbf.mean, tool->unattended_h);
    tool->p_unattended_low = economics_undisturbed(mtbf.lower, tool->unattended_h);
}

void tools_report(const struct tools_scene *scene, struct edge *edge)
{
    const struct tool_memory *memory = tools_memory(scene->tools, edge);
    struct tool_setting setting;
    struct tool_outlook outlook;
    struct record record;
    struct tool_record *tool = &record.tool;

    tools_setting(scene->tools, edge, &setting);
    outlook_make(edge, memory, &setting, tools_wear_limit(scene, edge), &outlook);
    remember_interval(edge, &outlook);
    record_init(&record, RECORD_TOOL, scene->at);
    analytic_stamp(scene->view, &record);
    record.path = edge->path;
    (void)text_copy(tool->tool, sizeof(tool->tool), edge->tool);
    (void)text_copy(tool->unit, sizeof(tool->unit), life_unit_names[setting.unit]);
    (void)text_copy(tool->asset, sizeof(tool->asset), edge->control.asset);
    (void)text_copy(tool->phase_name, sizeof(tool->phase_name),
                    tool_phase_names[edge->phase]);
    (void)text_copy(tool->source_name, sizeof(tool->source_name),
                    tool_source_names[outlook.source]);
    tool->used = edge_age(edge, setting.unit);
    fill_limit(tool, edge, &setting);
    tool->remaining = outlook.remaining;
    tool->replace_at = outlook.replace_at;
    tool->phase = edge->phase;
    tool->source = outlook.source;
    tool->life_no = edge->life_no;
    tool->cov80 = tool_memory_coverage(memory);
    tool->breakage = edge->watch.is_broken ? 1 : edge->watch.is_suspect ? 0.5 : 0;
    if (outlook.has_quantiles) {
        tool->rul_q05 = outlook.left.q05;
        tool->rul_q10 = outlook.left.q10;
        tool->rul_q50 = outlook.left.q50;
        tool->rul_q90 = outlook.left.q90;
        tool->rul_q95 = outlook.left.q95;
    }
    tools_group(scene, &setting, &tool->group_remaining, &tool->group_q05);
    (void)text_copy(tool->group, sizeof(tool->group), setting.group);
    fill_economics(tool, edge, memory, &setting);
    fill_speeds(tool, scene, edge, memory, &setting);
    fill_hours(tool, scene->tools, edge);
    fill_unattended(tool, scene->tools);
    fill_wear(tool, edge, memory);
    fill_feature(tool, scene->tools, edge, memory);
    scene->out->append(scene->out->owner, &record);
}
