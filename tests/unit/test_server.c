/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server on its loop: what it lets in, what it holds, and who left. */
#include "daemon/status/server.h"

#include "tests/unit/support/caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    EVENTS = 20000
};

struct scene {
    uv_loop_t loop;
    struct server *server;
    struct request *held;
    int handled, gone;
    bool is_closed;
    char path[256], query[64];
};

static void on_gone(void *owner)
{
    struct scene *scene = owner;

    scene->gone++;
}

/* /hold waits, /stream streams, everything else is answered at once. */
static void on_request(void *owner, struct request *request)
{
    struct scene *scene = owner;
    const char *query = request_query(request, "a");

    scene->handled++;
    (void)snprintf(scene->path, sizeof(scene->path), "%s", request_path(request));
    (void)snprintf(scene->query, sizeof(scene->query), "%s", query ? query : "(none)");
    if (strcmp(scene->path, "/hold") == 0) {
        scene->held = request;
        request_hold(request, scene, on_gone);
    } else if (strcmp(scene->path, "/stream") == 0) {
        scene->held = request;
        request_stream(request, scene, on_gone);
    } else {
        request_answer(request, 200, "text/plain", "hello", 5);
    }
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    const struct server_site site = {
        .loop = &scene->loop, .owner = scene, .handle = on_request};

    assert_int_equal(uv_loop_init(&scene->loop), 0);
    assert_int_equal(server_create(&site, "127.0.0.1:0", &scene->server), 0);
    *state = scene;
    return 0;
}

static void on_closed(void *owner)
{
    struct scene *scene = owner;

    scene->is_closed = true;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    server_close(scene->server, scene, on_closed);
    (void)uv_run(&scene->loop, UV_RUN_DEFAULT);
    assert_true(scene->is_closed);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    free(scene);
    return 0;
}

static int dial(const struct scene *scene, const char *text)
{
    return caller_dial(server_port(scene->server), text);
}

static const char *hear(struct scene *scene, int client, const char *wanted)
{
    return caller_hear(&scene->loop, client, wanted);
}

static void a_question_is_answered_with_a_strict_policy(void **state)
{
    struct scene *scene = *state;
    int client = dial(scene, "GET /x?a=%3Cb%3E HTTP/1.1\r\nHost: h\r\n\r\n");
    const char *answer = hear(scene, client, "hello");

    assert_non_null(strstr(answer, "200 OK"));
    assert_non_null(strstr(answer, "default-src 'none'"));
    assert_null(strstr(answer, "unsafe-inline"));
    assert_non_null(strstr(answer, "nosniff"));
    assert_string_equal(scene->path, "/x");
    assert_string_equal(scene->query, "<b>");
    (void)close(client);
}

static void nobody_may_post_to_the_page(void **state)
{
    struct scene *scene = *state;
    int client =
        dial(scene, "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}");

    assert_non_null(strstr(hear(scene, client, "control socket"), " 405 "));
    assert_int_equal(scene->handled, 0);
    (void)close(client);
}

static void a_held_request_is_answered_later(void **state)
{
    struct scene *scene = *state;
    int client = dial(scene, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");

    while (!scene->held)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    request_refuse(scene->held, 503, "not \"now\"");
    assert_non_null(strstr(hear(scene, client, "}"), "{\"error\":\"not \\\"now\\\"\"}"));
    assert_int_equal(scene->gone, 0);
    (void)close(client);
}

static void a_stream_brings_what_is_pushed_and_nothing_twice(void **state)
{
    struct scene *scene = *state;
    int client = dial(scene, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");

    assert_non_null(strstr(hear(scene, client, ": spindled"), "text/event-stream"));
    request_push(scene->held, "data: 1\n\n", 9);
    request_push(scene->held, "data: 2\n\n", 9);
    const char *answer = hear(scene, client, "data: 2");
    assert_non_null(strstr(answer, "data: 1"));
    assert_null(strstr(strstr(answer, "data: 1") + 1, "data: 1"));
    (void)close(client);
}

/* A reader that falls behind gets all of it in the end, in order. (HTTP/1.0 has no
 * chunks, which would part the lines.) */
static void a_stream_that_is_read_slowly_is_whole(void **state)
{
    struct scene *scene = *state;
    int client = dial(scene, "GET /stream HTTP/1.0\r\nHost: h\r\n\r\n");
    char line[64];

    (void)hear(scene, client, ": spindled");
    for (int i = 0; i < EVENTS; i++) {
        int length = snprintf(line, sizeof(line), "data: %d\n\n", i);
        request_push(scene->held, line, (size_t)length);
        if (i % 100 == 0)
            (void)uv_run(&scene->loop, UV_RUN_NOWAIT);
    }
    (void)snprintf(line, sizeof(line), "data: %d\n", EVENTS - 1);
    const char *at = caller_hear_slowly(&scene->loop, client, line, 5000);
    for (int i = 0; i < EVENTS; i++) {
        (void)snprintf(line, sizeof(line), "data: %d\n", i);
        at = strstr(at, line);
        assert_non_null(at);
    }
    (void)close(client);
}

/* Sleeping streams are not watched: the heartbeat finds out. */
static void a_client_that_left_its_stream_is_noticed(void **state)
{
    struct scene *scene = *state;
    int client = dial(scene, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");

    (void)hear(scene, client, ": spindled");
    (void)close(client);
    while (!scene->gone)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    assert_int_equal(scene->gone, 1);
}

static void the_end_does_not_wait_for_streams(void **state)
{
    struct scene *scene = *state;
    int client = dial(scene, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");

    (void)hear(scene, client, ": spindled");
    (void)tear_down(state);
    (void)close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_question_is_answered_with_a_strict_policy,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_may_post_to_the_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_held_request_is_answered_later, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_stream_brings_what_is_pushed_and_nothing_twice,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stream_that_is_read_slowly_is_whole, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_client_that_left_its_stream_is_noticed, set_up,
                                        tear_down),
        cmocka_unit_test_setup(the_end_does_not_wait_for_streams, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
