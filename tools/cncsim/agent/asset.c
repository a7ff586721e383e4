/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/agent/agent.h"

#include "tools/cncsim/agent/document.h"

#include <string.h>

static const struct tool_plan *agent_tool(const struct agent *agent, const char *asset,
                                          size_t *ret_index)
{
    for (size_t i = 0; i < agent->machine->plan->tools.count; i++) {
        const struct tool_plan *tool =
            PLAN_ITEM(agent->machine->plan->tools, struct tool_plan, i);

        if (tool->asset && strcmp(tool->asset, asset) == 0) {
            *ret_index = i;
            return tool;
        }
    }
    return NULL;
}

bool agent_has_asset(const struct agent *agent, const char *asset)
{
    size_t index;

    return agent_tool(agent, asset, &index) != NULL;
}

static void asset_print(const struct agent *agent, size_t index, struct text *text)
{
    const struct tool_plan *tool =
        PLAN_ITEM(agent->machine->plan->tools, struct tool_plan, index);
    const struct edge *edge = &agent->machine->edges[index];
    int64_t limit = tool->limit > 0 ? tool->limit : (int64_t)tool->life;

    if (!tool->asset)
        return;
    text_add(text, "<CuttingTool assetId=\"");
    xml_escape(text, tool->asset);
    text_add_format(text, "\" serialNumber=\"%lld\" toolId=\"", (long long)edge->life_no);
    xml_escape(text, tool->type ? tool->type : tool->tool);
    text_add(text, "\" timestamp=\"");
    agent_time_print(text, agent->wall_ns);
    text_add_format(text,
                    "\" deviceUuid=\"%s\"><Description/><CuttingToolLifeCycle>"
                    "<CutterStatus><Status>%s</Status></CutterStatus>"
                    "<ToolLife type=\"PART_COUNT\" countDirection=\"UP\" initial=\"0\" "
                    "limit=\"%lld\">%lld</ToolLife>"
                    "<ProgramToolNumber>%s</ProgramToolNumber>"
                    "<Location type=\"POT\">%s</Location>"
                    "</CuttingToolLifeCycle></CuttingTool>\n",
                    agent->uuid,
                    edge->broken          ? "BROKEN"
                    : edge->age_parts > 0 ? "USED"
                                          : "NEW",
                    (long long)limit, (long long)edge->age_parts, tool->tool, tool->tool);
}

void agent_print_assets(const struct agent *agent, const char *asset, struct text *text)
{
    size_t index;

    agent_document_begin(agent, "Assets", text);
    agent_header_begin(agent, text);
    agent_header_end_assets(agent, text);
    text_add(text, "<Assets>\n");
    if (asset && agent_tool(agent, asset, &index))
        asset_print(agent, index, text);
    for (size_t i = 0;
         !asset && i < agent->machine->plan->tools.count && i < MACHINE_TOOLS_MAX; i++)
        asset_print(agent, i, text);
    text_add(text, "</Assets>\n</MTConnectAssets>\n");
}
