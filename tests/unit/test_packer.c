/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/latest.h"
#include "daemon/pipeline/packer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct sample says(enum signal signal, double number, int64_t ms)
{
    return (struct sample){
        .signal = signal,
        .quality = QUALITY_GOOD,
        .path = 1,
        .place = "",
        .value = {.kind = VALUE_NUMBER, .number = number},
        .at = {ms * NS_PER_MS,       ms * NS_PER_MS  },
    };
}

static void values_of_an_interval_become_one_row(void **state)
{
    struct packer *packer;
    struct sample first = says(SIGNAL_SPINDLE_LOAD, 35.25, 1000);
    struct sample second = says(SIGNAL_FEED, 1200, 1000);
    struct sample third = says(SIGNAL_SPINDLE_LOAD, 36, 1100);

    (void)state;
    third.quality = QUALITY_BAD;
    third.value.kind = VALUE_NONE;
    third.sequence = 77;
    assert_int_equal(packer_create(true, &packer), 0);
    packer_begin(packer, first.at);
    assert_int_equal(packer_add(packer, 0, "spindle_load", &first), 0);
    assert_int_equal(packer_add(packer, 1, "feed", &second), 0);
    assert_int_equal(packer_add(packer, 0, "spindle_load", &third), 0);
    assert_int_equal(packer_count(packer), 3);
    assert_true(packer_start(packer).wall_ns == 1000 * NS_PER_MS);
    assert_string_equal(
        packer_take(packer),
        "{\"spindle_load\":[[0,35.25,192],[100,null,0,77]],\"feed\":[[0,1200,192]]}");
    assert_int_equal(packer_count(packer), 0);
    assert_int_equal(packer_add(packer, 1, "feed", &second), 0);
    assert_string_equal(packer_take(packer), "{\"feed\":[[0,1200,192]]}");
    packer_destroy(packer);
}

static void the_newest_value_is_kept_and_changes_are_seen(void **state)
{
    struct latest *latest;
    struct sample sample = says(SIGNAL_SPINDLE_LOAD, 35, 0);
    bool changed;

    (void)state;
    assert_int_equal(latest_create(&latest), 0);
    assert_int_equal(latest_put(latest, &sample, &changed), 0);
    assert_true(changed);
    assert_int_equal(latest_put(latest, &sample, &changed), 0);
    assert_false(changed);
    sample.quality = QUALITY_STALE;
    assert_int_equal(latest_put(latest, &sample, &changed), 0);
    assert_true(changed);
    assert_int_equal(latest_at(latest, 0)->changes, 2);
    latest_destroy(latest);
}

static void texts_are_copied_not_borrowed(void **state)
{
    struct latest *latest;
    char program[] = "O1234";
    bool changed;
    struct sample sample = {
        .signal = SIGNAL_PROGRAM,
        .quality = QUALITY_GOOD,
        .path = 2,
        .place = "",
        .value = {.kind = VALUE_TEXT, .text = program},
    };

    (void)state;
    assert_int_equal(latest_create(&latest), 0);
    (void)latest_put(latest, &sample, &changed);
    program[0] = 'X';
    const struct latest_entry *entry = latest_find(latest, "path2/program");
    assert_non_null(entry);
    assert_string_equal(entry->sample.value.text, "O1234");
    latest_destroy(latest);
}

static void a_thousand_signals_keep_their_places(void **state)
{
    static char places[1000][16];
    struct latest *latest;
    bool changed;

    (void)state;
    assert_int_equal(latest_create(&latest), 0);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 1000; i++) {
            struct sample sample = says(SIGNAL_CUSTOM, i, 0);
            (void)snprintf(places[i], sizeof(places[i]), "x%d", i);
            sample.place = places[i];
            assert_int_equal(latest_put(latest, &sample, &changed), i);
            assert_int_equal(changed, round == 0);
        }
    }
    assert_int_equal(latest_count(latest), 1000);
    latest_destroy(latest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_an_interval_become_one_row),
        cmocka_unit_test(the_newest_value_is_kept_and_changes_are_seen),
        cmocka_unit_test(texts_are_copied_not_borrowed),
        cmocka_unit_test(a_thousand_signals_keep_their_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
