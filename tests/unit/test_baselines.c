/* SPDX-License-Identifier: Apache-2.0 */
/* Baselines are learned in the pilot, judged in production, and never change by
 * themselves. */
#include "daemon/analytics/analytic.h"
#include "daemon/analytics/quality/chart_table.h"
#include "daemon/analytics/quality/charts.h"
#include "tests/unit/support/story.h"
#include "tests/unit/support/table.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define KEPT 20000

struct bench {
    void *charts;
    struct context context;
    struct machine_view view;
    struct path_view paths[PATHS_MAX];
    struct record *records;
    size_t count;
    int64_t cycle_no;
    uint64_t seed;
};

static void keep(void *owner, const struct record *record)
{
    struct bench *bench = owner;

    if (bench->count < KEPT)
        bench->records[bench->count++] = *record;
}

static void bench_init(struct bench *bench)
{
    static const struct tracker_options options = {.cell = "a", .machine = "m"};

    *bench = (struct bench){.records = calloc(KEPT, sizeof(struct record)), .seed = 7};
    bench->view = (struct machine_view){"a", "m", &bench->context, bench->paths};
    context_init(&bench->context);
    (void)text_copy(bench->context.part, sizeof(bench->context.part), "BRKT-7");
    bench->context.stage = STAGE_PILOT;
    assert_int_equal(analytic_charts.create(&options, &bench->charts), 0);
}

static void bench_done(struct bench *bench)
{
    analytic_charts.destroy(bench->charts);
    free(bench->records);
}

/* Roughly normal, repeatable. */
static double noise(struct bench *bench)
{
    double sum = -6;

    for (int i = 0; i < 12; i++) {
        bench->seed = bench->seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
        sum += (double)(bench->seed >> 11) / 9007199254740992.0;
    }
    return sum;
}

static void run_cycle(struct bench *bench, double seconds, int64_t flags)
{
    const struct record_sink out = {bench, keep};
    struct record record;

    bench->cycle_no++;
    record_init(&record, RECORD_SEGMENT, story_moment((double)bench->cycle_no * 70));
    record.path = 1;
    record.context = bench->context;
    (void)text_copy(record.segment.tool, sizeof(record.segment.tool), "12");
    record.segment.seg = 0;
    record.segment.q = 192;
    record.segment.cycle_no = bench->cycle_no;
    record.segment.dur = seconds / 2;
    analytic_charts.hear(bench->charts, &bench->view, &record, &out);

    record_init(&record, RECORD_CYCLE, story_moment((double)bench->cycle_no * 70));
    record.path = 1;
    record.context = bench->context;
    record.cycle.kind = CYCLE_KIND_PROD;
    record.cycle.outcome = CYCLE_CLASS_COMPLETE;
    record.cycle.hold = record.cycle.ostop = record.cycle.pstop = record.cycle.wait =
        record.cycle.unknown = 0;
    record.cycle.ct = record.cycle.ct100 = record.cycle.net = seconds;
    record.cycle.u_ct = 0.001;
    record.cycle.count = 1;
    record.cycle.flags = flags;
    record.cycle.cycle_no = bench->cycle_no;
    analytic_charts.hear(bench->charts, &bench->view, &record, &out);
}

static void run_cycles(struct bench *bench, int count, double mean)
{
    for (int i = 0; i < count; i++)
        run_cycle(bench, mean + 0.5 * noise(bench), 0);
}

static void say(struct bench *bench, enum statement_kind kind, const char *text)
{
    const struct record_sink out = {bench, keep};
    const struct statement statement = {
        .kind = kind,
        .at = story_moment((double)bench->cycle_no * 70 + 1),
        .context = bench->context,
        .who = "test",
        .text = text,
    };

    analytic_charts.tell(bench->charts, &bench->view, &statement, &out);
}

static const struct record *event(const struct bench *bench, const char *code)
{
    const struct record *found = NULL;

    for (size_t i = 0; i < bench->count; i++)
        if (bench->records[i].kind == RECORD_EVENT &&
            strcmp(bench->records[i].event.code, code) == 0)
            found = &bench->records[i];
    return found;
}

static size_t points(const struct bench *bench)
{
    size_t count = 0;

    for (size_t i = 0; i < bench->count; i++)
        count += bench->records[i].kind == RECORD_CHART;
    return count;
}

static void two_bad_cycles_do_not_make_a_wide_baseline(void **state)
{
    struct bench bench = {.seed = 3};
    float values[100];

    (void)state;
    for (int i = 0; i < 100; i++)
        values[i] = (float)(62 + 0.5 * noise(&bench));
    values[20] = values[70] = 66;
    struct baseline baseline = baseline_learn(values, 100, 0);
    assert_true(baseline.dropped >= 2);
    assert_true(fabs(baseline.mean - 62) < 0.15);
    assert_true(baseline.sigma > 0.4 && baseline.sigma < 0.6);
    for (int i = 0; i < 100; i++)
        values[i] = 62;
    baseline = baseline_learn(values, 100, 0.408);
    near(baseline.sigma, 0.408, 1e-12);
}

static void the_pilot_learns_and_production_judges(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    run_cycles(&bench, 120, 62);
    assert_int_equal(points(&bench), 0);
    bench.context.stage = STAGE_PRODUCTION;
    run_cycles(&bench, 1, 62);
    assert_int_equal(points(&bench), 3); /* ct100, net, seg.12.0.dur */
    assert_non_null(event(&bench, "baseline_frozen"));
    near(event(&bench, "baseline_frozen")->event.value, 3, 1e-12);
    run_cycles(&bench, 99, 62);
    assert_null(event(&bench, "chart.ct100"));
    const struct record *verdict = event(&bench, "pilot_vs_production");
    assert_non_null(verdict);
    assert_non_null(strstr(verdict->event.text, "equivalent"));
    bench_done(&bench);
}

static void a_shift_is_found_pages_and_is_acknowledged(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    run_cycles(&bench, 150, 62);
    bench.context.stage = STAGE_PRODUCTION;
    run_cycles(&bench, 20, 62);
    assert_null(event(&bench, "chart.ct100"));
    int64_t from = bench.cycle_no;
    run_cycles(&bench, 6, 63.2);
    const struct record *alarm = event(&bench, "chart.ct100");
    assert_non_null(alarm);
    assert_true(alarm->event.value > 1.5 && alarm->event.value < 4);
    assert_int_equal(alarm->event.severity, SEVERITY_NOTICE);
    run_cycles(&bench, 10, 63.2);
    assert_int_equal(event(&bench, "chart.ct100")->event.severity, SEVERITY_ALARM);
    for (size_t i = bench.count; i-- > 0;) {
        if (bench.records[i].kind != RECORD_CHART)
            continue;
        double onset = bench.records[i].chart.onset_s;
        double truth = (double)story_moment((double)(from + 1) * 70).wall_ns / 1e9;
        assert_true(fabs(onset - truth) <= 3 * 70);
        break;
    }
    say(&bench, STATEMENT_ACK, "chart.ct100 false");
    assert_int_equal(event(&bench, "chart.ct100")->event.cleared, 1);
    bench_done(&bench);
}

static void an_alarm_ends_when_it_is_quiet_again(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    run_cycles(&bench, 150, 62);
    bench.context.stage = STAGE_PRODUCTION;
    run_cycles(&bench, 7, 63);
    assert_non_null(event(&bench, "chart.ct100"));
    assert_true(event(&bench, "chart.ct100")->event.cleared != 1);
    run_cycles(&bench, 40, 62);
    assert_int_equal(event(&bench, "chart.ct100")->event.cleared, 1);
    bench_done(&bench);
}

static void too_few_cycles_judge_nothing(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    run_cycles(&bench, 29, 62);
    bench.context.stage = STAGE_PRODUCTION;
    run_cycles(&bench, 5, 70);
    assert_int_equal(points(&bench), 0);
    assert_non_null(strstr(event(&bench, "baseline_frozen")->event.text, "too few"));
    bench_done(&bench);
}

static void prototypes_and_disturbed_cycles_teach_nothing(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    bench.context.stage = STAGE_PROTOTYPE;
    run_cycles(&bench, 50, 90);
    bench.context.stage = STAGE_PILOT;
    for (int i = 0; i < 60; i++) {
        run_cycle(&bench, 62 + 0.5 * noise(&bench), 0);
        run_cycle(&bench, 80, CYCLE_OVERRIDE);
    }
    say(&bench, STATEMENT_FREEZE, "ready");
    const struct record *frozen = event(&bench, "baseline_frozen");
    assert_non_null(strstr(frozen->event.text, "from 60 cycles, 0 left out"));
    bench_done(&bench);
}

/* The bytes of a saved state, after freezing at 62 s and what came then. */
static double frozen_mean(struct bench *bench)
{
    double mean = NAN;

    for (size_t i = 0; i < bench->count; i++) {
        const struct record *record = &bench->records[i];
        if (record->kind == RECORD_EVENT &&
            strcmp(record->event.code, "baseline_frozen") == 0) {
            const char *at = strstr(record->event.text, "ct100 ");
            mean = at ? strtod(at + 6, NULL) : mean;
        }
    }
    return mean;
}

static void a_drifting_process_does_not_move_its_baseline(void **state)
{
    struct bench bench;
    double last = 0;

    (void)state;
    bench_init(&bench);
    run_cycles(&bench, 100, 62);
    bench.context.stage = STAGE_PRODUCTION;
    for (int i = 0; i < 600; i++)
        run_cycle(&bench, 62 + 0.005 * i, 0);
    for (size_t i = 0; i < bench.count; i++)
        if (bench.records[i].kind == RECORD_CHART &&
            strcmp(bench.records[i].chart.metric, "ct100") == 0)
            last = bench.records[i].chart.z;
    assert_true(last > 4.5);
    bench_done(&bench);
}

static void a_new_pilot_learns_anew(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    run_cycles(&bench, 100, 62);
    bench.context.stage = STAGE_PRODUCTION;
    run_cycles(&bench, 40, 62);
    assert_true(fabs(frozen_mean(&bench) - 62) < 0.2);
    bench.context.stage = STAGE_PILOT;
    run_cycles(&bench, 100, 50);
    bench.context.stage = STAGE_PRODUCTION;
    run_cycles(&bench, 40, 50);
    assert_true(fabs(frozen_mean(&bench) - 50) < 0.2);
    assert_null(event(&bench, "chart.ct100"));
    bench_done(&bench);
}

static void a_restored_state_goes_on_as_if_nothing_had_been(void **state)
{
    struct bench one, other;
    struct text text;

    (void)state;
    bench_init(&one);
    bench_init(&other);
    run_cycles(&one, 80, 62);
    run_cycles(&other, 80, 62);
    text_init_heap(&text);
    for (int i = 0; i < 80; i++) {
        one.context.stage = other.context.stage = i < 20 ? STAGE_PILOT : STAGE_PRODUCTION;
        text_clear(&text);
        analytic_charts.save(other.charts, &text);
        assert_int_equal(analytic_charts.restore(other.charts, text.data, text.length),
                         0);
        run_cycles(&one, 1, i < 60 ? 62 : 63);
        run_cycles(&other, 1, i < 60 ? 62 : 63);
    }
    assert_int_equal(one.count, other.count);
    assert_true(one.count > 180);
    for (size_t i = 0; i < one.count; i++) {
        struct text a, b;

        text_init_heap(&a);
        text_init_heap(&b);
        record_print_json(&one.records[i], &a);
        record_print_json(&other.records[i], &b);
        assert_string_equal(a.data, b.data);
        text_done(&a);
        text_done(&b);
    }
    for (size_t length = 0; length < text.length; length += 37)
        (void)analytic_charts.restore(other.charts, text.data, length);
    assert_int_equal(analytic_charts.restore(other.charts, "abc", 3), -EPROTO);
    text_done(&text);
    bench_done(&one);
    bench_done(&other);
}

static void a_full_table_says_so_and_keeps_what_is_frozen(void **state)
{
    static struct chart_table table;
    char metric[16];

    (void)state;
    for (int i = 0; i < CHARTS_MAX; i++) {
        struct text text;

        text_init_fixed(&text, metric, sizeof(metric));
        text_add_integer(&text, i);
        struct chart *chart = chart_table_make(&table, 1, 1, metric);
        assert_non_null(chart);
        chart->used_ns = i + 1;
        for (int k = 0; k < 40; k++)
            (void)chart_learn(&table, chart, 10 + k % 3, 0);
        if (i > 0)
            assert_int_equal(chart_freeze(&table, chart, 30, 9), true);
    }
    assert_non_null(chart_table_make(&table, 2, 1, "new"));
    assert_null(chart_table_find(&table, 1, "0"));
    assert_non_null(chart_table_find(&table, 1, "1"));
    struct chart *chart = chart_table_find(&table, 2, "new");
    for (int k = 0; k < 40; k++)
        assert_true(chart_learn(&table, chart, k % 5, 0));
    assert_true(chart_freeze(&table, chart, 30, 9));
    assert_null(chart_table_make(&table, 3, 1, "none"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_bad_cycles_do_not_make_a_wide_baseline),
        cmocka_unit_test(the_pilot_learns_and_production_judges),
        cmocka_unit_test(a_shift_is_found_pages_and_is_acknowledged),
        cmocka_unit_test(an_alarm_ends_when_it_is_quiet_again),
        cmocka_unit_test(too_few_cycles_judge_nothing),
        cmocka_unit_test(prototypes_and_disturbed_cycles_teach_nothing),
        cmocka_unit_test(a_drifting_process_does_not_move_its_baseline),
        cmocka_unit_test(a_new_pilot_learns_anew),
        cmocka_unit_test(a_restored_state_goes_on_as_if_nothing_had_been),
        cmocka_unit_test(a_full_table_says_so_and_keeps_what_is_frozen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
