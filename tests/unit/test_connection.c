/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/moment.h"
#include "daemon/sinks/connection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct step {
    enum connection_event event;
    int64_t at_s;
    enum connection_action action;
    enum connection_state state;
};

enum {
    OPEN_S = 10,
    ACK_S = 15,
    LATER_S = 1000, /* past every pause */
};

static void walk(const struct step *steps, size_t count)
{
    struct connection connection;

    connection_init(&connection, OPEN_S * NS_PER_S, ACK_S * NS_PER_S, 1);
    for (size_t i = 0; i < count; i++) {
        enum connection_action action =
            connection_handle(&connection, steps[i].event, steps[i].at_s * NS_PER_S, 0);

        if (action != steps[i].action || connection.state != steps[i].state)
            fail_msg("step %zu: action %d, state %d", i, action, connection.state);
    }
}

#define WALK(steps) walk(steps, sizeof(steps) / sizeof(*(steps)))

#define OPENS                                                   \
    {CONNECTION_TICK, 0, CONNECTION_OPEN, CONNECTION_OPENING},  \
    {                                                           \
        CONNECTION_OPENED, 1, CONNECTION_NOTHING, CONNECTION_UP \
    }

static void every_way_of_losing_it_is_one_way(void **state)
{
    static const enum connection_event ways[] = {CONNECTION_LOST, CONNECTION_DISCONNECTED,
                                                 CONNECTION_REFUSED};

    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        const struct step steps[] = {
            OPENS,
            {ways[i],           2, CONNECTION_CLOSE,   CONNECTION_CLOSING},
            {CONNECTION_LOST,   2, CONNECTION_NOTHING, CONNECTION_CLOSING},
            {CONNECTION_CLOSED, 2, CONNECTION_NOTHING, CONNECTION_WAITING},
            {CONNECTION_TICK,   2, CONNECTION_NOTHING, CONNECTION_WAITING},
            {CONNECTION_TICK,   4, CONNECTION_OPEN,    CONNECTION_OPENING},
        };
        WALK(steps);
    }
}

static void a_connect_that_never_ends_is_given_up(void **state)
{
    const struct step steps[] = {
        {CONNECTION_TICK, 0,          CONNECTION_OPEN,    CONNECTION_OPENING},
        {CONNECTION_TICK, OPEN_S - 1, CONNECTION_NOTHING, CONNECTION_OPENING},
        {CONNECTION_TICK, OPEN_S,     CONNECTION_CLOSE,   CONNECTION_CLOSING},
    };

    (void)state;
    WALK(steps);
}

static void silence_after_sending_ends_it(void **state)
{
    const struct step steps[] = {
        OPENS,
        {CONNECTION_TICK,     500, CONNECTION_NOTHING, CONNECTION_UP     },
        {CONNECTION_SENT,     500, CONNECTION_NOTHING, CONNECTION_UP     },
        {CONNECTION_PROGRESS, 510, CONNECTION_NOTHING, CONNECTION_UP     },
        {CONNECTION_SENT,     510, CONNECTION_NOTHING, CONNECTION_UP     },
        {CONNECTION_SENT,     520, CONNECTION_NOTHING, CONNECTION_UP     },
        {CONNECTION_TICK,     524, CONNECTION_NOTHING, CONNECTION_UP     },
        {CONNECTION_TICK,     525, CONNECTION_CLOSE,   CONNECTION_CLOSING},
    };

    (void)state;
    WALK(steps);
}

static void it_ends_once_from_every_state(void **state)
{
    const struct step waiting[] = {
        {CONNECTION_STOP, 0,       CONNECTION_END,     CONNECTION_ENDED},
        {CONNECTION_TICK, LATER_S, CONNECTION_NOTHING, CONNECTION_ENDED},
    };
    const struct step opening[] = {
        {CONNECTION_TICK,   0, CONNECTION_OPEN,    CONNECTION_OPENING},
        {CONNECTION_STOP,   1, CONNECTION_CLOSE,   CONNECTION_ENDING },
        {CONNECTION_OPENED, 1, CONNECTION_NOTHING, CONNECTION_ENDING },
        {CONNECTION_CLOSED, 2, CONNECTION_END,     CONNECTION_ENDED  },
    };
    const struct step up[] = {
        OPENS,
        {CONNECTION_STOP,   1, CONNECTION_LEAVE,   CONNECTION_ENDING},
        {CONNECTION_LOST,   1, CONNECTION_NOTHING, CONNECTION_ENDING},
        {CONNECTION_CLOSED, 2, CONNECTION_END,     CONNECTION_ENDED },
    };
    const struct step closing[] = {
        OPENS,
        {CONNECTION_LOST,   1, CONNECTION_CLOSE,   CONNECTION_CLOSING},
        {CONNECTION_STOP,   1, CONNECTION_NOTHING, CONNECTION_ENDING },
        {CONNECTION_CLOSED, 2, CONNECTION_END,     CONNECTION_ENDED  },
    };

    (void)state;
    WALK(waiting);
    WALK(opening);
    WALK(up);
    WALK(closing);
}

static void pauses_grow_until_something_is_acknowledged(void **state)
{
    struct connection connection;
    int64_t now_ns = 0, first_ns = 0, last_ns = 0;

    (void)state;
    connection_init(&connection, OPEN_S * NS_PER_S, ACK_S * NS_PER_S, 1);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(connection_handle(&connection, CONNECTION_TICK, now_ns, 0),
                         CONNECTION_OPEN);
        (void)connection_handle(&connection, CONNECTION_OPENED, now_ns, 0);
        (void)connection_handle(&connection, CONNECTION_LOST, now_ns, 0);
        (void)connection_handle(&connection, CONNECTION_CLOSED, now_ns, 0);
        last_ns = connection.deadline_ns - now_ns;
        first_ns = i ? first_ns : last_ns;
        now_ns = connection.deadline_ns;
    }
    assert_true(first_ns <= NS_PER_S && first_ns >= NS_PER_S / 2);
    assert_true(last_ns <= 15 * NS_PER_S && last_ns * 2 >= 15 * NS_PER_S);

    (void)connection_handle(&connection, CONNECTION_TICK, now_ns, 0);
    (void)connection_handle(&connection, CONNECTION_OPENED, now_ns, 0);
    (void)connection_handle(&connection, CONNECTION_PROGRESS, now_ns, 0);
    (void)connection_handle(&connection, CONNECTION_LOST, now_ns, 0);
    assert_true(connection.deadline_ns - now_ns <= NS_PER_S);
}

static void what_a_person_must_mend_is_tried_slowly(void **state)
{
    struct connection connection;

    (void)state;
    connection_init(&connection, OPEN_S * NS_PER_S, ACK_S * NS_PER_S, 1);
    (void)connection_handle(&connection, CONNECTION_TICK, 0, 0);
    (void)connection_handle(&connection, CONNECTION_REFUSED, 0, 30 * NS_PER_S);
    (void)connection_handle(&connection, CONNECTION_CLOSED, 0, 0);
    assert_int_equal(connection.deadline_ns, 30 * NS_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_of_losing_it_is_one_way),
        cmocka_unit_test(a_connect_that_never_ends_is_given_up),
        cmocka_unit_test(silence_after_sending_ends_it),
        cmocka_unit_test(it_ends_once_from_every_state),
        cmocka_unit_test(pauses_grow_until_something_is_acknowledged),
        cmocka_unit_test(what_a_person_must_mend_is_tried_slowly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
