/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/agent/agent.h"

#include "tools/cncsim/agent/document.h"

static const char *const categories[] = {"EVENT", "SAMPLE", "CONDITION"};

static void item_print_probe(const struct agent *agent, const struct item_row *row,
                             struct text *text)
{
    text_add_format(text, "<DataItem category=\"%s\" id=\"", categories[row->category]);
    agent_id_print(agent, row->id, text);
    text_add_format(text, "\" name=\"%s\" type=\"%s\"", row->id, row->type);
    if (row->sub_type)
        text_add_format(text, " subType=\"%s\"", row->sub_type);
    if (row->units)
        text_add_format(text, " units=\"%s\" nativeUnits=\"%s\"", row->units, row->units);
    text_add(text, "/>\n");
}

static void items_print_probe(const struct agent *agent, enum agent_component component,
                              struct text *text)
{
    text_add(text, "<DataItems>\n");
    for (size_t i = 0; i < item_count; i++) {
        if (item_rows[i].component == component &&
            item_speaks(&item_rows[i], agent->version))
            item_print_probe(agent, &item_rows[i], text);
    }
    text_add(text, "</DataItems>\n");
}

static void component_begin(const struct agent *agent, const char *type, const char *id,
                            const char *name, struct text *text)
{
    text_add_format(text, "<%s id=\"", type);
    agent_id_print(agent, id, text);
    text_add_format(text, "\" name=\"%s\">\n", name);
}

static void component_print(const struct agent *agent, enum agent_component component,
                            struct text *text)
{
    const struct component_row *row = &component_rows[component];

    component_begin(agent, row->type, row->id, row->name, text);
    items_print_probe(agent, component, text);
    text_add_format(text, "</%s>\n", row->type);
}

static void components_print(const struct agent *agent, struct text *text)
{
    text_add(text, "<Components>\n");
    component_begin(agent, "Axes", "axes", "base", text);
    text_add(text, "<Components>\n");
    component_print(agent, COMPONENT_SPINDLE, text);
    component_print(agent, COMPONENT_X, text);
    component_print(agent, COMPONENT_Z, text);
    component_print(agent, COMPONENT_CHUCK, text);
    text_add(text, "</Components>\n</Axes>\n");
    component_begin(agent, "Controller", "cont", "cont", text);
    items_print_probe(agent, COMPONENT_CONTROLLER, text);
    text_add(text, "<Components>\n");
    component_print(agent, COMPONENT_PATH, text);
    text_add(text, "</Components>\n</Controller>\n");
    component_print(agent, COMPONENT_DOOR, text);
    component_begin(agent, "Systems", "systems", "systems", text);
    text_add(text, "<Components>\n");
    component_print(agent, COMPONENT_ELECTRIC, text);
    text_add(text, "</Components>\n</Systems>\n</Components>\n");
}

/* From 2.0 the first device is the agent itself: clients that take it are wrong. */
static void self_print(struct text *text)
{
    text_add(text,
             "<Agent id=\"agent\" mtconnectVersion=\"2.0\" name=\"Agent\" "
             "uuid=\"agent-of-cncsim\">\n<DataItems>\n"
             "<DataItem category=\"EVENT\" id=\"agent_avail\" "
             "type=\"AVAILABILITY\"/>\n"
             "<DataItem category=\"EVENT\" id=\"agent_chg\" type=\"ASSET_CHANGED\"/>\n"
             "<DataItem category=\"EVENT\" id=\"agent_rem\" type=\"ASSET_REMOVED\"/>\n"
             "</DataItems>\n</Agent>\n");
}

void agent_print_probe(const struct agent *agent, struct text *text)
{
    agent_document_begin(agent, "Devices", text);
    agent_header_begin(agent, text);
    agent_header_end_assets(agent, text);
    text_add(text, "<Devices>\n");
    if (agent->version >= VERSION_2_0)
        self_print(text);
    text_add(text, "<Device id=\"");
    agent_id_print(agent, component_rows[COMPONENT_DEVICE].id, text);
    text_add(text, "\" name=\"");
    xml_escape(text, agent->device);
    text_add(text, "\" uuid=\"");
    xml_escape(text, agent->uuid);
    text_add(text, "\">\n<Description manufacturer=\"cncsim\">A simulated machine"
                   "</Description>\n");
    items_print_probe(agent, COMPONENT_DEVICE, text);
    components_print(agent, text);
    text_add(text, "</Device>\n</Devices>\n</MTConnectDevices>\n");
}
