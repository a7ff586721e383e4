/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is still owed to each sink, and dead letters: list, retry, drop.
 */
#include "tools/spindlectl/command_queue.h"

#include "tools/spindlectl/table.h"
#include "tools/spindlectl/talk.h"

#include <stdio.h>
#include <string.h>

enum {
    PATH_MAX_BYTES = 512
};

static const struct column sink_columns[] = {
    {"SINK",      "sink",             0},
    {"LINKED",    "linked",           0},
    {"ROWS OWED", "pending_rows",     0},
    {"BYTES",     "pending_bytes",    0},
    {"OLDEST s",  "oldest_s",         1},
    {"ROWS/s",    "rows_per_s",       1},
    {"DELIVERED", "ledger.delivered", 0},
    {"DEAD",      "dead_letters",     0},
    {"TROUBLE",   "trouble",          0},
    {NULL,        NULL,               0},
};

static const struct column letter_columns[] = {
    {"ID",      "id",                 0},
    {"SINK",    "sink",               0},
    {"REFUSED", "refused",            0},
    {"WHAT",    "record.measurement", 0},
    {"MACHINE", "record.machine",     0},
    {"REASON",  "reason",             0},
    {NULL,      NULL,                 0},
};

enum exit_status queue_show(void)
{
    json_t *answer = NULL;
    enum exit_status status = talk_get("/v1/queue", &answer);

    if (status)
        return status;
    if (common_options.json)
        table_print_json(answer);
    else
        table_print(json_object_get(answer, "sinks"), sink_columns,
                    "no sink is configured; everything stays in the store");
    json_decref(answer);
    return EXIT_DONE;
}

static enum exit_status show(int argc, char **argv)
{
    if (argc > 1) {
        (void)fprintf(stderr, "spindlectl: queue takes list, retry or drop, not '%s'\n",
                      argv[1]);
        return EXIT_USAGE;
    }
    return queue_show();
}

static enum exit_status list(int argc, char **argv)
{
    char path[PATH_MAX_BYTES] = "/v1/queue/letters";
    json_t *answer = NULL;

    if (argc > 1)
        (void)snprintf(path, sizeof(path), "/v1/queue/letters?sink=%s",
                       talk_escape(argv[1]));
    enum exit_status status = talk_get(path, &answer);
    if (status)
        return status;
    if (common_options.json)
        table_print_json(answer);
    else
        table_print(answer, letter_columns, "there are no dead letters");
    json_decref(answer);
    return EXIT_DONE;
}

/* The word itself says what becomes of the letters. */
static enum exit_status settle(int argc, char **argv)
{
    char path[PATH_MAX_BYTES];
    json_t *answer = NULL;

    if (argc != 3) {
        (void)fprintf(stderr,
                      "spindlectl: queue %s SINK ID, or all; spindlectl queue list shows "
                      "them\n",
                      argv[0]);
        return EXIT_USAGE;
    }
    int length = snprintf(path, sizeof(path), "/v1/queue/%s/letters/%s",
                          talk_escape(argv[1]), argv[0]);
    if (strcmp(argv[2], "all") != 0)
        (void)snprintf(path + length, sizeof(path) - (size_t)length, "?id=%s",
                       talk_escape(argv[2]));
    enum exit_status status = talk_post(path, "", &answer);
    if (status)
        return status;
    if (common_options.json)
        table_print_json(answer);
    else
        (void)printf("%lld %s\n",
                     (long long)json_integer_value(json_object_get(answer, "letters")),
                     strcmp(argv[0], "retry") == 0 ? "to be sent again" : "dropped");
    json_decref(answer);
    return EXIT_DONE;
}

const struct command commands_queue[] = {
    {"queue list",  "[SINK]",      "dead letters: what a destination refused, and why",
     "spindlectl queue list influx",                                                          list  },
    {"queue retry", "SINK ID|all", "send dead letters again",
     "spindlectl queue retry influx all",                                                     settle},
    {"queue drop",  "SINK ID|all", "forget dead letters",
     "spindlectl queue drop influx 4711",                                                     settle},
    {"queue",       "",            "what is still owed to each sink, and the ledger",
     "spindlectl --json queue",                                                               show  },
    {NULL,          NULL,          NULL,                                                NULL, NULL  },
};
