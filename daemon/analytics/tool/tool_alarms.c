/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/machine_tools.h"

#include "daemon/analytics/statistics/line.h"

#include <math.h>
#include <stdio.h>

#define IN_A_ROW         3   /* cycles above a limit before anybody is told */
#define LEAST_TREND      0.6 /* correlation of the index with use in this life */
#define SURE_TREND       6.0 /* times its standard error that the correlation is above 0 */
#define LEAST_PARTS      22  /* of the reference and the trend; the first life's */
#define REFERENCE_PARTS  13  /* of the first life; its fresh tool is seen in them */
#define LATER_PARTS      10  /* and once there was another life */
#define WARN_SHARE       0.8
#define INDEX_WARN_SHARE 0.23 /* of the growth up to a worn tool: 60 to 80 % of life */
#define FOLLOWS          0.3  /* weight of the newest cycle in the smoothed index */
#define BREAK_IN         0.08
#define RENEWED_CYCLES   2   /* as new before it is believed to be */
#define LIKE_NEW         2.0 /* sigmas */
#define JUST_BAD         2   /* bad_ago of the cycle after the bad one */
#define STEEP            4.0 /* sigmas, of an index that had not clearly risen */
#define FAR_FALLEN       2.7 /* sigmas, where nobody had warned; also to be called worn */
#define USUAL_NOISE      0.03 /* of an index, until lives have shown it; heat moves it too */

/* What was told of this edge and still stands. */
enum edge_alarm {
    ALARM_WARN = 1,
    ALARM_ACT = 2,
    ALARM_LIMIT = 4,
};

void tools_announce(const struct tools_scene *scene, const struct edge *edge,
                    const char *code, enum severity severity, double value,
                    const char *text)
{
    struct record record;

    if (!scene->out)
        return;
    record_init(&record, RECORD_EVENT, scene->at);
    analytic_stamp(scene->view, &record);
    record.path = edge->path;
    (void)text_copy(record.event.code, sizeof(record.event.code), code);
    (void)text_copy(record.event.subject, sizeof(record.event.subject), edge->tool);
    (void)snprintf(record.event.text, sizeof(record.event.text), "tool %.60s: %.180s",
                   edge->tool, text);
    record.event.value = value;
    record.event.severity = severity;
    record.event.cycle_no = scene->view->paths[edge->path - 1].cycle_no;
    scene->out->append(scene->out->owner, &record);
}

/* ---- one cycle: worn ---- */

/* Does the index of this life rise with use at all? Loads also move with material, feed
 * and heat; without a trend nothing is called wear. */
static bool has_trend(const struct edge *edge, int channel, bool is_first_life,
                      double *ret_late_slope, double *ret_slope)
{
    double least = is_first_life ? LEAST_PARTS : LATER_PARTS;
    double ages[EDGE_TRACE], indices[EDGE_TRACE];
    size_t count = 0;

    for (uint32_t i = 0; i < edge->trace_count; i++) {
        bool is_early = is_first_life && (i + 1) * edge->trace_stride <= REFERENCE_PARTS;

        if (is_early || isnan(edge->trace[i].index[channel]))
            continue; /* early: against a reference that was not made yet */
        ages[count] = (double)edge->trace[i].age;
        indices[count++] = (double)edge->trace[i].index[channel];
    }

    struct line whole = line_fit(ages, indices, count);
    size_t late = count - count / 4;
    struct line end = line_fit(ages + late, indices + late, count - late);
    *ret_slope = whole.slope;
    *ret_late_slope = end.slope;

    double rest = 1 - whole.correlation * whole.correlation;
    return edge->used[LIFE_UNIT_PARTS] >= least && whole.slope > 0 &&
           whole.correlation > LEAST_TREND &&
           whole.correlation > SURE_TREND * sqrt(rest / ((double)count - 2));
}

/*
 * Wear does not heal, and what broke does not grow again: an edge that draws what a fresh
 * one does after it was called worn or its load had risen, twice in a row, or right after
 * it was suspected, is another one. Returns since how many cycles; 0 = it is the same.
 */
static uint32_t is_renewed(struct edge *edge, double index, double noise)
{
    bool was_told = edge->raised & (ALARM_WARN | ALARM_ACT);
    bool was_suspected = edge->has_been_bad && edge->bad_ago <= RENEWED_CYCLES + 1;
    bool is_like_new = index < 1 + LIKE_NEW * noise;
    double fall = 1 - index / edge->smooth;
    bool is_fallen =
        fall > LIKE_NEW * noise &&
        (was_told || was_suspected || (edge->has_risen && fall > FAR_FALLEN * noise) ||
         fall > STEEP * fmax(noise, USUAL_NOISE));

    is_fallen = is_fallen && is_like_new && edge->smooth > 1 + FAR_FALLEN * noise;
    edge->like_new = is_fallen ? edge->like_new + 1 : 0;
    if (is_like_new && edge->has_been_bad && edge->bad_ago == JUST_BAD)
        return 1;
    return edge->like_new == RENEWED_CYCLES ? RENEWED_CYCLES : 0;
}

static void raise(const struct tools_scene *scene, struct edge *edge,
                  enum edge_alarm alarm, double value, const char *text)
{
    static const struct {
        enum edge_alarm alarm;
        const char *code;
        enum severity severity;
    } rows[] = {
        {ALARM_WARN,  "tool_wear_warn", SEVERITY_NOTICE },
        {ALARM_ACT,   "tool_worn",      SEVERITY_WARNING},
        {ALARM_LIMIT, "tool_limit",     SEVERITY_WARNING},
    };

    if (edge->raised & alarm)
        return;
    edge->raised |= alarm;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (rows[i].alarm == alarm)
            tools_announce(scene, edge, rows[i].code, rows[i].severity, value, text);
}

static void judge_index(const struct tools_scene *scene, struct edge *edge,
                        const struct tool_setting *setting)
{
    const struct tool_memory *memory = tools_memory(scene->tools, edge);
    int learned = tool_memory_channel(memory);
    int channel = learned < 0 ? tools_main_channel(scene->tools, edge->path) : learned;
    double late, slope;

    if (channel < 0 || isnan(edge->index[channel]) || edge->watch.is_suspect)
        return;

    double noise = tool_memory_noise(memory, channel, USUAL_NOISE);
    bool rises = has_trend(edge, channel, memory->end_count == 0, &late, &slope);

    if (isnan(edge->smooth))
        edge->smooth = edge->index[channel];

    uint32_t renewed = is_renewed(edge, edge->index[channel], noise);
    if (renewed) {
        tools_renew_cycles(scene, edge, renewed, renewed == 1 ? "broken" : "");
        return;
    }
    if (edge->like_new > 0)
        return; /* which edge this is will be known after the next cycle */
    edge->has_risen = rises;
    edge->smooth += FOLLOWS * (edge->index[channel] - edge->smooth);
    if (!edge->trend.is_started)
        index_trend_init(&edge->trend);
    index_trend_add(&edge->trend, edge->index[channel], noise);

    double act = tool_memory_act(memory, channel, setting->act), index = edge->smooth;
    double warn = tool_memory_warn(memory, channel, 1 + INDEX_WARN_SHARE * (act - 1));
    if (edge->phase < TOOL_PHASE_WORN)
        edge->phase = edge->used[LIFE_UNIT_PARTS] < 5 ? TOOL_PHASE_BREAK_IN
                      : rises && late > 2 * slope     ? TOOL_PHASE_ACCELERATED
                                                      : TOOL_PHASE_STEADY;
    edge->above = index >= warn && rises ? edge->above + 1 : 0;
    if (edge->above < IN_A_ROW)
        return;
    raise(scene, edge, ALARM_WARN, index, "its load says that it will soon be worn");
    if (index < act) {
        edge->above_act = 0;
        return;
    }
    if (++edge->above_act < IN_A_ROW)
        return;
    edge->phase = TOOL_PHASE_WORN;
    raise(scene, edge, ALARM_ACT, index, "its load says that it is worn");
}

/* 80 % of life may be used: with a risk of one in ten it is. */
static void judge_outlook(const struct tools_scene *scene, struct edge *edge,
                          const struct tool_setting *setting)
{
    double age = edge_age(edge, setting->unit);
    struct tool_outlook outlook;

    if (edge->raised & ALARM_WARN || edge->like_new > 0)
        return;
    outlook_make(edge, tools_memory(scene->tools, edge), setting,
                 tools_wear_limit(scene, edge), &outlook);
    if ((outlook.source == TOOL_SOURCE_INDEX || outlook.source == TOOL_SOURCE_LIFE) &&
        age >= WARN_SHARE * (age + outlook.left.q10))
        raise(scene, edge, ALARM_WARN, outlook.left.q50,
              "by its load and the lives before it, 80 % of its life may be used");
}

void tools_judge_wear(const struct tools_scene *scene, struct edge *edge)
{
    double limit = tools_wear_limit(scene, edge), u_mm;
    double estimate = outlook_wear(edge, tools_memory(scene->tools, edge), &u_mm);
    double wear = isnan(edge->wear_mm) ? estimate : fmax(edge->wear_mm, estimate - u_mm);

    if (isnan(wear) || isnan(limit))
        return;
    if (edge->phase < TOOL_PHASE_WORN)
        edge->phase = wear < BREAK_IN * limit     ? TOOL_PHASE_BREAK_IN
                      : wear < WARN_SHARE * limit ? TOOL_PHASE_STEADY
                                                  : TOOL_PHASE_ACCELERATED;
    if (wear >= WARN_SHARE * limit)
        raise(scene, edge, ALARM_WARN, wear, "its wear is above 80 % of the limit");
    if (wear < limit)
        return;
    edge->phase = TOOL_PHASE_WORN;
    raise(scene, edge, ALARM_ACT, wear, "its wear has reached the limit");
}

void tools_judge_cycle(const struct tools_scene *scene, struct edge *edge)
{
    struct tool_setting setting;

    tools_setting(scene->tools, edge, &setting);
    tools_judge_breakage(scene, edge);
    judge_index(scene, edge, &setting);
    judge_outlook(scene, edge, &setting);
    tools_judge_wear(scene, edge);
    if (!isnan(setting.limit.amount) &&
        edge_age(edge, setting.unit) >= setting.limit.amount)
        raise(scene, edge, ALARM_LIMIT, edge_age(edge, setting.unit),
              "it has reached its configured life");
}
