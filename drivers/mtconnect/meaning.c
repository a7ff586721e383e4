/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/meaning.h"

#include "daemon/base/text.h"

#include <string.h>

#define ONE(type, sub_type, signal, rank)                                    \
    {                                                                        \
        type, sub_type, ANYWHERE, SIGNAL_##signal, rank, MEANING_NOWHERE, "" \
    }
#define AT(type, sub_type, where, signal, rank, place)                       \
    {                                                                        \
        type, sub_type, where, SIGNAL_##signal, rank, MEANING_AT_##place, "" \
    }
#define NAMED(type, sub_type, signal, word)                                  \
    {                                                                        \
        type, sub_type, ANYWHERE, SIGNAL_##signal, 0, MEANING_AS_NAMED, word \
    }

/* The first row that fits wins. */
static const struct meaning meanings[] = {
    ONE("AVAILABILITY", NULL, AVAILABILITY, 0),
    ONE("EXECUTION", NULL, EXECUTION, 0),
    ONE("CONTROLLER_MODE", NULL, MODE, 0),
    ONE("OPERATING_MODE", NULL, MODE, 1),
    ONE("FUNCTIONAL_MODE", NULL, FUNCTION, 0),
    ONE("EMERGENCY_STOP", NULL, EMERGENCY_STOP, 0),
    NAMED("CONTROLLER_MODE_OVERRIDE", "SINGLE_BLOCK", MODE_OVERRIDE, "single_block"),
    NAMED("CONTROLLER_MODE_OVERRIDE", "DRY_RUN", MODE_OVERRIDE, "dry_run"),
    NAMED("CONTROLLER_MODE_OVERRIDE", "MACHINE_AXIS_LOCK", MODE_OVERRIDE, "axis_lock"),
    NAMED("CONTROLLER_MODE_OVERRIDE", "OPTIONAL_STOP", MODE_OVERRIDE, "optional_stop"),
    NAMED("CONTROLLER_MODE_OVERRIDE", "TOOL_CHANGE_STOP", MODE_OVERRIDE,
          "tool_change_stop"),
    ONE("WAIT_STATE", NULL, WAIT_REASON, 0),

    ONE("PROGRAM", "MAIN", PROGRAM, 0),
    ONE("PROGRAM", "", PROGRAM, 1),
    ONE("PROGRAM", "ACTIVE", PROGRAM, 2),
    ONE("PROGRAM_COMMENT", "MAIN", PROGRAM_COMMENT, 0),
    ONE("PROGRAM_COMMENT", "", PROGRAM_COMMENT, 1),
    ONE("PROGRAM_COMMENT", "ACTIVE", PROGRAM_COMMENT, 2),
    ONE("LINE_NUMBER", "ABSOLUTE", LINE, 0),
    ONE("LINE_NUMBER", "", LINE, 1),
    ONE("LINE", "", LINE, 2),
    ONE("LINE_NUMBER", "INCREMENTAL", LINE, 3),

    ONE("PART_COUNT", "ALL", PART_COUNT, 0),
    ONE("PART_COUNT", "", PART_COUNT, 1),
    ONE("PART_COUNT", "COMPLETE", PART_COUNT, 2),
    ONE("PART_COUNT", "GOOD", PART_COUNT_GOOD, 0),
    ONE("PART_COUNT", "BAD", PART_COUNT_BAD, 0),
    ONE("PART_COUNT", "REMAINING", PARTS_READY, 0),
    ONE("LOAD_COUNT", "REMAINING", LOADS_READY, 0),
    ONE("LENGTH", "REMAINING", BAR_LEFT, 0),
    ONE("PART_UNIQUE_ID", NULL, PART_SERIAL, 0),
    ONE("PART_ID", NULL, PART_SERIAL, 1),
    ONE("PART_STATUS", NULL, PART_STATE, 0),
    ONE("PART_PROCESSING_STATE", NULL, PART_STATE, 1),
    ONE("PROCESS_STATE", NULL, PART_STATE, 2),
    ONE("PALLET_ID", NULL, PALLET, 0),
    ONE("PALLET_NUMBER", NULL, PALLET, 1),
    ONE("FIXTURE_ID", NULL, FIXTURE, 0),
    ONE("FIXTURE_ASSET_ID", NULL, FIXTURE, 1),
    ONE("END_OF_BAR", "PRIMARY", BAR_END, 0),
    ONE("END_OF_BAR", "", BAR_END, 1),

    ONE("TOOL_NUMBER", NULL, TOOL, 0),
    ONE("TOOL_ID", NULL, TOOL, 1),
    ONE("TOOL_ASSET_ID", NULL, TOOL_ASSET, 0),
    ONE("TOOL_GROUP", NULL, TOOL_GROUP, 0),

    ONE("PATH_FEEDRATE", "ACTUAL", FEED, 0),
    ONE("PATH_FEEDRATE", "", FEED, 1),
    ONE("PATH_FEEDRATE", "OVERRIDE", FEED_OVERRIDE, 2),
    ONE("PATH_FEEDRATE_OVERRIDE", "PROGRAMMED", FEED_OVERRIDE, 0),
    ONE("PATH_FEEDRATE_OVERRIDE", "", FEED_OVERRIDE, 1),
    ONE("PATH_FEEDRATE_OVERRIDE", "OVERRIDE", FEED_OVERRIDE, 1),
    ONE("PATH_FEEDRATE_OVERRIDE", "RAPID", RAPID_OVERRIDE, 0),
    ONE("AXIS_FEEDRATE_OVERRIDE", "PROGRAMMED", FEED_OVERRIDE, 3),
    ONE("AXIS_FEEDRATE_OVERRIDE", "RAPID", RAPID_OVERRIDE, 1),

    AT("ROTARY_VELOCITY", "ACTUAL", ANYWHERE, SPINDLE_SPEED, 0, SPINDLE),
    AT("ROTARY_VELOCITY", "", ANYWHERE, SPINDLE_SPEED, 1, SPINDLE),
    AT("ROTARY_VELOCITY", "OVERRIDE", ANYWHERE, SPINDLE_OVERRIDE, 2, SPINDLE),
    AT("SPINDLE_SPEED", "ACTUAL", ANYWHERE, SPINDLE_SPEED, 2, SPINDLE),
    AT("SPINDLE_SPEED", "", ANYWHERE, SPINDLE_SPEED, 3, SPINDLE),
    AT("SPINDLE_SPEED", "OVERRIDE", ANYWHERE, SPINDLE_OVERRIDE, 3, SPINDLE),
    AT("ROTARY_VELOCITY_OVERRIDE", NULL, ANYWHERE, SPINDLE_OVERRIDE, 0, SPINDLE),
    AT("SPINDLE_SPEED_OVERRIDE", NULL, ANYWHERE, SPINDLE_OVERRIDE, 1, SPINDLE),
    AT("LOAD", NULL, ON_SPINDLE, SPINDLE_LOAD, 0, SPINDLE),
    AT("LOAD", NULL, ON_AXIS, AXIS_LOAD, 0, AXIS),
    AT("WATTAGE", NULL, ON_SPINDLE, SPINDLE_POWER, 0, SPINDLE),
    AT("WATTS", NULL, ON_SPINDLE, SPINDLE_POWER, 1, SPINDLE),
    AT("AMPERAGE", "", ON_SPINDLE, SPINDLE_CURRENT, 0, SPINDLE),
    AT("AMPERAGE", "ACTUAL", ON_SPINDLE, SPINDLE_CURRENT, 0, SPINDLE),
    AT("AMPERAGE_AC", "ACTUAL", ON_SPINDLE, SPINDLE_CURRENT, 0, SPINDLE),
    AT("AMPERAGE_AC", "", ON_SPINDLE, SPINDLE_CURRENT, 0, SPINDLE),
    AT("AMPERAGE_DC", "ACTUAL", ON_SPINDLE, SPINDLE_CURRENT, 1, SPINDLE),
    AT("AMPERAGE_DC", "", ON_SPINDLE, SPINDLE_CURRENT, 1, SPINDLE),
    AT("AMPERAGE", "", ON_AXIS, AXIS_CURRENT, 0, AXIS),
    AT("AMPERAGE", "ACTUAL", ON_AXIS, AXIS_CURRENT, 0, AXIS),
    AT("AMPERAGE_AC", "", ON_AXIS, AXIS_CURRENT, 0, AXIS),
    AT("AMPERAGE_DC", "", ON_AXIS, AXIS_CURRENT, 1, AXIS),
    AT("POSITION", "ACTUAL", ON_AXIS, AXIS_POSITION, 0, AXIS),
    AT("POSITION", "", ON_AXIS, AXIS_POSITION, 1, AXIS),

    AT("TEMPERATURE", NULL, ANYWHERE, TEMPERATURE, 0, SENSOR),
    AT("DISPLACEMENT", NULL, ANYWHERE, DISPLACEMENT, 0, SENSOR),
    AT("WATTAGE", NULL, OFF_AXIS, POWER, 0, COMPONENT),
    AT("WATTS", NULL, OFF_AXIS, POWER, 1, COMPONENT),
    AT("ELECTRICAL_ENERGY", NULL, OFF_AXIS, ENERGY, 0, COMPONENT),
    AT("DOOR_STATE", NULL, ANYWHERE, DOOR, 0, COMPONENT),
    AT("CHUCK_STATE", NULL, ANYWHERE, CHUCK, 0, COMPONENT),
    AT("FILL_LEVEL", NULL, ON_COOLANT, COOLANT_LEVEL, 0, COMPONENT),
    AT("LEVEL", NULL, ON_COOLANT, COOLANT_LEVEL, 1, COMPONENT),
    AT("FILL_LEVEL", NULL, ON_CHIPS, CHIP_LEVEL, 0, COMPONENT),
    AT("LEVEL", NULL, ON_CHIPS, CHIP_LEVEL, 1, COMPONENT),

    ONE("ACCUMULATED_TIME", "CUT", CUT_TIME, 0),
    ONE("ACCUMULATED_TIME", "CUTTING_TIME", CUT_TIME, 0),
    ONE("ACCUMULATED_TIME", "CUTTING", CUT_TIME, 0),
    ONE("EQUIPMENT_TIMER", "LOADED", CUT_TIME, 1),
    ONE("ACCUMULATED_TIME", "TOTAL_CUTTING_TIME", CUT_TIME, 2),
};

static bool stands_at(const struct data_item *item, enum meaning_where where,
                      bool is_spindle)
{
    switch (where) {
    case ANYWHERE:
        return true;
    case ON_SPINDLE:
        return is_spindle;
    case ON_AXIS:
        return *item->axis && !is_spindle;
    case OFF_AXIS:
        return !*item->axis;
    case ON_COOLANT:
        return text_equal_fold(item->component, "Coolant");
    case ON_CHIPS:
        return text_equal_fold(item->component, "WasteDisposal") ||
               text_match("*[Cc]hip*", item->component_name);
    }
    return false;
}

const struct meaning *meaning_find(const struct data_item *item, bool is_spindle)
{
    bool is_plain = item->representation == REPRESENTATION_VALUE ||
                    item->representation == REPRESENTATION_TIME_SERIES;

    if (*item->statistic || !is_plain)
        return NULL;
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        const struct meaning *meaning = &meanings[i];
        if (strcmp(meaning->type, item->type) != 0)
            continue;
        if (meaning->sub_type && strcmp(meaning->sub_type, item->sub_type) != 0)
            continue;
        if (stands_at(item, meaning->where, is_spindle))
            return meaning;
    }
    return NULL;
}

bool meaning_shows_spindle(const struct data_item *item)
{
    if (!*item->axis || strcmp(item->axis, "Linear") == 0)
        return false;
    return strcmp(item->axis, "Spindle") == 0 ||
           strcmp(item->type, "ROTARY_VELOCITY") == 0 ||
           strcmp(item->type, "SPINDLE_SPEED") == 0 ||
           (strcmp(item->type, "ROTARY_MODE") == 0 &&
            strcmp(item->constraint, "SPINDLE") == 0);
}
