/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/retention.h"
#include "tests/unit/store_scene.h"

#include "daemon/base/log.h"

#define CYCLES  (1u << RECORD_CYCLE)
#define SIGNALS (1u << RECORD_SIGNAL)

static void append_cycles(struct scene *scene, int64_t from, int64_t until)
{
    int64_t id = 0;

    for (int64_t i = from; i < until; i++) {
        struct record record = scene_cycle("vmc-1", i);
        id = scene_append(scene, &record);
    }
    scene_wait_stored(scene, id);
}

static void a_new_sink_is_owed_nothing_older(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    append_cycles(&scene, 1, 11);
    int sink = scene_enlist(&scene, "influx", CYCLES);
    assert_int_equal(scene.number, 10);
    assert_int_equal(ranges_floor(&scene.ranges), 10);
    append_cycles(&scene, 11, 16);
    struct ledger ledger = scene_ledger(&scene, sink);
    assert_int_equal(ledger.values[LEDGER_SAMPLED], 5);
    assert_int_equal(ledger.pending, 5);
    assert_int_equal(ledger.pending_rows, 5);
    assert_true(ledger.pending_bytes > 5 * 100);
    scene_end(&scene);
}

static void what_was_acknowledged_survives_a_restart(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    int sink = scene_enlist(&scene, "influx", CYCLES);
    append_cycles(&scene, 1, 101);
    assert_int_equal(store_acknowledge(scene.store, sink, 1, 40, LEDGER_DELIVERED), 0);
    assert_int_equal(store_acknowledge(scene.store, sink, 61, 70, LEDGER_DELIVERED), 0);
    assert_int_equal(store_acknowledge(scene.store, sink, 31, 45, LEDGER_DELIVERED), 0);
    scene_close(&scene);

    scene_open(&scene);
    sink = scene_enlist(&scene, "influx", CYCLES);
    assert_int_equal(scene.ranges.count, 2);
    assert_int_equal(scene.ranges.items[0].last, 45);
    assert_int_equal(scene.ranges.items[1].first, 61);
    struct ledger ledger = scene_ledger(&scene, sink);
    assert_int_equal(ledger.values[LEDGER_SAMPLED], 100);
    assert_int_equal(ledger.values[LEDGER_DELIVERED], 55);
    assert_int_equal(ledger.pending, 45);
    scene_end(&scene);
}

static void rows_are_fetched_in_order_and_within_limits(void **state)
{
    struct store_fetch fetch = {.first_id = 1,
                                .last_id = 30,
                                .kinds = CYCLES,
                                .max_rows = 8,
                                .max_bytes = 1 << 20};
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    append_cycles(&scene, 1, 21);
    struct record packed = scene_packed(RECORD_SIGNAL, 1, 2);
    scene_wait_stored(&scene, scene_append(&scene, &packed));
    scene_fetch(&scene, &fetch);
    assert_int_equal(scene.count, 8);
    assert_int_equal(scene.number, 8);
    assert_int_equal(scene.last.id, 8);
    fetch.first_id = 18;
    scene_fetch(&scene, &fetch);
    assert_int_equal(scene.count, 3);
    assert_int_equal(scene.number, 30);
    fetch = (struct store_fetch){
        .first_id = 1, .last_id = 30, .kinds = CYCLES, .max_rows = 8, .max_bytes = 1};
    scene_fetch(&scene, &fetch);
    assert_int_equal(scene.count, 1);
    fetch.kinds = SIGNALS;
    scene_fetch(&scene, &fetch);
    assert_int_equal(scene.count, 1);
    assert_int_equal(scene.first.packed.count, 2);
    scene_end(&scene);
}

static void a_correction_is_owed_again_and_a_repetition_is_not(void **state)
{
    struct scene scene;
    struct record record = scene_cycle("vmc-1", 1);

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    int sink = scene_enlist(&scene, "influx", CYCLES);
    append_cycles(&scene, 1, 3);
    record.cycle.ct = 1;
    scene_wait_stored(&scene, scene_append(&scene, &record));
    struct ledger ledger = scene_ledger(&scene, sink);
    assert_int_equal(ledger.values[LEDGER_SAMPLED], 2);
    assert_int_equal(ledger.pending, 2);

    assert_int_equal(store_acknowledge(scene.store, sink, 1, 3, LEDGER_DELIVERED), 0);
    scene_wait_stored(&scene, scene_append(&scene, &record));
    ledger = scene_ledger(&scene, sink);
    assert_int_equal(ledger.values[LEDGER_DELIVERED], 2);
    assert_int_equal(ledger.pending, 0);

    record.cycle.ct = 2;
    scene_wait_stored(&scene, scene_append(&scene, &record));
    ledger = scene_ledger(&scene, sink);
    assert_int_equal(ledger.values[LEDGER_SAMPLED], 3);
    assert_int_equal(ledger.pending, 1);
    scene_end(&scene);
}

static void a_packed_row_counts_its_values(void **state)
{
    struct scene scene;
    struct record record = scene_packed(RECORD_SIGNAL, 1, 250);

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    int sink = scene_enlist(&scene, "influx", SIGNALS);
    (void)scene_append(&scene, &record);
    record.kind = RECORD_ARCHIVE;
    scene_wait_stored(&scene, scene_append(&scene, &record));
    struct ledger ledger = scene_ledger(&scene, sink);
    assert_int_equal(ledger.pending, 250);
    assert_int_equal(ledger.pending_rows, 1);
    scene_end(&scene);
}

static void a_sink_out_of_the_configuration_is_owed_nothing_meanwhile(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    (void)scene_enlist(&scene, "influx", CYCLES);
    append_cycles(&scene, 1, 11);
    scene_close(&scene);
    scene_open(&scene);
    append_cycles(&scene, 11, 21);
    scene_close(&scene);
    scene_open(&scene);
    int sink = scene_enlist(&scene, "influx", CYCLES);
    append_cycles(&scene, 21, 26);
    struct ledger ledger = scene_ledger(&scene, sink);
    assert_int_equal(ledger.values[LEDGER_SAMPLED], 15);
    assert_int_equal(ledger.pending, 15);
    assert_int_equal(store_acknowledge(scene.store, sink, 1, 25, LEDGER_DELIVERED), 0);
    scene_settle(&scene);
    assert_int_equal(scene_ledger(&scene, sink).pending, 0);
    scene_end(&scene);
}

static void other_kinds_close_the_ledger_too(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    (void)scene_enlist(&scene, "influx", CYCLES);
    append_cycles(&scene, 1, 11);
    scene_close(&scene);
    scene_open(&scene);
    int sink = scene_enlist(&scene, "influx", SIGNALS);
    append_cycles(&scene, 11, 12);
    struct ledger ledger = scene_ledger(&scene, sink);
    assert_int_equal(ledger.values[LEDGER_DROPPED_RECONFIGURED], 10);
    assert_int_equal(ledger.pending, 0);
    scene_end(&scene);
}

static void print_letter(const struct letter *letter, size_t number, struct text *list)
{
    assert_non_null(strstr(letter->body, "\"measurement\":\"cycle\""));
    text_add_format(list, "%zu: %s refused %lld: %s\n", number, letter->sink,
                    (long long)letter->id, letter->reason);
}

static void on_letters(void *owner, int error, struct text *list)
{
    struct scene *scene = owner;

    assert_int_equal(error, 0);
    scene->is_answered = true;
    (void)text_copy(scene->words, sizeof(scene->words), list->data ? list->data : "");
}

static void list_letters(struct scene *scene)
{
    scene->is_answered = false;
    assert_int_equal(
        store_list_letters(scene->store, "influx", 10, print_letter, scene, on_letters),
        0);
    scene_until(scene, scene_is_answered);
}

static void dead_letters_keep_the_words_until_a_person_decides(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    int sink = scene_enlist(&scene, "influx", CYCLES);
    append_cycles(&scene, 1, 11);
    assert_int_equal(store_refuse(scene.store, sink, 4, "field type conflict"), 0);
    assert_int_equal(store_refuse(scene.store, sink, 7, "too old"), 0);
    assert_int_equal(store_acknowledge(scene.store, sink, 1, 10, LEDGER_DELIVERED), 0);
    scene_settle(&scene);
    assert_int_equal(scene_ledger(&scene, sink).values[LEDGER_LOST_REFUSED], 2);
    assert_int_equal(scene_ledger(&scene, sink).values[LEDGER_DELIVERED], 8);
    list_letters(&scene);
    assert_string_equal(scene.words, "0: influx refused 7: too old\n"
                                     "1: influx refused 4: field type conflict\n");

    assert_int_equal(scene_settle_letters(&scene, sink, 7, LETTER_DROP), 1);
    assert_int_equal(scene.ranges.count, 0);
    assert_int_equal(scene_settle_letters(&scene, sink, 0, LETTER_RETRY), 1);
    assert_int_equal(scene.ranges.items[0].first, 4);
    assert_int_equal(scene_ledger(&scene, sink).pending, 1);
    list_letters(&scene);
    assert_string_equal(scene.words, "");
    scene_end(&scene);
}

static void a_correction_takes_the_dead_letter_away(void **state)
{
    struct scene scene;
    struct record corrected = scene_cycle("vmc-1", 3);

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    int sink = scene_enlist(&scene, "influx", CYCLES);
    append_cycles(&scene, 1, 6);
    assert_int_equal(store_refuse(scene.store, sink, 2, "too old"), 0);
    assert_int_equal(store_refuse(scene.store, sink, 3, "too old"), 0);
    corrected.cycle.ct = 1;
    int64_t id = scene_append(&scene, &corrected);
    scene_settle(&scene);
    list_letters(&scene);
    assert_string_equal(scene.words, "0: influx refused 2: too old\n");
    assert_int_equal(scene_settle_letters(&scene, sink, 3, LETTER_RETRY), 0);

    assert_int_equal(store_refuse(scene.store, sink, id, "too old"), 0);
    assert_int_equal(scene_settle_letters(&scene, sink, id, LETTER_RETRY), 1);
    assert_true(ranges_contain(&scene.ranges, id));
    scene_end(&scene);
}

static bool has_aged(struct scene *scene)
{
    return scene_ledger(scene, 0).values[LEDGER_DROPPED_AGE] == 10;
}

static void what_is_too_old_goes_and_is_counted(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene.options.keep = NS_PER_DAY;
    scene_open(&scene);
    (void)scene_enlist(&scene, "influx", CYCLES);
    for (int i = 0; i < 20; i++) {
        struct record record = scene_cycle("vmc-1", i);
        record.wall_ns = clock_now().wall_ns - (i % 2 ? 2 * NS_PER_DAY : i * NS_PER_S);
        (void)scene_append(&scene, &record);
    }
    scene_until(&scene, has_aged);
    assert_int_equal(scene_ledger(&scene, 0).pending, 10);
    scene_end(&scene);
}

static struct moment day(double mono, double wall)
{
    return (struct moment){.mono_ns = (int64_t)(mono * (double)NS_PER_DAY),
                           .wall_ns =
                               SCENE_WALL_NS + (int64_t)(wall * (double)NS_PER_DAY)};
}

static void a_clock_that_leaps_forward_makes_nothing_old(void **state)
{
    struct age_clock clock;

    (void)state;
    age_clock_init(&clock, day(1, 0), 0);
    assert_true(age_clock_read(&clock, day(1.5, 0.5)) == day(0, 0.5).wall_ns);
    assert_true(age_clock_read(&clock, day(1.6, 400)) == day(0, 0.6).wall_ns);
    assert_true(age_clock_read(&clock, day(2, 400.4)) == day(0, 1).wall_ns);
    assert_true(age_clock_read(&clock, day(2.1, 1.1)) == day(0, 1.1).wall_ns);
    assert_true(age_clock_read(&clock, day(3, 400)) == day(0, 2).wall_ns);
    assert_true(age_clock_read(&clock, day(4.1, 401.1)) == day(0, 401.1).wall_ns);
    assert_true(age_clock_read(&clock, day(4.2, -20000)) == day(0, -20000).wall_ns);
}

static void a_clock_far_ahead_of_the_newest_row_is_doubted(void **state)
{
    struct age_clock clock;

    (void)state;
    age_clock_init(&clock, day(1, 100), day(0, 3).wall_ns);
    assert_true(age_clock_read(&clock, day(1.5, 100.5)) == day(0, 3.5).wall_ns);
    assert_true(age_clock_read(&clock, day(2.6, 101.6)) == day(0, 101.6).wall_ns);
}

static bool has_shrunk(struct scene *scene)
{
    return scene_ledger(scene, 0).values[LEDGER_DROPPED_SIZE] > 0;
}

static void a_full_file_gives_up_raw_values_first_and_what_is_owed_last(void **state)
{
    struct history_query query = {.until_wall_ns = INT64_MAX,
                                  .run_seq = RECORD_UNKNOWN,
                                  .limit = 100000,
                                  .kinds = 1u << RECORD_ARCHIVE};
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene.options.max_size = 1 << 20;
    scene_open(&scene);
    int sink = scene_enlist(&scene, "influx", CYCLES);
    for (int i = 0; i < 500; i++) {
        struct record record = scene_packed(RECORD_ARCHIVE, i, 1);
        (void)scene_append(&scene, &record);
    }
    append_cycles(&scene, 1, 1001);
    assert_int_equal(store_acknowledge(scene.store, sink, 1, 700, LEDGER_DELIVERED), 0);
    append_cycles(&scene, 1001, 6001);
    scene_until(&scene, has_shrunk);
    scene_ask(&scene, &query);
    assert_int_equal(scene.count, 0);
    query.kinds = CYCLES;
    scene_ask(&scene, &query);
    struct ledger ledger = scene_ledger(&scene, sink);
    assert_int_equal(ledger.values[LEDGER_DELIVERED], 200);
    assert_true(scene.first.id > 700);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_sink_is_owed_nothing_older),
        cmocka_unit_test(what_was_acknowledged_survives_a_restart),
        cmocka_unit_test(rows_are_fetched_in_order_and_within_limits),
        cmocka_unit_test(a_correction_is_owed_again_and_a_repetition_is_not),
        cmocka_unit_test(a_packed_row_counts_its_values),
        cmocka_unit_test(a_sink_out_of_the_configuration_is_owed_nothing_meanwhile),
        cmocka_unit_test(other_kinds_close_the_ledger_too),
        cmocka_unit_test(dead_letters_keep_the_words_until_a_person_decides),
        cmocka_unit_test(a_correction_takes_the_dead_letter_away),
        cmocka_unit_test(what_is_too_old_goes_and_is_counted),
        cmocka_unit_test(a_clock_that_leaps_forward_makes_nothing_old),
        cmocka_unit_test(a_clock_far_ahead_of_the_newest_row_is_doubted),
        cmocka_unit_test(a_full_file_gives_up_raw_values_first_and_what_is_owed_last),
    };

    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
