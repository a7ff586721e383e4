/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/moment.h"
#include "daemon/base/text.h"
#include "daemon/loop/http.h"
#include "tests/unit/support/stand_in.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    LONG_BYTES = 256 << 10
};

/* A reader that takes longer for each piece than a turn of the loop should last. */
struct reading {
    struct text body;
    struct http_transfer *transfer;
    int pieces;
    int refuses; /* what on_bytes says */
    int error;
    bool is_done;
};

struct library {
    uv_loop_t loop;
    struct http *http;
    struct stand_in *server;
    struct reading readings[2];
};

static void on_script(void *owner, struct stand_in_visitor *visitor, const char *target)
{
    struct text text;

    (void)owner;
    (void)target;
    text_init_heap(&text);
    text_add_format(&text, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", LONG_BYTES);
    for (int i = 0; i < LONG_BYTES; i++)
        text_add_char(&text, (char)('a' + i % 23));
    visitor_say(visitor, text.data);
    text_done(&text);
}

static int on_bytes(void *owner, const char *bytes, size_t length)
{
    struct reading *reading = owner;
    uint64_t since_ns = uv_hrtime();

    text_add_bytes(&reading->body, bytes, length);
    reading->pieces++;
    while (uv_hrtime() - since_ns < 5 * NS_PER_MS)
        continue;
    return reading->refuses;
}

static void on_done(void *owner, const struct http_outcome *outcome)
{
    struct reading *reading = owner;

    reading->error = outcome->error;
    reading->is_done = true;
}

static void ask(struct library *library, struct reading *reading)
{
    char url[64];
    struct http_request request = {
        .url = url, .owner = reading, .on_bytes = on_bytes, .on_done = on_done};

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/",
                   stand_in_port(library->server));
    assert_int_equal(http_start(library->http, &request, &reading->transfer), 0);
}

static int set_up(void **state)
{
    struct library *library = calloc(1, sizeof(*library));

    (void)unsetenv("http_proxy");
    (void)uv_loop_init(&library->loop);
    for (size_t i = 0; i < 2; i++)
        text_init_heap(&library->readings[i].body);
    library->server = stand_in_open(&library->loop, library, on_script);
    *state = library;
    return http_create(&library->loop, &library->http);
}

static int tear_down(void **state)
{
    struct library *library = *state;

    http_close(library->http, NULL, NULL);
    stand_in_close(library->server);
    (void)uv_run(&library->loop, UV_RUN_DEFAULT);
    int error = uv_loop_close(&library->loop);
    for (size_t i = 0; i < 2; i++)
        text_done(&library->readings[i].body);
    free(library);
    return error;
}

static void run_until(struct library *library, const struct reading *reading, int pieces)
{
    while (!reading->is_done && reading->pieces < pieces)
        (void)uv_run(&library->loop, UV_RUN_ONCE);
}

/* A turn has three times at which curl reads: its timer's, the idle one, the sockets'. */
static void long_answers_are_read_in_many_turns(void **state)
{
    struct library *library = *state;
    struct reading *one = &library->readings[0], *other = &library->readings[1];

    ask(library, one);
    ask(library, other);
    while (!one->is_done || !other->is_done) {
        int before = one->pieces + other->pieces;
        (void)uv_run(&library->loop, UV_RUN_ONCE);
        assert_in_range(one->pieces + other->pieces - before, 0, 4);
        if (!one->is_done && !other->is_done) /* and in turns */
            assert_in_range(one->pieces - other->pieces + 8, 0, 16);
    }
    for (size_t i = 0; i < 2; i++) {
        const struct text *body = &library->readings[i].body;
        assert_int_equal(library->readings[i].error, 0);
        assert_int_equal(body->length, LONG_BYTES);
        for (size_t k = 0; k < LONG_BYTES; k++)
            assert_int_equal(body->data[k], 'a' + (int)(k % 23));
    }
}

/* What waits meanwhile is handed over outside of curl's own turn. */
static void a_reader_ends_an_answer_that_rested(void **state)
{
    struct library *library = *state;
    struct reading *reading = library->readings;

    ask(library, reading);
    run_until(library, reading, 2);
    int pieces = reading->pieces;
    reading->refuses = -EBADMSG;
    run_until(library, reading, LONG_BYTES);
    assert_int_equal(reading->error, -EBADMSG);
    assert_int_equal(reading->pieces, pieces + 1);
}

static void an_answer_that_rests_can_be_cancelled(void **state)
{
    struct library *library = *state;
    struct reading *reading = library->readings, *other = reading + 1;

    ask(library, reading);
    run_until(library, reading, 2);
    int pieces = reading->pieces;
    http_cancel(reading->transfer);
    ask(library, other);
    run_until(library, other, LONG_BYTES);
    assert_int_equal(other->body.length, LONG_BYTES);
    assert_int_equal(reading->pieces, pieces);
}

static void what_rests_is_dropped_at_the_close(void **state)
{
    struct library *library = *state;

    ask(library, library->readings);
    run_until(library, library->readings, 2);
    assert_false(library->readings->is_done); /* tear_down closes */
}

#define STORY(story) cmocka_unit_test_setup_teardown(story, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest stories[] = {
        STORY(long_answers_are_read_in_many_turns),
        STORY(a_reader_ends_an_answer_that_rested),
        STORY(an_answer_that_rests_can_be_cancelled),
        STORY(what_rests_is_dropped_at_the_close),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
