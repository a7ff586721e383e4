/* SPDX-License-Identifier: Apache-2.0 */
/* RTU over TCP against a device that says more than it was asked: no ids tell it apart.
 */
#include "drivers/modbus/frame.h"
#include "drivers/modbus/line.h"
#include "tests/unit/support/fake_device.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    UNIT = 9,
    BLOCKS = 4, /* of the same shape, so that one answer can pass for another */
    WORDS = 5,
    ROUNDS = 12,
    FAULTY_ROUNDS = 6, /* every other one of them */
    ANSWER = 3 + 2 * WORDS + 2,
};

enum surplus {
    COPY_WITH_IT,     /* every answer twice, in one segment */
    COPY_BEFORE_NEXT, /* the last answer again, just before the next one */
    ANOTHERS_AFTER,   /* what another master asked for, after the answer */
    GARBAGE_AFTER,
    COPY_INSTEAD, /* once there is doubt: the last answer again, and the true one is lost
                   */
    SURPLUS_COUNT,
};

struct scene {
    uv_loop_t loop;
    uv_tcp_t listener, *connection; /* the newest; NULL = none */
    enum surplus surplus;
    uint8_t last[ANSWER];
    struct line_job jobs[BLOCKS];
    unsigned waiting, round, lied_in; /* rounds; 0 = none */
    int right, unknown;
};

static void make_answer(unsigned address, uint8_t *frame)
{
    frame[0] = UNIT;
    frame[1] = FUNCTION_READ_HOLDING;
    frame[2] = 2 * WORDS;
    for (unsigned i = 0; i < WORDS; i++) {
        frame[3 + 2 * i] = (uint8_t)(fake_word(UNIT, address + i) >> 8);
        frame[4 + 2 * i] = (uint8_t)fake_word(UNIT, address + i);
    }
    uint16_t crc = frame_crc(frame, ANSWER - 2);
    frame[ANSWER - 2] = (uint8_t)crc;
    frame[ANSWER - 1] = (uint8_t)(crc >> 8);
}

static void say(struct scene *scene, const uint8_t *bytes, size_t length)
{
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)length);

    (void)uv_try_write((uv_stream_t *)scene->connection, &buffer, 1);
}

static void answer(struct scene *scene, unsigned address)
{
    uint8_t bytes[2 * ANSWER];
    size_t length = 0;
    bool is_faulty = scene->round < FAULTY_ROUNDS && scene->round % 2;

    if (is_faulty && scene->surplus == COPY_INSTEAD && scene->round > 1 &&
        scene->lied_in != scene->round && scene->last[0]) {
        scene->lied_in = scene->round;
        say(scene, scene->last, ANSWER);
        return;
    }
    if (is_faulty && scene->surplus == COPY_BEFORE_NEXT && scene->last[0]) {
        memcpy(bytes, scene->last, ANSWER);
        length += ANSWER;
    }
    make_answer(address, scene->last);
    memcpy(bytes + length, scene->last, ANSWER);
    length += ANSWER;
    if (is_faulty && scene->surplus == COPY_WITH_IT) {
        memcpy(bytes + length, scene->last, ANSWER);
        length += ANSWER;
    } else if (is_faulty && scene->surplus == ANOTHERS_AFTER) {
        make_answer(7777, bytes + length);
        length += ANSWER;
    } else if (is_faulty && (scene->surplus == GARBAGE_AFTER ||
                             (scene->surplus == COPY_INSTEAD && scene->round == 1))) {
        memset(bytes + length, 0x5a, 6);
        length += 6;
    }
    say(scene, bytes, length);
}

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buffer)
{
    static char bytes[256];

    (void)handle;
    (void)suggested;
    *ret_buffer = uv_buf_init(bytes, sizeof(bytes));
}

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void hang_up(struct scene *scene)
{
    if (scene->connection)
        uv_close((uv_handle_t *)scene->connection, on_closed);
    scene->connection = NULL;
}

static void on_request(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    const uint8_t *request = (const uint8_t *)buffer->base;
    struct scene *scene = stream->data;

    if (length > 0)
        answer(scene, (unsigned)(request[2] << 8 | request[3]));
    else if (length < 0 && (uv_tcp_t *)stream == scene->connection)
        hang_up(scene);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct scene *scene = listener->data;

    assert_int_equal(status, 0);
    hang_up(scene);
    scene->connection = malloc(sizeof(*scene->connection));
    uv_stream_t *stream = (uv_stream_t *)scene->connection;
    (void)uv_tcp_init(&scene->loop, scene->connection);
    stream->data = scene;
    assert_int_equal(uv_accept(listener, stream), 0);
    assert_int_equal(uv_read_start(stream, on_buffer, on_request), 0);
}

static int listen_somewhere(struct scene *scene)
{
    struct sockaddr_in address;
    int size = sizeof(address);

    (void)uv_tcp_init(&scene->loop, &scene->listener);
    scene->listener.data = scene;
    (void)uv_ip4_addr("127.0.0.1", 0, &address);
    (void)uv_tcp_bind(&scene->listener, (struct sockaddr *)&address, 0);
    assert_int_equal(uv_listen((uv_stream_t *)&scene->listener, 4, on_connection), 0);
    (void)uv_tcp_getsockname(&scene->listener, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

static void ask_a_round(struct scene *scene)
{
    scene->round++;
    for (int i = 0; i < BLOCKS; i++) {
        assert_int_equal(line_submit(&scene->jobs[i]), 0);
        scene->waiting++;
    }
}

static void on_done(void *owner, struct line_job *job, const struct line_outcome *outcome)
{
    struct scene *scene = owner;

    if (outcome->result == LINE_ANSWERED) {
        assert_int_equal(outcome->length, 2 * WORDS);
        for (unsigned i = 0; i < WORDS; i++)
            assert_int_equal(outcome->data[2 * i] << 8 | outcome->data[2 * i + 1],
                             fake_word(UNIT, job->address + i));
        scene->right++;
    } else {
        assert_int_not_equal(outcome->result, LINE_TIMED_OUT);
        scene->unknown++;
    }
    if (--scene->waiting == 0 && scene->round < ROUNDS)
        ask_a_round(scene);
}

static void close_all(struct scene *scene, struct line_unit *unit)
{
    line_leave(unit);
    uv_close((uv_handle_t *)&scene->listener, NULL);
    hang_up(scene);
    assert_int_equal(uv_run(&scene->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
}

static void play(enum surplus surplus)
{
    struct scene scene = {.surplus = surplus};
    struct line_terms terms = {.timeout_ns = 2 * NS_PER_S, .max_in_flight = 1};
    struct line_unit *unit;
    char url[64], sentence[256];

    assert_int_equal(uv_loop_init(&scene.loop), 0);
    (void)snprintf(url, sizeof(url), "rtu+tcp://127.0.0.1:%d", listen_somewhere(&scene));
    assert_int_equal(line_address_parse(url, &terms.address, sentence), 0);
    assert_int_equal(line_join(&scene.loop, &terms, UNIT, &unit), 0);
    for (unsigned i = 0; i < BLOCKS; i++)
        scene.jobs[i] = (struct line_job){.unit = unit,
                                          .function = FUNCTION_READ_HOLDING,
                                          .address = (uint16_t)(100 * i),
                                          .count = WORDS,
                                          .owner = &scene,
                                          .done = on_done};
    ask_a_round(&scene);
    while (scene.right + scene.unknown < ROUNDS * BLOCKS)
        (void)uv_run(&scene.loop, UV_RUN_ONCE);
    if (scene.unknown)
        print_message("surplus %d: %d of %d not known\n", surplus, scene.unknown,
                      ROUNDS * BLOCKS);
    /* The rounds without a fault cost nothing. */
    assert_true(scene.right >= (ROUNDS - FAULTY_ROUNDS / 2) * BLOCKS);
    if (surplus == COPY_WITH_IT)
        assert_int_equal(scene.unknown, 0);
    close_all(&scene, unit);
}

static void what_nobody_asked_for_never_becomes_a_value(void **state)
{
    (void)state;
    for (enum surplus surplus = 0; surplus < SURPLUS_COUNT; surplus++)
        play(surplus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_asked_for_never_becomes_a_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
