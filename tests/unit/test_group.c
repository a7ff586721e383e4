/* SPDX-License-Identifier: Apache-2.0 */
/* When jobs are committed, and which of them go together. */
#include "daemon/store/group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COMMIT_NS INT64_C(200)

static struct job *make(enum job_kind kind, bool is_held)
{
    char *extra;
    struct job *job = job_create(kind, sizeof(struct record), &extra);

    assert_non_null(job);
    job->is_held = is_held;
    job->record = memset(extra, 0, sizeof(struct record));
    return job;
}

static void a_group_is_due_some_time_after_its_first_job(void **state)
{
    struct group group;

    (void)state;
    group_init(&group);
    assert_true(group_due_ns(&group, COMMIT_NS) == INT64_MAX);
    group_add(&group, make(JOB_RELEASE, false), 1000);
    group_add(&group, make(JOB_RELEASE, false), 1150);
    assert_int_equal(group_due_ns(&group, COMMIT_NS), 1200);
    group_drop(&group);
    assert_true(group_due_ns(&group, COMMIT_NS) == INT64_MAX);
}

static void what_waited_for_a_slow_disk_waits_no_longer(void **state)
{
    struct group group;

    (void)state;
    group_init(&group);
    group_has_waited(&group, 500); /* the commit before took from 500 to 1000 */
    group_add(&group, make(JOB_RELEASE, false), 1000);
    assert_true(group_due_ns(&group, COMMIT_NS) <= 1000);
    group_drop(&group);
    group_add(&group, make(JOB_RELEASE, false), 2000);
    assert_int_equal(group_due_ns(&group, COMMIT_NS), 2200);
    group_drop(&group);
}

static void what_is_held_is_not_parted(void **state)
{
    struct group group;

    (void)state;
    group_init(&group);
    for (int i = 0; i < GROUP_MAX; i++)
        group_add(&group, make(JOB_RELEASE, true), 1000);
    assert_false(group_is_full(&group));
    assert_true(group_due_ns(&group, COMMIT_NS) == INT64_MAX);
    group_add(&group, make(JOB_RELEASE, false), 1000);
    assert_true(group_is_full(&group));
    assert_int_equal(group_due_ns(&group, COMMIT_NS), 1000);
    group_drop(&group);
}

static void raw_values_leave_and_are_counted(void **state)
{
    int64_t turned_away[RECORD_KIND_COUNT] = {0};
    struct job *raw = make(JOB_APPEND, false), *cycle = make(JOB_APPEND, false);
    struct record signals = {.kind = RECORD_SIGNAL, .packed = {.count = 7}};
    struct group group;

    (void)state;
    raw->record = &signals;
    group_init(&group);
    group_add(&group, cycle, 1);
    group_add(&group, raw, 1);
    group_drop_raw(&group, turned_away);
    assert_int_equal(turned_away[RECORD_SIGNAL], 7);
    assert_int_equal(group.count, 1);
    assert_ptr_equal(group.first, cycle);
    group_add(&group, make(JOB_RELEASE, false), 2);
    assert_int_equal(group.count, 2);
    group_drop(&group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_is_due_some_time_after_its_first_job),
        cmocka_unit_test(what_waited_for_a_slow_disk_waits_no_longer),
        cmocka_unit_test(what_is_held_is_not_parted),
        cmocka_unit_test(raw_values_leave_and_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
