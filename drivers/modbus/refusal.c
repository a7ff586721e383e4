/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows when a device refuses a request (exceptions 1 to 4): it is asked once
 * more, then divided until the points it refuses are known. One bad point among n costs
 * 2 * log2(n) + 2 requests at most. Loop thread.
 */
#include "drivers/modbus/frame.h"
#include "drivers/modbus/link_parts.h"

#include <stdio.h>

/* "Device failure" may pass; what an address is does not change so soon. */
static const int64_t FAILURE_KEEP_NS = 10 * NS_PER_MINUTE;

/* A device that has shown it before may be starting, or be read while it is written to.
 */
static const int64_t FIRST_KEEP_NS = 10 * NS_PER_S;

enum {
    DOUBLINGS_MAX = 14
};

void refusal_mark(struct driver_link *link)
{
    char string[HOLES_MAX * 32];
    struct text text;

    if (!link->site.mark)
        return;
    text_init_fixed(&text, string, sizeof(string));
    refusal_owner(link, &text);
    text_add_char(&text, ' ');
    holes_print(&link->holes, &text);
    link->site.mark(link->site.owner, string);
}

void refusal_owner(const struct driver_link *link, struct text *text)
{
    text_add_format(text, "%s#%u", link->terms.address.key, link->unit_number);
}

/*
 * Both halves of what was refused are answered: what lies between them is the matter, or
 * else the block was too long. Once may be chance, so a length has to be refused twice.
 */
static void learn_from_halves(struct driver_link *link, const struct request *left,
                              const struct request *right, struct moment now)
{
    enum area area = left->plan.area;
    bool bits = area_is_bits(area);
    unsigned end = (unsigned)left->plan.address + left->plan.count;
    unsigned whole =
        (unsigned)right->plan.address + right->plan.count - (unsigned)left->plan.address;
    unsigned longest =
        left->plan.count > right->plan.count ? left->plan.count : right->plan.count;

    if (right->plan.address > end) {
        struct hole hole = {.area = area,
                            .address = (uint16_t)end,
                            .count = (uint16_t)(right->plan.address - end)};
        (void)holes_add(&link->holes, &hole, NS_PER_DAY, now.wall_ns);
    } else if (link->suspected[bits] != whole) {
        link->suspected[bits] = whole;
        return;
    } else {
        struct block_limit *limit = bits ? &link->holes.bits : &link->holes.words;
        *limit = (struct block_limit){.most = longest, .found_wall_ns = now.wall_ns};
    }
    refusal_mark(link);
}

void refusal_note_answer(struct request *request, struct moment now)
{
    struct driver_link *link = request->link;
    struct request *sibling = request->sibling;
    unsigned *suspected = &link->suspected[area_is_bits(request->plan.area)];

    request->is_doubted = false;
    if (request->plan.count >= *suspected)
        *suspected = 0;
    if (!sibling)
        return;
    link->wants_plan = true;
    if (!sibling->has_answered)
        return;
    bool is_left = request->plan.address <= sibling->plan.address;
    learn_from_halves(link, is_left ? request : sibling, is_left ? sibling : request,
                      now);
    request->sibling = sibling->sibling = NULL;
}

/* A half that is refused is divided at once; only a single point is asked twice. */
static void submit_half(struct request *request, struct request *sibling)
{
    request->sibling = sibling;
    request->is_doubted = request->plan.spans > 1;
    request->job.is_divisible = false;
    (void)line_submit(&request->job);
}

static void split(struct request *request, struct moment now)
{
    if (request->sibling)
        request->sibling->sibling = NULL;
    struct request *other = division_make(request, request->plan.spans / 2, now);
    submit_half(request, other);
    submit_half(other, request);
}

/* What worked before, or may only be starting, is soon tried again; then ever later. */
static int64_t keep_ns(const struct driver_link *link, struct point *point,
                       uint8_t exception)
{
    int64_t most = exception == EXCEPTION_FAILURE ? FAILURE_KEEP_NS : NS_PER_DAY;

    if (!point->was_answered && link->health.answered > 0)
        return most;
    int64_t keep = FIRST_KEEP_NS << point->refusals;
    if (point->refusals < DOUBLINGS_MAX)
        point->refusals++;
    return keep < most ? keep : most;
}

static bool is_read(const struct driver_link *link, enum area area, unsigned from,
                    unsigned end)
{
    for (size_t i = 0; i < link->point_count; i++)
        if (link->points[i].area == area && link->points[i].address < end &&
            from < (unsigned)link->points[i].address + link->points[i].count)
            return true;
    return false;
}

/* Widens the hole before, when no point lies between: many points are one hole then. */
static bool widen(struct driver_link *link, const struct span *span, int64_t keep,
                  struct moment now)
{
    struct hole_list *list = &link->holes;
    unsigned stop = (unsigned)span->address + span->count;

    for (size_t i = 0; i < list->count; i++) {
        struct hole *hole = &list->holes[i];
        unsigned end = (unsigned)hole->address + hole->count;
        if (hole->area != span->area || list->keep_ns[i] != keep || end > span->address ||
            is_read(link, span->area, end, span->address))
            continue;
        hole->count = (uint16_t)(stop - hole->address);
        list->found_wall_ns[i] = now.wall_ns;
        return true;
    }
    return false;
}

static void remember_span(struct driver_link *link, const struct span *span,
                          uint8_t exception, struct moment now)
{
    int64_t keep = keep_ns(link, &link->points[span->owner], exception);
    struct hole hole = {
        .area = span->area, .address = span->address, .count = span->count};

    if (!widen(link, span, keep, now))
        (void)holes_add(&link->holes, &hole, keep, now.wall_ns);
}

/* Every point of the request is refused by itself. */
static void remember(struct request *request, uint8_t exception, struct moment now)
{
    struct driver_link *link = request->link;
    const struct request_plan *plan = &request->plan;

    for (size_t i = plan->first; i < plan->first + plan->spans; i++)
        remember_span(link, &link->spans[i], exception, now);
    if (request->sibling)
        request->sibling->sibling = NULL;
    request->sibling = NULL;
    link->wants_plan = true;
    scan_fail_points(link, plan, QUALITY_BAD, WHY_EXCEPTION, now);
    refusal_mark(link);
}

void refusal_take(struct request *request, uint8_t exception, struct moment now)
{
    if (!request->is_doubted) {
        request->is_doubted = true;
        (void)line_submit(&request->job);
    } else if (exception == EXCEPTION_FUNCTION || request->plan.spans == 1) {
        request->is_doubted = false;
        remember(request, exception, now);
    } else {
        split(request, now);
    }
}
