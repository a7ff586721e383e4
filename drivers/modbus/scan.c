/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"
#include "drivers/modbus/link_parts.h"

#include "drivers/modbus/frame.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    STALE_PERIODS = 3,
    LOST_AFTER = 2, /* time-outs in a row */
};

static void on_done(void *owner, struct line_job *job,
                    const struct line_outcome *outcome);

void scan_prepare(struct driver_link *link, struct request *request,
                  const struct request_plan *plan, struct moment now)
{
    *request = (struct request){
        .job = {.unit = link->unit,
                .function = frame_function(plan->area),
                .address = plan->address,
                .count = plan->count,
                .is_divisible = plan->spans > 1,
                .owner = request,
                .done = on_done},
        .link = link,
        .plan = *plan,
        .answered_ns = now.mono_ns,
    };
}

void scan_plan(struct driver_link *link)
{
    struct moment now = clock_now();
    struct plan_limits limits = link->limits;

    if (link->holes.words.most && link->holes.words.most < limits.max_words)
        limits.max_words = link->holes.words.most;
    if (link->holes.bits.most && link->holes.bits.most < limits.max_bits)
        limits.max_bits = link->holes.bits.most;
    for (size_t i = 0; i < link->point_count; i++)
        link->spans[i] = (struct span){.area = link->points[i].area,
                                       .address = link->points[i].address,
                                       .count = link->points[i].count,
                                       .class_ns = link->points[i].class_ns,
                                       .owner = i};
    link->request_count =
        plan_make(link->spans, link->point_count, &limits, link->holes.holes,
                  link->holes.count, link->plans, link->scratch);
    for (size_t i = 0; i < link->request_count; i++)
        scan_prepare(link, &link->requests[i], &link->plans[i], now);
    link->wants_plan = false;
}

static void deliver(struct driver_link *link, size_t count)
{
    if (!count)
        return;
    link->health.samples += (int64_t)count;
    link->site.deliver(link->site.owner, link->samples, count);
}

static void report_link(struct driver_link *link, bool is_linked, struct moment now)
{
    if (link->has_reported_link && link->is_linked == is_linked)
        return;
    link->has_reported_link = true;
    link->is_linked = is_linked;
    link->link_since_wall_ns = now.wall_ns;
    link->samples[0] = (struct sample){
        .signal = SIGNAL_LINK,
        .quality = QUALITY_GOOD,
        .path = 1,
        .place = "",
        .value = {.kind = VALUE_FLAG, .integer = is_linked},
        .at = now,
    };
    deliver(link, 1);
    if (is_linked)
        link->health.trouble[0] = '\0';
}

void scan_fail_points(struct driver_link *link, const struct request_plan *plan,
                      enum quality quality, enum why why, struct moment now)
{
    size_t count = 0;

    for (size_t i = plan->first; i < plan->first + plan->spans; i++)
        count += point_fail(&link->points[link->spans[i].owner], quality, why, now,
                            &link->samples[count]);
    deliver(link, count);
}

/* No answer this time: after three periods the last values are stale. */
static void note_silence(struct request *request, enum why why, struct moment now)
{
    int64_t age = now.mono_ns - request->answered_ns;

    if (request->has_answered && age <= STALE_PERIODS * request->plan.class_ns)
        return;
    scan_fail_points(request->link, &request->plan, QUALITY_STALE,
                     request->has_answered ? WHY_SILENT : why, now);
}

static void note_latency(struct driver_link *link, int64_t latency_ns)
{
    link->latencies[link->latency_count++ % LATENCIES_MAX] = latency_ns;
}

static void take_answer(struct request *request, const struct line_outcome *outcome)
{
    struct driver_link *link = request->link;
    struct reading reading = {.data = outcome->data,
                              .address = request->plan.address,
                              .at = outcome->at,
                              .uncertainty_ns = outcome->uncertainty_ns};
    size_t count = 0;

    link->failures = 0;
    link->health.trouble[0] = '\0';
    link->health.answered++;
    link->health.last_wall_ns = outcome->at.wall_ns + outcome->uncertainty_ns;
    note_latency(link, 2 * outcome->uncertainty_ns);
    report_link(link, true, outcome->at);

    const struct request_plan *plan = &request->plan;
    for (size_t i = plan->first; i < plan->first + plan->spans; i++)
        count += point_take(&link->points[link->spans[i].owner], &reading,
                            &link->samples[count]);
    request->answered_ns = outcome->at.mono_ns;
    request->has_answered = true;
    deliver(link, count);
    refusal_note_answer(request, outcome->at);
}

static void describe_exception(const struct request *request, uint8_t exception)
{
    struct link_health *health = &request->link->health;

    (void)snprintf(health->trouble, sizeof(health->trouble),
                   "exception %u for %s %u to %u", exception,
                   area_names[request->plan.area], request->plan.address,
                   request->plan.address + request->plan.count - 1);
}

/* What is refused for good is told by link_describe(), not each step of finding it. */
static void take_refusal(struct request *request, const struct line_outcome *outcome)
{
    struct driver_link *link = request->link;
    uint8_t exception = outcome->exception;

    link->health.refused++;
    if (exception == EXCEPTION_GATEWAY_PATH || exception == EXCEPTION_GATEWAY_TARGET) {
        describe_exception(request, exception);
        if (++link->failures >= LOST_AFTER || !link->has_reported_link)
            report_link(link, false, outcome->at);
        note_silence(request, WHY_NO_LINK, outcome->at);
        return;
    }
    link->health.last_wall_ns = outcome->at.wall_ns + outcome->uncertainty_ns;
    link->health.trouble[0] = '\0';
    link->failures = 0;
    report_link(link, true, outcome->at);
    if (exception <= EXCEPTION_FAILURE) {
        refusal_take(request, exception, outcome->at);
        return;
    }
    describe_exception(request, exception);
    scan_fail_points(link, &request->plan, QUALITY_BAD, WHY_EXCEPTION, outcome->at);
}

/* libuv has numbers of its own for names that could not be resolved. */
static const char *describe_error(int error)
{
    switch (error) {
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
        return "the name of the host is not known";
    case -EPROTO:
        return "what it sends is not Modbus";
    case -ENOSYS:
        return "the port's driver cannot switch RS-485; leave rs485= out";
    default:
        return uv_strerror(error);
    }
}

static void describe_failure(struct driver_link *link, const char *failure,
                             const struct line_health *line)
{
    char *trouble = link->health.trouble;
    size_t size = sizeof(link->health.trouble);

    if (line->nameless && !link->health.answered)
        (void)snprintf(trouble, size,
                       "it answers with transaction id 0, not with the one it was asked "
                       "with; such a device wants quirks: {transaction_ids: zero}");
    else
        (void)snprintf(trouble, size, "%s%s%s", failure, line->last_error ? ": " : "",
                       line->last_error ? describe_error(line->last_error) : "");
}

static void take_failure(struct request *request, const struct line_outcome *outcome)
{
    static const struct {
        enum why why;
        const char *trouble;
    } failures[] = {
        [LINE_TIMED_OUT] = {WHY_TIMEOUT, "no answer"                       },
        [LINE_MALFORMED] = {WHY_TIMEOUT, "an answer that was not asked for"},
        [LINE_NOT_LINKED] = {WHY_NO_LINK, "not connected"                   },
        [LINE_RESTING] = {WHY_TIMEOUT, "no answer; resting"              },
    };
    struct driver_link *link = request->link;
    struct line_health line;

    line_describe(link->unit, &line);
    link->health.timeouts += outcome->result == LINE_TIMED_OUT;
    link->health.malformed += outcome->result == LINE_MALFORMED;
    describe_failure(link, failures[outcome->result].trouble, &line);
    if (outcome->result == LINE_NOT_LINKED ||
        (outcome->result == LINE_TIMED_OUT && ++link->failures >= LOST_AFTER))
        report_link(link, false, outcome->at);
    note_silence(request, failures[outcome->result].why, outcome->at);
}

static void on_done(void *owner, struct line_job *job, const struct line_outcome *outcome)
{
    struct request *request = owner;

    (void)job;
    switch (outcome->result) {
    case LINE_ANSWERED:
        take_answer(request, outcome);
        if (request->is_due)
            (void)line_submit(&request->job);
        request->is_due = false;
        break;
    case LINE_REFUSED:
        take_refusal(request, outcome);
        break;
    case LINE_TIMED_OUT:
    case LINE_MALFORMED:
    case LINE_NOT_LINKED:
    case LINE_RESTING:
        take_failure(request, outcome);
        break;
    case LINE_OWED:
        division_take(request, outcome->at);
        break;
    }
}

static bool is_idle(const struct driver_link *link)
{
    for (size_t i = 0; i < link->request_count; i++)
        if (link->requests[i].job.is_busy)
            return false;
    return true;
}

void scan_on_slot(void *owner, struct moment due, int64_t missed)
{
    struct scan_class *class = owner;
    struct driver_link *link = class->link;

    (void)missed;
    class->has_begun = true;
    if (holes_expire(&link->holes, due.wall_ns)) {
        link->wants_plan = true;
        refusal_mark(link);
    }
    if (link->wants_plan && is_idle(link))
        scan_plan(link);
    division_undo(link, due);
    for (size_t i = 0; i < link->request_count; i++) {
        struct request *request = &link->requests[i];
        if (request->plan.class_ns != class->period_ns)
            continue;
        link->health.asked++;
        request->job.is_divisible = division_is_possible(request);
        int error = line_submit(&request->job);
        request->is_due = error == -EINPROGRESS;
        if (error == -EALREADY)
            note_silence(request, WHY_TIMEOUT, due);
    }
}

void scan_cancel(struct driver_link *link)
{
    for (size_t i = 0; i < link->request_count; i++)
        line_cancel(&link->requests[i].job);
}
