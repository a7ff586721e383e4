/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/kpi/windows.h"

#include "daemon/base/moment.h"

#include <string.h>

#define SETTLE_NS (60 * NS_PER_S)  /* what belongs to a window is known by then */
#define FORGOTTEN (8 * NS_PER_DAY) /* windows nobody watched are not opened */
#define ALL_KEPT  ((size_t)KPI_KINDS * KPI_WINDOWS_KEPT)

static struct kpi_window *at_index(struct kpi_windows *windows, size_t index)
{
    return &windows->kept[index / KPI_WINDOWS_KEPT][index % KPI_WINDOWS_KEPT];
}

static struct kpi_window *newest(struct kpi_windows *windows, enum kpi_window_kind kind)
{
    return &windows->kept[kind][windows->newest[kind]];
}

static void write_window(enum kpi_window_kind kind, struct kpi_window *window,
                         const struct kpi_writer *writer)
{
    window->is_written = true;
    writer->write(writer->owner, kind, window);
}

/* Windows that ended at or before `limit_ns` and were not written, earliest first. */
static void write_ended(struct kpi_windows *windows, int64_t limit_ns,
                        const struct kpi_writer *writer)
{
    for (;;) {
        size_t first = ALL_KEPT;

        for (size_t i = 0; i < ALL_KEPT; i++) {
            struct kpi_window *window = at_index(windows, i);

            if (window->is_used && !window->is_written && window->to_ns <= limit_ns &&
                (first == ALL_KEPT || window->to_ns < at_index(windows, first)->to_ns))
                first = i;
        }
        if (first == ALL_KEPT)
            return;
        write_window((enum kpi_window_kind)(first / KPI_WINDOWS_KEPT),
                     at_index(windows, first), writer);
    }
}

static struct kpi_window *open_window(struct kpi_windows *windows,
                                      enum kpi_window_kind kind, const char *label,
                                      const struct kpi_writer *writer)
{
    if (newest(windows, kind)->is_used)
        windows->newest[kind] = (windows->newest[kind] + 1) % KPI_WINDOWS_KEPT;

    struct kpi_window *window = newest(windows, kind);
    if (window->is_used && !window->is_written)
        write_window(kind, window, writer);
    memset(window, 0, sizeof(*window));
    window->is_used = true;
    window->run_seq = RECORD_UNKNOWN;
    (void)text_copy(window->label, sizeof(window->label), label);
    return window;
}

static void open_span(struct kpi_windows *windows, enum kpi_window_kind kind,
                      const struct calendar_shift *span, const struct kpi_writer *writer)
{
    const struct kpi_window *last = newest(windows, kind);

    if (last->is_used && last->to_ns == span->to_ns)
        return;
    struct kpi_window *window = open_window(windows, kind, span->name, writer);
    window->from_ns =
        span->from_ns > windows->first_ns ? span->from_ns : windows->first_ns;
    window->to_ns = span->to_ns;
}

/* Opens the shift and the day of look_ns, and says when to look again. */
static void look(struct kpi_windows *windows, const struct calendar *calendar,
                 const struct kpi_writer *writer)
{
    const int64_t at = windows->look_ns;
    char name[16];
    struct calendar_shift shift, day = calendar_find_day(calendar, at, name);
    int64_t next = 0;

    (void)calendar_classify(calendar, at, &next);
    if (calendar_find_shift(calendar, at, &shift)) {
        open_span(windows, KPI_SHIFT, &shift, writer);
        next = shift.to_ns < next ? shift.to_ns : next;
    }
    open_span(windows, KPI_DAY, &day, writer);
    windows->look_ns = day.to_ns < next ? day.to_ns : next;
    if (windows->look_ns <= at)
        windows->look_ns = at + NS_PER_MINUTE;
}

static void open_until(struct kpi_windows *windows, const struct calendar *calendar,
                       int64_t now_ns, const struct kpi_writer *writer)
{
    if (windows->first_ns == 0)
        windows->first_ns = windows->look_ns = now_ns;
    if (now_ns - windows->look_ns > FORGOTTEN)
        windows->look_ns = now_ns;
    while (windows->look_ns <= now_ns)
        look(windows, calendar, writer);
}

void kpi_windows_advance(struct kpi_windows *windows, const struct calendar *calendar,
                         int64_t now_ns, const struct kpi_writer *writer)
{
    open_until(windows, calendar, now_ns, writer);
    write_ended(windows, now_ns - SETTLE_NS, writer);
}

void kpi_windows_reach(struct kpi_windows *windows, const struct calendar *calendar,
                       int64_t to_ns, const struct kpi_writer *writer)
{
    open_until(windows, calendar, to_ns, writer);
    write_ended(windows, to_ns - 1, writer);
}

void kpi_windows_start_run(struct kpi_windows *windows, int64_t at_ns, int64_t run_seq,
                           const char *label, const struct kpi_writer *writer)
{
    kpi_windows_stop_run(windows, at_ns);

    struct kpi_window *window = open_window(windows, KPI_RUN, label, writer);
    window->from_ns = at_ns;
    window->to_ns = INT64_MAX;
    window->run_seq = run_seq;
}

void kpi_windows_stop_run(struct kpi_windows *windows, int64_t at_ns)
{
    struct kpi_window *run = newest(windows, KPI_RUN);

    if (!kpi_windows_in_run(windows))
        return;
    run->to_ns = at_ns > run->from_ns ? at_ns : run->from_ns;
    for (size_t i = 0; i < ALL_KEPT; i++) {
        struct kpi_window *window = at_index(windows, i);

        if (window->is_used)
            window->sum.aoet += kpi_window_overlap(window, run->from_ns, run->to_ns);
    }
}

bool kpi_windows_in_run(const struct kpi_windows *windows)
{
    const struct kpi_window *run = &windows->kept[KPI_RUN][windows->newest[KPI_RUN]];

    return run->is_used && run->to_ns == INT64_MAX;
}

bool kpi_windows_know_runs(const struct kpi_windows *windows)
{
    return windows->kept[KPI_RUN][0].is_used;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

double kpi_window_overlap(const struct kpi_window *window, int64_t from_ns, int64_t to_ns)
{
    int64_t from = later(window->from_ns, from_ns), to = earlier(window->to_ns, to_ns);

    return to > from ? (double)(to - from) / 1e9 : 0;
}

double kpi_window_share(const struct kpi_window *window, const struct calendar *calendar,
                        int64_t from_ns, int64_t to_ns)
{
    int64_t from = later(window->from_ns, from_ns), to = earlier(window->to_ns, to_ns);

    if (to <= from)
        return 0;
    return (double)calendar_measure(calendar, from, to).busy_ns /
           (double)(to_ns - from_ns);
}

void kpi_windows_spread(struct kpi_windows *windows, const struct calendar *calendar,
                        int64_t from_ns, int64_t to_ns, const struct kpi_elements *whole,
                        double sign)
{
    for (size_t i = 0; i < ALL_KEPT && to_ns > from_ns; i++) {
        struct kpi_window *window = at_index(windows, i);

        if (!window->is_used)
            continue;
        double share = kpi_window_share(window, calendar, from_ns, to_ns);
        if (share > 0)
            kpi_elements_add(&window->sum, whole, sign * share);
    }
}

void kpi_windows_count(struct kpi_windows *windows, int64_t at_ns,
                       const struct kpi_elements *counted, double sign)
{
    for (size_t i = 0; i < ALL_KEPT; i++) {
        struct kpi_window *window = at_index(windows, i);

        if (window->is_used && window->from_ns < at_ns && at_ns <= window->to_ns)
            kpi_elements_add(&window->sum, counted, sign);
    }
}

void kpi_windows_rewrite(struct kpi_windows *windows, const struct kpi_windows *before,
                         const struct kpi_writer *writer)
{
    for (size_t i = 0; i < ALL_KEPT; i++) {
        struct kpi_window *window = at_index(windows, i);
        const struct kpi_window *was =
            &before->kept[i / KPI_WINDOWS_KEPT][i % KPI_WINDOWS_KEPT];

        if (window->is_written && was->is_written && was->to_ns == window->to_ns &&
            memcmp(&was->sum, &window->sum, sizeof(was->sum)) != 0)
            write_window((enum kpi_window_kind)(i / KPI_WINDOWS_KEPT), window, writer);
    }
}
