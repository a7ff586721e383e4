/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that are divided: for good, when a device refuses them, or for once, when an
 * older answer of the same amount may still come, which nobody could tell from theirs.
 * Loop thread.
 */
#include "drivers/modbus/frame.h"
#include "drivers/modbus/link_parts.h"

/* The stretch that a run of spans covers. */
static void cover(const struct driver_link *link, struct request_plan *plan)
{
    bool from_zero = link->limits.bits_from_zero && area_is_bits(plan->area);
    unsigned end = 0;

    plan->address = from_zero ? 0 : link->spans[plan->first].address;
    for (size_t i = plan->first; i < plan->first + plan->spans; i++) {
        unsigned stop = (unsigned)link->spans[i].address + link->spans[i].count;
        end = stop > end ? stop : end;
    }
    plan->count = (uint16_t)(end - plan->address);
}

static void divide(const struct request *request, size_t spans,
                   struct request_plan *ret_left, struct request_plan *ret_right)
{
    *ret_left = *ret_right = request->plan;
    ret_left->spans = spans;
    ret_right->first += spans;
    ret_right->spans -= spans;
    cover(request->link, ret_left);
    cover(request->link, ret_right);
}

struct request *division_make(struct request *request, size_t spans, struct moment now)
{
    struct driver_link *link = request->link;
    struct request *other = &link->requests[link->request_count++];
    struct request_plan left, right;

    divide(request, spans, &left, &right);
    scan_prepare(link, request, &left, now);
    scan_prepare(link, other, &right, now);
    return other;
}

bool division_is_possible(const struct request *request)
{
    return request->plan.spans > 1 && !request->sibling;
}

static bool is_owed(const struct driver_link *link, const struct request_plan *plan)
{
    return line_owes(link->unit, frame_function(plan->area), plan->count);
}

/* How many spans the first part may have; 0 = there is no way. */
static size_t find_spans(const struct request *request)
{
    for (size_t spans = request->plan.spans; --spans > 0;) {
        struct request_plan left, right;
        divide(request, spans, &left, &right);
        if (!is_owed(request->link, &left) && !is_owed(request->link, &right))
            return spans;
    }
    return 0;
}

void division_take(struct request *request, struct moment now)
{
    struct request whole = *request;
    size_t spans = find_spans(request);

    if (!spans) {
        request->job.is_divisible = false; /* it waits */
        (void)line_submit(&request->job);
        return;
    }
    struct request *other = division_make(request, spans, now);
    request->answered_ns = other->answered_ns = whole.answered_ns;
    request->has_answered = other->has_answered = whole.has_answered;
    request->is_doubted = other->is_doubted = whole.is_doubted;
    request->before = whole.before;
    other->before = request;
    (void)line_submit(&request->job);
    (void)line_submit(&other->job);
}

static bool is_at_rest(const struct request *request)
{
    return !request->job.is_busy && !request->sibling;
}

/* The last of all requests goes first: what it was divided from may be a part itself. */
void division_undo(struct driver_link *link, struct moment now)
{
    while (link->request_count) {
        const struct request *last = &link->requests[link->request_count - 1];
        struct request *before = last->before;
        if (!before || !is_at_rest(last) || !is_at_rest(before) ||
            before->plan.first + before->plan.spans != last->plan.first)
            return;

        struct request part = *before;
        struct request_plan whole = part.plan;
        whole.spans += last->plan.spans;
        cover(link, &whole);
        scan_prepare(link, before, &whole, now);
        before->before = part.before;
        before->has_answered = part.has_answered && last->has_answered;
        before->answered_ns =
            part.answered_ns < last->answered_ns ? part.answered_ns : last->answered_ns;
        link->request_count--;
    }
}
