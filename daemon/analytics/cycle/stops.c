/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/stops.h"

#include "daemon/analytics/cycle/calendar.h"

#include <math.h>
#include <string.h>

#define LONG_NS      (60 * NS_PER_S)
#define PIECES_MAX   12   /* one stop is split no further */
#define FIRST_LOAD_S 60.0 /* until five gaps have been seen */

static void write_stop(const struct stop *stop, const struct outlet *outlet)
{
    struct record record;

    record_init(&record, RECORD_STATE, stop->at);
    outlet_stamp(outlet, &record);
    if (record.context.run_seq != stop->run_seq ||
        record.context.lot_seq != stop->lot_seq ||
        record.context.fixture_seq != stop->fixture_seq)
        context_init(&record.context);
    record.context.run_seq = stop->run_seq;
    record.context.lot_seq = stop->lot_seq;
    record.context.fixture_seq = stop->fixture_seq;
    record.state.state = stop->state;
    record.state.reason = stop->reason;
    record.state.dur =
        stop->duration_ns < 0 ? (double)NAN : (double)stop->duration_ns / 1e9;
    (void)text_copy(record.state.text, sizeof(record.state.text), stop->text);
    outlet_append(outlet, &record);
}

static struct stop *newest(struct stops *stops)
{
    return stops->count ? &stops->kept[stops->newest] : NULL;
}

static void put_aside(struct stops *stops, const struct stop *stop)
{
    if (stop->state != EXECUTION_RUN && stop->duration_ns >= LONG_NS)
        stops->older[stops->older_count++ % STOPS_LONG] = *stop;
}

static struct stop *append_stop(struct stops *stops)
{
    if (stops->count > 0)
        stops->newest = (stops->newest + 1) % STOPS_KEPT;
    if (stops->count == STOPS_KEPT)
        put_aside(stops, &stops->kept[stops->newest]);
    else
        stops->count++;
    return &stops->kept[stops->newest];
}

/* The how-manieth stop that is remembered, the oldest first; NULL = no more. */
static struct stop *remembered(struct stops *stops, uint32_t index)
{
    uint32_t older = stops->older_count < STOPS_LONG ? stops->older_count : STOPS_LONG;

    if (index < older)
        return &stops->older[(stops->older_count - older + index) % STOPS_LONG];
    index -= older;
    if (index >= stops->count)
        return NULL;
    return &stops->kept[(stops->newest + STOPS_KEPT + 1 + index - stops->count) %
                        STOPS_KEPT];
}

/* The usual reason of a state before anything is known of the whole gap. */
static enum reason first_reason(const struct stops *stops, enum execution state)
{
    if (state == EXECUTION_UNAVAIL)
        return REASON_UNKNOWN;
    if (stops->in_gap && stops->facts.fault)
        return REASON_FAULT;
    return state == EXECUTION_WAIT ? REASON_WAIT : REASON_NONE;
}

static bool is_calendars(const struct stop *stop)
{
    return stop->reason == REASON_UNSCHEDULED || stop->reason == REASON_PLANNED;
}

/* How long the calendar's class at the stop's beginning lasts, up to its end. */
static int64_t class_length(const struct calendar *calendar, const struct stop *stop,
                            enum calendar_class *ret_class)
{
    const int64_t from = stop->at.wall_ns, to = from + stop->duration_ns;
    int64_t until = 0, next = 0;

    *ret_class = calendar_classify(calendar, from, &until);
    while (until < to && calendar_classify(calendar, until, &next) == *ret_class)
        until = next;
    return until < to ? until - from : stop->duration_ns;
}

/*
 * The newest stop, whose duration is known, is written. Of a gap, time that nobody meant
 * to work is a stop of its own that no other reason claims (domain.md 1.8, rule 1).
 */
static void write_newest(struct stops *stops, const struct outlet *outlet)
{
    struct stop *last = newest(stops);

    for (int i = 0; outlet->calendar && last->gap_no && i < PIECES_MAX; i++) {
        enum calendar_class class;
        int64_t length = class_length(outlet->calendar, last, &class);
        struct stop rest = *last;

        if (class != CALENDAR_BUSY && !last->is_explained) {
            last->reason = class == CALENDAR_FREE ? REASON_UNSCHEDULED : REASON_PLANNED;
            last->is_explained = true;
            last->text[0] = '\0';
        }
        if (length >= last->duration_ns)
            break;
        last->duration_ns = length;
        write_stop(last, outlet);
        rest.at = moment_plus(rest.at, length);
        rest.duration_ns -= length;
        last = append_stop(stops);
        *last = rest;
    }
    write_stop(last, outlet);
}

void stops_change(struct stops *stops, const struct outlet *outlet, struct moment at,
                  enum execution state)
{
    struct stop *last = newest(stops);
    bool replaces = false;

    if (last && last->duration_ns < 0) {
        int64_t gap_no = stops->in_gap ? stops->gap_no : 0;

        if (last->state == state && last->gap_no == gap_no)
            return;
        if (at.mono_ns < last->at.mono_ns)
            at = last->at;
        replaces = at.mono_ns == last->at.mono_ns;
        last->duration_ns = at.mono_ns - last->at.mono_ns;
        if (!replaces)
            write_newest(stops, outlet);
    }
    struct stop *stop = replaces ? last : append_stop(stops);
    *stop = (struct stop){
        .at = at,
        .duration_ns = -1,
        .gap_no = stops->in_gap ? stops->gap_no : 0,
        .run_seq = outlet->context->run_seq,
        .lot_seq = outlet->context->lot_seq,
        .fixture_seq = outlet->context->fixture_seq,
        .state = state,
        .reason = first_reason(stops, state),
    };
    write_stop(stop, outlet);
}

void stops_blame(struct stops *stops, enum reason reason)
{
    struct stop *last = newest(stops);

    if (last && last->gap_no == 0 && last->duration_ns < 0 && !last->is_explained)
        last->reason = reason;
}

void stops_begin_gap(struct stops *stops, struct moment at)
{
    stops->in_gap = true;
    stops->gap_no++;
    stops->gap_at = at;
    memset(&stops->facts, 0, sizeof(stops->facts));
}

double stops_quantile(const double *numbers, uint32_t count, double share)
{
    double sorted[32];
    uint32_t filled = 0;

    for (uint32_t i = 0; i < count && filled < 32; i++) {
        uint32_t at = filled++;

        for (; at > 0 && sorted[at - 1] > numbers[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = numbers[i];
    }
    if (filled == 0)
        return NAN;

    double place = share * (filled - 1);
    uint32_t below = (uint32_t)place;
    uint32_t above = below + 1 < filled ? below + 1 : below;
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

static uint32_t lengths_known(const struct stops *stops)
{
    return stops->length_count < 31 ? stops->length_count : 31;
}

double stops_load_threshold(const struct stops *stops,
                            const struct cycle_options *options)
{
    uint32_t known = lengths_known(stops);

    if (options->load_threshold > 0)
        return (double)options->load_threshold / 1e9;
    if (known < 5)
        return FIRST_LOAD_S;
    return 1.5 * stops_quantile(stops->lengths, known, 0.5);
}

/* domain.md 1.8, rules 2 to 9: the first that matches. */
static enum reason judge_gap(const struct stops *stops,
                             const struct cycle_options *options, double seconds)
{
    const struct gap_facts *facts = &stops->facts;
    int64_t tenth = (int64_t)(seconds * 1e8);

    if (facts->fault)
        return REASON_FAULT;
    if (facts->setup || facts->manual_ns > 0 ||
        (facts->setup_ns && facts->setup_ns > tenth))
        return REASON_SETUP;
    if (facts->maintenance || (facts->maintenance_ns && facts->maintenance_ns > tenth))
        return REASON_MAINT;
    if (facts->bar)
        return REASON_BAR;
    if (facts->waiting)
        return REASON_WAIT;
    if (facts->tool)
        return REASON_TOOL;
    if (seconds <= stops_load_threshold(stops, options))
        return REASON_LOAD;
    if (seconds * 1e9 <= (double)options->minor_stop)
        return REASON_MINOR;
    return REASON_DOWN_UNREASONED;
}

static void blame_gap(struct stops *stops, const struct outlet *outlet,
                      enum reason reason)
{
    for (uint32_t i = stops->count; i-- > 0;) {
        struct stop *stop = &stops->kept[(stops->newest + STOPS_KEPT - i) % STOPS_KEPT];

        if (stop->gap_no != stops->gap_no || stop->is_explained ||
            stop->state == EXECUTION_UNAVAIL)
            continue;
        if (stop->reason == reason && strcmp(stop->text, stops->facts.text) == 0)
            continue;
        stop->reason = reason;
        (void)text_copy(stop->text, sizeof(stop->text), stops->facts.text);
        write_stop(stop, outlet);
    }
}

static double loading(const struct stops *stops, const struct pause *gap)
{
    double median = stops_quantile(stops->lengths, lengths_known(stops), 0.5);

    if (stops->facts.has_door)
        return (double)stops->facts.open_ns / 1e9;
    if (gap->reason == REASON_LOAD)
        return gap->seconds;
    return gap->reason == REASON_MINOR && median < gap->seconds ? median : 0;
}

/* Of the gap that lasts: what the calendar meant for work. */
static double planned_seconds(const struct stops *stops, const struct outlet *outlet,
                              struct moment at)
{
    if (!outlet->calendar)
        return moment_seconds(stops->gap_at, at);
    return (double)calendar_measure(outlet->calendar, stops->gap_at.wall_ns, at.wall_ns)
               .busy_ns /
           1e9;
}

struct pause stops_end_gap(struct stops *stops, const struct outlet *outlet,
                           const struct cycle_options *options, struct moment at)
{
    struct stop *last = newest(stops);
    struct pause gap = {.is_known = stops->in_gap};

    if (!stops->in_gap)
        return gap;
    gap.seconds = moment_seconds(stops->gap_at, at);
    double planned = planned_seconds(stops, outlet, at);
    gap.reason = judge_gap(stops, options, planned);
    gap.load = fmin(loading(stops, &gap), planned);
    if (gap.seconds > 0 && gap.seconds * 1e9 <= (double)options->minor_stop &&
        !stops->facts.no_data)
        stops->lengths[stops->length_count++ % 31] = gap.seconds;
    if (last && last->duration_ns < 0) {
        /* Written once with all that is known, not twice. */
        last->duration_ns =
            at.mono_ns > last->at.mono_ns ? at.mono_ns - last->at.mono_ns : 0;
        if (last->state != EXECUTION_UNAVAIL && !last->is_explained) {
            last->reason = gap.reason;
            (void)text_copy(last->text, sizeof(last->text), stops->facts.text);
        }
        if (last->duration_ns > 0)
            write_newest(stops, outlet);
    }
    blame_gap(stops, outlet, gap.reason);
    stops->in_gap = false;
    return gap;
}

static bool covers(const struct stop *stop, struct moment about)
{
    return about.wall_ns >= stop->at.wall_ns &&
           (stop->duration_ns < 0 ||
            about.wall_ns < stop->at.wall_ns + stop->duration_ns);
}

struct moment stops_since(const struct stops *stops)
{
    if (stops->count == 0 || stops->kept[stops->newest].duration_ns >= 0)
        return (struct moment){0};
    return stops->kept[stops->newest].at;
}

bool stops_explain(struct stops *stops, const struct outlet *outlet, struct moment about,
                   const char *text)
{
    const struct stop *found = NULL;
    struct stop *stop;

    for (uint32_t i = 0; !found && (stop = remembered(stops, i)); i++)
        if (covers(stop, about) && stop->state != EXECUTION_RUN)
            found = stop;
    if (!found)
        return false;

    const int64_t gap_no = found->gap_no;
    for (uint32_t i = 0; (stop = remembered(stops, i)); i++) {
        if (stop != found &&
            (gap_no == 0 || stop->gap_no != gap_no || is_calendars(stop)))
            continue;
        stop->reason = REASON_OPERATOR;
        stop->is_explained = true;
        (void)text_copy(stop->text, sizeof(stop->text), text);
        write_stop(stop, outlet);
    }
    return true;
}
