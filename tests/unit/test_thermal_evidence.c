/* SPDX-License-Identifier: Apache-2.0 */
/* A machine that shows its drift itself, and cycles that are told how warm it was. */
#include "daemon/analytics/thermal/growth.h"
#include "daemon/analytics/thermal/thermal_machine.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define GROWTH_UM 18.0
#define TAU_S     3600.0

struct told {
    struct thermal_record displacement, offset;
    int features;
};

static void on_record(void *owner, const struct record *record)
{
    struct told *told = owner;

    told->features += record->kind == RECORD_FEATURE;
    if (record->kind != RECORD_THERMAL)
        return;
    if (strcmp(record->thermal.axis, "displacement.z") == 0)
        told->displacement = record->thermal;
    if (strcmp(record->thermal.axis, "work_offset.z") == 0)
        told->offset = record->thermal;
}

static void show(struct tracker *tracker, enum signal signal, const char *place,
                 double number, int second, const struct record_sink *out)
{
    int64_t ns = second * NS_PER_S;
    const struct sample sample = {
        .signal = signal,
        .quality = QUALITY_GOOD,
        .path = 1,
        .place = place,
        .value = {.kind = VALUE_NUMBER, .number = number                     },
        .at = {.mono_ns = ns,        .wall_ns = 1767225600 * NS_PER_S + ns},
    };

    tracker_observe(tracker, &sample, out);
}

/* Two days of one shift each; the offset is corrected for each 4 um that it grew. */
static void live_two_days(struct told *told)
{
    const struct tracker_options options = {.cell = "a", .machine = "vmc-1"};
    const struct record_sink out = {told, on_record};
    struct tracker *tracker = NULL;
    double growth = 0, corrected = 0;

    memset(told, 0, sizeof(*told));
    assert_int_equal(tracker_create(&options, &tracker), 0);
    for (int second = 0; second < 2 * 86400; second += 30) {
        bool is_running = second % 86400 < 28800;
        show(tracker, SIGNAL_SPINDLE_SPEED, "", is_running ? 8000 : 0, second, &out);
        show(tracker, SIGNAL_DISPLACEMENT, "z", GROWTH_UM * growth / 1000, second, &out);
        if (fabs(GROWTH_UM * growth - corrected) > 4)
            corrected = GROWTH_UM * growth;
        show(tracker, SIGNAL_WORK_OFFSET, "z", -corrected / 1000, second, &out);
        growth = growth_step_slower_down(growth, is_running, TAU_S, 30);
    }
    tracker_destroy(tracker);
}

static void a_displacement_tells_growth_and_time_constant(void **state)
{
    struct told told;

    (void)state;
    live_two_days(&told);
    assert_true(fabs(told.displacement.amplitude_um - GROWTH_UM) < 0.05 * GROWTH_UM);
    assert_true(fabs(told.displacement.tau_s - TAU_S) < 300);
    assert_true(isnan(told.displacement.wear_part_um));
    assert_true(strstr(told.displacement.verdict, "heat alone") != NULL);
    assert_int_equal(told.features, 0); /* nobody measured a part */
}

static void corrections_of_a_work_offset_tell_the_sign(void **state)
{
    struct told told;

    (void)state;
    live_two_days(&told);
    /* What a hand does is against the growth; it knows it to 4 um. */
    assert_true(fabs(told.offset.amplitude_um + GROWTH_UM) <
                1.6449 * told.offset.amplitude_u);
    assert_true(told.offset.amplitude_u < GROWTH_UM / 3);
}

static void a_cold_cycle_is_marked_and_stays_so_when_corrected(void **state)
{
    static struct heat_state heat;
    struct cycle_record cycle = {.cycle_no = 7};

    (void)state;
    heat_input_init(&heat.heat);
    heat.heat.input = heat.heat.mean = 1;
    heat.heat.has_cooled = true;
    heat.cycle_no = 6;
    thermal_tag_cycle(&heat, &cycle);
    assert_true(cycle.flags & CYCLE_COLD);

    heat.cycle_no = 7;
    heat.heat.has_cooled = false;
    struct cycle_record next = {.cycle_no = 8}, again = {.cycle_no = 7};
    thermal_tag_cycle(&heat, &next);
    thermal_tag_cycle(&heat, &again);
    assert_false(next.flags & CYCLE_COLD);
    assert_true(again.flags & CYCLE_COLD);
    assert_string_equal(next.thermal_state, ""); /* no minute was judged yet */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_displacement_tells_growth_and_time_constant),
        cmocka_unit_test(corrections_of_a_work_offset_tell_the_sign),
        cmocka_unit_test(a_cold_cycle_is_marked_and_stays_so_when_corrected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
