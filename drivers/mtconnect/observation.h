/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One observation as an agent or an adapter said it, before it means anything. Pure data.
 *
 * The streams reader (documents of agents) and the SHDR parser (lines of adapters) make
 * these; mapping.h turns them into samples. Every string is borrowed and lives only
 * during the call; absent ones are "", never NULL.
 */
#pragma once

#include "daemon/model/code.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum observation_category {
    OBSERVATION_SAMPLE,
    OBSERVATION_EVENT,
    OBSERVATION_CONDITION,
};

enum observation_representation {
    REPRESENTATION_VALUE,
    REPRESENTATION_DATA_SET,
    REPRESENTATION_TABLE,
    REPRESENTATION_TIME_SERIES,
};

struct observation_cell {
    const char *key;
    const char *value;
};

/* One entry of a data set or one row of a table. */
struct observation_entry {
    const char *key;
    const char *value; /* of a data set; "" in tables */
    bool removed;
    const struct observation_cell *cells; /* of a table's row */
    size_t cell_count;
};

struct observation {
    enum observation_category category;
    const char *data_item_id;
    const char *name;
    const char *element; /* local name: "PathFeedrate", "Fault"; "" from adapters */
    const char *type;    /* of conditions: the attribute; else "" */
    const char *sub_type;
    const char *composition;
    const char *component; /* element of the ComponentStream's component; may be "" */
    const char *statistic;
    const char *reset_triggered;
    const char *timestamp; /* as written; the caller reads it for its timeline */
    const char *value;     /* the element's text, blanks at both ends removed */
    uint64_t sequence;     /* 0 from adapters */
    double duration_s;     /* of a statistic's window; NAN when absent */
    bool is_unavailable;   /* the text is UNAVAILABLE; conditions: the level */

    /* Of conditions. */
    enum level level;
    const char *condition_id;
    const char *native_code;
    const char *native_severity;
    const char *qualifier;

    enum observation_representation representation;
    const struct observation_entry *entries; /* data sets and tables */
    size_t entry_count;
    double sample_rate_hz; /* of a time series; NAN when absent; values are in `value` */
};

/* Everything absent: "" and NAN. */
void observation_init(struct observation *observation);
