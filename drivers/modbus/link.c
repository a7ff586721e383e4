/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"
#include "daemon/base/pages.h"
#include "daemon/loop/slots.h"
#include "drivers/modbus/link_parts.h"
#include "drivers/modbus/load.h"
#include "drivers/modbus/modbus.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A late answer that is older than this was not seen at any device. */
static const int64_t LATE_NS = 10 * NS_PER_S;

struct line_terms link_terms(const struct link_options *options)
{
    const struct quirk_options *quirks = link_quirks(options);
    char sentence[256];
    struct line_terms terms = {
        .timeout_ns = options->timeout,
        .pause_after_connect_ns = quirks->pause_after_connect,
        .pause_between_ns = quirks->pause_between,
        .max_in_flight = (unsigned)options->max_in_flight,
        .late_ns = LATE_NS,
        .close_after_scan = quirks->close_after_scan,
        .zero_ids = quirks->transaction_ids != 0,
    };

    (void)line_address_parse(options->url, &terms.address, sentence);
    return terms;
}

struct plan_limits link_limits(const struct link_options *options, enum line_kind kind)
{
    const struct quirk_options *quirks = link_quirks(options);

    return (struct plan_limits){
        .max_gap = (unsigned)options->max_gap,
        .max_words = (unsigned)options->max_words,
        .max_bits = (unsigned)options->max_bits,
        .overhead = kind == LINE_TCP ? PLAN_OVERHEAD_TCP : PLAN_OVERHEAD_SERIAL,
        .one_each = quirks->one_request_per_point,
        .bits_from_zero = quirks->coils_from_zero,
    };
}

static void free_link(struct driver_link *link)
{
    free(link->points);
    free(link->names);
    free(link->spans);
    free(link->samples);
    pages_free(link->requests);
    free(link->plans);
    free(link->scratch);
    free(link);
}

static int allocate(struct driver_link *link, size_t count)
{
    link->point_count = count;
    link->points = calloc(count, sizeof(*link->points));
    link->spans = calloc(count, sizeof(*link->spans));
    link->samples = calloc(count + 1, sizeof(*link->samples));
    link->requests = pages_take(count * sizeof(*link->requests)); /* mostly few */
    link->plans = calloc(count, sizeof(*link->plans));
    link->scratch = calloc(2 * (count + 1), sizeof(*link->scratch));
    return link->points && link->spans && link->samples && link->requests &&
                   link->plans && link->scratch
               ? 0
               : -ENOMEM;
}

static int take_points(struct driver_link *link, const struct link_options *options)
{
    const struct point_options *points = options->points.items;
    size_t named = 0;
    char sentence[256];

    for (size_t i = 0; i < link->point_count; i++)
        named += points[i].names != NULL;
    link->names = calloc(named + 1, POINT_NAMES_MAX * sizeof(*link->names));
    if (!link->names)
        return -ENOMEM;

    struct point_name *next = link->names;
    for (size_t i = 0; i < link->point_count; i++) {
        struct point_name *names = points[i].names ? next : NULL;
        if (point_init(&link->points[i], &points[i], options->every, names, sentence))
            return -EINVAL;
        next += names ? POINT_NAMES_MAX : 0;
    }
    return 0;
}

static int add_class(struct driver_link *link, int64_t period_ns)
{
    for (size_t i = 0; i < link->class_count; i++)
        if (link->classes[i].period_ns == period_ns)
            return 0;
    if (link->class_count == CLASSES_MAX)
        return -E2BIG;

    struct scan_class *class = &link->classes[link->class_count++];
    class->link = link;
    class->period_ns = period_ns;
    return slots_every(link->site.slots, period_ns, class, scan_on_slot, &class->task);
}

/* The first values should not wait for the first turn of a slow class. */
static void ask_everything_once(void *owner, struct moment due, int64_t missed)
{
    struct driver_link *link = owner;

    (void)missed;
    link->beginning = NULL;
    for (size_t i = 0; i < link->class_count; i++)
        if (!link->classes[i].has_begun)
            scan_on_slot(&link->classes[i], due, 0);
}

/*
 * Not all links at once: a hall of devices that is asked in one burst answers in one. A
 * class that is due before that begins by itself.
 */
static int begin(struct driver_link *link)
{
    int64_t within = NS_PER_S;

    for (size_t i = 0; i < link->class_count; i++)
        if (link->classes[i].period_ns < within)
            within = link->classes[i].period_ns;
    return slots_once_within(link->site.slots, within, link, ask_everything_once,
                             &link->beginning);
}

/* Holes are of a device; after another link took this one's place they are not. */
static void take_holes(struct driver_link *link)
{
    char owner[ADDRESS_MAX + 8];
    struct text text;

    text_init_fixed(&text, owner, sizeof(owner));
    refusal_owner(link, &text);
    const char *resume = link->site.resume;
    if (resume && strncmp(resume, owner, text.length) == 0 && resume[text.length] == ' ')
        holes_parse(&link->holes, resume + text.length);
}

static int link_start(const struct driver_site *site, const void *record,
                      struct driver_link **ret_link)
{
    const struct link_options *options = record;
    struct driver_link *link = calloc(1, sizeof(*link));
    if (!link)
        return -ENOMEM;

    link->site = *site;
    link->terms = link_terms(options);
    link->limits = link_limits(options, link->terms.address.kind);
    link->unit_number = (uint8_t)options->unit;
    take_holes(link);
    int error = options->points.count ? allocate(link, options->points.count) : -EINVAL;
    if (!error)
        error = take_points(link, options);
    if (!error)
        error = line_join(site->loop, &link->terms, link->unit_number, &link->unit);
    for (size_t i = 0; !error && i < link->point_count; i++)
        error = add_class(link, link->points[i].class_ns);
    if (!error)
        error = begin(link);
    if (error) {
        for (size_t i = 0; i < link->class_count; i++)
            slots_cancel(link->classes[i].task);
        line_leave(link->unit);
        free_link(link);
        return error;
    }

    (void)uv_timer_init(site->loop, &link->closer);
    link->closer.data = link;
    (void)text_copy(link->health.address, sizeof(link->health.address),
                    link->terms.address.key);
    scan_plan(link);
    *ret_link = link;
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    struct driver_link *link = handle->data;
    struct driver_site site = link->site;

    free_link(link);
    site.stopped(site.owner);
}

static void link_stop(struct driver_link *link)
{
    for (size_t i = 0; i < link->class_count; i++)
        slots_cancel(link->classes[i].task);
    slots_cancel(link->beginning);
    scan_cancel(link);
    line_leave(link->unit);
    uv_close((uv_handle_t *)&link->closer, on_closed);
}

/* Of at most 128 latencies two may be longer than nine and ninety of a hundred. */
static double latency_p99(const struct driver_link *link)
{
    int64_t longest[3] = {0};
    size_t count =
        link->latency_count < LATENCIES_MAX ? link->latency_count : LATENCIES_MAX;

    if (!count)
        return (double)NAN;
    for (size_t i = 0; i < count; i++) {
        int64_t latency = link->latencies[i];
        for (size_t rank = 0; rank < 3; rank++) {
            if (latency <= longest[rank])
                continue;
            int64_t shorter = longest[rank];
            longest[rank] = latency;
            latency = shorter;
        }
    }
    size_t above = count - 1 - (count - 1) * 99 / 100;
    return (double)longest[above] / (double)NS_PER_S;
}

/* "temperature.spindle (input 7)" */
static void print_point(const struct point *point, struct text *text)
{
    const struct sample sample = {
        .signal = point->signal, .path = point->path, .place = point->place};
    char name[SIGNAL_NAME_MAX];

    signal_print(&sample, name);
    text_add_format(text, "%s (%s %u)", name, area_names[point->area], point->address);
}

/* As long as the device refuses something, that is what is wrong with it. */
static void describe_refused(const struct driver_link *link, char *ret_sentence,
                             size_t size)
{
    const struct point *first = NULL;
    struct text text;
    size_t refused = 0;

    for (size_t i = 0; link->holes.count && i < link->point_count; i++) {
        const struct point *point = &link->points[i];
        if (!hole_touches(link->holes.holes, link->holes.count, point->area,
                          point->address, point->count))
            continue;
        first = first ? first : point;
        refused++;
    }
    if (!first)
        return;
    text_init_fixed(&text, ret_sentence, size);
    text_add(&text, "the device refuses to show ");
    print_point(first, &text);
    if (refused > 1)
        text_add_format(&text, " and %zu more", refused - 1);
    text_add(&text, "; compare the register map, it is asked again after a day");
}

static void link_describe(const struct driver_link *link, struct link_health *ret_health)
{
    struct line_health line;

    line_describe(link->unit, &line);
    *ret_health = link->health;
    ret_health->linked = link->is_linked;
    ret_health->since_wall_ns = link->link_since_wall_ns;
    ret_health->reconnects = line.reconnects;
    ret_health->malformed += line.malformed;
    ret_health->latency_p99_s = latency_p99(link);
    ret_health->clock_offset_s = (double)NAN;
    if (!*ret_health->trouble)
        describe_refused(link, ret_health->trouble, sizeof(ret_health->trouble));
}

const struct driver driver_modbus = {
    .name = "modbus",
    .options = &modbus_section,
    .start = link_start,
    .stop = link_stop,
    .describe = link_describe,
    .check = load_check,
};
