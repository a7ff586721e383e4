/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which MTConnect data item shows which item of the panel, and how each schema version
 * names it. Pure, constant.
 */
#pragma once

#include "daemon/base/text.h"
#include "tools/cncsim/model/panel.h"

enum agent_category {
    CATEGORY_EVENT,
    CATEGORY_SAMPLE,
    CATEGORY_CONDITION,
};

enum agent_component {
    COMPONENT_DEVICE,
    COMPONENT_SPINDLE,
    COMPONENT_X,
    COMPONENT_Z,
    COMPONENT_CHUCK,
    COMPONENT_CONTROLLER,
    COMPONENT_PATH,
    COMPONENT_DOOR,
    COMPONENT_ELECTRIC,
    COMPONENT_COUNT,
};

struct component_row {
    const char *type, *name, *id;
};

/* Schema versions a machine may speak, as their index in agent_versions. */
enum agent_version {
    VERSION_1_3,
    VERSION_1_8,
    VERSION_2_0,
    VERSION_2_5,
};

struct item_row {
    int item; /* enum panel_item; -1 = not of the panel (assets) */
    const char *id;
    enum agent_category category;
    enum agent_component component;
    const char *type, *sub_type, *units;
    const char *name;
    enum agent_version since, until;
    double scale;              /* panel's unit to the data item's; 0 = 1 */
    const char *const *values; /* of codes and flags */
};

extern const struct item_row item_rows[];
extern const size_t item_count;
extern const struct component_row component_rows[COMPONENT_COUNT];

bool item_speaks(const struct item_row *row, enum agent_version version);

/* PATH_FEEDRATE becomes PathFeedrate. */
void item_print_element(const struct item_row *row, struct text *text);

/* The value as an agent of that version writes it; an empty text is an empty value. */
void item_print_value(const struct item_row *row, enum agent_version version,
                      const struct panel_value *value, struct text *text);

/* Text for XML: & < > " as entities, control characters as blanks. */
void xml_escape(struct text *text, const char *string);
