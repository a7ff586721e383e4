/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/model/machine_parts.h"

#include "daemon/base/moment.h"

#include <math.h>
#include <string.h>

#define RESET_PULSE_NS       (300 * NS_PER_MS)
#define PROGRAM_END_LATCH_NS (2 * NS_PER_S)
#define SHORTEST_GAP_NS      (1500 * NS_PER_MS)
#define BAR_REMNANT_MM       100.0
#define BAR_PART_MM          50.0

bool machine_in_cycle(const struct machine *machine)
{
    return machine->phase != PHASE_GAP;
}

static double step_rate(const struct machine *machine, enum step_kind kind)
{
    double percent = 100;

    if (kind == STEP_CUT)
        percent = machine->panel.values[ITEM_FEED_OVERRIDE].number;
    else if (kind == STEP_RAPID)
        percent = machine->panel.values[ITEM_RAPID_OVERRIDE].number;
    return percent < 1 ? 0.01 : percent / 100;
}

void machine_time_step(struct machine *machine)
{
    const struct step *step = &machine->script.steps[machine->step];
    double ms = (double)machine->step_left_ns / step_rate(machine, step->kind) / 1e6;

    machine->step_end_ns = machine->now_ns + (int64_t)ceil(ms) * NS_PER_MS;
}

static void segment_close(struct machine *machine)
{
    if (machine->cycle.segment_count > 0) {
        struct segment_truth *last =
            &machine->cycle.segments[machine->cycle.segment_count - 1];

        if (last->to_ns == 0)
            last->to_ns = machine->now_ns;
        /* What the cycle before left in the spindle and goes at once did nothing. */
        if (last->to_ns == last->from_ns)
            machine->cycle.segment_count--;
    }
}

static void segment_open(struct machine *machine, const char *tool)
{
    int index = machine_edge_index(machine, tool);
    const struct edge *edge = index >= 0 ? &machine->edges[index] : NULL;

    if (machine->cycle.segment_count == TRUTH_SEGMENTS_MAX)
        return;
    machine->cycle.segments[machine->cycle.segment_count++] = (struct segment_truth){
        .tool =
            index >= 0
                ? PLAN_ITEM(machine->plan->tools, struct tool_plan, (size_t)index)->tool
                : tool,
        .from_ns = machine->now_ns,
        .life_no = edge ? edge->life_no : 0,
        .age = edge ? edge->age_parts : 0,
        .wear = edge ? edge_wear(edge) : 0,
    };
}

static void machine_show_tool(struct machine *machine, const char *tool)
{
    int index = machine_edge_index(machine, tool);
    const char *asset =
        index >= 0
            ? PLAN_ITEM(machine->plan->tools, struct tool_plan, (size_t)index)->asset
            : NULL;

    text_copy(machine->tool, sizeof(machine->tool), tool);
    machine_show_text(machine, ITEM_TOOL, tool);
    machine_show_text(machine, ITEM_TOOL_ASSET, asset ? asset : "");
}

void machine_count(struct machine *machine, int64_t parts)
{
    double count = machine->panel.values[ITEM_PART_COUNT].number + (double)parts;
    double modulus = (double)machine->plan->counter.modulus;

    if (modulus > 0 && count >= modulus)
        count -= modulus;
    machine_show(machine, ITEM_PART_COUNT, count);
}

void machine_pause(struct machine *machine, enum execution execution, enum bucket bucket,
                   int64_t lasts_ns)
{
    machine->phase = PHASE_PAUSED;
    machine->pause_bucket = bucket;
    machine->phase_end_ns = machine->now_ns + lasts_ns / NS_PER_MS * NS_PER_MS;
    machine_show_execution(machine, execution);
    machine_show_step(machine);
}

double machine_bar_left(const struct machine *machine)
{
    int64_t parts = machine->plan->people.bar_parts - machine->parts_of_bar;

    return machine->plan->people.bar_parts > 0
               ? BAR_REMNANT_MM + BAR_PART_MM * (double)parts
               : 0;
}

void machine_resume(struct machine *machine)
{
    machine->phase = PHASE_RUNNING;
    machine_show_text(machine, ITEM_WAIT_REASON, "");
    machine_show(machine, ITEM_BAR_END, 0);
    machine_show(machine, ITEM_BAR_LEFT, machine_bar_left(machine));
    machine_show_execution(machine, EXECUTION_ACTIVE);
    machine_time_step(machine);
    machine_show_step(machine);
}

void machine_begin_step(struct machine *machine)
{
    const struct step *step = &machine->script.steps[machine->step];

    machine->step_left_ns = step->ns;
    machine_time_step(machine);
    machine_show(machine, ITEM_LINE, (double)(10 * (machine->step + 1)));
    if (step->kind == STEP_COUNT)
        machine_count(machine, machine->program->parts);
    if (step->kind == STEP_CHANGE) {
        segment_close(machine);
        machine_show_text(machine, ITEM_TOOL, "");
    }
    if (step->kind == STEP_PROGRAM_STOP || step->kind == STEP_OPTIONAL_STOP) {
        bool is_m00 = step->kind == STEP_PROGRAM_STOP;

        machine->step_left_ns = 0;
        machine_pause(machine, is_m00 ? EXECUTION_PROGRAM_STOP : EXECUTION_OPTIONAL_STOP,
                      is_m00 ? BUCKET_PROGRAM_STOP : BUCKET_OPTIONAL_STOP, step->ns);
        return;
    }
    machine_show_step(machine);
}

void machine_end_step(struct machine *machine)
{
    const struct step *step = &machine->script.steps[machine->step];

    if (step->kind == STEP_CHANGE) {
        machine_show_tool(machine, step->tool);
        segment_open(machine, step->tool);
    }
    if (++machine->step < machine->script.count)
        machine_begin_step(machine);
    else
        machine_end_cycle(machine, true);
}

static const struct program_plan *machine_choose(struct machine *machine)
{
    const struct program_plan *part = NULL, *warmup = NULL;

    for (size_t i = 0; i < machine->plan->programs.count; i++) {
        const struct program_plan *program =
            PLAN_ITEM(machine->plan->programs, struct program_plan, i);

        if (program->warmup)
            warmup = program;
        else if (!part)
            part = program;
    }
    if (machine->wants_warmup && warmup) {
        machine->wants_warmup = false;
        return warmup;
    }
    return part ? part : warmup;
}

static void cycle_start(struct machine *machine)
{
    struct truth truth = {.kind = TRUTH_CYCLE_START,
                          .machine = machine->plan->name,
                          .at_ns = machine->now_ns,
                          .cycle = &machine->cycle};
    int64_t lag = machine->plan->counter.lag;

    script_build(&machine->script, machine->program, machine->tool,
                 !machine->program->warmup && lag < 0 ? -lag : 0, &machine->random);
    machine->cycle = (struct cycle_truth){
        .number = ++machine->cycles,
        .from_ns = machine->now_ns,
        .program = machine->program->name,
        .kind = machine->program->warmup ? "warmup"
                : machine->dry_run       ? "aircut"
                                         : "prod",
    };
    machine->phase = PHASE_RUNNING;
    machine->step = 0;
    machine->listener.told(machine->listener.owner, &truth);
    if (machine->tool[0]) {
        machine_show_tool(machine, machine->tool); /* a change may have been given up */
        segment_open(machine, machine->tool);
    }
    machine_draw_incidents(machine);
    machine_begin_step(machine);
}

void machine_begin_cycle(struct machine *machine)
{
    machine->program = machine_choose(machine);
    if (!machine->program || machine->program->blocks.count == 0) {
        machine->phase_end_ns = MACHINE_NEVER;
        return;
    }
    machine_show(machine, ITEM_MODE, CONTROL_AUTOMATIC);
    machine_show_text(machine, ITEM_PROGRAM, machine->program->name);
    machine_show_text(machine, ITEM_COMMENT,
                      machine->program->comment ? machine->program->comment : "");
    machine_show(machine, ITEM_PROGRAM_END, 0);
    machine_show(machine, ITEM_DOOR, 0);
    machine_show(machine, ITEM_CHUCK, 0);
    machine_show_execution(machine, EXECUTION_ACTIVE);
    cycle_start(machine);
}

/* What the operator does before the next cycle. */
static void machine_begin_gap(struct machine *machine)
{
    const struct people_plan *people = &machine->plan->people;
    double seconds = (double)people->load / 1e9 +
                     (double)people->spread / 1e9 * random_normal(&machine->random);
    int64_t gap = (int64_t)(seconds * 1e3) * NS_PER_MS;
    const struct incident_plan *incident = machine->in_gap;

    if (gap < SHORTEST_GAP_NS)
        gap = SHORTEST_GAP_NS;
    machine->phase = PHASE_GAP;
    machine->phase_end_ns = machine->now_ns + gap;
    machine->in_gap = NULL;
    machine_renew_tools(machine);
    machine_show_step(machine);
    machine_show_later(machine, gap / 4, ITEM_DOOR, 1);
    machine_show_later(machine, gap / 4 + 200 * NS_PER_MS, ITEM_CHUCK, 1);
    if (people->pallets > 0) {
        char pallet[8];
        struct text text;

        text_init_fixed(&text, pallet, sizeof(pallet));
        text_add_integer(&text, 1 + machine->cycles % people->pallets);
        machine_show_text(machine, ITEM_PALLET, pallet);
    }
    if (incident)
        machine_befall(machine, incident);
}

static void cycle_tell(struct machine *machine, bool is_complete)
{
    struct truth truth = {.kind = TRUTH_CYCLE,
                          .machine = machine->plan->name,
                          .at_ns = machine->now_ns,
                          .cycle = &machine->cycle};

    segment_close(machine);
    machine->cycle.to_ns = machine->now_ns;
    machine->cycle.outcome = is_complete ? "complete" : "aborted";
    machine->cycle.parts =
        is_complete && !machine->program->warmup ? machine->program->parts : 0;
    machine->parts += machine->cycle.parts;
    machine->listener.told(machine->listener.owner, &truth);
    machine_wear_tools(machine);
    if (machine->cycle.parts > 0)
        machine_measure(machine);
}

/* M99: the counter is the boundary; after the last part of a bar a new one is pushed. */
static void machine_loop(struct machine *machine)
{
    int64_t bar_parts = machine->plan->people.bar_parts;

    machine_count(machine, machine->program->parts);
    machine_renew_tools(machine);
    cycle_start(machine);
    machine->parts_of_bar += machine->program->parts;
    machine_show(machine, ITEM_BAR_LEFT, machine_bar_left(machine));
    if (bar_parts == 0 || machine->parts_of_bar < bar_parts)
        return;
    machine->parts_of_bar = 0;
    machine_show(machine, ITEM_BAR_END, 1);
    machine_show_text(machine, ITEM_WAIT_REASON, "MATERIAL_LOAD");
    machine_tell_event(machine, "bar_change", NULL, 0, machine->plan->people.bar_change);
    machine_pause(machine, EXECUTION_WAIT, BUCKET_WAIT, machine->plan->people.bar_change);
}

static void machine_end_complete(struct machine *machine)
{
    int64_t ready = (80 + (int64_t)(170 * random_uniform(&machine->random))) * NS_PER_MS;
    int64_t lag = machine->plan->counter.lag;

    machine_show(machine, ITEM_PROGRAM_END, 1);
    machine_show_execution(machine, EXECUTION_COMPLETED);
    machine_show_later(machine, ready, ITEM_EXECUTION, EXECUTION_READY);
    machine_show_later(machine, PROGRAM_END_LATCH_NS, ITEM_PROGRAM_END, 0);
    if (lag == 0 && machine->cycle.parts > 0)
        machine_count(machine, machine->cycle.parts);
    else if (lag > 0 && machine->cycle.parts > 0)
        machine_show_later(machine, lag, ITEM_PART_COUNT, (double)machine->cycle.parts);
}

void machine_end_cycle(struct machine *machine, bool is_complete)
{
    cycle_tell(machine, is_complete);
    if (is_complete && machine->program->loop && !machine->in_gap) {
        machine_loop(machine);
        return;
    }
    machine->phase = PHASE_GAP;
    if (is_complete) {
        machine_end_complete(machine);
    } else {
        machine_show(machine, ITEM_RESET, 1);
        machine_show_later(machine, RESET_PULSE_NS, ITEM_RESET, 0);
        machine_show_execution(machine, EXECUTION_READY);
    }
    machine_begin_gap(machine);
}
