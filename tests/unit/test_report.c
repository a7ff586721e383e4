/* SPDX-License-Identifier: Apache-2.0 */
/* The report of a run, and the HTML and charts it is made of. */
#include "daemon/status/html.h"
#include "daemon/status/report.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define RUN 7

static struct record make(enum record_kind kind, int64_t second)
{
    struct record record;

    record_init(&record, kind,
                (struct moment){second * NS_PER_S, (1767225600 + second) * NS_PER_S});
    (void)text_copy(record.machine, sizeof(record.machine), "vmc-1");
    record.context.run_seq = RUN;
    return record;
}

static struct record make_run(const char *part)
{
    struct record record = make(RECORD_RUN, 0);

    (void)text_copy(record.context.part, sizeof(record.context.part), part);
    record.run.run_seq = RUN;
    record.run.started = 1767225600;
    return record;
}

static struct record make_cycle(int64_t number, double ct, int64_t flags)
{
    struct record record = make(RECORD_CYCLE, number * 60);

    record.cycle.cycle_no = number;
    record.cycle.kind = CYCLE_KIND_PROD;
    record.cycle.outcome = CYCLE_CLASS_COMPLETE;
    record.cycle.ct = ct;
    record.cycle.flags = flags;
    return record;
}

static struct record make_tool(const char *name, double used, int64_t second)
{
    struct record record = make(RECORD_TOOL, second);

    (void)text_copy(record.tool.tool, sizeof(record.tool.tool), name);
    record.tool.used = used;
    return record;
}

/* Ends with text_done(). */
static struct text print(const struct record *records, size_t count, size_t limit)
{
    const struct report report = {
        .run_seq = RUN, .records = records, .count = count, .limit = limit};
    struct text text;

    text_init_heap(&text);
    report_print(&report, &text);
    assert_false(text.failed);
    return text;
}

static size_t occurrences(const char *haystack, const char *needle)
{
    size_t count = 0;

    for (; (haystack = strstr(haystack, needle)); haystack++)
        count++;
    return count;
}

static void every_dangerous_character_is_escaped(void **state)
{
    struct text text;

    (void)state;
    text_init_heap(&text);
    html_add(&text, "<a href=\"x\" b='y'>&");
    assert_string_equal(text.data, "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;");
    text_done(&text);
}

static void what_is_not_known_is_a_dash(void **state)
{
    struct text text;

    (void)state;
    text_init_heap(&text);
    html_add_number(&text, NAN, 2);
    html_add_number(&text, INFINITY, 2);
    html_add_time(&text, 0);
    html_cell(&text, "");
    assert_string_equal(text.data, "–––<td>–");
    text_done(&text);
}

static void a_chart_of_nothing_says_so(void **state)
{
    const struct html_point unknown = {.x = 1, .y = NAN, .kind = "prod", .label = ""};
    struct text text;

    (void)state;
    text_init_heap(&text);
    html_add_chart(&text, &(struct html_chart){
                              .title = "t", .unit = "s", .points = &unknown, .count = 1});
    assert_non_null(strstr(text.data, "nothing was recorded"));
    assert_null(strstr(text.data, "<svg"));
    text_done(&text);
}

static void a_chart_of_one_point_or_equal_points_has_finite_places(void **state)
{
    const struct html_point points[] = {
        {1, 5, "prod", "a"},
        {1, 5, "prod", "b"}
    };

    (void)state;
    for (size_t count = 1; count <= 2; count++) {
        struct text text;

        text_init_heap(&text);
        html_add_chart(&text,
                       &(struct html_chart){
                           .title = "t", .unit = "s", .points = points, .count = count});
        assert_int_equal(occurrences(text.data, "<circle"), count);
        assert_null(strstr(text.data, "nan"));
        assert_null(strstr(text.data, "inf"));
        text_done(&text);
    }
}

static void cycles_become_points_and_numbers(void **state)
{
    const struct record records[] = {
        make_run("BRKT-7"),    make_cycle(1, 60, 0),         make_cycle(2, 61, 0),
        make_cycle(3, 62, 16), make_cycle(4, 90, CYCLE_GAP),
    };
    struct text text = print(records, 5, 100);

    (void)state;
    assert_int_equal(occurrences(text.data, "<circle"), 4);
    assert_int_equal(occurrences(text.data, "class=\"flagged\""), 2);
    assert_non_null(strstr(text.data, "<dt>Complete production cycles<dd>4"));
    assert_non_null(strstr(text.data, "<dt>Fastest, s<dd>60.00"));
    assert_non_null(strstr(text.data, "<dt>Slowest, s<dd>90.00"));
    assert_non_null(strstr(text.data, "cycles with a gap in the data<td class=n>1"));
    assert_null(strstr(text.data, "This report is cut"));
    text_done(&text);
}

static void a_tool_is_shown_as_it_stood_last(void **state)
{
    const struct record records[] = {
        make_run("BRKT-7"),
        make_tool("12", 10, 60),
        make_tool("14", 5, 61),
        make_tool("12", 11, 120),
    };
    struct text text = print(records, 4, 100);

    (void)state;
    assert_int_equal(occurrences(text.data, "<td>12<td"), 1);
    assert_int_equal(occurrences(text.data, "<td>14<td"), 1);
    assert_non_null(strstr(text.data, "<td>12<td class=n>11.0"));
    text_done(&text);
}

static void names_from_outside_cannot_become_html(void **state)
{
    const struct record record = make_run("<script>alert(1)</script>");
    struct text text = print(&record, 1, 100);

    (void)state;
    assert_null(strstr(text.data, "<script"));
    assert_non_null(strstr(text.data, "&lt;script&gt;"));
    text_done(&text);
}

static void a_run_with_more_than_a_report_holds_is_called_cut(void **state)
{
    const struct record records[] = {make_run("P"), make_cycle(1, 60, 0)};
    struct text text = print(records, 2, 2);

    (void)state;
    assert_non_null(strstr(text.data, "This report is cut"));
    text_done(&text);
}

static void another_runs_record_is_not_this_run(void **state)
{
    struct record record = make_run("P");
    const struct report report = {
        .run_seq = RUN + 1, .records = &record, .count = 1, .limit = 10};

    (void)state;
    assert_null(report_find_run(&report));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dangerous_character_is_escaped),
        cmocka_unit_test(what_is_not_known_is_a_dash),
        cmocka_unit_test(a_chart_of_nothing_says_so),
        cmocka_unit_test(a_chart_of_one_point_or_equal_points_has_finite_places),
        cmocka_unit_test(cycles_become_points_and_numbers),
        cmocka_unit_test(a_tool_is_shown_as_it_stood_last),
        cmocka_unit_test(names_from_outside_cannot_become_html),
        cmocka_unit_test(a_run_with_more_than_a_report_holds_is_called_cut),
        cmocka_unit_test(another_runs_record_is_not_this_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
