/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine-year through the tracker: cycles of three tools with a spindle load each
 * second, a stop now and then, a pilot of three days, then production. Prints time and
 * memory by quarters of the year: memory must not grow.
 *
 * Usage: bench_year [DAYS]   (365 by default)
 */
#include "daemon/analytics/tracker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct year {
    struct tracker *tracker;
    struct record_sink out;
    int64_t at_s;
    int64_t observations, parts;
    int64_t records[RECORD_KIND_COUNT];
    uint64_t seed;
};

static void count_record(void *owner, const struct record *record)
{
    struct year *year = owner;

    year->records[record->kind]++;
}

static double random_share(struct year *year)
{
    year->seed = year->seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
    return (double)(year->seed >> 11) / 9007199254740992.0;
}

static struct moment now(const struct year *year)
{
    const int64_t wall_s = INT64_C(1767225600) + year->at_s; /* 2026-01-01 */

    return (struct moment){year->at_s * NS_PER_S, wall_s * NS_PER_S};
}

static void show(struct year *year, enum signal signal, struct value value)
{
    struct sample sample = {
        .at = now(year), .signal = signal, .path = 1, .place = "", .value = value};

    sample.quality = QUALITY_GOOD;
    tracker_observe(year->tracker, &sample, &year->out);
    year->observations++;
}

static void show_number(struct year *year, enum signal signal, double number)
{
    show(year, signal, (struct value){.kind = VALUE_NUMBER, .number = number});
}

static void show_code(struct year *year, enum signal signal, int64_t code)
{
    show(year, signal, (struct value){.kind = VALUE_CODE, .integer = code});
}

static void show_text(struct year *year, enum signal signal, const char *text)
{
    show(year, signal, (struct value){.kind = VALUE_TEXT, .text = text});
}

static void work(struct year *year, double load, int64_t seconds)
{
    for (int64_t i = 0; i < seconds; i++, year->at_s++)
        show_number(year, SIGNAL_SPINDLE_LOAD, load + 4 * random_share(year));
}

static void make_part(struct year *year)
{
    show_code(year, SIGNAL_EXECUTION, EXECUTION_RUN);
    show_text(year, SIGNAL_TOOL, "1");
    work(year, 30, 20);
    show_text(year, SIGNAL_TOOL, "2");
    work(year, 45, 18 + (int64_t)(3 * random_share(year)));
    show_text(year, SIGNAL_TOOL, "3");
    work(year, 20, 15);
    show(year, SIGNAL_PART_COUNT,
         (struct value){.kind = VALUE_INTEGER, .integer = ++year->parts});
    show_code(year, SIGNAL_EXECUTION, EXECUTION_DONE);
    work(year, 0, 6 + (int64_t)(4 * random_share(year)));
    if (random_share(year) < 0.01)
        work(year, 0, 600);
}

static void start_stage(struct year *year, enum stage stage)
{
    struct statement statement = {.kind = STATEMENT_RUN_START, .at = now(year)};

    context_init(&statement.context);
    statement.context.stage = stage;
    statement.context.run_seq = 1 + (int64_t)stage;
    statement.context.lot_seq = statement.context.fixture_seq = RECORD_UNKNOWN;
    (void)text_copy(statement.context.part, sizeof(statement.context.part), "BRKT-7");
    statement.target = RECORD_UNKNOWN;
    statement.who = statement.run_id = statement.tool = statement.text = "";
    tracker_tell(year->tracker, &statement, &year->out);
}

static void report(const struct year *year, clock_t began)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    printf("%6.1f days %11lld observations %8lld cycles %9lld charts %5lld kpi "
           "%7.1f s CPU %7ld KiB\n",
           (double)year->at_s / 86400, (long long)year->observations,
           (long long)year->records[RECORD_CYCLE], (long long)year->records[RECORD_CHART],
           (long long)year->records[RECORD_KPI],
           (double)(clock() - began) / CLOCKS_PER_SEC, usage.ru_maxrss);
}

int main(int argc, char **argv)
{
    const struct tracker_options options = {.cell = "a", .machine = "m"};
    const int64_t days = argc > 1 ? strtoll(argv[1], NULL, 10) : 365;
    struct year year = {
        .seed = 1, .out = {&year, count_record}
    };
    const clock_t began = clock();
    bool is_pilot = true;

    if (tracker_create(&options, &year.tracker))
        return 1;
    show_text(&year, SIGNAL_PROGRAM, "O1234");
    start_stage(&year, STAGE_PILOT);
    for (int64_t quarter = 1; quarter <= 4; quarter++) {
        while (year.at_s < days * 86400 * quarter / 4) {
            make_part(&year);
            if (!is_pilot || year.at_s < INT64_C(3) * 86400)
                continue;
            is_pilot = false;
            start_stage(&year, STAGE_PRODUCTION);
        }
        report(&year, began);
    }
    tracker_destroy(year.tracker);
    return 0;
}
