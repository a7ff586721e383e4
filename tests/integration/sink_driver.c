/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives one sink as a courier would, against real servers, for the tests beside it.
 *
 * usage: sink_driver SINK COUNT BATCH FIRST_ID [option=value …]
 * Sends COUNT records with ids from FIRST_ID in batches of BATCH; tries again after
 * RETRY, halves what is REFUSED or breaks the server again and again, and prints each
 * verdict as a line. On standard input, h asks for its health, a says that the machine is
 * away and b that it is back; a line, or its end, stops it; so does the last verdict when
 * there is nobody to wait for.
 */
#include "daemon/base/clock.h"
#include "daemon/loop/http.h"
#include "daemon/sinks/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RECORDS_MAX = 200000,
    RETRY_MS = 200,
    STUBBORN = 5,
};

struct driver {
    uv_loop_t loop;
    struct http *http;
    const struct sink *sink;
    struct sink_link *link;
    struct record *records;
    const struct record **pointers;
    struct renderings renderings;
    size_t count, batch_size;
    size_t next, length; /* the batch that is out */
    int stubborn;        /* answered failures in a row */
    bool is_stopping;
    struct batch batch;
    uv_timer_t retry;
    uv_pipe_t input;
    char byte[64];
};

static const char *const verdicts[] = {"delivered", "retry", "refused"};
static const struct place place = {
    .gateway = "gw-1", .enterprise = "acme", .site = "taichung", .area = "milling"};

static void set_option(const struct section *section, char *options, char *argument)
{
    char *value = strchr(argument, '=');
    const struct option *row = section->options;

    if (!value)
        abort();
    *value++ = '\0';
    while (row->name && strcmp(row->name, argument) != 0)
        row++;
    if (!row->name) {
        (void)fprintf(stderr, "no option %s\n", argument);
        exit(2);
    }

    void *field = options + row->offset;
    if (row->kind == OPTION_TEXT)
        *(char **)field = value;
    else if (row->kind == OPTION_FLAG)
        *(bool *)field = strcmp(value, "true") == 0;
    else if (row->kind == OPTION_INTEGER)
        *(int64_t *)field = strtoll(value, NULL, 10);
    else if (row->kind == OPTION_CHOICE)
        for (unsigned i = 0; row->choices[i]; i++)
            if (strcmp(row->choices[i], value) == 0)
                *(unsigned *)field = i;
}

static void *make_options(const struct section *section, char **arguments)
{
    char *options = calloc(1, section->size);
    char sentence[256];

    for (const struct option *row = section->options; row->name; row++) {
        void *field = options + row->offset;
        if (row->kind == OPTION_INTEGER)
            *(int64_t *)field = row->fallback.integer;
        else if (row->kind == OPTION_FLAG)
            *(bool *)field = row->fallback.flag;
        else if (row->kind == OPTION_CHOICE)
            *(unsigned *)field = row->fallback.choice;
        else if (row->kind == OPTION_TEXT && row->fallback.text)
            *(const char **)field = row->fallback.text;
    }
    for (; *arguments; arguments++)
        set_option(section, options, *arguments);
    if (section->check && section->check(options, sentence)) {
        (void)fprintf(stderr, "%s\n", sentence);
        exit(78);
    }
    return options;
}

static void make_tool(struct tool_record *tool)
{
    (void)text_copy(tool->tool, RECORD_NAME_MAX, "12");
    tool->used = 120;
    tool->rul_q05 = 40;
    tool->rul_q10 = 45;
    tool->rul_q50 = 60;
    tool->rul_q90 = 75;
    tool->rul_q95 = 80;
    tool->wear_um = 187.5;
    tool->wear_u_um = 12.5;
    tool->p_unattended_low = 0.4344;
}

/* Mostly cycles, every tenth a row of signals, of hundred one is a state, one a tool. */
static void make_record(struct record *record, int64_t id)
{
    static const char *const signals = "{\"spindle_load\":[[0,35.5,192],[100,36,192],["
                                       "200,null,500]],\"program\":[[0,\"O1234\",192]]}";
    const struct moment at = {.wall_ns = 1767225600 * NS_PER_S + id * NS_PER_S};
    enum record_kind kind = id % 100 == 99   ? RECORD_STATE
                            : id % 100 == 89 ? RECORD_TOOL
                            : id % 10 == 9   ? RECORD_SIGNAL
                                             : RECORD_CYCLE;

    record_init(record, kind, at);
    record->id = id;
    (void)text_copy(record->cell, RECORD_NAME_MAX, "a");
    (void)text_copy(record->machine, RECORD_NAME_MAX, "vmc 3");
    if (kind == RECORD_SIGNAL) {
        record->packed.signals = signals;
        record->packed.count = 4;
    } else if (kind == RECORD_STATE) {
        record->state.state = EXECUTION_RUN;
    } else if (kind == RECORD_TOOL) {
        make_tool(&record->tool);
    } else {
        (void)text_copy(record->context.part, RECORD_NAME_MAX, "BRKT,7 \"x\"");
        record->cycle.outcome = CYCLE_CLASS_COMPLETE;
        record->cycle.kind = CYCLE_KIND_PROD;
        record->cycle.ct = 60.5;
        record->cycle.cycle_no = id;
    }
}

static void send_next(struct driver *driver)
{
    size_t left = driver->count - driver->next;

    if (driver->is_stopping)
        return;
    if (left == 0) {
        (void)printf("done\n");
        return;
    }
    if (driver->length == 0)
        driver->length = left < driver->batch_size ? left : driver->batch_size;
    driver->batch =
        (struct batch){.records = driver->pointers + driver->next,
                       .renderings = renderings_from(&driver->renderings, driver->next),
                       .count = driver->length};
    driver->sink->send(driver->link, &driver->batch);
}

static void on_retry(uv_timer_t *timer)
{
    send_next(timer->data);
}

static void on_settled(void *owner, const struct settlement *settlement)
{
    struct driver *driver = owner;
    enum verdict verdict = settlement->verdict;

    driver->stubborn = settlement->answered ? driver->stubborn + 1 : 0;
    if (driver->stubborn >= STUBBORN)
        verdict = VERDICT_REFUSED;
    (void)printf("%s %lld %zu %lld %d %s\n", verdicts[verdict],
                 (long long)driver->pointers[driver->next]->id, driver->length,
                 (long long)(settlement->retry_after_ns / NS_PER_S),
                 settlement->unconfirmed, settlement->reason ? settlement->reason : "");
    if (verdict == VERDICT_RETRY) {
        (void)uv_timer_start(&driver->retry, on_retry, RETRY_MS, 0);
        return;
    }
    if (verdict == VERDICT_REFUSED && driver->length > 1) {
        driver->length = (driver->length + 1) / 2;
    } else {
        driver->next += driver->length;
        driver->length = 0;
    }
    send_next(driver);
}

static void on_reconnected(void *owner, bool may_have_forgotten)
{
    (void)owner;
    (void)printf("reconnected %d\n", may_have_forgotten);
}

static void on_command(void *owner, const char *machine, const char *name,
                       const char *json, void *ticket)
{
    struct driver *driver = owner;

    (void)printf("command %s %s %s\n", machine, name, json);
    driver->sink->answer(driver->link, ticket, "{\"ok\":true}");
}

static void on_http_closed(void *owner)
{
    (void)owner;
}

static void on_stopped(void *owner)
{
    struct driver *driver = owner;

    (void)printf("stopped\n");
    http_close(driver->http, driver, on_http_closed);
    uv_close((uv_handle_t *)&driver->retry, NULL);
    uv_close((uv_handle_t *)&driver->input, NULL);
}

static void print_health(struct driver *driver)
{
    struct sink_health health = {0};

    driver->sink->describe(driver->link, &health);
    (void)printf("health %d %lld %s | %s\n", health.linked, (long long)health.reconnects,
                 health.address, health.trouble);
}

static void give_room(uv_handle_t *handle, size_t size, uv_buf_t *ret_room)
{
    struct driver *driver = handle->data;

    (void)size;
    *ret_room = uv_buf_init(driver->byte, sizeof(driver->byte));
}

static void on_input(uv_stream_t *stream, ssize_t length, const uv_buf_t *bytes)
{
    struct driver *driver = stream->data;

    if (length > 0 && bytes->base[0] == 'h') {
        print_health(driver);
        return;
    }
    if (length > 0 && (bytes->base[0] == 'a' || bytes->base[0] == 'b')) {
        driver->sink->presence(driver->link, "a", "vmc 3", bytes->base[0] == 'b');
        return;
    }
    if (length == 0 || driver->is_stopping)
        return;
    driver->is_stopping = true;
    print_health(driver);
    (void)uv_timer_stop(&driver->retry);
    (void)uv_read_stop(stream);
    driver->sink->stop(driver->link);
}

static void make_records(struct driver *driver, int64_t first_id)
{
    driver->records = calloc(driver->count + 1, sizeof(*driver->records));
    driver->pointers = calloc(driver->count + 1, sizeof(*driver->pointers));
    for (size_t i = 0; i < driver->count; i++) {
        make_record(&driver->records[i], first_id + (int64_t)i);
        driver->pointers[i] = &driver->records[i];
    }
    if (driver->sink->render &&
        renderings_make(driver->records, driver->count, driver->sink->render, &place,
                        &driver->renderings))
        abort();
}

static const struct sink *find_sink(const char *name)
{
    for (size_t i = 0; sinks[i]; i++)
        if (strcmp(sinks[i]->name, name) == 0)
            return sinks[i];
    exit(2);
}

int main(int argc, char **argv)
{
    static struct driver driver;

    if (argc < 5)
        return 2;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    driver.sink = find_sink(argv[1]);
    driver.count = strtoull(argv[2], NULL, 10) % RECORDS_MAX;
    driver.batch_size = strtoull(argv[3], NULL, 10);
    make_records(&driver, strtoll(argv[4], NULL, 10));
    static void *options; /* as long as the process, for leak checkers too */
    options = make_options(driver.sink->options, argv + 5);

    const char *folder = getenv("STATE_FOLDER");
    const struct sink_site site = {
        .name = argv[1],
        .place = &place,
        .state_folder = folder ? folder : ".",
        .loop = &driver.loop,
        .owner = &driver,
        .settle = on_settled,
        .reconnected = on_reconnected,
        .command = on_command,
        .stopped = on_stopped,
    };
    struct sink_site whole = site;

    (void)uv_loop_init(&driver.loop);
    (void)uv_timer_init(&driver.loop, &driver.retry);
    driver.retry.data = &driver;
    (void)uv_pipe_init(&driver.loop, &driver.input, 0);
    driver.input.data = &driver;
    if (uv_pipe_open(&driver.input, 0) || http_create(&driver.loop, &driver.http))
        return 1;
    whole.http = driver.http;
    if (driver.sink->start(&whole, options, &driver.link))
        return 1;
    if (driver.sink->presence)
        driver.sink->presence(driver.link, "a", "vmc 3", true);
    (void)uv_read_start((uv_stream_t *)&driver.input, give_room, on_input);
    send_next(&driver);
    (void)uv_run(&driver.loop, UV_RUN_DEFAULT);
    (void)printf("loop %d\n", uv_loop_close(&driver.loop));
    return 0;
}
