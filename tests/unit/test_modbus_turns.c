/* SPDX-License-Identifier: Apache-2.0 */
/* Many devices answer at once, to a loop that has little time for each. */
#include "daemon/base/moment.h"
#include "drivers/modbus/line.h"
#include "tests/unit/support/fake_device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    DEVICES = 4,
    ROUNDS = 5,
};

static const int64_t timeout_ns = 50 * NS_PER_MS;

struct place {
    struct hall *hall;
    struct fake_device device;
    struct line_unit *unit;
    struct line_job job;
    int answered;
};

struct hall {
    uv_loop_t loop;
    struct place places[DEVICES];
    int64_t busy_ns; /* with each answer */
    int done, done_in_turn, most_in_turn, wrong;
};

static void on_done(void *owner, struct line_job *job, const struct line_outcome *outcome)
{
    struct place *place = owner;
    struct hall *hall = place->hall;
    uint64_t since_ns = uv_hrtime();

    (void)job;
    hall->done++;
    hall->done_in_turn++;
    place->answered += outcome->result == LINE_ANSWERED;
    hall->wrong += outcome->result != LINE_ANSWERED;
    while (uv_hrtime() - since_ns < (uint64_t)hall->busy_ns)
        continue;
}

static void set_up(struct hall *hall, int64_t busy_ns)
{
    *hall = (struct hall){.busy_ns = busy_ns};
    assert_int_equal(uv_loop_init(&hall->loop), 0);
    for (int i = 0; i < DEVICES; i++) {
        struct place *place = &hall->places[i];
        struct line_terms terms = {.timeout_ns = timeout_ns, .max_in_flight = 1};
        char url[64], sentence[256];

        place->hall = hall;
        fake_device_open(&place->device, &hall->loop);
        (void)snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", place->device.port);
        assert_int_equal(line_address_parse(url, &terms.address, sentence), 0);
        assert_int_equal(line_join(&hall->loop, &terms, 1, &place->unit), 0);
        place->job = (struct line_job){.unit = place->unit,
                                       .function = 3,
                                       .count = 4,
                                       .owner = place,
                                       .done = on_done};
    }
}

static void ask_all(struct hall *hall)
{
    hall->done = 0;
    for (int i = 0; i < DEVICES; i++)
        assert_int_equal(line_submit(&hall->places[i].job), 0);
    while (hall->done < DEVICES) {
        hall->done_in_turn = 0;
        (void)uv_run(&hall->loop, UV_RUN_ONCE);
        if (hall->done_in_turn > hall->most_in_turn)
            hall->most_in_turn = hall->done_in_turn;
    }
}

static void tear_down(struct hall *hall)
{
    for (int i = 0; i < DEVICES; i++) {
        line_leave(hall->places[i].unit);
        fake_device_close(&hall->places[i].device);
    }
    (void)uv_run(&hall->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&hall->loop), 0);
}

static void answers_that_take_long_are_read_in_many_turns(void **state)
{
    struct hall hall;

    (void)state;
    set_up(&hall, 4 * NS_PER_MS);
    for (int i = 0; i < ROUNDS; i++)
        ask_all(&hall);
    assert_int_equal(hall.wrong, 0);
    assert_int_equal(hall.most_in_turn, 1);
    tear_down(&hall);
}

/* Each answer is dealt with for longer than the others may wait for theirs. */
static void an_answer_that_waits_unread_is_not_late(void **state)
{
    struct hall hall;

    (void)state;
    set_up(&hall, 0);
    ask_all(&hall); /* connected */
    hall.busy_ns = timeout_ns + 10 * NS_PER_MS;
    ask_all(&hall);
    assert_int_equal(hall.wrong, 0);
    for (int i = 0; i < DEVICES; i++)
        assert_int_equal(hall.places[i].answered, 2);
    tear_down(&hall);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_that_take_long_are_read_in_many_turns),
        cmocka_unit_test(an_answer_that_waits_unread_is_not_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
