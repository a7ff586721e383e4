/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything a person may say about the work: run start, stage, lot, measure … One table;
 * the daemon checks the arguments and answers with a sentence.
 */
#include "daemon/base/text.h"
#include "tools/spindlectl/table.h"
#include "tools/spindlectl/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEYS_MAX = 2,
    PATH_MAX_BYTES = 512
};

/* The word on the command line, the command's name in the daemon, and what stands bare.
 */
static const struct saying {
    const char *word, *name;
    const char *keys[KEYS_MAX + 1];
} sayings[] = {
    {"start",   "run-start",    {NULL}                    },
    {"stop",    "run-stop",     {NULL}                    },
    {"stage",   "stage",        {"stage", NULL}           },
    {"lot",     "lot",          {"lot", NULL}             },
    {"fixture", "fixture",      {"fixture", NULL}         },
    {"changed", "tool-changed", {"tool", "text", NULL}    },
    {"measure", "measure",      {"feature", "value", NULL}},
    {"reason",  "reason",       {"text", NULL}            },
    {"eco",     "eco",          {"text", NULL}            },
    {"freeze",  "freeze",       {"text", NULL}            },
    {"ack",     "ack",          {"code", NULL}            },
};

static const struct saying *find_saying(const char *word)
{
    for (size_t i = 0; i < sizeof(sayings) / sizeof(*sayings); i++)
        if (strcmp(sayings[i].word, word) == 0)
            return &sayings[i];
    return NULL;
}

/* Numbers and yes/no go as such where the daemon wants them so; everything else is text.
 */
static json_t *typed(const char *key, const char *value)
{
    static const char *const numeric[] = {"value", "offset_um", "target"};
    double number;

    for (size_t i = 0; i < sizeof(numeric) / sizeof(*numeric); i++)
        if (strcmp(key, numeric[i]) == 0 && text_read_number(value, &number) == 0)
            return json_real(number);
    if (strcmp(key, "ok") == 0 && (strcmp(value, "yes") == 0 || strcmp(value, "no") == 0))
        return json_boolean(strcmp(value, "yes") == 0);
    return json_string(value);
}

static bool is_named(const char *word, const char *key)
{
    size_t length = strlen(key);

    return strncmp(word, key, length) == 0 && word[length] == '=';
}

/* The key of the first bare word after those that were given; NULL when none is left. */
static const char *next_key(const struct saying *saying, const json_t *arguments)
{
    const char *const *key = saying->keys;

    while (*key && json_object_get(arguments, *key))
        key++;
    return *key;
}

/* Bare words fill the keys in order, whatever is in them; key=value says it in full. */
static int collect(const struct saying *saying, int argc, char **argv, json_t *arguments)
{
    for (int i = 2; i < argc; i++) {
        const char *key = next_key(saying, arguments), *value = argv[i];
        char *equals = strchr(argv[i], '=');
        bool is_full = false;

        for (size_t j = 0; saying->keys[j]; j++)
            is_full = is_full || is_named(argv[i], saying->keys[j]);
        if (equals && (is_full || !key)) {
            *equals = '\0';
            key = argv[i];
            value = equals + 1;
        } else if (!key) {
            (void)fprintf(stderr, "spindlectl: '%s' is not of the form key=value\n",
                          argv[i]);
            return -1;
        }
        (void)json_object_set_new(arguments, key, typed(key, value));
    }
    return 0;
}

static enum exit_status tell(const struct saying *saying, const char *machine,
                             json_t *arguments)
{
    char path[PATH_MAX_BYTES];
    json_t *answer = NULL;
    char *body = json_dumps(arguments, JSON_COMPACT);

    (void)snprintf(path, sizeof(path), "/v1/machines/%s/cmd/%s", talk_escape(machine),
                   saying->name);
    enum exit_status status = talk_post(path, body ? body : "{}", &answer);
    free(body);
    if (status)
        return status;
    if (common_options.json)
        table_print_json(answer);
    else
        (void)printf("%s: %s accepted\n", machine, saying->name);
    json_decref(answer);
    return EXIT_DONE;
}

/* The words of the command whose last is `word`. */
static const char *whole_name(const char *word)
{
    for (const struct command *row = commands_say; row->name; row++) {
        const char *last = strrchr(row->name, ' ');
        if (strcmp(last ? last + 1 : row->name, word) == 0)
            return row->name;
    }
    return word;
}

static enum exit_status say(int argc, char **argv)
{
    const struct saying *saying = find_saying(argv[0]);

    if (!saying || argc < 2) {
        (void)fprintf(stderr, "spindlectl: which machine? see spindlectl %s --help\n",
                      whole_name(argv[0]));
        return EXIT_USAGE;
    }
    json_t *arguments = json_object();
    enum exit_status status = EXIT_USAGE;
    if (!collect(saying, argc, argv, arguments)) {
        const char *missing = next_key(saying, arguments);
        if (missing)
            (void)fprintf(stderr,
                          "spindlectl: '%s' is missing; see spindlectl %s --help\n",
                          missing, whole_name(argv[0]));
        else
            status = tell(saying, argv[1], arguments);
    }
    json_decref(arguments);
    return status;
}

const struct command commands_say[] = {
    {"run start",
     "MACHINE part=P [op=O] [revision=R] [stage=S] [lot=L] [fixture=F] [target=N]", "a run of a part begins",                          "spindlectl run start vmc-3 part=BRKT-7 op=10 stage=pilot",
     say                                                                                                                                                                                               },
    {"run stop",     "MACHINE",                                                     "the run is over",                                 "spindlectl run stop vmc-3",                                say },
    {"stage",        "MACHINE prototype|evt|pilot|production",                      "the stage from now on",
     "spindlectl stage vmc-3 production",                                                                                                                                                          say },
    {"lot",          "MACHINE LOT",                                                 "material of this lot from now on",
     "spindlectl lot vmc-3 H4711",                                                                                                                                                                 say },
    {"fixture",      "MACHINE FIXTURE",                                             "this fixture from now on",
     "spindlectl fixture vmc-3 F2",                                                                                                                                                                say },
    {"tool changed", "MACHINE TOOL [worn|early|broken|limit|TEXT]",
     "a fresh tool is in this station",                                                                                                "spindlectl tool changed vmc-3 12 worn",                    say },
    {"measure",
     "MACHINE FEATURE VALUE [offset_um=N] [serial=S] [gauge=G] [tool=T] [ok=yes|no] "
     "[t=TIME]",                                                                    "a feature was measured",                          "spindlectl measure vmc-3 bore1 25.0031 serial=117",        say },
    {"reason",       "MACHINE TEXT [about=TIME]",                                   "why the machine stood",
     "spindlectl reason vmc-3 'waiting for material' about=2026-01-31T14:00:00Z",                                                                                                                  say },
    {"eco",          "MACHINE TEXT",                                                "an engineering change takes effect now",
     "spindlectl eco vmc-3 'ECO-17: feed of T12 up 10 %'",                                                                                                                                         say },
    {"freeze",       "MACHINE TEXT",                                                "the design is frozen; baselines count from here",
     "spindlectl freeze vmc-3 'rev C signed off'",                                                                                                                                                 say },
    {"ack",          "MACHINE CODE",                                                "an alarm was seen",                               "spindlectl ack vmc-3 tool.wear.12",
     say                                                                                                                                                                                               },
    {NULL,           NULL,                                                          NULL,                                              NULL,                                                       NULL},
};
