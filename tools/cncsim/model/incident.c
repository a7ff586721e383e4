/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/model/machine_parts.h"

#include "daemon/base/moment.h"

static void befall_hold(struct machine *machine, const struct incident_plan *incident)
{
    if (machine->phase == PHASE_RUNNING)
        machine_pause(machine, EXECUTION_HOLD, BUCKET_HOLD, incident->lasts);
}

static void befall_abort(struct machine *machine, const struct incident_plan *incident)
{
    if (!machine_in_cycle(machine))
        return;
    machine_end_cycle(machine, false);
    machine->phase_end_ns += incident->lasts;
}

static void befall_emergency(struct machine *machine,
                             const struct incident_plan *incident)
{
    int64_t over_ns = machine->now_ns + incident->lasts + NS_PER_S;

    befall_abort(machine, incident);
    if (machine->phase_end_ns < over_ns)
        machine->phase_end_ns = over_ns;
    machine_show(machine, ITEM_EMERGENCY, 1);
    machine_show_execution(machine, EXECUTION_STOPPED);
    machine_show_fault(machine, 2, "1000|EMERGENCY STOP");
    machine_show_later(machine, incident->lasts, ITEM_EMERGENCY, 0);
    machine_show_later(machine, incident->lasts, ITEM_ALARM, 0);
    machine_show_later(machine, incident->lasts, ITEM_EXECUTION, EXECUTION_READY);
}

static void befall_alarm(struct machine *machine, const struct incident_plan *incident)
{
    machine_show_fault(machine, 2, incident->text ? incident->text : "401|SERVO ALARM");
    machine_show_later(machine, incident->lasts, ITEM_ALARM, 0);
    befall_hold(machine, incident);
}

static void befall_override(struct machine *machine, const struct incident_plan *incident)
{
    machine_show(machine, ITEM_FEED_OVERRIDE, incident->value);
    machine_show_later(machine, incident->lasts, ITEM_FEED_OVERRIDE, 100);
    if (machine->phase == PHASE_RUNNING) {
        machine_time_step(machine);
        machine_show_step(machine);
    }
}

static void befall_mdi(struct machine *machine, const struct incident_plan *incident)
{
    machine->phase_end_ns += incident->lasts + 2 * NS_PER_S;
    machine_show(machine, ITEM_MODE, CONTROL_MDI);
    machine_show_later(machine, NS_PER_S, ITEM_EXECUTION, EXECUTION_ACTIVE);
    machine_show_later(machine, NS_PER_S + incident->lasts, ITEM_EXECUTION,
                       EXECUTION_READY);
    machine_show_later(machine, 1500 * NS_PER_MS + incident->lasts, ITEM_MODE,
                       CONTROL_AUTOMATIC);
}

static void befall_break(struct machine *machine, const struct incident_plan *incident)
{
    int64_t limit = machine->plan->people.warmup_after;

    machine->phase_end_ns += incident->lasts;
    machine->wants_warmup = limit > 0 && incident->lasts >= limit;
}

static void befall_reset(struct machine *machine, const struct incident_plan *incident)
{
    (void)incident;
    machine_show(machine, ITEM_PART_COUNT, 0);
}

static void befall_preset(struct machine *machine, const struct incident_plan *incident)
{
    machine_show(machine, ITEM_PART_COUNT, incident->value);
}

static void befall_tool_breaks(struct machine *machine,
                               const struct incident_plan *incident)
{
    int index =
        machine_edge_index(machine, incident->text ? incident->text : machine->tool);

    if (index < 0)
        return;
    machine->edges[index].broken = true;
    machine->spike = true;
    machine->cycle.scrap = true;
}

static void befall_tool_changed(struct machine *machine,
                                const struct incident_plan *incident)
{
    int index = incident->text ? machine_edge_index(machine, incident->text) : -1;

    if (index < 0)
        return;
    const struct tool_plan *tool =
        PLAN_ITEM(machine->plan->tools, struct tool_plan, (size_t)index);

    edge_renew(&machine->edges[index], tool->life, tool->spread, &machine->random);
}

static void befall_unplugged(struct machine *machine,
                             const struct incident_plan *incident)
{
    machine_show(machine, ITEM_AVAILABLE, 0);
    machine_show_later(machine, incident->lasts, ITEM_AVAILABLE, 1);
}

static void befall_dry_run(struct machine *machine, const struct incident_plan *incident)
{
    machine->dry_run = true;
    machine_show(machine, ITEM_DRY_RUN, 1);
    machine_show_later(machine, incident->lasts, ITEM_DRY_RUN, 0);
}

static void befall_lot(struct machine *machine, const struct incident_plan *incident)
{
    (void)incident;
    machine->lot_um = random_normal(&machine->random);
}

static void befall_fixture(struct machine *machine, const struct incident_plan *incident)
{
    (void)incident;
    machine->fixture_um = random_normal(&machine->random);
}

/* `in_gap`: waits for the end of a cycle that runs. */
static const struct {
    void (*befall)(struct machine *machine, const struct incident_plan *incident);
    bool in_gap, in_cycle;
} incidents[INCIDENT_KIND_COUNT] = {
    [INCIDENT_HOLD] = {befall_hold,         false, true },
    [INCIDENT_ABORT] = {befall_abort,        false, true },
    [INCIDENT_EMERGENCY] = {befall_emergency,    false, false},
    [INCIDENT_ALARM] = {befall_alarm,        false, false},
    [INCIDENT_OVERRIDE] = {befall_override,     false, false},
    [INCIDENT_MDI] = {befall_mdi,          true,  false},
    [INCIDENT_BREAK] = {befall_break,        true,  false},
    [INCIDENT_RESET_COUNTER] = {befall_reset,        false, false},
    [INCIDENT_PRESET_COUNTER] = {befall_preset,       false, false},
    [INCIDENT_TOOL_BREAKS] = {befall_tool_breaks,  false, false},
    [INCIDENT_TOOL_CHANGED] = {befall_tool_changed, true,  false},
    [INCIDENT_UNPLUGGED] = {befall_unplugged,    false, false},
    [INCIDENT_DRY_RUN] = {befall_dry_run,      true,  false},
    [INCIDENT_LOT] = {befall_lot,          true,  false},
    [INCIDENT_FIXTURE] = {befall_fixture,      true,  false},
};

void machine_befall(struct machine *machine, const struct incident_plan *incident)
{
    if (incidents[incident->kind].in_gap && machine_in_cycle(machine)) {
        machine->in_gap = incident;
        return;
    }
    if (incidents[incident->kind].in_cycle && machine->phase != PHASE_RUNNING)
        return;
    machine_tell_event(machine, incident_kinds[incident->kind], incident->text,
                       incident->value, incident->lasts);
    incidents[incident->kind].befall(machine, incident);
}

void machine_draw_incidents(struct machine *machine)
{
    int64_t length = script_length_ns(&machine->script);

    for (size_t i = 0; i < machine->plan->incidents.count && i < MACHINE_INCIDENTS_MAX;
         i++) {
        const struct incident_plan *incident =
            PLAN_ITEM(machine->plan->incidents, struct incident_plan, i);
        double share = 0.2 + 0.6 * random_uniform(&machine->random);
        bool happens =
            incident->every > 0 && random_chance(&machine->random, 1 / incident->every);

        if (happens)
            machine->incident_at[i] =
                machine->now_ns + (int64_t)((double)length * share / 1e6) * NS_PER_MS;
    }
}
