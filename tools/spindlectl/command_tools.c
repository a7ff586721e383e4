/* SPDX-License-Identifier: Apache-2.0 */
/* The tools of a machine: all of them as a table, one of them as a sheet, and how long
 * the machine may run alone. */
#include "tools/spindlectl/command.h"
#include "tools/spindlectl/table.h"
#include "tools/spindlectl/talk.h"

#include <stdio.h>
#include <string.h>

static const struct column tool_columns[] = {
    {"TIME",    "t",               0},
    {"TOOL",    "tool",            0},
    {"USED",    "used",            1},
    {"LEFT",    "remaining",       1},
    {"P05",     "rul_q05",         1},
    {"P50",     "rul_q50",         1},
    {"P95",     "rul_q95",         1},
    {"REPLACE", "replace_at",      1},
    {"GROUP",   "group_remaining", 1},
    {"HOURS",   "lasts_h",         2},
    {"WEAR",    "wear_um",         0},
    {"INDEX",   "index",           3},
    {"UNIT",    "unit",            0},
    {"PHASE",   "phase_name",      0},
    {"SOURCE",  "source_name",     0},
    {"LIFE",    "life_no",         0},
    {NULL,      NULL,              0},
};

static const struct column tool_facts[] = {
    {"as of",                             "t",                 0},
    {"tool",                              "tool",              0},
    {"asset",                             "asset",             0},
    {"group",                             "group",             0},
    {"life number",                       "life_no",           0},
    {"phase",                             "phase_name",        0},
    {"counted in",                        "unit",              0},
    {"used",                              "used",              1},
    {"limit",                             "limit",             1},
    {"limit from",                        "limit_from",        0},
    {"left",                              "remaining",         1},
    {"left: 5 % end before",              "rul_q05",           1},
    {"left: half end before",             "rul_q50",           1},
    {"left: 95 % end before",             "rul_q95",           1},
    {"known from",                        "source_name",       0},
    {"share of 80 % intervals that held", "cov80",             2},
    {"cheapest to replace at",            "replace_at",        1},
    {"left of all sisters",               "group_remaining",   1},
    {"lasts, h",                          "lasts_h",           2},
    {"wear, um",                          "wear_um",           0},
    {"load index, fresh = 1",             "index",             3},
    {"growth of the index a cycle",       "slope",             6},
    {"load that tells most",              "feature",           0},
    {"speed, 1/min",                      "speed",             0},
    {"fastest parts at, 1/min",           "fastest_speed",     0},
    {"  an edge lives then, min",         "fastest_life_min",  1},
    {"cheapest parts at, 1/min",          "cheapest_speed",    0},
    {"  an edge lives then, min",         "cheapest_life_min", 1},
    {"Taylor's n",                        "taylor_n",          3},
    {"lives thrown away",                 "left_lives",        2},
    {"money thrown away",                 "left_cost",         2},
    {"parts cut by spent edges",          "overrun",           0},
    {NULL,                                NULL,                0},
};

static const struct column night_facts[] = {
    {"may run alone, h",                "alone_h",          2            },
    {"  until",                         "alone_until_s",    COLUMN_MOMENT},
    {"  then it needs",                 "alone_by",         0            },
    {"  not known",                     "alone_unknown",    0            },
    {"tools, h",                        "lights_out_h",     2            },
    {"stock, h",                        "stock_h",          2            },
    {"coolant, h",                      "coolant_h",        2            },
    {"chips, h",                        "chips_h",          2            },
    {"drift, h",                        "drift_h",          2            },
    {"no stop until then, probability", "p_alone",          2            },
    {"  at least",                      "p_alone_low",      2            },
    {"shall run alone, h",              "unattended_h",     1            },
    {"  no stop in that, probability",  "p_unattended",     2            },
    {"  at least",                      "p_unattended_low", 2            },
    {NULL,                              NULL,               0            },
};

static const json_t *newest_of(const json_t *tools)
{
    const json_t *newest = NULL, *tool;
    size_t index;

    json_array_foreach(tools, index, tool)
    {
        const char *at = json_string_value(json_object_get(tool, "t"));
        const char *best = newest ? json_string_value(json_object_get(newest, "t")) : "";
        if (at && best && strcmp(at, best) > 0)
            newest = tool;
    }
    return newest;
}

static const json_t *find(const json_t *tools, const char *name)
{
    const json_t *tool;
    size_t index;

    json_array_foreach(tools, index, tool)
    {
        const char *own = json_string_value(json_object_get(tool, "tool"));
        if (own && strcmp(own, name) == 0)
            return tool;
    }
    return NULL;
}

static enum exit_status print_one(const json_t *tools, const char *name)
{
    const json_t *tool = find(tools, name);

    if (!tool) {
        (void)fprintf(stderr, "spindlectl: nothing is known of a tool %s yet\n", name);
        return EXIT_FAILED;
    }
    if (common_options.json)
        table_print_json(tool);
    else
        table_print_facts(tool, tool_facts);
    return EXIT_DONE;
}

static void print_all(const json_t *tools)
{
    const json_t *newest = newest_of(tools);

    table_print(tools, tool_columns, "nothing is known of any tool yet");
    if (!newest)
        return;
    (void)putchar('\n');
    table_print_facts(newest, night_facts);
}

static enum exit_status show_tools(int argc, char **argv)
{
    char path[512];
    json_t *answer = NULL;

    if (argc < 2) {
        (void)fprintf(stderr,
                      "spindlectl: which machine? spindlectl machines lists them\n");
        return EXIT_USAGE;
    }
    (void)snprintf(path, sizeof(path), "/v1/machines/%s/tools?limit=64&newest=each",
                   talk_escape(argv[1]));

    enum exit_status status = talk_get(path, &answer);
    if (status)
        return status;
    if (argc > 2)
        status = print_one(answer, argv[2]);
    else if (common_options.json)
        table_print_json(answer);
    else
        print_all(answer);
    json_decref(answer);
    return status;
}

const struct command commands_tools[] = {
    {"tools", "MACHINE [TOOL]", "its tools and what is left of them, or all of one tool",
     "spindlectl tools vmc-3 12",                                                               show_tools},
    {NULL,    NULL,             NULL,                                                     NULL, NULL      },
};
