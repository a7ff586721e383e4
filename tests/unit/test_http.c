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
#include <string.h>

#include <cmocka.h>

struct visit {
    uv_loop_t loop;
    struct http *http;
    struct stand_in *server;
    struct http_transfer *transfer;
    struct text body, headers;
    long status;
    int done;
    int error;
    char reason[128];
    bool cancels_in_bytes, closes_in_bytes, asks_again;
    int refuses_bytes;
    bool is_closed;
};

static void on_script(void *owner, struct stand_in_visitor *visitor, const char *target)
{
    (void)owner;
    if (strcmp(target, "/plain") == 0)
        visitor_answer(visitor, "200 OK", "text/plain", "hello");
    else if (strcmp(target, "/missing") == 0)
        visitor_answer(visitor, "404 Not Found", "text/plain", "no such thing");
    else if (strcmp(target, "/elsewhere") == 0)
        visitor_say(visitor, "HTTP/1.1 302 Found\r\nLocation: /plain\r\n"
                             "Content-Length: 0\r\n\r\n");
    else if (strcmp(target, "/cut") == 0) {
        visitor_say(visitor, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf");
        visitor_hang_up(visitor);
    } else if (strcmp(target, "/nonsense") == 0) {
        visitor_say(visitor, "* PONG 10000\n");
        visitor_hang_up(visitor);
    } else if (strcmp(target, "/falls-silent") == 0)
        visitor_say(visitor, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf");
    else if (strcmp(target, "/old") == 0) {
        visitor_say(visitor, "HTTP/1.0 200 OK\r\n\r\nuntil the end");
        visitor_hang_up(visitor);
    }
}

static void on_header(void *owner, const char *name, const char *value)
{
    struct visit *visit = owner;

    text_add_format(&visit->headers, "%s=%s;", name, value);
}

static void on_status(void *owner, long status)
{
    struct visit *visit = owner;

    visit->status = status;
}

static void on_closed(void *owner)
{
    struct visit *visit = owner;

    visit->is_closed = true;
}

static int on_bytes(void *owner, const char *bytes, size_t length)
{
    struct visit *visit = owner;

    text_add_bytes(&visit->body, bytes, length);
    if (visit->cancels_in_bytes)
        http_cancel(visit->transfer);
    if (visit->closes_in_bytes) {
        http_close(visit->http, visit, on_closed);
        visit->http = NULL;
    }
    return visit->refuses_bytes;
}

static void ask(struct visit *visit, const char *target, struct http_request request);

static void on_done(void *owner, const struct http_outcome *outcome)
{
    struct visit *visit = owner;

    visit->done++;
    visit->error = outcome->error;
    (void)text_copy(visit->reason, sizeof(visit->reason), outcome->reason);
    http_cancel(visit->transfer);
    if (visit->asks_again) {
        visit->asks_again = false;
        ask(visit, "/plain", (struct http_request){0});
    }
}

static void ask(struct visit *visit, const char *target, struct http_request request)
{
    char url[128];

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d%s",
                   stand_in_port(visit->server), target);
    request.url = url;
    request.owner = visit;
    request.on_header = on_header;
    request.on_status = on_status;
    request.on_bytes = on_bytes;
    request.on_done = on_done;
    assert_int_equal(http_start(visit->http, &request, &visit->transfer), 0);
    (void)memset(url, 'x', sizeof(url) - 1);
}

static void run_until_done(struct visit *visit, int count)
{
    while (visit->done < count)
        (void)uv_run(&visit->loop, UV_RUN_ONCE);
}

static int set_up(void **state)
{
    struct visit *visit = calloc(1, sizeof(*visit));

    (void)unsetenv("http_proxy");
    (void)uv_loop_init(&visit->loop);
    text_init_heap(&visit->body);
    text_init_heap(&visit->headers);
    visit->server = stand_in_open(&visit->loop, visit, on_script);
    *state = visit;
    return http_create(&visit->loop, &visit->http);
}

/* The loop must hold nothing at the end: uv_loop_close() refuses otherwise. */
static int tear_down(void **state)
{
    struct visit *visit = *state;

    stand_in_close(visit->server);
    if (visit->http)
        http_close(visit->http, visit, on_closed);
    (void)uv_run(&visit->loop, UV_RUN_DEFAULT);
    int error = uv_loop_close(&visit->loop) || !visit->is_closed;
    text_done(&visit->body);
    text_done(&visit->headers);
    free(visit);
    return error;
}

static void an_answer_comes_with_status_headers_and_body(void **state)
{
    struct visit *visit = *state;

    ask(visit, "/plain", (struct http_request){0});
    run_until_done(visit, 1);
    assert_int_equal(visit->error, 0);
    assert_int_equal(visit->status, 200);
    assert_string_equal(visit->body.data, "hello");
    assert_string_equal(visit->headers.data, "Content-Type=text/plain;Content-Length=5;");
}

static void an_error_status_is_an_answer_too(void **state)
{
    struct visit *visit = *state;

    ask(visit, "/missing", (struct http_request){0});
    run_until_done(visit, 1);
    assert_int_equal(visit->error, 0);
    assert_int_equal(visit->status, 404);
    assert_string_equal(visit->body.data, "no such thing");
}

static void redirects_are_not_followed(void **state)
{
    struct visit *visit = *state;

    ask(visit, "/elsewhere", (struct http_request){0});
    run_until_done(visit, 1);
    assert_int_equal(visit->status, 302);
    assert_int_equal(visit->body.length, 0);
}

static void half_an_answer_is_a_protocol_error(void **state)
{
    struct visit *visit = *state;

    ask(visit, "/cut", (struct http_request){0});
    run_until_done(visit, 1);
    assert_int_equal(visit->error, -EPROTO);
    assert_string_equal(visit->body.data, "half");
}

static void what_is_not_http_is_a_protocol_error(void **state)
{
    struct visit *visit = *state;

    ask(visit, "/nonsense", (struct http_request){0});
    run_until_done(visit, 1);
    assert_int_equal(visit->error, -EPROTO);
    assert_true(*visit->reason);
}

static void an_old_server_ends_its_answer_by_hanging_up(void **state)
{
    struct visit *visit = *state;

    ask(visit, "/old", (struct http_request){0});
    run_until_done(visit, 1);
    assert_int_equal(visit->error, 0);
    assert_string_equal(visit->body.data, "until the end");
}

static void silence_ends_a_transfer(void **state)
{
    struct visit *visit = *state;

    ask(visit, "/falls-silent", (struct http_request){.silence_ns = 20 * NS_PER_MS});
    run_until_done(visit, 1);
    assert_int_equal(visit->error, -ETIMEDOUT);
    assert_string_equal(visit->body.data, "half");
}

static void a_total_limit_ends_a_transfer_that_is_the_only_one(void **state)
{
    struct visit *visit = *state;

    ask(visit, "/falls-silent", (struct http_request){.total_ns = 20 * NS_PER_MS});
    run_until_done(visit, 1);
    assert_int_equal(visit->error, -ETIMEDOUT);
}

static void too_long_an_answer_is_refused(void **state)
{
    struct visit *visit = *state;

    ask(visit, "/plain", (struct http_request){.max_bytes = 4});
    run_until_done(visit, 1);
    assert_int_equal(visit->error, -EMSGSIZE);
    assert_int_equal(visit->body.length, 0);
}

static void a_reader_ends_the_transfer_with_its_own_error(void **state)
{
    struct visit *visit = *state;

    visit->refuses_bytes = -EBADMSG;
    ask(visit, "/plain", (struct http_request){0});
    run_until_done(visit, 1);
    assert_int_equal(visit->error, -EBADMSG);
}

static void a_closed_port_is_connection_refused(void **state)
{
    struct visit *visit = *state;
    struct http_request request = {
        .url = "http://127.0.0.1:1/", .owner = visit, .on_done = on_done};

    assert_int_equal(http_start(visit->http, &request, &visit->transfer), 0);
    run_until_done(visit, 1);
    assert_int_equal(visit->error, -ECONNREFUSED);
    assert_string_equal(visit->reason, "Connection refused");
}

static void only_http_can_be_started(void **state)
{
    static const char *const urls[] = {"ftp://127.0.0.1/", "file:///etc/passwd", "",
                                       "http://"};
    struct visit *visit = *state;

    for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
        struct http_request request = {
            .url = urls[i], .owner = visit, .on_done = on_done};
        assert_int_equal(http_start(visit->http, &request, &visit->transfer), -EINVAL);
    }
}

static void cancelling_from_its_own_bytes_is_the_last_of_it(void **state)
{
    struct visit *visit = *state;

    visit->cancels_in_bytes = true;
    ask(visit, "/falls-silent", (struct http_request){0});
    while (!visit->body.length)
        (void)uv_run(&visit->loop, UV_RUN_ONCE);
    visit->cancels_in_bytes = false;
    ask(visit, "/plain", (struct http_request){0});
    run_until_done(visit, 1);
    assert_string_equal(visit->body.data, "halfhello");
}

static void closing_from_bytes_waits_for_the_end_of_the_callback(void **state)
{
    struct visit *visit = *state;

    visit->closes_in_bytes = true;
    ask(visit, "/falls-silent", (struct http_request){0});
    while (!visit->is_closed)
        (void)uv_run(&visit->loop, UV_RUN_ONCE);
    assert_int_equal(visit->done, 0);
}

static void the_next_request_may_start_when_one_is_done(void **state)
{
    struct visit *visit = *state;

    visit->asks_again = true;
    ask(visit, "/plain", (struct http_request){0});
    run_until_done(visit, 2);
    assert_string_equal(visit->body.data, "hellohello");
}

static void what_still_runs_is_dropped_at_the_close(void **state)
{
    struct visit *visit = *state;

    ask(visit, "/falls-silent", (struct http_request){0});
    while (!visit->body.length)
        (void)uv_run(&visit->loop, UV_RUN_ONCE);
    assert_int_equal(visit->done, 0); /* tear_down closes */
}

#define STORY(story) cmocka_unit_test_setup_teardown(story, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest stories[] = {
        STORY(an_answer_comes_with_status_headers_and_body),
        STORY(an_error_status_is_an_answer_too),
        STORY(redirects_are_not_followed),
        STORY(half_an_answer_is_a_protocol_error),
        STORY(what_is_not_http_is_a_protocol_error),
        STORY(an_old_server_ends_its_answer_by_hanging_up),
        STORY(silence_ends_a_transfer),
        STORY(a_total_limit_ends_a_transfer_that_is_the_only_one),
        STORY(too_long_an_answer_is_refused),
        STORY(a_reader_ends_the_transfer_with_its_own_error),
        STORY(a_closed_port_is_connection_refused),
        STORY(only_http_can_be_started),
        STORY(cancelling_from_its_own_bytes_is_the_last_of_it),
        STORY(closing_from_bytes_waits_for_the_end_of_the_callback),
        STORY(the_next_request_may_start_when_one_is_done),
        STORY(what_still_runs_is_dropped_at_the_close),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
