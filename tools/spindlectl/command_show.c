/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the daemon knows, as tables: status, machines, signals, cycles and the other
 * collections, runs, watch.
 */
#include "tools/spindlectl/command_queue.h"
#include "tools/spindlectl/table.h"
#include "tools/spindlectl/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATH_MAX_BYTES = 512
};

static const struct column machine_columns[] = {
    {"MACHINE", "machine",      0},
    {"CELL",    "cell",         0},
    {"LINKED",  "linked",       0},
    {"STATE",   "state",        0},
    {"PROGRAM", "program",      0},
    {"TOOL",    "tool",         0},
    {"COUNT",   "part_count",   0},
    {"LOAD",    "spindle_load", 1},
    {"PART",    "job.part",     0},
    {"STAGE",   "job.stage",    0},
    {"RUN",     "job.run",      0},
    {NULL,      NULL,           0},
};

static const struct column cycle_columns[] = {
    {"ENDED",   "t",        0},
    {"NO",      "cycle_no", 0},
    {"CLASS",   "class",    0},
    {"KIND",    "kind",     0},
    {"PARTS",   "parts",    0},
    {"CT",      "ct",       3},
    {"NET",     "net",      3},
    {"CUT",     "cut",      3},
    {"TCHG",    "tchg",     3},
    {"HOLD",    "hold",     3},
    {"GAP",     "gap",      3},
    {"FLAGS",   "flags",    0},
    {"PROGRAM", "program",  0},
    {NULL,      NULL,       0},
};

static const struct column signal_columns[] = {
    {"SIGNAL", "signal", 0},
    {"VALUE",  "value",  3},
    {"UNIT",   "unit",   0},
    {"Q",      "q",      0},
    {"WHY",    "why",    0},
    {"SINCE",  "t",      0},
    {NULL,     NULL,     0},
};

static const struct column thermal_columns[] = {
    {"TIME",        "t",          0},
    {"AXIS",        "axis",       0},
    {"STATE",       "state_name", 0},
    {"TEMP",        "temp",       1},
    {"SOAK",        "soak",       2},
    {"DRIFT um",    "drift_um",   1},
    {"+-",          "drift_u",    1},
    {"IN 30 MIN",   "pred30_um",  1},
    {"STABLE IN s", "t_stable_s", 0},
    {"VERDICT",     "verdict",    0},
    {NULL,          NULL,         0},
};

static const struct column event_columns[] = {
    {"TIME",     "t",        0},
    {"CODE",     "code",     0},
    {"SEVERITY", "severity", 0},
    {"TEXT",     "text",     0},
    {"WHO",      "who",      0},
    {NULL,       NULL,       0},
};

static const struct column run_columns[] = {
    {"RUN",     "run_seq", 0            },
    {"MACHINE", "machine", 0            },
    {"PART",    "part",    0            },
    {"OP",      "op",      0            },
    {"STAGE",   "stage",   0            },
    {"LOT",     "lot",     0            },
    {"PARTS",   "parts",   0            },
    {"GOOD",    "good",    0            },
    {"TARGET",  "target",  0            },
    {"SINCE",   "t",       0            },
    {"ENDED",   "ended",   COLUMN_MOMENT},
    {NULL,      NULL,      0            },
};

/* Collections of a machine that are shown alike. */
static const struct collection {
    const char *word;
    const struct column *columns;
    const char *empty;
    bool newest_each; /* one row a tool or axis, not the last rows of all */
} collections[] = {
    {"cycles",  cycle_columns,   "no cycle has ended yet",                     false},
    {"thermal", thermal_columns, "nothing is known of the heat yet",           true },
    {"events",  event_columns,   "nothing has happened yet",                   false},
    {"signals", signal_columns,  "nothing has been heard of this machine yet", false},
};

static enum exit_status show(const char *path, const char *member,
                             const struct column *columns, const char *empty)
{
    json_t *answer = NULL;
    enum exit_status status = talk_get(path, &answer);

    if (status)
        return status;
    if (common_options.json)
        table_print_json(answer);
    else
        table_print(member ? json_object_get(answer, member) : answer, columns, empty);
    json_decref(answer);
    return EXIT_DONE;
}

static enum exit_status show_machines(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return show("/v1/machines", "machines", machine_columns,
                "no machine is configured; see spindled --manual");
}

static enum exit_status show_runs(int argc, char **argv)
{
    char path[PATH_MAX_BYTES];

    if (argc > 1)
        (void)snprintf(path, sizeof(path), "/v1/runs?machine=%s", talk_escape(argv[1]));
    else
        (void)snprintf(path, sizeof(path), "/v1/runs");
    return show(path, NULL, run_columns,
                "no run was started yet; see spindlectl run start --help");
}

/* MACHINE [LIMIT], for every collection. */
static enum exit_status show_collection(int argc, char **argv)
{
    char path[PATH_MAX_BYTES];

    if (argc < 2) {
        (void)fprintf(stderr,
                      "spindlectl: which machine? spindlectl machines lists them\n");
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < sizeof(collections) / sizeof(*collections); i++) {
        if (strcmp(collections[i].word, argv[0]) != 0)
            continue;
        (void)snprintf(path, sizeof(path), "/v1/machines/%s/%s?limit=%s%s",
                       talk_escape(argv[1]), collections[i].word,
                       argc > 2 ? argv[2] : "20",
                       collections[i].newest_each ? "&newest=each" : "");
        return show(path, NULL, collections[i].columns, collections[i].empty);
    }
    return EXIT_USAGE;
}

/* Health in one word, then the reasons; exit 1 when something is wrong. */
static enum exit_status show_status(int argc, char **argv)
{
    json_t *answer = NULL;
    json_t *reason;
    size_t index;

    (void)argc;
    (void)argv;
    enum exit_status status = talk_get("/healthz", &answer);
    if (status)
        return status;
    bool ok = json_is_true(json_object_get(answer, "ok"));
    if (common_options.json) {
        table_print_json(answer);
    } else {
        (void)puts(ok ? "everything is as it should be"
                      : "not everything is as it should be:");
        json_array_foreach(json_object_get(answer, "reasons"), index, reason)
        {
            (void)printf("  %s\n", json_string_value(reason));
        }
        json_array_foreach(json_object_get(answer, "remarks"), index, reason)
        {
            (void)printf("  remark: %s\n", json_string_value(reason));
        }
    }
    json_decref(answer);
    if (!common_options.json) {
        (void)putchar('\n');
        (void)show_machines(0, NULL);
        (void)putchar('\n');
        (void)queue_show();
    }
    return ok ? EXIT_DONE : EXIT_FAILED;
}

/* What is printed as it happens cannot be measured first: columns as wide as is usual. */
static const struct column watch_columns[] = {
    {"MACHINE", "machine",  0},
    {"ENDED",   "t",        0},
    {"NO",      "cycle_no", 0},
    {"KIND",    "kind",     0},
    {"PARTS",   "parts",    0},
    {"CT",      "ct",       3},
    {"CUT",     "cut",      3},
    {"GAP",     "gap",      3},
    {"PROGRAM", "program",  0},
    {NULL,      NULL,       0},
};
static const int watch_widths[] = {-16, -30, 6, -8, 5, 9, 9, 9, 0};
static const struct column watched_event_columns[] = {
    {"MACHINE", "machine", 0},
    {"TIME",    "t",       0},
    {"CODE",    "code",    0},
    {"TEXT",    "text",    0},
    {NULL,      NULL,      0},
};
static const int watched_event_widths[] = {-16, -30, -15, 0};

static bool on_event(void *owner, const char *kind, json_t *record)
{
    (void)owner;
    if (common_options.json) {
        (void)json_dumpf(record, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
        (void)putchar('\n');
        (void)fflush(stdout);
    } else if (strcmp(kind, "cycle") == 0) {
        table_print_row(record, watch_columns, watch_widths);
    } else if (strcmp(kind, "event") == 0) {
        table_print_row(record, watched_event_columns, watched_event_widths);
    }
    return true;
}

static enum exit_status watch(int argc, char **argv)
{
    char path[PATH_MAX_BYTES] = "/v1/events";

    if (argc > 1)
        (void)snprintf(path, sizeof(path), "/v1/events?machine=%s", talk_escape(argv[1]));
    if (!common_options.json)
        table_print_heading(watch_columns, watch_widths);
    return talk_stream(path, NULL, on_event);
}

const struct command commands_show[] = {
    {"status",   "",                "is everything as it should be? with machines and sinks",
     "spindlectl status",                                                                                                   show_status    },
    {"machines", "",                "every machine and what it does",                         "spindlectl --json machines",
     show_machines                                                                                                                         },
    {"signals",  "MACHINE",         "the newest value of everything it says",
     "spindlectl signals vmc-3",                                                                                            show_collection},
    {"cycles",   "MACHINE [LIMIT]", "its last cycles",                                        "spindlectl cycles vmc-3 50",
     show_collection                                                                                                                       },
    {"thermal",  "MACHINE",         "its thermal state and drift",                            "spindlectl thermal vmc-3",
     show_collection                                                                                                                       },
    {"events",   "MACHINE [LIMIT]", "what happened",                                          "spindlectl events vmc-3",
     show_collection                                                                                                                       },
    {"watch",    "[MACHINE]",       "cycles and events as they happen",                       "spindlectl watch vmc-3",
     watch                                                                                                                                 },
    {"run list", "[MACHINE]",       "the runs, newest first",                                 "spindlectl run list",        show_runs      },
    {"run show", "MACHINE",         "the runs of one machine",                                "spindlectl run show vmc-3",
     show_runs                                                                                                                             },
    {NULL,       NULL,              NULL,                                                     NULL,                         NULL           },
};
