/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server on its loop: what it lets in, what it holds, who left, and what it
 * makes in portions. */
#include "daemon/base/moment.h"
#include "daemon/status/portions.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    ANSWER_MAX = 8192,
    PORTIONS = 12,
};

struct scene {
    uv_loop_t loop;
    struct server *server;
    struct portions portions;
    uint64_t version;
    int printed;             /* portions, of all answers */
    int changes;             /* of the version, still to come: one with every portion */
    bool is_portions_closed; /* as is_closed */
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

/* Each takes so long that several turns are needed for all. */
static bool print_portion(const void *source, size_t number, struct text *text)
{
    struct scene *scene = (struct scene *)(uintptr_t)source;
    uint64_t until_ns = uv_hrtime() + NS_PER_MS;

    while (uv_hrtime() < until_ns)
        ;
    text_add_format(text, "%llu.%zu ", (unsigned long long)scene->version, number);
    scene->printed++;
    if (scene->changes > 0 && number > 0) {
        scene->changes--;
        scene->version++;
    }
    return number + 1 < PORTIONS;
}

static uint64_t portions_version(const void *source)
{
    return ((const struct scene *)source)->version;
}

static const struct portion_kind long_kind = {
    .content_type = "text/plain",
    .print = print_portion,
    .version = portions_version,
};

/* /hold waits, /stream streams, /long comes in portions, everything else is answered at
 * once. */
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
    } else if (strcmp(scene->path, "/long") == 0) {
        portions_serve(&scene->portions, request, &long_kind, scene);
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
    portions_init(&scene->portions, &scene->loop);
    assert_int_equal(server_create(&site, "127.0.0.1:0", &scene->server), 0);
    *state = scene;
    return 0;
}

static void on_closed(void *owner)
{
    struct scene *scene = owner;

    scene->is_closed = true;
}

static void on_portions_closed(void *owner)
{
    struct scene *scene = owner;

    scene->is_portions_closed = true;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    server_close(scene->server, scene, on_closed);
    portions_close(&scene->portions, scene, on_portions_closed);
    (void)uv_run(&scene->loop, UV_RUN_DEFAULT);
    assert_true(scene->is_closed && scene->is_portions_closed);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    free(scene);
    return 0;
}

static int dial(const struct scene *scene, const char *text)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)server_port(scene->server)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    assert_true(client >= 0);
    (void)connect(client, (const struct sockaddr *)&address, sizeof(address));
    for (int tries = 0; send(client, text, strlen(text), MSG_NOSIGNAL) < 0; tries++)
        assert_true(tries < 1000000);
    return client;
}

static void on_late(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

/* Runs the loop until `wanted` has come, the other end closed, or ten seconds are over.
 */
static const char *hear(struct scene *scene, int client, const char *wanted)
{
    static char answer[ANSWER_MAX];
    size_t length = 0;
    bool is_late = false;
    uv_timer_t timer;

    (void)uv_timer_init(&scene->loop, &timer);
    timer.data = &is_late;
    (void)uv_timer_start(&timer, on_late, 10000, 0);
    *answer = '\0';
    while (!is_late && !strstr(answer, wanted)) {
        ssize_t more = recv(client, answer + length, sizeof(answer) - 1 - length, 0);
        if (more == 0)
            break;
        length += more > 0 ? (size_t)more : 0;
        answer[length] = '\0';
        if (more < 0)
            (void)uv_run(&scene->loop, UV_RUN_NOWAIT);
    }
    uv_close((uv_handle_t *)&timer, NULL);
    (void)uv_run(&scene->loop, UV_RUN_NOWAIT);
    return answer;
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

static const char *const whole = "0.0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 0.10 0.11 ";

/* The loop serves others in between: the answer is not made when its turn is over. */
static void a_long_answer_takes_several_turns_and_is_whole(void **state)
{
    struct scene *scene = *state;
    int client = dial(scene, "GET /long HTTP/1.1\r\nHost: h\r\n\r\n");

    while (!scene->printed)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    assert_true(scene->printed < PORTIONS);
    assert_non_null(strstr(hear(scene, client, "0.11 "), whole));
    assert_int_equal(scene->printed, PORTIONS);
    (void)close(client);
}

static void who_asks_first_is_served_first_and_each_gets_all(void **state)
{
    struct scene *scene = *state;
    int first = dial(scene, "GET /long HTTP/1.1\r\nHost: h\r\n\r\n");

    while (!scene->handled)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    int second = dial(scene, "GET /long HTTP/1.1\r\nHost: h\r\n\r\n");

    assert_non_null(strstr(hear(scene, second, "0.11 "), whole));
    assert_int_equal(scene->printed, 2 * PORTIONS);
    assert_non_null(strstr(hear(scene, first, "0.11 "), whole));
    (void)close(first);
    (void)close(second);
}

static void an_answer_whose_parts_change_meanwhile_is_begun_anew(void **state)
{
    struct scene *scene = *state;
    int client = dial(scene, "GET /long HTTP/1.1\r\nHost: h\r\n\r\n");

    scene->changes = 2;
    assert_non_null(strstr(hear(scene, client, "2.11 "), "\r\n\r\n2.0 2.1 "));
    assert_int_equal(scene->printed, 2 + 2 + PORTIONS);
    (void)close(client);
}

static void an_answer_comes_even_if_its_parts_never_stop_changing(void **state)
{
    struct scene *scene = *state;
    int client = dial(scene, "GET /long HTTP/1.1\r\nHost: h\r\n\r\n");

    scene->changes = 1000;
    assert_non_null(strstr(hear(scene, client, ".11 "), "200 OK"));
    (void)close(client);
}

static void the_end_does_not_wait_for_long_answers(void **state)
{
    struct scene *scene = *state;
    int client = dial(scene, "GET /long HTTP/1.1\r\nHost: h\r\n\r\n");

    while (!scene->printed)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
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
        cmocka_unit_test_setup_teardown(a_client_that_left_its_stream_is_noticed, set_up,
                                        tear_down),
        cmocka_unit_test_setup(the_end_does_not_wait_for_streams, set_up),
        cmocka_unit_test_setup_teardown(a_long_answer_takes_several_turns_and_is_whole,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_asks_first_is_served_first_and_each_gets_all,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            an_answer_whose_parts_change_meanwhile_is_begun_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            an_answer_comes_even_if_its_parts_never_stop_changing, set_up, tear_down),
        cmocka_unit_test_setup(the_end_does_not_wait_for_long_answers, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
