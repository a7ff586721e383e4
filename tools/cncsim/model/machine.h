/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One machine: programs run, tools wear, the spindle warms up, people load parts, and
 * things go wrong. Time is given from outside and every change carries its own moment, so
 * the same plan and seed make the same day however often machine_advance() is called.
 * Pure.
 *
 * Times are nanoseconds of the simulated day, always whole milliseconds, so that what a
 * front end prints is exact.
 */
#pragma once

#include "tools/cncsim/model/edge.h"
#include "tools/cncsim/model/heat.h"
#include "tools/cncsim/model/panel.h"
#include "tools/cncsim/model/script.h"
#include "tools/cncsim/model/truth.h"

#define MACHINE_TOOLS_MAX     32
#define MACHINE_INCIDENTS_MAX 32
#define MACHINE_DEEDS_MAX     32
#define MACHINE_NEVER         INT64_MAX

struct machine_listener {
    void *owner;
    /* An item shows another value. In time order. */
    void (*shown)(void *owner, enum panel_item item, const struct panel_value *value,
                  int64_t at_ns);
    void (*told)(void *owner, const struct truth *truth);
};

enum machine_phase {
    PHASE_GAP,     /* between cycles */
    PHASE_RUNNING, /* a step of the script */
    PHASE_PAUSED,  /* in a cycle, waiting */
};

/* Something that happens by itself a little later. */
struct deed {
    int64_t at_ns;
    enum panel_item item;
    double value;
    const char *text; /* NULL = a number */
};

struct machine {
    const struct machine_plan *plan;
    struct machine_listener listener;
    struct heat_plan heat_plan;
    struct random random;
    struct panel panel;

    int64_t now_ns;
    enum machine_phase phase;
    int64_t phase_end_ns; /* of the gap or the pause */
    int64_t next_tick_ns, next_heat_ns;

    const struct program_plan *program;
    struct script script;
    size_t step;
    int64_t step_left_ns; /* at 100 % */
    int64_t step_end_ns;
    enum bucket pause_bucket;
    struct cycle_truth cycle;
    int64_t parts_of_bar;

    struct heat heat;
    double spindle_input; /* heat input now, 0 … 1 */
    double energy_kwh, cut_seconds;
    struct edge edges[MACHINE_TOOLS_MAX];
    bool spike; /* a tool has just broken: the next sample shows it */
    char tool[PANEL_TEXT_MAX];

    struct deed deeds[MACHINE_DEEDS_MAX];
    size_t deed_count;
    int64_t incident_at[MACHINE_INCIDENTS_MAX];
    const struct incident_plan *in_gap; /* waits for the cycle's end */
    bool dry_run;
    bool wants_warmup;

    int64_t cycles, parts, pallet;
    double lot_um, fixture_um;
};

/* `plan` and the listener's owner are borrowed for the machine's life. */
void machine_init(struct machine *machine, const struct machine_plan *plan, uint64_t seed,
                  struct machine_listener listener);

/* Lives up to and including `until_ns`. */
void machine_advance(struct machine *machine, int64_t until_ns);

/* When anything happens next: for who wants to sleep until then. */
int64_t machine_next_ns(const struct machine *machine);

/* Lets an incident of the plan's kinds happen now. */
void machine_befall(struct machine *machine, const struct incident_plan *incident);
