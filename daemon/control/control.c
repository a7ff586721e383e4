/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/control.h"

#include "daemon/base/clock.h"
#include "daemon/base/json.h"
#include "daemon/control/commands.h"
#include "daemon/pipeline/roster.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Where the numbers live in the store; no machine can have this name. */
static const char store_key[] = "/numbers";

struct control {
    struct pipeline *pipeline;
    struct numbers *numbers;
    struct text answer;
};

static const char *on_command(void *owner, const char *machine, const char *name,
                              const char *json, const char *who)
{
    return control_execute(owner, machine, name, json, who);
}

static int restore(struct control *control)
{
    struct store_resume resume = {0};
    int error = store_load(pipeline_store(control->pipeline), store_key, &resume);

    if (error)
        return error;
    if (resume.snapshot)
        (void)numbers_restore(control->numbers, resume.snapshot, resume.length);
    store_resume_done(&resume);
    return 0;
}

int control_create(struct pipeline *pipeline, struct control **ret_control)
{
    struct control *control = calloc(1, sizeof(*control));

    if (!control)
        return -ENOMEM;
    control->pipeline = pipeline;
    text_init_heap(&control->answer);

    int error = numbers_create(&control->numbers);
    if (!error)
        error = restore(control);
    if (error) {
        control_destroy(control);
        return error;
    }
    pipeline_set_commander(
        pipeline, &(struct pipeline_commander){.owner = control, .command = on_command});
    *ret_control = control;
    return 0;
}

void control_destroy(struct control *control)
{
    if (!control)
        return;
    numbers_destroy(control->numbers);
    text_done(&control->answer);
    free(control);
}

static const char *refuse(struct control *control, const char *sentence)
{
    struct writer json;

    text_clear(&control->answer);
    writer_init(&json, &control->answer);
    writer_begin_object(&json, NULL);
    writer_flag(&json, "ok", false);
    writer_string(&json, "error", sentence);
    writer_end_object(&json);
    return control->answer.failed ? "{\"ok\":false,\"error\":\"out of memory\"}"
                                  : control->answer.data;
}

static const char *confirm(struct control *control, const struct context *context)
{
    struct writer json;

    text_clear(&control->answer);
    writer_init(&json, &control->answer);
    writer_begin_object(&json, NULL);
    writer_flag(&json, "ok", true);
    if (context->run_seq != RECORD_UNKNOWN)
        writer_integer(&json, "run", context->run_seq);
    writer_string(&json, "stage", code_name(stage_names, context->stage));
    writer_string(&json, "part", context->part);
    writer_string(&json, "op", context->op);
    writer_string(&json, "lot", context->lot);
    writer_string(&json, "fixture", context->fixture);
    writer_end_object(&json);
    return control->answer.failed ? "{\"ok\":true}" : control->answer.data;
}

/* Who, when, what: the audit trail is in the same stream as everything else. */
static void record_command(struct control *control,
                           const struct machine_settings *machine,
                           const struct statement *statement, const char *name,
                           const char *json)
{
    struct record record;
    struct text code;

    record_init(&record, RECORD_EVENT, statement->at);
    (void)text_copy(record.machine, sizeof(record.machine), machine->name);
    (void)text_copy(record.cell, sizeof(record.cell), machine->cell);
    record.context = statement->context;
    text_init_fixed(&code, record.event.code, sizeof(record.event.code));
    text_add(&code, "command.");
    text_add(&code, name);
    (void)text_copy(record.event.text, sizeof(record.event.text), json);
    (void)text_copy(record.event.who, sizeof(record.event.who), statement->who);
    record.event.severity = SEVERITY_INFO;
    (void)pipeline_append(control->pipeline, &record);
}

static void save_numbers(struct control *control)
{
    struct text text;

    text_init_heap(&text);
    numbers_save(control->numbers, &text);
    if (!text.failed)
        (void)store_snapshot(pipeline_store(control->pipeline), store_key, text.data,
                             text.length, NULL, 0);
    text_done(&text);
}

static const char *carry_out(struct control *control, struct station *station,
                             const struct order *order, const char *name,
                             const char *json)
{
    int error = command_build(name, order);

    if (error)
        return refuse(control, order->reterr_sentence);
    save_numbers(control);
    record_command(control, station_settings(station), order->statement, name, json);
    station_tell(station, order->statement);
    return confirm(control, station_context(station));
}

const char *control_execute(struct control *control, const char *machine,
                            const char *name, const char *json, const char *who)
{
    const struct roster *roster = pipeline_roster(control->pipeline);
    struct station *station = roster_find_station(roster, machine);
    char sentence[COMMAND_SENTENCE_MAX] = "";
    json_error_t trouble;

    if (!station)
        return refuse(control, "no machine of this name; see /v1/machines");
    json_t *arguments = json_loads(*json ? json : "{}", JSON_REJECT_DUPLICATES, &trouble);
    if (!json_is_object(arguments)) {
        json_decref(arguments);
        return refuse(control, "the arguments must be one JSON object");
    }

    struct statement statement = {
        .at = clock_now(),
        .who = who,
        .context = *station_context(station),
        .target = RECORD_UNKNOWN,
        .run_id = "",
        .tool = "",
        .text = "",
        .measurement = {.offset_um = NAN},
    };
    const struct order order = {arguments, control->numbers, &statement, sentence};
    const char *answer = carry_out(control, station, &order, name, json);
    json_decref(arguments);
    return answer;
}
