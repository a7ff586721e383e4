/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/kpi/kpi.h"

#include "daemon/analytics/cycle/cycle_options.h"
#include "daemon/analytics/kpi/stop_log.h"
#include "daemon/analytics/kpi/windows.h"
#include "daemon/analytics/run/part_options.h"
#include "daemon/base/pages.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define VERSION INT64_C(1)

/* All that is remembered: plain bytes. */
struct kpi_state {
    int64_t version;
    struct kpi_windows windows;
    struct stop_log log;
    int64_t bad_count; /* the control's counter; RECORD_UNKNOWN = never heard */
    bool has_part_state;
    char bad_serial[RECORD_NAME_MAX]; /* the last part measured bad */
};

struct kpi {
    struct tracker_options options;
    struct kpi_options counting;
    struct calendar calendar;
    int64_t master;
    struct kpi_state state;
    struct kpi_windows before; /* scratch, while something is counted */
};

/* One call from outside, on its way to a record. */
struct errand {
    struct kpi *kpi;
    const struct machine_view *view;
    const struct record_sink *out;
};

/* A stop or a run that lasts counts up to the window's end. */
static void add_lasting(const struct kpi *kpi, const struct kpi_window *window,
                        struct kpi_elements *sum)
{
    const struct kpi_windows *windows = &kpi->state.windows;
    const struct kpi_window *run = &windows->kept[KPI_RUN][windows->newest[KPI_RUN]];
    struct logged_stop open = kpi->state.log.open;

    if (kpi_windows_in_run(windows))
        sum->aoet += kpi_window_overlap(window, run->from_ns, window->to_ns);
    if (open.from_ns == 0 || open.from_ns >= window->to_ns)
        return;
    if (open.reason == REASON_NONE)
        open.reason = REASON_DOWN_UNREASONED;
    struct kpi_elements whole =
        stop_elements(&open, (double)(window->to_ns - open.from_ns) / 1e9,
                      kpi_windows_know_runs(windows));
    kpi_elements_add(
        sum, &whole,
        kpi_window_share(window, &kpi->calendar, open.from_ns, window->to_ns));
}

static void write_window(void *owner, enum kpi_window_kind kind,
                         struct kpi_window *window)
{
    static const char *const names[] = {"shift", "day", "run"};
    const struct errand *errand = owner;
    struct kpi *kpi = errand->kpi;
    struct kpi_elements sum = window->sum;
    struct record record;

    struct calendar_sum time =
        calendar_measure(&kpi->calendar, window->from_ns, window->to_ns);
    sum.pot = (double)time.scheduled_ns / 1e9;
    sum.pbt = (double)time.busy_ns / 1e9;
    add_lasting(kpi, window, &sum);
    record_init(&record, RECORD_KPI, (struct moment){0, window->to_ns});
    analytic_stamp(errand->view, &record);
    context_init(&record.context);
    record.context.run_seq = window->run_seq;
    kpi_elements_derive(&sum, &kpi->counting, &record.kpi);
    if (!kpi_windows_know_runs(&kpi->state.windows))
        record.kpi.aoet = record.kpi.alloc_ratio = NAN;
    (void)text_copy(record.kpi.window, sizeof(record.kpi.window), names[kind]);
    (void)text_copy(record.kpi.label, sizeof(record.kpi.label), window->label);
    record.kpi.from_s = (double)window->from_ns / 1e9;
    errand->out->append(errand->out->owner, &record);
}

/* Before something that ends at `to_ns` is counted. */
static struct kpi_writer begin_counting(struct errand *errand, int64_t to_ns)
{
    struct kpi *kpi = errand->kpi;
    struct kpi_writer writer = {errand, write_window};

    kpi_windows_reach(&kpi->state.windows, &kpi->calendar, to_ns, &writer);
    kpi->before = kpi->state.windows;
    return writer;
}

static void spread_stop(struct kpi *kpi, const struct logged_stop *stop, double sign)
{
    kpi_windows_spread(&kpi->state.windows, &kpi->calendar, stop->from_ns, stop->to_ns,
                       &stop->counted, sign);
}

static void count_stop(struct kpi *kpi, struct logged_stop *stop)
{
    stop->counted = stop_elements(stop, (double)(stop->to_ns - stop->from_ns) / 1e9,
                                  kpi_windows_know_runs(&kpi->state.windows));
    spread_stop(kpi, stop, 1);
}

static void hear_state(struct errand *errand, const struct record *record)
{
    struct kpi *kpi = errand->kpi;
    struct stop_log *log = &kpi->state.log;
    const int64_t from = record->wall_ns;
    const bool lasts = !(record->state.dur >= 0);
    struct logged_stop stop = {
        .from_ns = from,
        .state = record->state.state,
        .reason = stop_reason(record->state.reason, record->state.text),
        .has_order = record->context.run_seq != RECORD_UNKNOWN,
    };

    if (lasts) {
        log->open = stop;
        return;
    }
    stop.to_ns = from + (int64_t)(record->state.dur * 1e9 + 0.5);
    if (stop.reason == REASON_FAULT)
        stop.failures = !stop_log_continues_fault(log, from);
    if (log->open.from_ns == from)
        log->open.from_ns = 0;
    struct logged_stop *known = stop_log_find(log, from);
    if (!known && stop_log_has_forgotten(log, from))
        return;
    struct kpi_writer writer = begin_counting(errand, stop.to_ns);
    if (known) {
        spread_stop(kpi, known, -1);
        stop.load_s = known->load_s;
    } else {
        known = stop_log_push(log);
    }
    *known = stop;
    count_stop(kpi, known);
    kpi_windows_rewrite(&kpi->state.windows, &kpi->before, &writer);
}

/* The usual loading is part of a minor stop, too. */
static void share_load(struct kpi *kpi, const struct record *record, int64_t started_ns)
{
    double left = record->cycle.load;

    if (!(left > 0) || !(record->cycle.gap > 0))
        return;
    int64_t from = started_ns - (int64_t)(record->cycle.gap * 1e9) - NS_PER_MS;
    for (size_t i = 0; i < LOGGED_STOPS && left > 0; i++) {
        struct logged_stop *stop = &kpi->state.log.stops[i];

        if (stop->reason != REASON_MINOR || stop->load_s > 0 || stop->from_ns < from ||
            stop->to_ns > started_ns + NS_PER_MS)
            continue;
        spread_stop(kpi, stop, -1);
        stop->load_s = fmin(left, (double)(stop->to_ns - stop->from_ns) / 1e9);
        left -= stop->load_s;
        count_stop(kpi, stop);
    }
}

/* Planned seconds for one part; NAN = nobody said. */
static double planned_run_time(const struct kpi *kpi, const struct context *context)
{
    for (size_t i = 0; i < kpi->options.part_count; i++) {
        const struct part_options *part = &kpi->options.parts[i];
        const char *op = part->op ? part->op : "";

        if (part->part && part->ideal_cycle > 0 &&
            strcmp(part->part, context->part) == 0 && strcmp(op, context->op) == 0)
            return (double)part->ideal_cycle / 1e9;
    }
    return NAN;
}

static void apply_cycle(struct kpi *kpi, const struct logged_cycle *cycle, double sign)
{
    struct kpi_windows *windows = &kpi->state.windows;

    kpi_windows_spread(windows, &kpi->calendar, cycle->from_ns, cycle->to_ns,
                       &cycle->spread, sign);
    kpi_windows_count(windows, cycle->to_ns, &cycle->counted, sign);
}

static void hear_cycle(struct errand *errand, const struct record *record)
{
    struct kpi *kpi = errand->kpi;
    struct stop_log *log = &kpi->state.log;
    struct kpi_writer writer = begin_counting(errand, record->wall_ns);
    struct logged_cycle *known = stop_log_find_cycle(log, record->cycle.cycle_no);

    if (known)
        apply_cycle(kpi, known, -1);
    else
        known = stop_log_push_cycle(log);
    *known = (struct logged_cycle){.cycle_no = record->cycle.cycle_no};
    if (!(record->cycle.flags & CYCLE_SUPERSEDED)) {
        *known = cycle_elements(record, planned_run_time(kpi, &record->context));
        apply_cycle(kpi, known, 1);
        share_load(kpi, record, known->from_ns);
    }
    kpi_windows_rewrite(&kpi->state.windows, &kpi->before, &writer);
}

static void count_scrap(struct errand *errand, int64_t at_ns, double parts)
{
    struct kpi *kpi = errand->kpi;
    const struct kpi_elements scrap = {.sq = parts};
    struct kpi_writer writer = begin_counting(errand, at_ns);

    kpi_windows_count(&kpi->state.windows, at_ns, &scrap, 1);
    kpi_windows_rewrite(&kpi->state.windows, &kpi->before, &writer);
}

static int create(const struct tracker_options *options, void **ret_self)
{
    struct kpi *kpi = pages_take(sizeof(*kpi));

    if (!kpi)
        return -ENOMEM;
    kpi->options = *options;
    kpi_options_init(&kpi->counting);
    if (options->kpi)
        kpi->counting = *options->kpi;
    calendar_init(&kpi->calendar, options->calendar);
    kpi->master = options->cycle ? options->cycle->master_path : 1;
    kpi->state.version = VERSION;
    kpi->state.bad_count = RECORD_UNKNOWN;
    *ret_self = kpi;
    return 0;
}

static void destroy(void *self)
{
    pages_free(self);
}

static void observe(void *self, const struct machine_view *view,
                    const struct sample *sample, const struct record_sink *out)
{
    struct kpi *kpi = self;
    struct kpi_state *state = &kpi->state;
    struct errand errand = {kpi, view, out};
    const struct kpi_writer writer = {&errand, write_window};

    kpi_windows_advance(&state->windows, &kpi->calendar, sample->at.wall_ns, &writer);
    if (sample->path != kpi->master || !sample_is_good(sample))
        return;
    if (sample->signal == SIGNAL_PART_COUNT_BAD) {
        int64_t now = sample->value.integer;
        int64_t more = state->bad_count == RECORD_UNKNOWN ? 0 : now - state->bad_count;
        state->bad_count = now;
        if (more > 0)
            count_scrap(&errand, sample->at.wall_ns, (double)more);
    }
    if (sample->signal == SIGNAL_PART_STATE) {
        state->has_part_state = true;
        if (state->bad_count == RECORD_UNKNOWN && sample->value.kind == VALUE_TEXT &&
            text_equal_fold(sample->value.text, "fail"))
            count_scrap(&errand, sample->at.wall_ns, 1);
    }
}

static void hear(void *self, const struct machine_view *view, const struct record *record,
                 const struct record_sink *out)
{
    struct errand errand = {self, view, out};

    if (record->path != errand.kpi->master)
        return;
    if (record->kind == RECORD_STATE)
        hear_state(&errand, record);
    else if (record->kind == RECORD_CYCLE)
        hear_cycle(&errand, record);
}

/* A bad measurement is scrap when the machine itself does not count it. */
static void hear_measurement(struct errand *errand, const struct statement *statement)
{
    struct kpi_state *state = &errand->kpi->state;
    const char *serial = statement->measurement.serial;

    if (statement->measurement.ok != 0 || state->has_part_state ||
        state->bad_count != RECORD_UNKNOWN)
        return;
    if (serial && *serial) {
        if (strncmp(serial, state->bad_serial, sizeof(state->bad_serial) - 1) == 0)
            return;
        (void)text_copy(state->bad_serial, sizeof(state->bad_serial), serial);
    }
    count_scrap(errand, statement->at.wall_ns, 1);
}

static void start_run(struct errand *errand, const struct statement *statement,
                      const struct kpi_writer *writer)
{
    char label[RECORD_NAME_MAX];
    struct text text;

    text_init_fixed(&text, label, sizeof(label));
    if (statement->run_id && *statement->run_id)
        text_add(&text, statement->run_id);
    else
        text_add_format(&text, "run %lld", (long long)statement->context.run_seq);
    kpi_windows_start_run(&errand->kpi->state.windows, statement->at.wall_ns,
                          statement->context.run_seq, label, writer);
}

static void tell(void *self, const struct machine_view *view,
                 const struct statement *statement, const struct record_sink *out)
{
    struct kpi *kpi = self;
    struct errand errand = {kpi, view, out};
    const struct kpi_writer writer = {&errand, write_window};

    if (statement->kind == STATEMENT_RUN_START)
        start_run(&errand, statement, &writer);
    else if (statement->kind == STATEMENT_RUN_STOP)
        kpi_windows_stop_run(&kpi->state.windows, statement->at.wall_ns);
    else if (statement->kind == STATEMENT_MEASURE)
        hear_measurement(&errand, statement);
}

static void advance(void *self, const struct machine_view *view, struct moment now,
                    const struct record_sink *out)
{
    struct kpi *kpi = self;
    struct errand errand = {kpi, view, out};
    const struct kpi_writer writer = {&errand, write_window};

    kpi_windows_advance(&kpi->state.windows, &kpi->calendar, now.wall_ns, &writer);
}

static void save(const void *self, struct text *text)
{
    const struct kpi *kpi = self;

    text_add_bytes(text, (const char *)&kpi->state, sizeof(kpi->state));
}

static int restore(void *self, const void *bytes, size_t length)
{
    struct kpi *kpi = self;
    int64_t version = 0;

    if (length != sizeof(kpi->state))
        return -EPROTO;
    memcpy(&version, bytes, sizeof(version));
    if (version != VERSION)
        return -EPROTO;
    pages_copy(&kpi->state, bytes, length);
    return 0;
}

const struct analytic analytic_kpi = {
    .name = "kpi",
    .create = create,
    .destroy = destroy,
    .observe = observe,
    .hear = hear,
    .tell = tell,
    .advance = advance,
    .save = save,
    .restore = restore,
};
