/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tools of one machine: domain.md 3, as one analytic. Pure after creation.
 *
 * Files beside this one: machine_tools.c hears samples and keeps the state, tool_cuts.c
 * what segments and cycles mean, tool_facts.c what people and the control say about a
 * tool, tool_breakage.c and tool_alarms.c when somebody must be told, tool_report.c the
 * tool record.
 */
#pragma once

#include "daemon/analytics/analytic.h"
#include "daemon/analytics/run/part_options.h"
#include "daemon/analytics/tool/outlook.h"
#include "daemon/analytics/tool/signatures.h"
#include "daemon/analytics/tool/uptime.h"

#define TOOLS_MAX         64
#define MEMORIES_MAX      32
#define MEASUREMENTS_MAX  16
#define STATION_UNCERTAIN 64 /* q of a segment whose reference is provisional */

/* A measurement waits until the cycle it was made after is accounted for. */
struct waiting_measurement {
    struct moment at;
    char feature[RECORD_NAME_MAX], tool[RECORD_NAME_MAX];
    double value, offset_um;
};

/* Plain bytes, saved as they stand; the arrays beside it as far as they are used. */
struct tools_state {
    uint32_t layout, size;
    uint32_t edge_count, memory_count;
    int64_t life_serial;
    double cycle_s; /* a cycle usually takes, loading included; 0 = none yet */
    struct cut_load load;
    struct moment now;
    char tool[PATHS_MAX][RECORD_NAME_MAX]; /* the newest that cut */
    bool is_dry[PATHS_MAX];                /* the control runs dry now, and */
    bool was_dry[PATHS_MAX];               /* it did in this cycle */
    uint32_t suspect[PATHS_MAX];           /* edge + 1 that cut too little just before */
    struct moment harvested[PATHS_MAX];
    struct waiting_measurement waiting[MEASUREMENTS_MAX];
    uint32_t waiting_count;
    struct uptime uptime; /* of the machine: its master path */
    bool is_um;           /* wear of more than 2 mm was told: it must be micrometres */
};

struct machine_tools {
    const struct tool_options *options;
    const struct part_options *parts;
    size_t part_count;
    int64_t master; /* the path whose stops are the machine's */
    struct tools_state state;
    struct edge edges[TOOLS_MAX];
    struct tool_memory memories[MEMORIES_MAX];
    struct signatures signatures;
};

/* What every step needs. */
struct tools_scene {
    struct machine_tools *tools;
    const struct machine_view *view;
    const struct record_sink *out;
    struct moment at;
};

extern const struct analytic analytic_tools;

/* NULL when there is no room for another tool. */
struct edge *tools_edge(const struct tools_scene *scene, const char *tool, int64_t path);
struct tool_memory *tools_memory(struct machine_tools *tools, const struct edge *edge);
void tools_setting(const struct machine_tools *tools, const struct edge *edge,
                   struct tool_setting *ret_setting);

/* The tool that cuts on `path`; the only one configured where the control names none. */
const char *tools_current(const struct tools_scene *scene, int64_t path);

/* mm of measured wear at which this edge is spent; NAN = not told. */
double tools_wear_limit(const struct tools_scene *scene, const struct edge *edge);

/* The same from a wear feature of `parts:` alone. */
double tools_feature_limit(const struct machine_tools *tools, const struct edge *edge);

/* The load that stands for the spindle; -1 = none was heard. */
int tools_main_channel(const struct machine_tools *tools, int64_t path);

/* tool_cuts.c */
void tools_segment(const struct tools_scene *scene, struct record *record);
void tools_harvest(const struct tools_scene *scene, int64_t path);

/* A cycle without tool numbers: the only tool there is has cut. */
void tools_cut_without_segment(const struct tools_scene *scene,
                               const struct record *record);

/* tool_cycle.c */
void tools_cycle(const struct tools_scene *scene, const struct record *record);

/* tool_facts.c */
void tools_end_life(const struct tools_scene *scene, struct edge *edge, const char *why);

/* People or the control say so; what was found within 15 minutes before is the same. */
void tools_changed(const struct tools_scene *scene, struct edge *edge, const char *why);
void tools_hear(const struct tools_scene *scene, const struct sample *sample);
void tools_tell(const struct tools_scene *scene, const struct statement *statement);
void tools_evidence(const struct tools_scene *scene, struct edge *edge, double weight);

/* Applies measurements that were made until `until_ns` (mono). */
void tools_measure(const struct tools_scene *scene, int64_t until_ns);

/* tool_breakage.c */
enum breakage tools_judge_segment(const struct tools_scene *scene, struct edge *edge,
                                  const struct breakage_norm *norm,
                                  const struct breakage_sign *sign);
void tools_judge_breakage(const struct tools_scene *scene, struct edge *edge);
void tools_renew(const struct tools_scene *scene, struct edge *edge, uint32_t cycles,
                 const double used[EDGE_UNITS], const char *why);
void tools_renew_cycles(const struct tools_scene *scene, struct edge *edge,
                        uint32_t cycles, const char *why);

/* tool_alarms.c */
void tools_judge_cycle(const struct tools_scene *scene, struct edge *edge);
void tools_judge_wear(const struct tools_scene *scene, struct edge *edge);
void tools_announce(const struct tools_scene *scene, const struct edge *edge,
                    const char *code, enum severity severity, double value,
                    const char *text);

/*
 * tool_group.c: what the sisters of a group have left together, in the unit of `setting`.
 * A member that nothing is known of adds nothing; NAN when that holds for all, and
 * without a group.
 */
void tools_group(const struct tools_scene *scene, const struct tool_setting *setting,
                 double *ret_remaining, double *ret_q05);

/* How long, h, the machine can run before a tool is spent; NAN when one in use is
 * unknown. */
double tools_lights_out(const struct machine_tools *tools, int64_t path);

/* tool_report.c: the tool record as things stand now. */
void tools_report(const struct tools_scene *scene, struct edge *edge);
