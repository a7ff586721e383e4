/* SPDX-License-Identifier: Apache-2.0 */
/* RTU on a pty, and a device whose late answers come after those to newer questions. */
#include "drivers/modbus/frame.h"
#include "drivers/modbus/line.h"
#include "tests/unit/support/modbus_scene.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>
#include <fcntl.h>

enum {
    UNIT = 7,
    REQUEST = 8,
    ENOUGH = 400, /* values */
    PATIENCE = 6, /* requests, then what is kept back is said whatever is asked */
};

struct bus {
    uv_poll_t poll;
    int master;
    char url[96];
    struct fake_request asked; /* the last */
    int requests;
    int kept_for; /* requests */
    uint8_t kept[FRAME_MAX];
    size_t kept_length; /* 0 = nothing is kept back */
    bool is_open;
    void (*hear)(struct bus *bus, const struct fake_request *request);
};

static size_t make_answer(const struct fake_request *request, uint8_t *ret_frame)
{
    size_t length = 3;

    ret_frame[0] = request->unit;
    ret_frame[1] = request->function;
    ret_frame[2] = (uint8_t)(2 * request->count);
    for (unsigned i = 0; i < request->count; i++) {
        uint16_t word = fake_word(request->unit, request->address + i);
        ret_frame[length++] = (uint8_t)(word >> 8);
        ret_frame[length++] = (uint8_t)word;
    }
    uint16_t crc = frame_crc(ret_frame, length);
    ret_frame[length++] = (uint8_t)crc;
    ret_frame[length++] = (uint8_t)(crc >> 8);
    return length;
}

static void say(struct bus *bus, const uint8_t *frame, size_t length)
{
    assert_int_equal(write(bus->master, frame, length), length);
}

static void answer(struct bus *bus, const struct fake_request *request)
{
    uint8_t frame[FRAME_MAX];

    say(bus, frame, make_answer(request, frame));
}

static void keep_back(struct bus *bus, const struct fake_request *request)
{
    bus->kept_length = make_answer(request, bus->kept);
    bus->kept_for = 0;
}

static void say_what_was_kept(struct bus *bus)
{
    say(bus, bus->kept, bus->kept_length);
    bus->kept_length = 0;
}

/* Requests come whole: they are written at once, and a pty keeps them together. */
static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct bus *bus = poll->data;
    uint8_t bytes[REQUEST];

    (void)events;
    if (status < 0 || read(bus->master, bytes, REQUEST) != REQUEST)
        return;
    bus->asked = (struct fake_request){.unit = bytes[0],
                                       .function = bytes[1],
                                       .address = (uint16_t)(bytes[2] << 8 | bytes[3]),
                                       .count = (uint16_t)(bytes[4] << 8 | bytes[5])};
    bus->requests++;
    bus->hear(bus, &bus->asked);
}

static void open_bus(struct bus *bus, uv_loop_t *loop)
{
    struct termios raw;

    bus->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(bus->master >= 0);
    assert_int_equal(grantpt(bus->master), 0);
    assert_int_equal(unlockpt(bus->master), 0);
    assert_int_equal(tcgetattr(bus->master, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(bus->master, TCSANOW, &raw), 0);
    (void)snprintf(bus->url, sizeof(bus->url), "rtu://%s?baud=115200&parity=none",
                   ptsname(bus->master));
    assert_int_equal(uv_poll_init(loop, &bus->poll, bus->master), 0);
    bus->poll.data = bus;
    bus->is_open = true;
    assert_int_equal(uv_poll_start(&bus->poll, UV_READABLE, on_readable), 0);
}

static void close_bus(struct bus *bus)
{
    if (bus->is_open)
        uv_close((uv_handle_t *)&bus->poll, NULL);
    bus->is_open = false;
}

struct question {
    struct line_job job;
    bool is_done;
    enum line_result result;
};

static void on_done(void *owner, struct line_job *job, const struct line_outcome *outcome)
{
    struct question *question = owner;

    question->is_done = true;
    question->result = outcome->result;
    if (outcome->result == LINE_ANSWERED)
        assert_int_equal(outcome->data[0] << 8 | outcome->data[1],
                         fake_word(UNIT, job->address));
}

static void ask(struct question *question, struct line_unit *unit, uint16_t address,
                uint16_t count)
{
    *question = (struct question){
        .job = {.unit = unit,
                .function = FUNCTION_READ_HOLDING,
                .address = address,
                .count = count,
                .owner = question,
                .done = on_done}
    };
    assert_int_equal(line_submit(&question->job), 0);
}

static void keep_the_first(struct bus *bus, const struct fake_request *request)
{
    if (bus->requests == 1)
        keep_back(bus, request);
    else
        answer(bus, request);
}

static void wait_for(uv_loop_t *loop, const bool *is_done)
{
    while (!*is_done)
        (void)uv_run(loop, UV_RUN_ONCE);
}

static void what_is_owed_is_not_asked_for_again_in_the_same_amount(void **state)
{
    struct line_terms terms = {
        .timeout_ns = 60 * NS_PER_MS, .late_ns = NS_PER_HOUR, .max_in_flight = 1};
    struct bus bus = {.hear = keep_the_first};
    struct question late, same, divisible, other;
    struct line_unit *unit;
    char sentence[256];
    uv_loop_t loop;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    open_bus(&bus, &loop);
    assert_int_equal(line_address_parse(bus.url, &terms.address, sentence), 0);
    assert_int_equal(line_join(&loop, &terms, UNIT, &unit), 0);
    ask(&late, unit, 100, 5);
    wait_for(&loop, &late.is_done);
    assert_int_equal(late.result, LINE_TIMED_OUT);

    /* The same amount waits, or is told why; another one is asked for. */
    ask(&same, unit, 200, 5);
    ask(&divisible, unit, 300, 5);
    divisible.job.is_divisible = true;
    ask(&other, unit, 400, 4);
    wait_for(&loop, &other.is_done);
    assert_int_equal(other.result, LINE_ANSWERED);
    assert_int_equal(divisible.result, LINE_OWED);
    assert_false(same.is_done);
    assert_int_equal(bus.asked.address, 400);
    assert_true(line_owes(unit, FUNCTION_READ_HOLDING, 5));

    say_what_was_kept(&bus);
    wait_for(&loop, &same.is_done);
    assert_int_equal(same.result, LINE_ANSWERED);
    assert_false(line_owes(unit, FUNCTION_READ_HOLDING, 5));

    line_leave(unit);
    close_bus(&bus);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    (void)close(bus.master);
}

/* The line may be asked at once for what it was too early for. */
static void what_is_answered_but_not_believed_yet_says_so(void **state)
{
    struct line_terms terms = {.timeout_ns = NS_PER_HOUR, .max_in_flight = 1};
    struct bus bus = {.hear = answer};
    struct line_unit *unit;
    char sentence[256];
    bool was_seen = false;
    uv_loop_t loop;

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    open_bus(&bus, &loop);
    assert_int_equal(line_address_parse(bus.url, &terms.address, sentence), 0);
    assert_int_equal(line_join(&loop, &terms, UNIT, &unit), 0);
    /* Again, where the machine was so busy that both happened in one turn of the loop. */
    while (!was_seen) {
        struct question question;
        ask(&question, unit, 100, 5);
        while (!question.is_done) {
            int error = line_submit(&question.job);
            assert_true(error == -EALREADY || error == -EINPROGRESS);
            was_seen = was_seen || error == -EINPROGRESS;
            (void)uv_run(&loop, UV_RUN_ONCE);
        }
        assert_int_equal(question.result, LINE_ANSWERED);
    }

    line_leave(unit);
    close_bus(&bus);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    (void)close(bus.master);
}

/*
 * Every fifth answer is kept back until it would do the most harm: it is said instead of
 * the answer to the next request of its shape, which is kept back in turn.
 */
static void be_late(struct bus *bus, const struct fake_request *request)
{
    bool is_confusable = bus->kept_length && bus->kept[1] == request->function &&
                         bus->kept[2] == 2 * request->count;

    if (is_confusable) {
        say_what_was_kept(bus);
        keep_back(bus, request);
        return;
    }
    if (!bus->kept_length && bus->requests % 5 == 3) {
        keep_back(bus, request);
        return;
    }
    answer(bus, request);
    if (bus->kept_length && ++bus->kept_for == PATIENCE)
        say_what_was_kept(bus);
}

static struct bus late_bus = {.hear = be_late};

static bool has_enough(struct rig *rig)
{
    if (rig->hearers[0].good < ENOUGH && !rig->hearers[0].wrong)
        return false;
    close_bus(&late_bus);
    return true;
}

static void late_answers_out_of_order_never_become_values(void **state)
{
    static struct rig rig;

    (void)state;
    set_up(&rig);
    open_bus(&late_bus, &rig.loop);
    struct hearer *hearer = add_link(&rig, UNIT, POINTS);
    hearer->options.url = late_bus.url;
    hearer->options.timeout = 30 * NS_PER_MS;
    hearer->options.max_words = 19; /* four blocks of ten points each */
    start_link(hearer, NULL);
    run_until(&rig, has_enough);
    (void)close(late_bus.master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_owed_is_not_asked_for_again_in_the_same_amount),
        cmocka_unit_test(what_is_answered_but_not_believed_yet_says_so),
        cmocka_unit_test(late_answers_out_of_order_never_become_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
