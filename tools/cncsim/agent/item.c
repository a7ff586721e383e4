/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/agent/item.h"

#include <string.h>

static const char *const availabilities[] = {"UNAVAILABLE", "AVAILABLE"};
static const char *const executions[] = {
    "READY",         "ACTIVE",          "FEED_HOLD",
    "OPTIONAL_STOP", "PROGRAM_STOPPED", "PROGRAM_COMPLETED",
    "WAIT",          "STOPPED",
};
/* WAIT came with 2.0, and 1.3 had another name for M01. */
static const char *const early_executions[] = {
    "READY",           "ACTIVE",
    "FEED_HOLD",       "PROGRAM_OPTIONAL_STOP",
    "PROGRAM_STOPPED", "PROGRAM_COMPLETED",
    "INTERRUPTED",     "STOPPED",
};
static const char *const modes[] = {"AUTOMATIC", "MANUAL_DATA_INPUT", "MANUAL"};
static const char *const stops[] = {"ARMED", "TRIGGERED"};
static const char *const openings[] = {"CLOSED", "OPEN"};
static const char *const answers[] = {"NO", "YES"};
static const char *const switches[] = {"OFF", "ON"};

#define EVER VERSION_1_3, VERSION_2_5
// clang-format off
#define EVENT(item_, id_, place, type_, sub, values_) \
    {ITEM_##item_, id_, CATEGORY_EVENT, COMPONENT_##place, type_, sub, NULL, NULL, EVER, 0, values_}
#define SAMPLE(item_, id_, place, type_, sub, units_, scale_) \
    {ITEM_##item_, id_, CATEGORY_SAMPLE, COMPONENT_##place, type_, sub, units_, NULL, EVER, scale_, NULL}

const struct item_row item_rows[] = {
    EVENT(AVAILABLE, "avail", DEVICE, "AVAILABILITY", NULL, availabilities),
    {-1, "asset_chg", CATEGORY_EVENT, COMPONENT_DEVICE, "ASSET_CHANGED", NULL, NULL, NULL, EVER, 0, NULL},
    {-1, "asset_rem", CATEGORY_EVENT, COMPONENT_DEVICE, "ASSET_REMOVED", NULL, NULL, NULL, EVER, 0, NULL},
    SAMPLE(SPINDLE_SPEED, "s_speed", SPINDLE, "ROTARY_VELOCITY", "ACTUAL", "REVOLUTION/MINUTE", 1),
    SAMPLE(SPINDLE_LOAD, "s_load", SPINDLE, "LOAD", NULL, "PERCENT", 1),
    SAMPLE(TEMP_SPINDLE, "s_temp", SPINDLE, "TEMPERATURE", NULL, "CELSIUS", 1),
    SAMPLE(AXIS_LOAD_X, "x_load", X, "LOAD", NULL, "PERCENT", 1),
    SAMPLE(AXIS_LOAD_Z, "z_load", Z, "LOAD", NULL, "PERCENT", 1),
    SAMPLE(TEMP_COLUMN, "z_temp", Z, "TEMPERATURE", NULL, "CELSIUS", 1),
    EVENT(CHUCK, "chuck", CHUCK, "CHUCK_STATE", NULL, openings),
    {ITEM_BAR_END, "bar_end", CATEGORY_EVENT, COMPONENT_PATH, "END_OF_BAR", NULL, NULL, NULL, EVER, 0, answers},
    SAMPLE(BAR_LEFT, "bar_left", PATH, "LENGTH", "REMAINING", "MILLIMETER", 1),
    EVENT(EMERGENCY, "estop", CONTROLLER, "EMERGENCY_STOP", NULL, stops),
    {ITEM_ALARM, "system", CATEGORY_CONDITION, COMPONENT_CONTROLLER, "SYSTEM", NULL, NULL, NULL, EVER, 0, NULL},
    EVENT(EXECUTION, "exec", PATH, "EXECUTION", NULL, executions),
    EVENT(MODE, "mode", PATH, "CONTROLLER_MODE", NULL, modes),
    EVENT(PROGRAM, "program", PATH, "PROGRAM", NULL, NULL),
    EVENT(COMMENT, "comment", PATH, "PROGRAM_COMMENT", NULL, NULL),
    {ITEM_LINE, "line", CATEGORY_EVENT, COMPONENT_PATH, "LINE", NULL, NULL, NULL, VERSION_1_3, VERSION_1_3, 0, NULL},
    {ITEM_LINE, "line", CATEGORY_EVENT, COMPONENT_PATH, "LINE_NUMBER", "ABSOLUTE", NULL, NULL, VERSION_1_8, VERSION_2_5, 0, NULL},
    EVENT(PART_COUNT, "count", PATH, "PART_COUNT", "ALL", NULL),
    EVENT(TOOL, "tool", PATH, "TOOL_NUMBER", NULL, NULL),
    EVENT(TOOL_ASSET, "tool_asset", PATH, "TOOL_ASSET_ID", NULL, NULL),
    EVENT(PALLET, "pallet", PATH, "PALLET_ID", NULL, NULL),
    {ITEM_WAIT_REASON, "wait", CATEGORY_EVENT, COMPONENT_PATH, "WAIT_STATE", NULL, NULL, NULL, VERSION_1_8, VERSION_2_5, 0, NULL},
    SAMPLE(FEED, "feed", PATH, "PATH_FEEDRATE", "ACTUAL", "MILLIMETER/SECOND", 1.0 / 60),
    EVENT(FEED_OVERRIDE, "f_ovr", PATH, "PATH_FEEDRATE_OVERRIDE", "PROGRAMMED", NULL),
    EVENT(RAPID_OVERRIDE, "r_ovr", PATH, "PATH_FEEDRATE_OVERRIDE", "RAPID", NULL),
    EVENT(SPINDLE_OVERRIDE, "s_ovr", PATH, "ROTARY_VELOCITY_OVERRIDE", NULL, NULL),
    {ITEM_CUT_TIME, "cut_time", CATEGORY_SAMPLE, COMPONENT_PATH, "ACCUMULATED_TIME", "x:CUT", "SECOND", "cut_time", EVER, 1, NULL},
    {ITEM_SINGLE_BLOCK, "sbk", CATEGORY_EVENT, COMPONENT_PATH, "CONTROLLER_MODE_OVERRIDE", "SINGLE_BLOCK", NULL, NULL, VERSION_1_8, VERSION_2_5, 0, switches},
    {ITEM_DRY_RUN, "dry", CATEGORY_EVENT, COMPONENT_PATH, "CONTROLLER_MODE_OVERRIDE", "DRY_RUN", NULL, NULL, VERSION_1_8, VERSION_2_5, 0, switches},
    EVENT(DOOR, "door", DOOR, "DOOR_STATE", NULL, openings),
    SAMPLE(POWER, "watt", ELECTRIC, "WATTAGE", NULL, "WATT", 1),
    SAMPLE(ENERGY, "energy", ELECTRIC, "ELECTRICAL_ENERGY", NULL, "WATT_SECOND", 3.6e6),
};
// clang-format on
const size_t item_count = sizeof(item_rows) / sizeof(*item_rows);

const struct component_row component_rows[COMPONENT_COUNT] = {
    [COMPONENT_DEVICE] = {"Device",     NULL,      "dev" },
    [COMPONENT_SPINDLE] = {"Rotary",     "spindle", "s"   },
    [COMPONENT_X] = {"Linear",     "X",       "x"   },
    [COMPONENT_Z] = {"Linear",     "Z",       "z"   },
    [COMPONENT_CHUCK] = {"Chuck",      "chuck",   "ch"  },
    [COMPONENT_CONTROLLER] = {"Controller", "cont",    "cont"},
    [COMPONENT_PATH] = {"Path",       "path",    "p"   },
    [COMPONENT_DOOR] = {"Door",       "door",    "d"   },
    [COMPONENT_ELECTRIC] = {"Electric",   "power",   "e"   },
};

bool item_speaks(const struct item_row *row, enum agent_version version)
{
    return version >= row->since && version <= row->until;
}

void item_print_element(const struct item_row *row, struct text *text)
{
    bool starts = true;

    for (const char *c = row->type; *c; c++) {
        if (*c == '_') {
            starts = true;
            continue;
        }
        text_add_char(text, starts || *c < 'A' || *c > 'Z' ? *c : (char)(*c + 32));
        starts = false;
    }
}

void item_print_value(const struct item_row *row, enum agent_version version,
                      const struct panel_value *value, struct text *text)
{
    enum panel_kind kind = row->item < 0 ? PANEL_TEXT : panel_rows[row->item].kind;
    double scale = row->scale != 0 ? row->scale : 1;

    if (row->item == ITEM_EXECUTION && version == VERSION_1_3)
        text_add(text, early_executions[(size_t)value->number]);
    else if (row->item == ITEM_BAR_LEFT && value->number == 0)
        text_add(text, "UNAVAILABLE");
    else if (row->item == ITEM_EXECUTION && version == VERSION_1_8 &&
             value->number == EXECUTION_WAIT)
        text_add(text, "INTERRUPTED");
    else if (row->item == ITEM_WAIT_REASON && !value->text[0])
        text_add(text, "UNAVAILABLE");
    else if (row->values)
        text_add(text, row->values[(size_t)value->number]);
    else if (kind == PANEL_TEXT)
        text_add(text, value->text);
    else
        text_add_format(text, "%.10g", value->number * scale);
}

static const char *xml_entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

void xml_escape(struct text *text, const char *string)
{
    for (; *string; string++) {
        const char *entity = xml_entity(*string);

        if (entity)
            text_add(text, entity);
        else
            text_add_char(text, (unsigned char)*string < 0x20 ? ' ' : *string);
    }
}
