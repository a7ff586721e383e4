/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people say about the work: run, stage, lot, fixture, a tool changed, a
 * measurement, a reason. It changes context, never a machine. Pure; borrowed like a
 * sample.
 */
#pragma once

#include "daemon/base/moment.h"
#include "daemon/model/record.h"

enum statement_kind {
    STATEMENT_RUN_START,
    STATEMENT_RUN_STOP,
    STATEMENT_STAGE,
    STATEMENT_LOT,
    STATEMENT_FIXTURE,
    STATEMENT_TOOL_CHANGED,
    STATEMENT_MEASURE,
    STATEMENT_REASON,
    STATEMENT_ECO,
    STATEMENT_FREEZE,
    STATEMENT_ACK,
};

struct measurement {
    const char *feature;
    double value;     /* in the feature's own unit, mm unless configured otherwise */
    double offset_um; /* compensation that was active when the part was made; NAN = not
                         told */
    const char *serial, *gauge, *lot, *fixture, *tool; /* "" = not told */
    int64_t ok; /* 1 good, 0 bad, RECORD_UNKNOWN not told */
};

struct statement {
    enum statement_kind kind;
    struct moment at;
    const char *who;        /* user name, MQTT client, "replay" */
    struct context context; /* complete, as it is from now on */
    int64_t target;         /* of a run: parts wanted; RECORD_UNKNOWN = none */
    const char *run_id;     /* of a run */
    const char *tool;       /* TOOL_CHANGED, or the tool a reason or measure is about */
    const char *text;       /* reason, ECO, freeze note, code to acknowledge */
    struct moment about;    /* REASON: a moment inside the stop it explains */
    struct measurement measurement; /* MEASURE */
};
