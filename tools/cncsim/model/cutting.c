/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/model/machine_parts.h"

#include <math.h>
#include <string.h>

#define REFERENCE_RPM  6000.0
#define COLD_AIR_SHARE 0.2  /* a cold spindle draws that much more in air */
#define KIENZLE        0.75 /* net load goes with feed to this power (domain.md 3.2) */
#define BREAK_SPIKE    2.5  /* of the net load, in the sample in which a tool breaks */
#define IDLE_WATT      900.0
#define RAPID_FEED     20000.0

int machine_edge_index(const struct machine *machine, const char *tool)
{
    for (size_t i = 0; i < machine->plan->tools.count && i < MACHINE_TOOLS_MAX; i++) {
        if (strcmp(PLAN_ITEM(machine->plan->tools, struct tool_plan, i)->tool, tool) == 0)
            return (int)i;
    }
    return -1;
}

static const struct step *machine_step(const struct machine *machine)
{
    return machine->phase == PHASE_RUNNING ? &machine->script.steps[machine->step] : NULL;
}

static double machine_override(const struct machine *machine)
{
    return machine->panel.values[ITEM_FEED_OVERRIDE].number / 100;
}

/* Above air, with wear and override; 0 when the edge is gone. */
static double machine_net_load(struct machine *machine, const struct step *step)
{
    int index = machine_edge_index(machine, step->tool);
    double load = step->block->load;

    if (step->kind != STEP_CUT || machine->dry_run)
        return 0;
    if (index >= 0) {
        const struct edge *edge = &machine->edges[index];
        const struct tool_plan *tool =
            PLAN_ITEM(machine->plan->tools, struct tool_plan, (size_t)index);

        load *= 1 + tool->gain * edge_wear(edge);
        if (edge->broken)
            load = machine->spike ? load * BREAK_SPIKE : 0;
    }
    machine->spike = false;
    return load * pow(machine_override(machine), KIENZLE);
}

static double machine_air_load(const struct machine *machine, double rpm)
{
    return machine->plan->air_load * rpm / REFERENCE_RPM *
           (1 + COLD_AIR_SHARE * (1 - machine->heat.spindle));
}

static double round_to(double value, double step)
{
    return round(value / step) * step;
}

static double machine_tenth(double value)
{
    return round(value * 10) / 10;
}

static void segment_note_load(struct machine *machine, double net)
{
    if (machine->cycle.segment_count == 0)
        return;
    struct segment_truth *segment =
        &machine->cycle.segments[machine->cycle.segment_count - 1];

    segment->load_sum += net;
    segment->samples++;
}

void machine_show_loads(struct machine *machine)
{
    const struct step *step = machine_step(machine);
    double rpm = machine->panel.values[ITEM_SPINDLE_SPEED].number;
    double net = step ? machine_net_load(machine, step) : 0;
    double air = rpm > 0 ? machine_air_load(machine, rpm) : 0;
    double noise = rpm > 0 ? 1 + 0.02 * random_normal(&machine->random) : 1;
    double load = (air + net) * noise;
    double watt = IDLE_WATT + load / 100 * machine->plan->rated_watt;

    if (step && step->kind == STEP_CUT)
        segment_note_load(machine, net);
    machine->spindle_input =
        fmin(1, 0.4 * pow(rpm / (2 * REFERENCE_RPM), 1.5) + load / 100);
    machine_show(machine, ITEM_SPINDLE_LOAD, machine_tenth(load));
    machine_show(machine, ITEM_AXIS_LOAD_X, machine_tenth(net > 0 ? 8 + 0.2 * net : 3));
    machine_show(machine, ITEM_AXIS_LOAD_Z, machine_tenth(net > 0 ? 12 + 0.3 * net : 9));
    machine_show(machine, ITEM_POWER, round_to(watt, 10));
}

void machine_show_step(struct machine *machine)
{
    const struct step *step = machine_step(machine);
    bool cuts = step && step->kind == STEP_CUT;
    bool turns = step && (cuts || step->kind == STEP_RAPID);
    double feed = 0;

    if (cuts)
        feed = step->block->feed * machine_override(machine);
    else if (step && step->kind == STEP_RAPID)
        feed = RAPID_FEED * machine->panel.values[ITEM_RAPID_OVERRIDE].number / 100;
    machine_show(machine, ITEM_SPINDLE_SPEED,
                 turns ? step->block->rpm *
                             machine->panel.values[ITEM_SPINDLE_OVERRIDE].number / 100
                       : 0);
    machine_show(machine, ITEM_FEED, machine_tenth(feed));
    machine_show(machine, ITEM_CUTTING, cuts && !machine->dry_run);
    machine_show_loads(machine);
}

void machine_wear_tools(struct machine *machine)
{
    bool used[MACHINE_TOOLS_MAX] = {false};

    for (size_t i = 0; i < machine->cycle.segment_count; i++) {
        int index = machine_edge_index(machine, machine->cycle.segments[i].tool);

        if (index >= 0 && machine->cycle.segments[i].cut_ns > 0 && !used[index])
            machine->edges[index].age_parts += machine->cycle.parts;
        if (index >= 0)
            used[index] = true;
    }
}

static bool edge_is_due(const struct edge *edge, const struct tool_plan *tool)
{
    return edge->broken ||
           (tool->limit > 0 ? edge->age_parts >= tool->limit : edge_use(edge) >= 1);
}

void machine_renew_tools(struct machine *machine)
{
    for (size_t i = 0; i < machine->plan->tools.count && i < MACHINE_TOOLS_MAX; i++) {
        const struct tool_plan *tool =
            PLAN_ITEM(machine->plan->tools, struct tool_plan, i);
        struct edge *edge = &machine->edges[i];

        if (!edge_is_due(edge, tool))
            continue;
        machine_tell_event(machine, "tool_changed", tool->tool, (double)edge->age_parts,
                           0);
        edge_renew(edge, tool->life, tool->spread, &machine->random);
    }
}

static void feature_measure(struct machine *machine, const struct feature_plan *feature)
{
    int index = feature->tool ? machine_edge_index(machine, feature->tool) : -1;
    struct measurement_truth measured = {
        .feature = feature->name,
        .wear_um =
            index >= 0 ? feature->wear_um * (double)machine->edges[index].age_parts : 0,
        .heat_um = feature->heat_um * machine->heat.spindle,
        .lot_um = feature->lot_um * machine->lot_um,
        .fixture_um = feature->fixture_um * machine->fixture_um,
        .noise_um = feature->noise_um * random_normal(&machine->random),
        .cycle = machine->cycle.number,
    };
    struct truth truth = {.kind = TRUTH_MEASUREMENT,
                          .machine = machine->plan->name,
                          .at_ns = machine->now_ns,
                          .measurement = &measured};

    measured.value = round_to(feature->nominal +
                                  (measured.wear_um + measured.heat_um + measured.lot_um +
                                   measured.fixture_um + measured.noise_um) /
                                      1000,
                              0.0001);
    machine->listener.told(machine->listener.owner, &truth);
}

void machine_measure(struct machine *machine)
{
    for (size_t i = 0; i < machine->plan->features.count; i++) {
        const struct feature_plan *feature =
            PLAN_ITEM(machine->plan->features, struct feature_plan, i);

        if (feature->every > 0 && machine->parts % feature->every == 0)
            feature_measure(machine, feature);
    }
}
