/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/model/machine.h"

#include "daemon/base/moment.h"
#include "tools/cncsim/model/machine_parts.h"

#include <string.h>

#define HEAT_EVERY_NS (30 * NS_PER_S)

static size_t machine_incident_count(const struct machine *machine)
{
    size_t count = machine->plan->incidents.count;

    return count < MACHINE_INCIDENTS_MAX ? count : MACHINE_INCIDENTS_MAX;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t machine_next_ns(const struct machine *machine)
{
    int64_t next = earlier(machine->next_tick_ns, machine->next_heat_ns);

    next = earlier(next, machine->phase == PHASE_RUNNING ? machine->step_end_ns
                                                         : machine->phase_end_ns);
    for (size_t i = 0; i < machine->deed_count; i++)
        next = earlier(next, machine->deeds[i].at_ns);
    for (size_t i = 0; i < machine_incident_count(machine); i++)
        next = earlier(next, machine->incident_at[i]);
    return next;
}

static const enum bucket bucket_of_step[] = {
    [STEP_CUT] = BUCKET_CUT,       [STEP_RAPID] = BUCKET_NONCUT,
    [STEP_CHANGE] = BUCKET_CHANGE, [STEP_PROBE] = BUCKET_PROBE,
    [STEP_PALLET] = BUCKET_AUX,    [STEP_PROGRAM_STOP] = BUCKET_PROGRAM_STOP,
    [STEP_COUNT] = BUCKET_NONCUT,  [STEP_OPTIONAL_STOP] = BUCKET_OPTIONAL_STOP,
};

static void cycle_flow(struct machine *machine, int64_t ns)
{
    const struct step *step = &machine->script.steps[machine->step];
    struct cycle_truth *cycle = &machine->cycle;
    double rate = 1;

    if (machine->phase == PHASE_PAUSED) {
        cycle->buckets[machine->pause_bucket] += ns;
        return;
    }
    if (step->kind == STEP_CUT)
        rate = machine->panel.values[ITEM_FEED_OVERRIDE].number / 100;
    else if (step->kind == STEP_RAPID)
        rate = machine->panel.values[ITEM_RAPID_OVERRIDE].number / 100;
    cycle->buckets[bucket_of_step[step->kind]] += ns;
    cycle->ct100_ns += (int64_t)((double)ns * rate);
    machine->step_left_ns -= (int64_t)((double)ns * rate);
    if (step->kind == STEP_CUT && cycle->segment_count > 0) {
        cycle->segments[cycle->segment_count - 1].cut_ns += ns;
        machine->cut_seconds += (double)ns / 1e9;
    }
}

/* Nothing changes between now and `at_ns`; what goes on goes on. */
static void machine_flow(struct machine *machine, int64_t at_ns)
{
    int64_t ns = at_ns - machine->now_ns;
    double seconds = (double)ns / 1e9;

    if (machine_in_cycle(machine))
        cycle_flow(machine, ns);
    heat_advance(&machine->heat, &machine->heat_plan, machine->spindle_input, seconds);
    machine->energy_kwh += machine->panel.values[ITEM_POWER].number * seconds / 3.6e6;
    machine->now_ns = at_ns;
}

static void machine_do(struct machine *machine, const struct deed *deed)
{
    switch (deed->item) {
    case ITEM_EXECUTION:
        if (!machine_in_cycle(machine))
            machine_show_execution(machine, (enum execution)deed->value);
        break;
    case ITEM_PART_COUNT:
        machine_count(machine, (int64_t)deed->value);
        break;
    case ITEM_ALARM:
        machine_show_fault(machine, deed->value, "");
        break;
    case ITEM_DOOR:
    case ITEM_CHUCK:
        if (!machine_in_cycle(machine))
            machine_show(machine, deed->item, deed->value);
        break;
    case ITEM_DRY_RUN:
        machine->dry_run = deed->value != 0;
        machine_show(machine, deed->item, deed->value);
        break;
    case ITEM_FEED_OVERRIDE:
        machine_show(machine, deed->item, deed->value);
        if (machine->phase == PHASE_RUNNING) {
            machine_time_step(machine);
            machine_show_step(machine);
        }
        break;
    default:
        machine_show(machine, deed->item, deed->value);
        break;
    }
}

/* In the order in which they were agreed on. */
static void machine_do_due(struct machine *machine)
{
    for (size_t i = 0; i < machine->deed_count;) {
        struct deed deed = machine->deeds[i];

        if (deed.at_ns > machine->now_ns) {
            i++;
            continue;
        }
        machine->deed_count--;
        memmove(&machine->deeds[i], &machine->deeds[i + 1],
                (machine->deed_count - i) * sizeof(deed));
        machine_do(machine, &deed);
        i = 0;
    }
}

static void machine_befall_due(struct machine *machine)
{
    for (size_t i = 0; i < machine_incident_count(machine); i++) {
        const struct incident_plan *incident =
            PLAN_ITEM(machine->plan->incidents, struct incident_plan, i);

        if (machine->incident_at[i] > machine->now_ns)
            continue;
        machine->incident_at[i] = incident->every == 0 && incident->repeat > 0
                                      ? machine->incident_at[i] + incident->repeat
                                      : MACHINE_NEVER;
        machine_befall(machine, incident);
    }
}

static double machine_tenth(double value)
{
    return (double)(int64_t)(value * 10 + 0.5) / 10;
}

static void machine_tick(struct machine *machine)
{
    machine->next_tick_ns += machine->plan->tick;
    machine_show_loads(machine);
    machine_show(
        machine, ITEM_TEMP_SPINDLE,
        machine_tenth(heat_spindle_celsius(&machine->heat, &machine->heat_plan)));
    machine_show(machine, ITEM_TEMP_COLUMN,
                 machine_tenth(heat_column_celsius(&machine->heat, &machine->heat_plan)));
    machine_show(machine, ITEM_ENERGY,
                 (double)(int64_t)(machine->energy_kwh * 1000) / 1000);
    machine_show(machine, ITEM_CUT_TIME, (double)(int64_t)machine->cut_seconds);
}

static void machine_tell_heat(struct machine *machine)
{
    struct heat_truth heat = {
        .spindle_celsius = heat_spindle_celsius(&machine->heat, &machine->heat_plan),
        .column_celsius = heat_column_celsius(&machine->heat, &machine->heat_plan),
        .growth = machine->heat.spindle,
    };
    struct truth truth = {.kind = TRUTH_HEAT,
                          .machine = machine->plan->name,
                          .at_ns = machine->now_ns,
                          .heat = &heat};

    machine->next_heat_ns += HEAT_EVERY_NS;
    machine->listener.told(machine->listener.owner, &truth);
}

static void machine_move(struct machine *machine)
{
    if (machine->phase == PHASE_RUNNING && machine->now_ns >= machine->step_end_ns)
        machine_end_step(machine);
    else if (machine->phase == PHASE_PAUSED && machine->now_ns >= machine->phase_end_ns)
        machine_resume(machine);
    else if (machine->phase == PHASE_GAP && machine->now_ns >= machine->phase_end_ns)
        machine_begin_cycle(machine);
}

void machine_advance(struct machine *machine, int64_t until_ns)
{
    for (int64_t next = machine_next_ns(machine); next <= until_ns;
         next = machine_next_ns(machine)) {
        machine_flow(machine, next);
        machine_do_due(machine);
        machine_befall_due(machine);
        machine_move(machine);
        if (machine->now_ns >= machine->next_tick_ns)
            machine_tick(machine);
        if (machine->now_ns >= machine->next_heat_ns)
            machine_tell_heat(machine);
    }
}

static void machine_init_panel(struct machine *machine)
{
    machine->panel.values[ITEM_AVAILABLE].number = 1;
    machine->panel.values[ITEM_EXECUTION].number = EXECUTION_READY;
    machine->panel.values[ITEM_FEED_OVERRIDE].number = 100;
    machine->panel.values[ITEM_RAPID_OVERRIDE].number = 100;
    machine->panel.values[ITEM_SPINDLE_OVERRIDE].number = 100;
    machine->panel.values[ITEM_TEMP_AMBIENT].number = machine->plan->thermal.ambient;
    machine->panel.values[ITEM_TEMP_SPINDLE].number = machine->plan->thermal.ambient;
    machine->panel.values[ITEM_TEMP_COLUMN].number = machine->plan->thermal.ambient;
    machine->panel.values[ITEM_PART_COUNT].number = (double)machine->plan->counter.start;
    machine->panel.values[ITEM_BAR_LEFT].number = machine_bar_left(machine);
    if (machine->plan->people.pallets > 0)
        text_copy(machine->panel.values[ITEM_PALLET].text, PANEL_TEXT_MAX, "1");
}

void machine_init(struct machine *machine, const struct machine_plan *plan, uint64_t seed,
                  struct machine_listener listener)
{
    const struct thermal_plan *thermal = &plan->thermal;

    memset(machine, 0, sizeof(*machine));
    machine->plan = plan;
    machine->listener = listener;
    machine->heat_plan = (struct heat_plan){
        .ambient = thermal->ambient,
        .spindle_rise = thermal->spindle_rise,
        .spindle_tau_s = (double)thermal->spindle_tau / 1e9,
        .column_rise = thermal->column_rise,
        .column_tau_s = (double)thermal->column_tau / 1e9,
    };
    random_init(&machine->random, seed, plan->name);
    machine_init_panel(machine);
    for (size_t i = 0; i < plan->tools.count && i < MACHINE_TOOLS_MAX; i++) {
        const struct tool_plan *tool = PLAN_ITEM(plan->tools, struct tool_plan, i);

        edge_renew(&machine->edges[i], tool->life, tool->spread, &machine->random);
    }
    machine->wants_warmup = plan->people.warmup_after > 0;
    machine->phase_end_ns =
        (1000 + (int64_t)(2000 * random_uniform(&machine->random))) * NS_PER_MS;
    machine->next_heat_ns = HEAT_EVERY_NS;
    machine->next_tick_ns = plan->tick;
    for (size_t i = 0; i < machine_incident_count(machine); i++) {
        const struct incident_plan *incident =
            PLAN_ITEM(plan->incidents, struct incident_plan, i);

        machine->incident_at[i] = incident->every > 0 ? MACHINE_NEVER : incident->at;
    }
}
