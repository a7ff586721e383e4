/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a machine shows to the outside, as one array of values; Modbus maps, MTConnect
 * data items and SHDR lines are tables over these items. Pure.
 */
#pragma once

#include <stdint.h>

enum panel_item {
#define ITEM(id, name, kind, unit, help) ITEM_##id,
#include "tools/cncsim/model/panel.def"
#undef ITEM
    ITEM_COUNT,
};

enum panel_kind {
    PANEL_FLAG,
    PANEL_CODE,
    PANEL_INTEGER,
    PANEL_NUMBER,
    PANEL_TEXT,
    PANEL_FAULT, /* number: 0 normal, 1 warning, 2 fault; text: "code|words" */
};

/* Values of ITEM_EXECUTION. */
enum execution {
    EXECUTION_READY,
    EXECUTION_ACTIVE,
    EXECUTION_HOLD,
    EXECUTION_OPTIONAL_STOP,
    EXECUTION_PROGRAM_STOP,
    EXECUTION_COMPLETED,
    EXECUTION_WAIT,
    EXECUTION_STOPPED,
};

/* Values of ITEM_MODE. */
enum control_mode {
    CONTROL_AUTOMATIC,
    CONTROL_MDI,
    CONTROL_MANUAL,
};

#define PANEL_TEXT_MAX 64

struct panel_value {
    double number;
    char text[PANEL_TEXT_MAX];
};

struct panel {
    struct panel_value values[ITEM_COUNT];
};

struct panel_row {
    const char *name; /* the canonical signal */
    enum panel_kind kind;
    const char *unit;
    const char *help;
};

extern const struct panel_row panel_rows[ITEM_COUNT];
