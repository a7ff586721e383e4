/* SPDX-License-Identifier: Apache-2.0 */
/* Cutting tools that an adapter tells as assets: what of them becomes a sample. */
#include "drivers/mtconnect/adapter_tools.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void on_sample(void *owner, const struct sample *sample)
{
    const struct tool_life *tool = sample->value.tool_life;

    (void)snprintf(owner, 128, "%s %s %.0f/%.0f%s%s", sample->place, tool->asset,
                   tool->parts, tool->parts_limit,
                   tool->removed     ? " removed"
                   : tool->is_mapped ? " mapped"
                                     : "",
                   sample->flags & SAMPLE_SNAPSHOT ? " snapshot" : "");
}

static const struct {
    enum shdr_change change;
    const char *body, *heard; /* "" = nothing */
} cases[] = {
    {SHDR_ASSET_CHANGED,
     "<CuttingTool assetId='A7' toolId='12'><CuttingToolLifeCycle>"
     "<ToolLife type='PART_COUNT' countDirection='UP' limit='240'>17</ToolLife>"
     "<Location type='POT'>5</Location></CuttingToolLifeCycle></CuttingTool>", "5 A7 17/240 snapshot"          },
    {SHDR_ASSET_CHANGED,
     "<CuttingTool><CuttingToolLifeCycle><ToolLife type='PART_COUNT' "
     "countDirection='DOWN' initial='90'>33</ToolLife></CuttingToolLifeCycle>"
     "</CuttingTool>",                                                         "K9 K9 33/90 snapshot"          },
    {SHDR_ASSET_CHANGED,
     "<CuttingTool><CuttingToolLifeCycle><ToolLife type='PART_COUNT' "
     "countDirection='DOWN' initial='90' limit='20'>33</ToolLife>"
     "</CuttingToolLifeCycle></CuttingTool>",                                  "K9 K9 13/70 snapshot"          },
    {SHDR_ASSET_CHANGED,
     "<CuttingTool><CuttingToolLifeCycle><ToolLife type='PART_COUNT' initial='3' "
     "countDirection='UP' limit='0'>3</ToolLife><CutterStatus><Status>EXPIRED</Status>"
     "</CutterStatus></CuttingToolLifeCycle></CuttingTool>",                   "K9 K9 3/3 mapped snapshot"     },
    {SHDR_ASSET_CHANGED,
     "<CuttingTool><CuttingToolLifeCycle><CutterStatus><Status>USED</Status>"
     "</CutterStatus><ToolLife type='PART_COUNT' initial='3' countDirection='UP' "
     "limit='0'>3</ToolLife></CuttingToolLifeCycle></CuttingTool>",            "K9 K9 3/nan snapshot"          },
    {SHDR_ASSET_CHANGED,
     "<CuttingTool><CuttingToolLifeCycle><CutterStatus><Status>EXPIRED</Status>"
     "</CutterStatus><ToolLife type='PART_COUNT' initial='3' countDirection='UP' "
     "limit='0'>2</ToolLife></CuttingToolLifeCycle></CuttingTool>",            "K9 K9 2/nan snapshot"          },
    {SHDR_ASSET_REMOVED,  "",                                                  "K9 K9 nan/nan removed snapshot"},
    {SHDR_ASSET_CHANGED,  "<Fixture assetId='F'/>",                            ""                              },
    {SHDR_ASSET_CHANGED,  "<CuttingTool assetId='A7'><Tool",                   ""                              },
    {SHDR_ASSET_CHANGED,  "no XML at all",                                     ""                              },
    {SHDR_ASSET_UPDATED,  "ToolLife|5",                                        ""                              },
    {SHDR_ASSETS_REMOVED, "",                                                  ""                              },
};

static void only_whole_cutting_tools_are_told(void **state)
{
    struct adapter_tools *tools;
    char heard[128];

    (void)state;
    assert_int_equal(adapter_tools_create(&tools), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct shdr_asset asset = {.change = cases[i].change,
                                         .timestamp = "2020-01-01T00:00:00Z",
                                         .id = "K9",
                                         .type = "CuttingTool",
                                         .body = cases[i].body};
        const struct hearing hearing = {.flags = SAMPLE_SNAPSHOT};
        const struct mapping_sink sink = {heard, on_sample};

        heard[0] = '\0';
        int count = adapter_tools_change(tools, &asset, &hearing, &sink);
        assert_string_equal(heard, cases[i].heard);
        assert_int_equal(count, *heard != '\0');
    }
    adapter_tools_destroy(tools);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_whole_cutting_tools_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
