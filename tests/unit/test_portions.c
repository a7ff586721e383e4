/* SPDX-License-Identifier: Apache-2.0 */
/* Long answers: shared, whole, and made in many turns. */
#include "daemon/status/portions.h"

#include "daemon/base/moment.h"
#include "tests/unit/support/caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    MACHINES = 6,
    MANY_BYTES = 100000, /* of one machine, when they talk much */
};

static const char question[] = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

struct hall {
    uv_loop_t loop;
    struct server *server;
    struct portions portions;
    size_t machines;
    uint64_t version;
    size_t bytes; /* that each machine says */
    int asked, begun, ended;
    void (*midway)(struct hall *hall); /* called once, when half of them have spoken */
    int client, late_client;           /* sockets */
    int open;
};

static uint64_t version_of(const void *source)
{
    return ((const struct hall *)source)->version;
}

/* Longer than a turn has room for, so that each turn hears one machine. */
static bool print_portion(const void *source, size_t number, struct text *text)
{
    struct hall *hall = (struct hall *)(uintptr_t)source;
    void (*midway)(struct hall *) = hall->midway;
    uint64_t since_ns = uv_hrtime();

    if (number == hall->machines) {
        hall->ended++;
        text_add(text, "end\n");
        return false;
    }
    hall->begun += number == 0;
    if (midway && number == MACHINES / 2) {
        hall->midway = NULL;
        midway(hall);
    }
    text_add_format(text, "%zu:", number);
    for (size_t i = 0; i < hall->bytes; i++)
        text_add_char(text, (char)('a' + i % 23));
    text_add_char(text, '\n');
    while (uv_hrtime() - since_ns < 4 * NS_PER_MS)
        continue;
    return true;
}

static const struct portion_kind kind = {
    .content_type = "text/plain",
    .print = print_portion,
    .version = version_of,
};

static void on_request(void *owner, struct request *request)
{
    struct hall *hall = owner;

    hall->asked++;
    portions_serve(&hall->portions, request, &kind, hall);
}

static int set_up(void **state)
{
    struct hall *hall = calloc(1, sizeof(*hall));
    const struct server_site site = {
        .loop = &hall->loop, .owner = hall, .handle = on_request};

    hall->machines = MACHINES;
    hall->bytes = 10;
    assert_int_equal(uv_loop_init(&hall->loop), 0);
    assert_int_equal(server_create(&site, "127.0.0.1:0", &hall->server), 0);
    portions_init(&hall->portions, &hall->loop);
    *state = hall;
    return 0;
}

static void on_closed(void *owner)
{
    ((struct hall *)owner)->open--;
}

static int tear_down(void **state)
{
    struct hall *hall = *state;

    hall->open = 2;
    portions_close(&hall->portions, hall, on_closed);
    server_close(hall->server, hall, on_closed);
    (void)uv_run(&hall->loop, UV_RUN_DEFAULT);
    assert_int_equal(hall->open, 0);
    assert_int_equal(uv_loop_close(&hall->loop), 0);
    assert_null(hall->portions.first);
    free(hall);
    return 0;
}

static int ask(const struct hall *hall)
{
    return caller_dial(server_port(hall->server), question);
}

/* Every machine is in it once and whole. */
static void judge(const char *heard, size_t machines, size_t bytes)
{
    const char *body = strstr(heard, "\r\n\r\n");

    assert_non_null(body);
    body += 4;
    for (size_t i = 0; i < machines; i++) {
        char *end;
        assert_int_equal(strtoul(body, &end, 10), i);
        assert_int_equal(*end, ':');
        for (size_t k = 0; k < bytes; k++)
            assert_int_equal(end[1 + k], 'a' + (int)(k % 23));
        assert_int_equal(end[1 + bytes], '\n');
        body = end + 2 + bytes;
    }
    assert_string_equal(body, "end\n");
}

/* The loop serves others in between: it is not made when its turn is over. */
static void it_takes_several_turns(void **state)
{
    struct hall *hall = *state;
    int client = ask(hall);

    while (!hall->begun)
        (void)uv_run(&hall->loop, UV_RUN_ONCE);
    assert_int_equal(hall->ended, 0);
    judge(caller_hear(&hall->loop, client, "end"), MACHINES, 10);
    (void)close(client);
}

static void who_asks_before_it_is_begun_shares_it(void **state)
{
    struct hall *hall = *state;
    int first = ask(hall), second = ask(hall);

    while (hall->asked < 2)
        (void)uv_run(&hall->loop, UV_RUN_ONCE);
    judge(caller_hear(&hall->loop, first, "end"), MACHINES, 10);
    judge(caller_hear(&hall->loop, second, "end"), MACHINES, 10);
    assert_int_equal(hall->begun, 1);
    (void)close(first);
    (void)close(second);
}

static void come_late(struct hall *hall)
{
    hall->late_client = ask(hall);
}

/* What they did before they asked has to be in it. */
static void who_asks_after_that_waits_for_the_next(void **state)
{
    struct hall *hall = *state;
    int client = ask(hall);

    hall->midway = come_late;
    judge(caller_hear(&hall->loop, client, "end"), MACHINES, 10);
    judge(caller_hear(&hall->loop, hall->late_client, "end"), MACHINES, 10);
    assert_int_equal(hall->begun, 2);
    (void)close(client);
    (void)close(hall->late_client);
}

static void take_machines_away(struct hall *hall)
{
    hall->machines = 2;
    hall->version++;
}

static void what_changes_midway_begins_it_anew(void **state)
{
    struct hall *hall = *state;
    int client = ask(hall);

    hall->midway = take_machines_away;
    judge(caller_hear(&hall->loop, client, "end"), 2, 10);
    assert_int_equal(hall->begun, 2);
    assert_int_equal(hall->ended, 1);
    (void)close(client);
}

static void leave(struct hall *hall)
{
    (void)close(hall->client);
}

static void a_client_that_leaves_takes_nothing_from_the_others(void **state)
{
    struct hall *hall = *state;

    hall->client = ask(hall);
    while (hall->asked < 1)
        (void)uv_run(&hall->loop, UV_RUN_ONCE);
    int other = ask(hall);
    hall->midway = leave;
    judge(caller_hear(&hall->loop, other, "end"), MACHINES, 10);
    (void)close(other);
}

static void a_slow_reader_gets_all_of_it(void **state)
{
    struct hall *hall = *state;
    int slow = ask(hall);

    hall->bytes = MANY_BYTES;
    while (hall->ended < 1)
        (void)uv_run(&hall->loop, UV_RUN_ONCE);
    int quick = ask(hall);
    judge(caller_hear(&hall->loop, quick, "end"), MACHINES, MANY_BYTES);
    judge(caller_hear_slowly(&hall->loop, slow, "end", 4099), MACHINES, MANY_BYTES);
    (void)close(slow);
    (void)close(quick);
}

static void stop(struct hall *hall)
{
    uv_stop(&hall->loop);
}

/* tear_down() closes while it is made: nobody waits any more after that. */
static void the_end_comes_midway(void **state)
{
    struct hall *hall = *state;

    hall->client = ask(hall);
    hall->midway = stop;
    (void)uv_run(&hall->loop, UV_RUN_DEFAULT);
    assert_non_null(hall->portions.first);
    (void)tear_down(state);
}

#define STORY(story) cmocka_unit_test_setup_teardown(story, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest stories[] = {
        STORY(it_takes_several_turns),
        STORY(who_asks_before_it_is_begun_shares_it),
        STORY(who_asks_after_that_waits_for_the_next),
        STORY(what_changes_midway_begins_it_anew),
        STORY(a_client_that_leaves_takes_nothing_from_the_others),
        STORY(a_slow_reader_gets_all_of_it),
        cmocka_unit_test_setup(the_end_comes_midway, set_up),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
