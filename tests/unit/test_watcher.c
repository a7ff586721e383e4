/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/watcher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    LOG_MAX = 65536
};

/* What goes to stderr between listen() and heard(). */
static struct {
    int file, before;
    char lines[LOG_MAX];
} capture;

static void listen_to_the_log(void)
{
    (void)unsetenv("JOURNAL_STREAM");
    capture.file = memfd_create("log", MFD_CLOEXEC);
    capture.before = dup(STDERR_FILENO);
    assert_true(capture.file >= 0 && capture.before >= 0);
    assert_int_equal(dup2(capture.file, STDERR_FILENO), STDERR_FILENO);
}

static const char *heard(void)
{
    (void)dup2(capture.before, STDERR_FILENO);
    (void)close(capture.before);
    ssize_t length = pread(capture.file, capture.lines, LOG_MAX - 1, 0);
    assert_true(length >= 0);
    capture.lines[length] = '\0';
    (void)close(capture.file);
    return capture.lines;
}

static struct moment second(int64_t s)
{
    return (struct moment){.mono_ns = (s + 1000) * NS_PER_S,
                           .wall_ns = (s + 1000) * NS_PER_S};
}

/* From the second on: how the link is. */
struct turn {
    int from_s;
    bool linked;
    int64_t timeouts;
    const char *trouble;
};

static const char *watch(const struct turn *turns, size_t count, int until_s)
{
    struct watcher watcher = {0};
    size_t at = 0;

    listen_to_the_log();
    for (int s = 0; s < until_s; s++) {
        while (at + 1 < count && turns[at + 1].from_s <= s)
            at++;
        struct link_health health = {.linked = turns[at].linked,
                                     .timeouts = turns[at].timeouts};
        (void)snprintf(health.address, sizeof(health.address), "plc");
        (void)snprintf(health.trouble, sizeof(health.trouble), "%s", turns[at].trouble);
        watcher_look(&watcher, "station m", &health, second(s));
    }
    return heard();
}

static void a_second_reason_is_told_though_nothing_else_happens(void **state)
{
    static const struct turn turns[] = {
        {0, true, 1, "refuses a"   },
        {3, true, 1, "refuses a, b"},
    };

    (void)state;
    assert_string_equal(watch(turns, 2, 600),
                        "warning: station m: plc: refuses a\n"
                        "warning: station m: plc: refuses a, b (2 times in 10 s)\n");
}

static void a_lost_link_tells_its_second_reason_as_well(void **state)
{
    static const struct turn turns[] = {
        {0, false, 1, "refused"  },
        {4, false, 2, "no answer"},
    };

    (void)state;
    assert_string_equal(
        watch(turns, 2, 600),
        "warning: station m: plc: refused; trying again\n"
        "warning: station m: plc: no answer; trying again (2 times in 10 s)\n");
}

static void a_new_reason_does_not_wait_for_the_turn_of_the_old_one(void **state)
{
    struct complaint complaint = {0};

    (void)state;
    listen_to_the_log();
    for (int s = 0; s < 3600; s++)
        complaint_raise(&complaint, LOG_LEVEL_WARNING, "r", second(s), "old");
    for (int s = 3600; s < 3620; s++)
        complaint_raise(&complaint, LOG_LEVEL_WARNING, "r", second(s), "new");
    assert_non_null(strstr(heard(), "warning: r: new (3611 times in 3610 s)\n"));
}

static int lines_heard(void)
{
    int lines = 0;

    for (const char *at = heard(); (at = strchr(at, '\n')); at++)
        lines++;
    return lines;
}

static void reasons_that_alternate_do_not_fill_the_log(void **state)
{
    struct complaint complaint = {0};

    (void)state;
    listen_to_the_log();
    for (int s = 0; s < 3600; s++)
        complaint_raise(&complaint, LOG_LEVEL_WARNING, "r", second(s), s % 2 ? "a" : "b");
    /* At 0, 10, 30, 70 … 2550 s. */
    assert_int_equal(lines_heard(), 9);
}

static void a_reason_that_is_cut_short_is_the_same_the_next_time(void **state)
{
    struct complaint complaint = {0};
    char reason[2 * COMPLAINT_MAX];

    (void)state;
    memset(reason, 'x', sizeof(reason));
    reason[sizeof(reason) - 1] = '\0';
    listen_to_the_log();
    for (int s = 0; s < 70; s++)
        complaint_raise(&complaint, LOG_LEVEL_WARNING, "r", second(s), reason);
    assert_int_equal(complaint.changed_ns, second(0).mono_ns);
    assert_int_equal(lines_heard(), 3); /* at 0, 10, 30 s */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_reason_is_told_though_nothing_else_happens),
        cmocka_unit_test(a_lost_link_tells_its_second_reason_as_well),
        cmocka_unit_test(a_new_reason_does_not_wait_for_the_turn_of_the_old_one),
        cmocka_unit_test(reasons_that_alternate_do_not_fill_the_log),
        cmocka_unit_test(a_reason_that_is_cut_short_is_the_same_the_next_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
