/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/model/record.h"

#include <stddef.h>

// clang-format off
#define ROW(member, key, kind_, role_, names_) \
    {.name = (key), .kind = FIELD_##kind_, .role = ROLE_##role_, \
     .offset = offsetof(struct record, member), \
     .size = sizeof(((struct record *)0)->member), .names = (names_)}
#define LAST {0}
// clang-format on
#define TAG(member, key)              ROW(member, key, TEXT, TAG, NULL)
#define TAG_NUMBER(member, key)       ROW(member, key, INTEGER, TAG, NULL)
#define TAG_NAME(member, key, names)  ROW(member, key, NAME, TAG, names)
#define NUMBER(member, key)           ROW(member, key, NUMBER, FIELD, NULL)
#define INTEGER(member, key)          ROW(member, key, INTEGER, FIELD, NULL)
#define TEXT(member, key)             ROW(member, key, TEXT, FIELD, NULL)
#define CODED(member, key, names)     ROW(member, key, CODE, FIELD, names)
#define NAMED(member, key, names)     ROW(member, key, NAME, FIELD, names)
#define NOTE_NUMBER(member, key)      ROW(member, key, NUMBER, NOTE, NULL)
#define NOTE_INTEGER(member, key)     ROW(member, key, INTEGER, NOTE, NULL)
#define NOTE_TEXT(member, key)        ROW(member, key, TEXT, NOTE, NULL)
#define NOTE_NAME(member, key, names) ROW(member, key, NAME, NOTE, names)

/* Tags and fields that whole families of records share. */
#define WHERE TAG(cell, "cell"), TAG(machine, "machine")
#define PATH  TAG_NUMBER(path, "path")
#define WHAT                                          \
    TAG(context.part, "part"), TAG(context.op, "op"), \
        TAG_NAME(context.stage, "stage", stage_names)
#define ORDER                                                                   \
    INTEGER(context.run_seq, "run_seq"), INTEGER(context.lot_seq, "lot_seq"),   \
        INTEGER(context.fixture_seq, "fixture"), NOTE_TEXT(context.lot, "lot"), \
        NOTE_TEXT(context.fixture, "fixture_name"),                             \
        NOTE_TEXT(context.revision, "revision")

static const struct record_field cycle_fields[] = {
    WHERE,
    PATH,
    WHAT,
    NAMED(cycle.kind, "kind", cycle_kind_names),
    CODED(cycle.outcome, "class", cycle_class_names),
    NUMBER(cycle.ct, "ct"),
    NUMBER(cycle.net, "net"),
    NUMBER(cycle.ct100, "ct100"),
    NUMBER(cycle.cut, "cut"),
    NUMBER(cycle.noncut, "noncut"),
    NUMBER(cycle.tchg, "tchg"),
    NUMBER(cycle.probe, "probe"),
    NUMBER(cycle.aux, "aux"),
    NUMBER(cycle.hold, "hold"),
    NUMBER(cycle.ostop, "ostop"),
    NUMBER(cycle.pstop, "pstop"),
    NUMBER(cycle.wait, "wait"),
    NUMBER(cycle.unknown, "unknown"),
    NUMBER(cycle.gap, "gap"),
    NUMBER(cycle.load, "load"),
    NUMBER(cycle.ptp, "ptp"),
    NUMBER(cycle.u_ct, "u_ct"),
    INTEGER(cycle.parts, "parts"),
    INTEGER(cycle.flags, "flags"),
    ORDER,
    INTEGER(cycle.cycle_no, "cycle_no"),
    NUMBER(cycle.energy_kwh, "energy_kwh"),
    INTEGER(cycle.prog_id, "prog_id"),
    NOTE_NUMBER(cycle.ovr_loss, "ovr_loss"),
    NOTE_INTEGER(cycle.count, "count"),
    NOTE_TEXT(cycle.program, "program"),
    NOTE_TEXT(cycle.pallet, "pallet"),
    NOTE_NAME(cycle.seg_source, "seg_source", seg_source_names),
    NOTE_NAME(cycle.cut_source, "cut_source", cut_source_names),
    NOTE_NUMBER(cycle.started_s, "started"),
    LAST,
};

static const struct record_field segment_fields[] = {
    WHERE,
    PATH,
    WHAT,
    TAG(segment.tool, "tool"),
    TAG_NUMBER(segment.seg, "seg"),
    NUMBER(segment.dur, "dur"),
    NUMBER(segment.cut, "cut"),
    NUMBER(segment.e_cut, "e_cut"),
    NUMBER(segment.load_mean, "load_mean"),
    NUMBER(segment.load_p95, "load_p95"),
    NUMBER(segment.load_peak, "load_peak"),
    NUMBER(segment.index, "index"),
    NUMBER(segment.spd, "spd"),
    NUMBER(segment.fovr_mean, "fovr_mean"),
    INTEGER(segment.life_no, "life_no"),
    INTEGER(segment.age, "age"),
    INTEGER(segment.cycle_no, "cycle_no"),
    INTEGER(segment.q, "q"),
    ORDER,
    NOTE_NUMBER(segment.offset, "offset"),
    NOTE_NUMBER(segment.tchg, "tchg"),
    NOTE_NUMBER(segment.ovr_loss, "ovr_loss"),
    LAST,
};

static const struct record_field tool_fields[] = {
    WHERE,
    TAG(tool.tool, "tool"),
    NUMBER(tool.used, "used"),
    NUMBER(tool.remaining, "remaining"),
    NUMBER(tool.rul_q05, "rul_q05"),
    NUMBER(tool.rul_q50, "rul_q50"),
    NUMBER(tool.rul_q95, "rul_q95"),
    NUMBER(tool.index, "index"),
    INTEGER(tool.phase, "phase"),
    NUMBER(tool.cov80, "cov80"),
    INTEGER(tool.source, "source"),
    INTEGER(tool.life_no, "life_no"),
    ORDER,
    NOTE_NUMBER(tool.limit, "limit"),
    NOTE_TEXT(tool.unit, "unit"),
    NOTE_TEXT(tool.asset, "asset"),
    NOTE_TEXT(tool.phase_name, "phase_name"),
    NOTE_TEXT(tool.source_name, "source_name"),
    NOTE_NUMBER(tool.wear_um, "wear_um"),
    NOTE_NUMBER(tool.wear_u_um, "wear_u_um"),
    NOTE_NUMBER(tool.breakage, "breakage"),
    NOTE_NUMBER(tool.replace_at, "replace_at"),
    NOTE_NUMBER(tool.rul_q10, "rul_q10"),
    NOTE_NUMBER(tool.rul_q90, "rul_q90"),
    NOTE_TEXT(tool.feature, "feature"),
    LAST,
};

static const struct record_field thermal_fields[] = {
    WHERE,
    TAG(thermal.axis, "axis"),
    NUMBER(thermal.temp, "temp"),
    NUMBER(thermal.theta, "theta"),
    NUMBER(thermal.soak, "soak"),
    NUMBER(thermal.rate, "rate"),
    NUMBER(thermal.drift_um, "drift_um"),
    NUMBER(thermal.drift_u, "drift_u"),
    NUMBER(thermal.pred30_um, "pred30_um"),
    NUMBER(thermal.t_stable_s, "t_stable_s"),
    NUMBER(thermal.tau_s, "tau_s"),
    CODED(thermal.state, "state", thermal_state_names),
    ORDER,
    NOTE_NUMBER(thermal.tau_u_s, "tau_u_s"),
    NOTE_NUMBER(thermal.um_per_k, "um_per_k"),
    NOTE_NUMBER(thermal.explained, "explained"),
    NOTE_NUMBER(thermal.restart10_um, "restart10_um"),
    NOTE_NUMBER(thermal.restart30_um, "restart30_um"),
    NOTE_NUMBER(thermal.restart60_um, "restart60_um"),
    NOTE_NUMBER(thermal.restart_night_um, "restart_night_um"),
    NOTE_NUMBER(thermal.amplitude_um, "amplitude_um"),
    NOTE_NUMBER(thermal.amplitude_u, "amplitude_u"),
    NOTE_NUMBER(thermal.wear_part_um, "wear_part_um"),
    NOTE_NUMBER(thermal.wear_part_u, "wear_part_u"),
    NOTE_NUMBER(thermal.worst_um, "worst_um"),
    NOTE_TEXT(thermal.verdict, "verdict"),
    LAST,
};

static const struct record_field feature_fields[] = {
    WHERE,
    WHAT,
    TAG(feature.feature, "feature"),
    NUMBER(feature.value, "value"),
    NUMBER(feature.dev_um, "dev_um"),
    NUMBER(feature.raw_um, "raw_um"),
    NUMBER(feature.u_um, "u_um"),
    NUMBER(feature.offset_um, "offset_um"),
    NUMBER(feature.resid_um, "resid_um"),
    INTEGER(feature.ok, "ok"),
    INTEGER(feature.method, "method"),
    INTEGER(feature.cycle_no, "cycle_no"),
    ORDER,
    NOTE_NUMBER(feature.wear_um, "wear_um"),
    NOTE_NUMBER(feature.thermal_um, "thermal_um"),
    NOTE_TEXT(feature.serial, "serial"),
    NOTE_TEXT(feature.gauge, "gauge"),
    NOTE_TEXT(feature.attribution, "attribution"),
    LAST,
};

static const struct record_field capability_fields[] = {
    WHERE,
    WHAT,
    TAG(capability.feature, "feature"),
    INTEGER(capability.n, "n"),
    NUMBER(capability.mean, "mean"),
    NUMBER(capability.s, "s"),
    NUMBER(capability.sw, "sw"),
    NUMBER(capability.pp, "pp"),
    NUMBER(capability.ppk, "ppk"),
    NUMBER(capability.ppk_lcb, "ppk_lcb"),
    NUMBER(capability.cp, "cp"),
    NUMBER(capability.cpk, "cpk"),
    NUMBER(capability.ppk_resid, "ppk_resid"),
    NUMBER(capability.ad_p, "ad_p"),
    ORDER,
    LAST,
};

static const struct record_field chart_fields[] = {
    WHERE,
    TAG(context.part, "part"),
    TAG(context.op, "op"),
    TAG(chart.metric, "metric"),
    NUMBER(chart.z, "z"),
    NUMBER(chart.cplus, "cplus"),
    NUMBER(chart.cminus, "cminus"),
    NUMBER(chart.ewma, "ewma"),
    INTEGER(chart.alarm, "alarm"),
    ORDER,
    NOTE_NUMBER(chart.onset_s, "onset"),
    NOTE_NUMBER(chart.shift, "shift"),
    NOTE_TEXT(chart.rules, "rules"),
    LAST,
};

static const struct record_field state_fields[] = {
    WHERE,
    PATH,
    CODED(state.state, "state", execution_names),
    CODED(state.reason, "reason", reason_names),
    NUMBER(state.dur, "dur"),
    ORDER,
    NOTE_TEXT(state.text, "text"),
    LAST,
};

static const struct record_field kpi_fields[] = {
    WHERE,
    TAG(kpi.window, "window"),
    NUMBER(kpi.apt, "apt"),
    NUMBER(kpi.aust, "aust"),
    NUMBER(kpi.adet, "adet"),
    NUMBER(kpi.adot, "adot"),
    NUMBER(kpi.aupt, "aupt"),
    NUMBER(kpi.aubt, "aubt"),
    NUMBER(kpi.pbt, "pbt"),
    NUMBER(kpi.pot, "pot"),
    NUMBER(kpi.aoet, "aoet"),
    NUMBER(kpi.pri, "pri"),
    NUMBER(kpi.pq, "pq"),
    NUMBER(kpi.gq, "gq"),
    NUMBER(kpi.sq, "sq"),
    NUMBER(kpi.rq, "rq"),
    NUMBER(kpi.oee, "oee"),
    NUMBER(kpi.nee, "nee"),
    NUMBER(kpi.avail, "avail"),
    NUMBER(kpi.eff, "eff"),
    NUMBER(kpi.qual, "qual"),
    NUMBER(kpi.alloc_eff, "alloc_eff"),
    NUMBER(kpi.alloc_ratio, "alloc_ratio"),
    NUMBER(kpi.util_eff, "util_eff"),
    NUMBER(kpi.tech_eff, "tech_eff"),
    NUMBER(kpi.setup_ratio, "setup_ratio"),
    NUMBER(kpi.process_ratio, "process_ratio"),
    NUMBER(kpi.throughput, "throughput"),
    NUMBER(kpi.scrap_ratio, "scrap_ratio"),
    NUMBER(kpi.rework_ratio, "rework_ratio"),
    NUMBER(kpi.mtbf, "mtbf"),
    NUMBER(kpi.mttr, "mttr"),
    ORDER,
    NOTE_NUMBER(kpi.from_s, "from"),
    NOTE_TEXT(kpi.label, "label"),
    LAST,
};

static const struct record_field advice_fields[] = {
    WHERE,
    TAG(context.part, "part"),
    TAG(context.op, "op"),
    TAG(advice.feature, "feature"),
    INTEGER(advice.inspect, "inspect"),
    INTEGER(advice.due, "due"),
    INTEGER(advice.rung, "rung"),
    INTEGER(advice.n, "n"),
    INTEGER(advice.ac, "ac"),
    NUMBER(advice.p10, "p10"),
    ORDER,
    NOTE_TEXT(advice.text, "text"),
    LAST,
};

static const struct record_field event_fields[] = {
    WHERE,
    TAG(event.code, "code"),
    TEXT(event.text, "text"),
    NUMBER(event.value, "value"),
    INTEGER(event.cycle_no, "cycle_no"),
    CODED(event.severity, "severity", severity_names),
    ORDER,
    NOTE_INTEGER(event.cleared, "cleared"),
    NOTE_TEXT(event.who, "who"),
    LAST,
};

static const struct record_field cost_fields[] = {
    WHERE,
    WHAT,
    NUMBER(cost.c_total, "c_total"),
    NUMBER(cost.c_setup, "c_setup"),
    NUMBER(cost.c_machine, "c_machine"),
    NUMBER(cost.c_tool, "c_tool"),
    NUMBER(cost.c_insp, "c_insp"),
    NUMBER(cost.c_mat, "c_mat"),
    NUMBER(cost.c_scrap, "c_scrap"),
    NUMBER(cost.index, "index"),
    ORDER,
    LAST,
};

static const struct record_field self_fields[] = {
    TAG(machine, "machine"),
    INTEGER(self.poll_ok, "poll_ok"),
    INTEGER(self.poll_miss, "poll_miss"),
    NUMBER(self.lat_p99, "lat_p99"),
    NUMBER(self.gap_s, "gap_s"),
    INTEGER(self.lost_obs, "lost_obs"),
    NUMBER(self.false_alarm_rate, "false_alarm_rate"),
    NUMBER(self.loop_max_s, "loop_max_s"),
    INTEGER(self.spool_rows, "spool_rows"),
    INTEGER(self.spool_bytes, "spool_bytes"),
    NUMBER(self.oldest_s, "oldest_s"),
    INTEGER(self.sampled, "sampled"),
    INTEGER(self.delivered, "delivered"),
    INTEGER(self.dropped, "dropped"),
    INTEGER(self.lost, "lost"),
    LAST,
};

static const struct record_field run_fields[] = {
    WHERE,
    WHAT,
    INTEGER(run.run_seq, "run_seq"),
    TEXT(run.run_id, "run_id"),
    INTEGER(run.target, "target"),
    INTEGER(run.parts, "parts"),
    INTEGER(run.good, "good"),
    TEXT(context.lot, "lot"),
    TEXT(context.fixture, "fixture"),
    TEXT(context.revision, "revision"),
    TEXT(run.program, "program"),
    NUMBER(run.started, "started"),
    NUMBER(run.ended, "ended"),
    LAST,
};

static const struct record_field gap_fields[] = {
    WHERE,
    PATH,
    INTEGER(gap.from, "from"),
    INTEGER(gap.to, "to"),
    INTEGER(gap.count, "count"),
    NUMBER(gap.dur, "dur"),
    TEXT(gap.reason, "reason"),
    ORDER,
    LAST,
};

static const struct record_field packed_fields[] = {
    WHERE,
    NOTE_INTEGER(packed.count, "count"),
    NOTE_INTEGER(context.run_seq, "run_seq"),
    LAST,
};

const struct record_layout record_layouts[RECORD_KIND_COUNT] = {
    [RECORD_CYCLE] = {"cycle",      cycle_fields     },
    [RECORD_SEGMENT] = {"segment",    segment_fields   },
    [RECORD_TOOL] = {"tool",       tool_fields      },
    [RECORD_THERMAL] = {"thermal",    thermal_fields   },
    [RECORD_FEATURE] = {"feature",    feature_fields   },
    [RECORD_CAPABILITY] = {"capability", capability_fields},
    [RECORD_CHART] = {"chart",      chart_fields     },
    [RECORD_STATE] = {"state",      state_fields     },
    [RECORD_KPI] = {"kpi",        kpi_fields       },
    [RECORD_ADVICE] = {"advice",     advice_fields    },
    [RECORD_EVENT] = {"event",      event_fields     },
    [RECORD_COST] = {"cost",       cost_fields      },
    [RECORD_SELF] = {"self",       self_fields      },
    [RECORD_SIGNAL] = {"signal",     packed_fields    },
    [RECORD_RUN] = {"run",        run_fields       },
    [RECORD_GAP] = {"gap",        gap_fields       },
    [RECORD_ARCHIVE] = {"archive",    packed_fields    },
};

const char *const record_kind_names[RECORD_KIND_COUNT + 1] = {
    [RECORD_CYCLE] = "cycle",     [RECORD_SEGMENT] = "segment",
    [RECORD_TOOL] = "tool",       [RECORD_THERMAL] = "thermal",
    [RECORD_FEATURE] = "feature", [RECORD_CAPABILITY] = "capability",
    [RECORD_CHART] = "chart",     [RECORD_STATE] = "state",
    [RECORD_KPI] = "kpi",         [RECORD_ADVICE] = "advice",
    [RECORD_EVENT] = "event",     [RECORD_COST] = "cost",
    [RECORD_SELF] = "self",       [RECORD_SIGNAL] = "signal",
    [RECORD_RUN] = "run",         [RECORD_GAP] = "gap",
    [RECORD_ARCHIVE] = "archive",
};
