/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/commands.h"

#include "daemon/control/control.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    TEXT_MAX = 1000,
    FIRST_YEAR_SLACK_DAYS = 3650
};

/* "'target' must be …" */
static int complain(const struct order *order, const char *key, const char *sentence)
{
    (void)snprintf(order->reterr_sentence, COMMAND_SENTENCE_MAX, "'%s' %s", key,
                   sentence);
    return -EINVAL;
}

/* An optional text; NULL with *ret_error set when it is not one or too long. */
static const char *text_of(const struct order *order, const char *key, size_t limit,
                           int *ret_error)
{
    const json_t *value = json_object_get(order->arguments, key);

    if (!value || json_is_null(value))
        return "";
    if (!json_is_string(value))
        *ret_error = complain(order, key, "must be a text");
    else if (json_string_length(value) >= limit)
        *ret_error = complain(order, key, "is too long");
    else
        return json_string_value(value);
    return "";
}

static const char *required_text(const struct order *order, const char *key, size_t limit,
                                 int *ret_error)
{
    const char *text = text_of(order, key, limit, ret_error);

    if (!*ret_error && !*text)
        *ret_error = complain(order, key, "is missing");
    return text;
}

static double number_of(const struct order *order, const char *key, int *ret_error)
{
    const json_t *value = json_object_get(order->arguments, key);

    if (!value || json_is_null(value))
        return NAN;
    if (!json_is_number(value)) {
        *ret_error = complain(order, key, "must be a number");
        return NAN;
    }
    return json_number_value(value);
}

/* A time in the past as RFC 3339, or the statement's own. */
static struct moment time_of(const struct order *order, const char *key, int *ret_error)
{
    struct moment now = order->statement->at;
    const char *text = text_of(order, key, RFC3339_MAX, ret_error);
    int64_t wall_ns;

    if (*ret_error || !*text)
        return now;
    if (moment_parse(text, &wall_ns) < 0) {
        *ret_error = complain(order, key, "must be a time like 2026-01-31T14:00:00Z");
        return now;
    }
    int64_t age_ns = now.wall_ns - wall_ns;
    if (age_ns < -NS_PER_MINUTE || age_ns / NS_PER_DAY > FIRST_YEAR_SLACK_DAYS) {
        *ret_error = complain(order, key, "lies in the future or too far back");
        return now;
    }
    return moment_plus(now, -age_ns);
}

static void keep(char *array, const char *text)
{
    if (*text)
        (void)text_copy(array, RECORD_NAME_MAX, text);
}

static int set_stage(const struct order *order, bool required)
{
    int error = 0;
    const char *name = text_of(order, "stage", RECORD_NAME_MAX, &error);

    if (error || (!*name && !required))
        return error;
    int stage = code_find(stage_names, name);
    if (stage < 0)
        return complain(order, "stage", "must be prototype, evt, pilot or production");
    order->statement->context.stage = (enum stage)stage;
    return 0;
}

static int set_lot(const struct order *order, bool required)
{
    struct context *context = &order->statement->context;
    int error = 0;
    const char *lot = required ? required_text(order, "lot", RECORD_NAME_MAX, &error)
                               : text_of(order, "lot", RECORD_NAME_MAX, &error);

    if (error || !*lot)
        return error;
    keep(context->lot, lot);
    context->lot_seq = numbers_of(order->numbers, NUMBER_LOT, lot);
    return 0;
}

static int set_fixture(const struct order *order, bool required)
{
    struct context *context = &order->statement->context;
    int error = 0;
    const char *fixture = required
                              ? required_text(order, "fixture", RECORD_NAME_MAX, &error)
                              : text_of(order, "fixture", RECORD_NAME_MAX, &error);

    if (error || !*fixture)
        return error;
    keep(context->fixture, fixture);
    context->fixture_seq = numbers_of(order->numbers, NUMBER_FIXTURE, fixture);
    return 0;
}

static int build_run_start(const struct order *order)
{
    struct statement *statement = order->statement;
    int error = 0;
    const char *part = required_text(order, "part", RECORD_NAME_MAX, &error);
    const char *op = text_of(order, "op", RECORD_NAME_MAX, &error);
    const char *revision = text_of(order, "revision", RECORD_NAME_MAX, &error);
    double target = number_of(order, "target", &error);

    statement->run_id = text_of(order, "run_id", RECORD_NAME_MAX, &error);
    if (!error && isfinite(target) && (target < 1 || target > 1e9))
        error = complain(order, "target", "must be 1 to 1000000000 parts");
    if (error)
        return error;

    keep(statement->context.part, part);
    (void)text_copy(statement->context.op, RECORD_NAME_MAX, op);
    (void)text_copy(statement->context.revision, RECORD_NAME_MAX, revision);
    error = set_stage(order, false);
    if (!error)
        error = set_lot(order, false);
    if (!error)
        error = set_fixture(order, false);
    if (error)
        return error;
    statement->target = isfinite(target) ? (int64_t)target : RECORD_UNKNOWN;
    statement->context.run_seq = numbers_next_run(order->numbers);
    return 0;
}

static int build_run_stop(const struct order *order)
{
    if (order->statement->context.run_seq == RECORD_UNKNOWN)
        return complain(order, "run-stop", "has nothing to stop: no run is going on");
    return 0;
}

static int build_stage(const struct order *order)
{
    return set_stage(order, true);
}

static int build_lot(const struct order *order)
{
    return set_lot(order, true);
}

static int build_fixture(const struct order *order)
{
    return set_fixture(order, true);
}

static int build_tool_changed(const struct order *order)
{
    int error = 0;

    order->statement->tool = required_text(order, "tool", RECORD_NAME_MAX, &error);
    order->statement->text = text_of(order, "text", TEXT_MAX, &error);
    return error;
}

static int build_measure(const struct order *order)
{
    struct statement *statement = order->statement;
    int error = 0;
    struct measurement measurement = {
        .feature = required_text(order, "feature", RECORD_NAME_MAX, &error),
        .value = number_of(order, "value", &error),
        .offset_um = number_of(order, "offset_um", &error),
        .serial = text_of(order, "serial", RECORD_NAME_MAX, &error),
        .gauge = text_of(order, "gauge", RECORD_NAME_MAX, &error),
        .lot = text_of(order, "lot", RECORD_NAME_MAX, &error),
        .fixture = text_of(order, "fixture", RECORD_NAME_MAX, &error),
        .tool = text_of(order, "tool", RECORD_NAME_MAX, &error),
        .ok = RECORD_UNKNOWN,
    };
    const json_t *ok = json_object_get(order->arguments, "ok");

    if (json_is_boolean(ok))
        measurement.ok = json_is_true(ok);
    if (!error && !isfinite(measurement.value))
        error = complain(order, "value", "is missing");
    statement->at = time_of(order, "t", &error);
    statement->measurement = measurement;
    statement->tool = measurement.tool;
    return error;
}

static int build_reason(const struct order *order)
{
    int error = 0;

    order->statement->text = required_text(order, "text", TEXT_MAX, &error);
    order->statement->tool = text_of(order, "tool", RECORD_NAME_MAX, &error);
    order->statement->about = time_of(order, "about", &error);
    return error;
}

static int build_text(const struct order *order)
{
    int error = 0;

    order->statement->text = required_text(order, "text", TEXT_MAX, &error);
    return error;
}

static int build_ack(const struct order *order)
{
    int error = 0;

    order->statement->text = required_text(order, "code", RECORD_NAME_MAX, &error);
    return error;
}

/* One row a command, in the order of control_commands. */
static const struct {
    enum statement_kind kind;
    int (*build)(const struct order *order);
} builders[] = {
    {STATEMENT_RUN_START,    build_run_start   },
    {STATEMENT_RUN_STOP,     build_run_stop    },
    {STATEMENT_STAGE,        build_stage       },
    {STATEMENT_LOT,          build_lot         },
    {STATEMENT_FIXTURE,      build_fixture     },
    {STATEMENT_TOOL_CHANGED, build_tool_changed},
    {STATEMENT_MEASURE,      build_measure     },
    {STATEMENT_REASON,       build_reason      },
    {STATEMENT_ECO,          build_text        },
    {STATEMENT_FREEZE,       build_text        },
    {STATEMENT_ACK,          build_ack         },
};

const struct command_help control_commands[] = {
    {"run-start",    "part op revision stage lot fixture target run_id",
     "a run of a part begins; part is required"                                                                                          },
    {"run-stop",     "",                                                           "the run is over"                                     },
    {"stage",        "stage",                                                      "prototype, evt, pilot or production from now on"     },
    {"lot",          "lot",                                                        "material of this lot from now on"                    },
    {"fixture",      "fixture",                                                    "this fixture from now on"                            },
    {"tool-changed", "tool text",                                                  "the tool in this station was replaced by a fresh one"},
    {"measure",      "feature value offset_um serial gauge lot fixture tool ok t",
     "a feature was measured; feature and value are required, value in the feature's "
     "unit"                                                                                                                              },
    {"reason",       "text about tool",
     "why the machine stood; about is a time inside the stop"                                                                            },
    {"eco",          "text",                                                       "an engineering change takes effect now"              },
    {"freeze",       "text",                                                       "the design is frozen; baselines are taken from here" },
    {"ack",          "code",                                                       "an alarm was seen"                                   },
    {NULL,           NULL,                                                         NULL                                                  },
};

static int find_command(const char *name)
{
    for (int i = 0; control_commands[i].name; i++)
        if (strcmp(control_commands[i].name, name) == 0)
            return i;
    return -ENOENT;
}

/* A misspelt key must not be ignored in silence. */
static int check_keys(int command, const struct order *order)
{
    const char *known = control_commands[command].arguments;
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)order->arguments, key, value)
    {
        const char *found = strstr(known, key);
        size_t length = strlen(key);
        bool whole = found && (found == known || found[-1] == ' ') &&
                     (found[length] == ' ' || found[length] == '\0');
        if (!whole) {
            (void)snprintf(order->reterr_sentence, COMMAND_SENTENCE_MAX,
                           "unknown argument '%.60s'; '%s' takes: %s", key,
                           control_commands[command].name, *known ? known : "nothing");
            return -EINVAL;
        }
    }
    return 0;
}

int command_build(const char *name, const struct order *order)
{
    int command = find_command(name);

    if (command < 0) {
        (void)snprintf(order->reterr_sentence, COMMAND_SENTENCE_MAX,
                       "unknown command '%.60s'", name);
        return -ENOENT;
    }
    int error = check_keys(command, order);
    if (error)
        return error;
    order->statement->kind = builders[command].kind;
    return builders[command].build(order);
}
