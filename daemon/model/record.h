/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we concluded: a cycle, a segment, a state, a tool's life, a thermal state … Pure.
 *
 * One struct a measurement of domain.md 8.2, and one table of rows a struct
 * (record_layout), from which line protocol, JSON, the history and the documentation are
 * made. Adding a field is one member and one row. Not known is NAN, RECORD_UNKNOWN or "":
 * it is left out of line protocol and null in JSON, never 0.
 */
#pragma once

#include "daemon/base/moment.h"
#include "daemon/base/text.h"
#include "daemon/model/code.h"

#include <stdbool.h>
#include <stdint.h>

#define RECORD_UNKNOWN  INT64_MIN
#define RECORD_NAME_MAX 64
#define RECORD_TEXT_MAX 256

enum record_kind {
    RECORD_CYCLE,
    RECORD_SEGMENT,
    RECORD_TOOL,
    RECORD_THERMAL,
    RECORD_FEATURE,
    RECORD_CAPABILITY,
    RECORD_CHART,
    RECORD_STATE,
    RECORD_KPI,
    RECORD_ADVICE,
    RECORD_EVENT,
    RECORD_COST,
    RECORD_SELF,
    RECORD_SIGNAL, /* values configured to be published raw, packed */
    RECORD_RUN,
    RECORD_GAP,
    RECORD_ARCHIVE, /* every value, packed; for the history only, owed to no sink */
    RECORD_KIND_COUNT,
};

/* domain.md 8.5 */
enum cycle_flag {
    CYCLE_PARTIAL = 1,
    CYCLE_GAP = 2,
    CYCLE_CLOCK = 4,
    CYCLE_COUNTER_JUMP = 8,
    CYCLE_OVERRIDE = 16,
    CYCLE_FIRST_AFTER_SETUP = 32,
    CYCLE_FIRST_AFTER_TOOL = 64,
    CYCLE_COLD = 128,
    CYCLE_ESTIMATED = 256,
    CYCLE_UNFROZEN_CHANGE = 512,
    CYCLE_CORRECTED = 1024,
    CYCLE_ALARM = 2048,
    CYCLE_RESUMED_MIDPROGRAM = 4096,
    CYCLE_SUPERSEDED = 8192,
};

/* What people have said, as it was when the record was made (domain.md 8.1). */
struct context {
    enum stage stage;
    int64_t run_seq, lot_seq, fixture_seq; /* RECORD_UNKNOWN = none */
    char part[RECORD_NAME_MAX];
    char op[RECORD_NAME_MAX];
    char revision[RECORD_NAME_MAX];
    char lot[RECORD_NAME_MAX];
    char fixture[RECORD_NAME_MAX];
};

/* Times in seconds, domain.md 1.5; cut + noncut + … + unknown == ct within 1 ms. */
struct cycle_record {
    enum cycle_kind kind;
    enum cycle_class outcome;
    double ct, net, ct100;
    double cut, noncut, tchg, probe, aux, hold, ostop, pstop, wait, unknown;
    double gap, load, ptp;
    double u_ct;       /* 1 sigma of ct */
    double ovr_loss;   /* ct100 - net */
    double spindle_on; /* seconds the spindle turned while running; NAN = no speed */
    int64_t parts;
    int64_t count;    /* cycles this record stands for; more than 1 only when ESTIMATED */
    int64_t flags;    /* enum cycle_flag */
    int64_t cycle_no; /* per machine and path, from 1 */
    double energy_kwh;
    int64_t prog_id;
    char program[RECORD_TEXT_MAX];
    char pallet[RECORD_NAME_MAX];
    char thermal_state[12]; /* of the machine at its end; "" = not known */
    enum seg_source seg_source;
    enum cut_source cut_source;
    double
        started_s; /* seconds UTC, for people and pages; the record's time is the end */
};

struct segment_record {
    char tool[RECORD_NAME_MAX];
    int64_t seg; /* the how-manieth visit of this tool in the cycle, from 0 */
    double dur, cut, e_cut;
    double load_mean, load_p95, load_peak, index, spd, fovr_mean;
    int64_t life_no, age, cycle_no, q;
    double offset; /* start, seconds after the cycle's start */
    double tchg;   /* tool change before it */
    double ovr_loss;
};

struct tool_record {
    char tool[RECORD_NAME_MAX];
    double used, remaining, rul_q05, rul_q50, rul_q95, index;
    int64_t phase;
    double cov80;
    int64_t source, life_no;
    double limit;
    char unit[16]; /* of used, remaining, limit: parts, minutes, um … */
    char asset[RECORD_NAME_MAX];
    char phase_name[16], source_name[24];
    char limit_from[16]; /* "config", "control", "control mapped"; "" = no limit */
    double wear_um, wear_u_um, breakage, replace_at;
    double rul_q10, rul_q90; /* the 80 % interval whose coverage cov80 counts */
    char group[RECORD_NAME_MAX];
    double slope, slope_u;             /* growth of the index a cycle */
    double group_remaining, group_q05; /* of all sisters together */
    double lasts_h, lights_out_h; /* until this tool is spent; until the first one is */
    double mtbf_h, mtbf_low_h;    /* of the machine: mean, lower 95 % bound */
    double unattended_h;          /* how long it shall need nobody, and */
    double p_unattended, p_unattended_low;       /* the probability that it does not */
    double stock_h, coolant_h, chips_h, drift_h; /* until each needs somebody */
    double alone_h;                              /* the least of these and of the tools */
    int64_t alone_ok;            /* enough for unattended_h: 1, 0, unknown */
    double p_alone, p_alone_low; /* that no stop comes before alone_h */
    double alone_until_s;        /* seconds UTC */
    char alone_by[12];         /* what comes first: tools, stock, coolant, chips, drift */
    char alone_unknown[48];    /* which of them are not known: "stock, chips" */
    double taylor_n, taylor_c; /* fitted: V in 1/min, T in min */
    double speed;              /* of the spindle on this edge, 1/min */
    double fastest_speed, fastest_life_min;   /* that makes most parts an hour */
    double cheapest_speed, cheapest_life_min; /* that makes the cheapest ones */
    double left_lives, left_cost;             /* thrown away by changes before the end */
    double overrun;                           /* parts cut by edges that were spent */
    char feature[32]; /* the load that tells most about this tool's wear */
};

struct thermal_record {
    char axis[RECORD_NAME_MAX];
    double temp, theta, soak, rate, drift_um, drift_u, pred30_um, t_stable_s, tau_s;
    enum thermal_state state;
    double tau_u_s, um_per_k, explained;
    double restart10_um, restart30_um, restart60_um, restart_night_um;
    double amplitude_um, amplitude_u; /* growth at full heat */
    double growth_um;                 /* growth in the end of the work as it is */
    double wear_part_um, wear_part_u; /* wear of one part */
    double worst_um;                  /* largest deviation so far */
    double margin_s;               /* until wear and heat may take it out of its limits */
    char verdict[RECORD_TEXT_MAX]; /* "separable", "not separable yet: …", "holding: …" */
};

struct feature_record {
    char feature[RECORD_NAME_MAX];
    double value, dev_um, raw_um, u_um, offset_um, resid_um;
    int64_t ok, method, cycle_no;
    double wear_um, thermal_um;
    char thermal_state[12]; /* of the machine when it was measured; "" = not known */
    char serial[RECORD_NAME_MAX], gauge[RECORD_NAME_MAX];
    char attribution[24]; /* wear, heat, lot, fixture, override, undecided */
};

struct capability_record {
    char feature[RECORD_NAME_MAX];
    int64_t n;
    double mean, s, sw, pp, ppk, ppk_lcb, cp, cpk, ppk_resid, ad_p;
};

struct chart_record {
    char metric[RECORD_NAME_MAX];
    double z, cplus, cminus, ewma;
    int64_t alarm;         /* 0 none, 1 notice, 2 page */
    double onset_s, shift; /* seconds UTC when it began; size in sigmas */
    char rules[32];        /* Nelson / Western Electric annotations, "N1 N5" */
};

struct state_record {
    enum execution state;
    enum reason reason;
    double dur; /* NAN while it lasts; written again with the same time when it ends */
    char text[RECORD_TEXT_MAX];
};

struct kpi_record {
    char window[24]; /* shift, day, run */
    double apt, aust, adet, adot, aupt, aubt, pbt, pot, aoet, pri;
    double pq, gq, sq, rq;
    double oee, nee, avail, eff, qual;
    double alloc_eff, alloc_ratio, util_eff, tech_eff, setup_ratio, process_ratio,
        throughput;
    double scrap_ratio, rework_ratio, mtbf, mttr;
    double from_s;               /* start of the window, seconds UTC */
    char label[RECORD_NAME_MAX]; /* "early", "2026-11-22", "run 12" */
};

struct advice_record {
    char feature[RECORD_NAME_MAX];
    int64_t inspect, due, rung, n, ac;
    double p10;
    char text[RECORD_TEXT_MAX];
};

struct event_record {
    char code[RECORD_NAME_MAX];
    char subject[RECORD_NAME_MAX]; /* whom of its machine it is about: a tool; "" = it */
    char text[RECORD_TEXT_MAX];
    double value;
    int64_t cycle_no;
    enum severity severity;
    int64_t cleared;           /* 1: what this code announced is over */
    char who[RECORD_NAME_MAX]; /* who said it, when a person or a command did */
};

struct cost_record {
    double c_total, c_setup, c_machine, c_tool, c_insp, c_mat, c_scrap, index;
};

struct self_record {
    int64_t poll_ok, poll_miss;
    double lat_p99, gap_s;
    int64_t lost_obs;
    double false_alarm_rate; /* a week: pages nobody confirmed, alarms said to be false */
    double false_alarm_share; /* of the alarms that were acknowledged */
    int64_t alarms;           /* of the charts, in that week */
    double loop_max_s;
    int64_t spool_rows, spool_bytes;
    double oldest_s;
    int64_t sampled, delivered, dropped, lost;
};

struct run_record {
    int64_t run_seq;
    char run_id[RECORD_NAME_MAX];
    int64_t target, parts, good;
    char program[RECORD_TEXT_MAX];
    double started, ended; /* seconds UTC; NAN while it lasts */
};

struct gap_record {
    int64_t from, to, count;
    double dur;
    char reason[RECORD_TEXT_MAX];
};

/*
 * Many values on one row: {"spindle_load":[[offset_ms,35.2,192],…],…}. An archive row
 * adds the sequence as a fourth item where there is one.
 */
struct packed_record {
    int64_t count;       /* values in it */
    const char *signals; /* JSON; borrowed */
};

struct record {
    enum record_kind kind;
    int64_t id;      /* the spool's; `seq` outside; 0 before it is stored */
    int64_t wall_ns; /* the time of the point, UTC */
    bool replayed;   /* comes late, after an outage */
    int64_t path;    /* from 1; 0 = the machine as a whole */
    char cell[RECORD_NAME_MAX];
    char machine[RECORD_NAME_MAX]; /* "" = the gateway itself */
    struct context context;
    union {
        struct cycle_record cycle;
        struct segment_record segment;
        struct tool_record tool;
        struct thermal_record thermal;
        struct feature_record feature;
        struct capability_record capability;
        struct chart_record chart;
        struct state_record state;
        struct kpi_record kpi;
        struct advice_record advice;
        struct event_record event;
        struct cost_record cost;
        struct self_record self;
        struct run_record run;
        struct gap_record gap;
        struct packed_record packed;
    };
};

/* Where records go; trackers append 0..n for each thing they see. */
struct record_sink {
    void *owner;
    void (*append)(void *owner, const struct record *record);
};

enum field_kind {
    FIELD_INTEGER, /* int64_t */
    FIELD_NUMBER,  /* double */
    FIELD_TEXT,    /* char[size] */
    FIELD_CODE,    /* an enum with names; goes out as its integer */
    FIELD_NAME,    /* an enum with names; goes out as its name */
};

enum field_role {
    ROLE_TAG,   /* closed set: a tag in line protocol */
    ROLE_FIELD, /* a field in line protocol, a member in JSON */
    ROLE_NOTE, /* in JSON and the history only: grows with production, or is for people */
};

struct record_field {
    const char *name;
    enum field_kind kind;
    enum field_role role;
    size_t offset; /* in struct record */
    size_t size;   /* of a text */
    const char *const *names;
};

struct record_layout {
    const char *measurement;
    const struct record_field *fields; /* ends with a row without a name */
};

/* Indexed by enum record_kind. RECORD_SIGNAL and RECORD_ARCHIVE have only common fields.
 */
extern const struct record_layout record_layouts[RECORD_KIND_COUNT];

/* "cycle", "segment", …; ends with NULL. */
extern const char *const record_kind_names[RECORD_KIND_COUNT + 1];

/* Everything not known, of `kind`, at `at`. */
void record_init(struct record *record, enum record_kind kind, struct moment at);
void context_init(struct context *context);

/* Reads a field as a number, whatever its kind; NAN when not known or a text. */
double record_field_number(const struct record *record, const struct record_field *field);

/* The field's text or name; "" when not known or a number. */
const char *record_field_text(const struct record *record,
                              const struct record_field *field);
bool record_field_known(const struct record *record, const struct record_field *field);

/*
 * Appends one JSON object: t, kind, machine, path, then every row of the layout that is
 * known, and null for fields that are not.
 */
void record_print_json(const struct record *record, struct text *text);

/* The same without the nulls. */
void record_print_known(const struct record *record, struct text *text);

/* And without t, measurement, machine and path: the store's rows have columns for them.
 */
void record_print_body(const struct record *record, struct text *text);
