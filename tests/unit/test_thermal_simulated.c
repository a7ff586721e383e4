/* SPDX-License-Identifier: Apache-2.0 */
/* Shifts with a known truth: wear of each part, growth of a first-order body, lots,
 * fixtures, overrides and noise (domain.md 4.4). */
#include "daemon/analytics/thermal/feature_drift.h"
#include "daemon/analytics/thermal/growth.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define WEAR       0.15
#define AMPLITUDE  18.0
#define TAU_S      3600.0
#define NOISE      2.0
#define PART_S     120.0
#define SHIFT_S    28800.0
#define DAY_S      86400.0
#define BREAK_AT_S 14400.0
#define BREAK_S    1800.0
#define TOOL_PARTS 60
#define KELVIN     12.0 /* rise of the sensor at full heat */

static const struct drift_priors priors = {.noise_um = 2, .tool_um = 3, .lot_um = 10};

struct shop {
    uint64_t random;
    double growth, virtual[VIRTUAL_COUNT];
    struct drift_scene scene;
    struct feature_drift drift;
    bool has_sensor, is_secret; /* secret: nobody tells of a change of the edge */
    int untold;                 /* parts of edges that nobody told the end of */
    int tool_parts, every;      /* a tool's parts; each how-manieth is measured */
    int parts, total;
    double lot, fixture, override; /* um */
    double now_s;
    int hits, judged;       /* 80 % intervals of measurements */
    int right, wrong, open; /* attribution: open = undecided */
    double noise_um;
};

static double uniform(struct shop *shop)
{
    shop->random = shop->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return ((double)(shop->random >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(struct shop *shop)
{
    double radius = sqrt(-2 * log(uniform(shop)));

    return radius * cos(6.283185307179586 * uniform(shop));
}

static void open_shop(struct shop *shop, uint64_t seed, bool has_sensor)
{
    memset(shop, 0, sizeof(*shop));
    shop->random = seed * 77777 + 1;
    shop->has_sensor = has_sensor;
    shop->tool_parts = TOOL_PARTS;
    shop->every = 1;
    shop->noise_um = NOISE;
    for (int i = 0; i < 20; i++)
        (void)uniform(shop);
    feature_drift_init(&shop->drift, "bore", &priors);
    shop->scene.lot_seq = shop->scene.fixture_seq = RECORD_UNKNOWN;
    for (int i = 0; i < BANK_MEMBERS; i++) {
        shop->scene.inputs.theta[i] = i < VIRTUAL_COUNT ? 0 : NAN;
        shop->scene.inputs.rise[i] = i < VIRTUAL_COUNT ? 1 : KELVIN;
    }
    for (int lag = 0; lag < LAG_COUNT; lag++)
        for (int i = 0; i < SENSOR_COUNT; i++)
            shop->scene.heat.values[lag][i] = NAN;
}

static void pass(struct shop *shop, double input, double seconds)
{
    shop->now_s += seconds;
    shop->growth = growth_step_slower_down(shop->growth, input, TAU_S, seconds);
    for (int i = 0; i < VIRTUAL_COUNT; i++)
        shop->scene.inputs.theta[i] = growth_step_slower_down(
            shop->scene.inputs.theta[i], input, virtual_tau_s[i], seconds);
    if (!shop->has_sensor)
        return;
    double kelvin = KELVIN * shop->growth + 0.2 * normal(shop);
    shop->scene.inputs.theta[VIRTUAL_COUNT] = kelvin;
    for (int lag = 0; lag < LAG_COUNT; lag++)
        shop->scene.heat.values[lag][0] = growth_step(
            isfinite(shop->scene.heat.values[lag][0]) ? shop->scene.heat.values[lag][0]
                                                      : 0,
            kelvin, lag_tau_s[lag], seconds);
}

/* The largest of what really moved it, if it is larger than the next by a third. */
static enum drift_cause truth(const struct shop *shop)
{
    const double sizes[] = {WEAR * shop->parts, AMPLITUDE * shop->growth, fabs(shop->lot),
                            fabs(shop->fixture), fabs(shop->override)};
    int first = 0;

    for (int i = 1; i < 5; i++)
        first = sizes[i] > sizes[first] ? i : first;
    return (enum drift_cause)(CAUSE_WEAR + first);
}

static void judge(struct shop *shop, const struct drift_finding *finding, double y)
{
    if (isfinite(finding->expected_u)) {
        shop->judged++;
        shop->hits += fabs(y - finding->expected) <= 1.2816 * finding->expected_u;
    }
    if (finding->cause == CAUSE_NONE)
        return;
    if (finding->cause == CAUSE_UNDECIDED)
        shop->open++;
    else if (finding->cause == truth(shop))
        shop->right++;
    else
        shop->wrong++;
}

static void make_part(struct shop *shop)
{
    struct drift_finding finding;

    pass(shop, 1, PART_S);
    if (shop->parts == shop->tool_parts) {
        shop->parts = 0;
        shop->scene.edge += !shop->is_secret;
        shop->untold += shop->is_secret ? shop->tool_parts : 0;
    }
    shop->parts++;
    shop->scene.inputs.age = shop->parts + shop->untold;
    if (shop->total++ % shop->every)
        return;
    double y = WEAR * shop->parts + AMPLITUDE * shop->growth + shop->lot + shop->fixture +
               shop->override + shop->noise_um * normal(shop);
    shop->scene.at.mono_ns = (int64_t)(shop->now_s * 1e9);
    feature_drift_add(&shop->drift, &priors, &shop->scene, y, &finding);
    judge(shop, &finding, y);
}

static void work_shift(struct shop *shop)
{
    double begin = shop->now_s;

    while (shop->now_s - begin < BREAK_AT_S)
        make_part(shop);
    pass(shop, 0, BREAK_S);
    while (shop->now_s - begin < SHIFT_S)
        make_part(shop);
}

static void go_home(struct shop *shop)
{
    pass(shop, 0, DAY_S - SHIFT_S);
}

static void look(const struct shop *shop, struct drift_mixture *ret_mixture)
{
    drift_bank_look(&shop->drift.bank, &shop->scene.inputs, ret_mixture);
}

static void work_days(struct shop *shop, int days)
{
    for (int day = 0; day < days; day++) {
        work_shift(shop);
        if (day + 1 < days)
            go_home(shop);
    }
}

/* 40 shops of three shifts: the means are right, and the intervals are honest. */
static void check_three_shifts(bool has_sensor)
{
    enum {
        SHOPS = 40
    };
    double wear = 0, amplitude = 0, tau = 0;
    int wear_hits = 0, amplitude_hits = 0, hits = 0, judged = 0, good = 0;

    for (uint64_t seed = 1; seed <= SHOPS; seed++) {
        static struct shop shop;
        struct drift_mixture mixture;
        open_shop(&shop, seed, has_sensor);
        work_days(&shop, 3);
        look(&shop, &mixture);
        assert_true(feature_drift_is_separable(&shop.drift, &mixture, NAN));
        wear += mixture.wear / SHOPS;
        amplitude += mixture.amplitude / SHOPS;
        tau += mixture.tau_s / SHOPS;
        wear_hits += fabs(mixture.wear - WEAR) <= 1.2816 * mixture.wear_u;
        amplitude_hits +=
            fabs(mixture.amplitude - AMPLITUDE) <= 1.2816 * mixture.amplitude_u;
        good += fabs(mixture.wear - WEAR) < 0.05 * WEAR &&
                fabs(mixture.amplitude - AMPLITUDE) < 0.1 * AMPLITUDE;
        hits += shop.hits;
        judged += shop.judged;
    }
    printf("sensor %d: wear %.4f amplitude %.2f tau %.0f min; 80 %% hold: wear %d "
           "amplitude %d of %d, measurements %.3f; within 5 and 10 %%: %d\n",
           has_sensor, wear, amplitude, tau / 60, wear_hits, amplitude_hits, SHOPS,
           (double)hits / judged, good);
    assert_true(fabs(wear - WEAR) < 0.05 * WEAR);
    assert_true(fabs(amplitude - AMPLITUDE) < 0.1 * AMPLITUDE);
    assert_in_range(1000 * hits / judged, 750, 900);
}

static void three_shifts_with_a_sensor_separate_wear_from_heat(void **state)
{
    (void)state;
    check_three_shifts(true);
}

static void three_shifts_without_a_sensor_separate_wear_from_heat(void **state)
{
    (void)state;
    check_three_shifts(false);
}

/* One tool a day, begun cold: age and heat rise together and nothing tells them apart. */
static void a_schedule_that_cannot_separate_is_refused(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        static struct shop shop;
        struct drift_mixture mixture;
        open_shop(&shop, seed, seed % 2);
        shop.tool_parts = 1000;
        for (int i = 0; i < (shop.has_sensor ? 30 : 240); i++)
            make_part(&shop);
        look(&shop, &mixture);
        assert_false(feature_drift_is_separable(&shop.drift, &mixture, NAN));
    }
}

/* Edges are changed and nobody says so: the saw is seen in the errors, and refused. */
static void wear_of_edges_that_nobody_tells_is_refused(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        static struct shop shop;
        struct drift_mixture mixture;
        open_shop(&shop, seed, seed % 2);
        shop.is_secret = true;
        work_days(&shop, 3);
        look(&shop, &mixture);
        assert_false(feature_drift_is_separable(&shop.drift, &mixture, NAN));
    }
}

/* One slip of a gauge is not believed; the same twice is a step that nobody told. */
static void a_slip_is_doubted_and_a_step_is_taken(void **state)
{
    static struct shop shop;
    struct drift_mixture before, after;

    (void)state;
    open_shop(&shop, 3, false);
    work_days(&shop, 1);
    look(&shop, &before);
    shop.lot = 300;
    make_part(&shop);
    shop.lot = 0;
    look(&shop, &after);
    assert_true(fabs(after.value - before.value) < 3);
    assert_true(fabs(after.wear - before.wear) < before.wear_u);

    shop.lot = 300;
    for (int i = 0; i < 3; i++)
        make_part(&shop);
    look(&shop, &after);
    assert_true(fabs(after.value - before.value - 300) < 5);
    assert_true(fabs(after.wear - before.wear) < 2 * before.wear_u);
}

/* The override's parts teach wear and heat all the same. */
static void an_override_does_not_pass_for_wear_or_heat(void **state)
{
    int good = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        static struct shop shop;
        struct drift_mixture mixture;
        open_shop(&shop, seed, false);
        work_days(&shop, 1);
        shop.scene.is_overridden = true;
        shop.override = 30;
        work_days(&shop, 1);
        shop.scene.is_overridden = false;
        shop.override = 0;
        work_days(&shop, 1);
        look(&shop, &mixture);
        good += fabs(mixture.wear - WEAR) < 0.1 * WEAR &&
                fabs(mixture.amplitude - AMPLITUDE) < 0.1 * AMPLITUDE;
    }
    assert_true(good >= 17);
}

static void causes_are_right_or_undecided(void **state)
{
    int right = 0, wrong = 0, open = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        static struct shop shop;
        open_shop(&shop, seed, seed % 2);
        shop.scene.lot_seq = shop.scene.fixture_seq = 1;
        work_days(&shop, 1);
        go_home(&shop);
        if (seed % 3 == 0) {
            shop.scene.lot_seq = 2;
            shop.lot = 30;
        } else if (seed % 3 == 1) {
            shop.scene.fixture_seq = 2;
            shop.fixture = -30;
        }
        work_days(&shop, 1);
        shop.scene.is_overridden = true;
        shop.override = 45;
        for (int i = 0; i < 20; i++)
            make_part(&shop);
        right += shop.right;
        wrong += shop.wrong;
        open += shop.open;
    }
    printf("causes: %d right, %d wrong, %d undecided\n", right, wrong, open);
    assert_true(right > 50 * wrong);
    assert_true(right > open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_shifts_with_a_sensor_separate_wear_from_heat),
        cmocka_unit_test(three_shifts_without_a_sensor_separate_wear_from_heat),
        cmocka_unit_test(a_schedule_that_cannot_separate_is_refused),
        cmocka_unit_test(wear_of_edges_that_nobody_tells_is_refused),
        cmocka_unit_test(a_slip_is_doubted_and_a_step_is_taken),
        cmocka_unit_test(an_override_does_not_pass_for_wear_or_heat),
        cmocka_unit_test(causes_are_right_or_undecided),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
