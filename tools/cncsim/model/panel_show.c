/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/model/machine_parts.h"

#include "daemon/base/moment.h"

#include <string.h>

static void machine_changed(struct machine *machine, enum panel_item item)
{
    machine->listener.shown(machine->listener.owner, item, &machine->panel.values[item],
                            machine->now_ns);
}

void machine_show(struct machine *machine, enum panel_item item, double number)
{
    struct panel_value *value = &machine->panel.values[item];

    if (value->number == number)
        return;
    value->number = number;
    machine_changed(machine, item);
}

void machine_show_text(struct machine *machine, enum panel_item item, const char *text)
{
    struct panel_value *value = &machine->panel.values[item];

    if (strcmp(value->text, text) == 0)
        return;
    text_copy(value->text, sizeof(value->text), text);
    machine_changed(machine, item);
}

void machine_show_fault(struct machine *machine, double level, const char *text)
{
    struct panel_value *value = &machine->panel.values[ITEM_ALARM];

    if (value->number == level && strcmp(value->text, text) == 0)
        return;
    value->number = level;
    text_copy(value->text, sizeof(value->text), text);
    machine_changed(machine, ITEM_ALARM);
}

/* The lamps that go with it: OP, STL, SPL (domain.md 1.2). */
static const struct {
    bool operating, start_lamp, hold_lamp;
} lamps[] = {
    [EXECUTION_READY] = {false, false, false},
    [EXECUTION_ACTIVE] = {true,  true,  false},
    [EXECUTION_HOLD] = {true,  false, true },
    [EXECUTION_OPTIONAL_STOP] = {true,  false, false},
    [EXECUTION_PROGRAM_STOP] = {true,  false, false},
    [EXECUTION_COMPLETED] = {false, false, false},
    [EXECUTION_WAIT] = {true,  true,  false},
    [EXECUTION_STOPPED] = {false, false, false},
};

void machine_show_execution(struct machine *machine, enum execution execution)
{
    machine_show(machine, ITEM_EXECUTION, execution);
    machine_show(machine, ITEM_OPERATING, lamps[execution].operating);
    machine_show(machine, ITEM_START_LAMP, lamps[execution].start_lamp);
    machine_show(machine, ITEM_HOLD_LAMP, lamps[execution].hold_lamp);
}

void machine_show_later(struct machine *machine, int64_t delay_ns, enum panel_item item,
                        double number)
{
    if (machine->deed_count == MACHINE_DEEDS_MAX)
        return;
    machine->deeds[machine->deed_count++] =
        (struct deed){.at_ns = machine->now_ns + delay_ns / NS_PER_MS * NS_PER_MS,
                      .item = item,
                      .value = number};
}

void machine_tell_event(struct machine *machine, const char *event, const char *text,
                        double value, int64_t lasts_ns)
{
    struct event_truth told = {event, text ? text : "", value, (double)lasts_ns / 1e9};
    struct truth truth = {.kind = TRUTH_EVENT,
                          .machine = machine->plan->name,
                          .at_ns = machine->now_ns,
                          .event = &told};

    machine->listener.told(machine->listener.owner, &truth);
}
