/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/line.h"

#include "daemon/base/clock.h"
#include "drivers/modbus/line_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A refused connection costs next to nothing, one that is not answered a little more. */
static const int64_t FIRST_RETRY_NS = 100 * NS_PER_MS;
static const int64_t RETRY_CAP_NS = NS_PER_S;
static const int64_t SILENT_RETRY_CAP_NS = 5 * NS_PER_S;
static const int64_t OPENING_MIN_NS = NS_PER_S;

static struct line *lines; /* every line of the process; loop thread */

static void on_opened(void *owner)
{
    struct line *line = owner;
    int64_t now = clock_now().mono_ns;

    line->state = LINE_OPEN;
    line->ready_at_ns = now + line->terms.pause_after_connect_ns;
    line->length = 0;
    line->silent = 0;
    line->health.is_open = true;
    line->health.last_error = 0;
    exchange_pump(line);
}

static void on_received(void *owner, const uint8_t *bytes, size_t length)
{
    exchange_receive(owner, bytes, length);
}

static void on_lost(void *owner, int error)
{
    struct line *line = owner;

    trial_end_by_hanging_up(line);
    line_break(line, error);
    exchange_pump(line);
}

/* What was under way is asked again, once: a device may hang up whenever it likes. */
static void take_back(struct line *line)
{
    struct line_outcome outcome = {.result = LINE_NOT_LINKED, .at = clock_now()};
    struct line_job *jobs[LINE_IN_FLIGHT_MAX];
    unsigned count = line->in_flight_count;

    memcpy(jobs, line->in_flight, sizeof(jobs));
    line->in_flight_count = 0;
    for (unsigned i = count; i-- > 0;) {
        jobs[i]->unit->in_flight--;
        if (jobs[i]->is_repeated) {
            exchange_finish(jobs[i], &outcome);
            continue;
        }
        jobs[i]->is_repeated = true;
        queue_add_first(jobs[i]);
    }
}

void line_break(struct line *line, int error)
{
    int64_t now = clock_now().mono_ns;
    bool was_open = line->state == LINE_OPEN;

    transport_close(line->transport);
    line->transport = NULL;
    line->state = LINE_CLOSED;
    line->length = 0;
    line->health.is_open = false;
    line->health.last_error = error;

    line->backoff.cap_ns = error == -ETIMEDOUT ? SILENT_RETRY_CAP_NS : RETRY_CAP_NS;
    bool was_useful = was_open && line->has_answered;
    line->retry_at_ns = was_useful ? now : now + backoff_next(&line->backoff);
    line->has_answered = false;
    take_back(line);
    trial_doubt(line, now);
    if (!exchange_is_serial(line))
        debt_forget(line);
    if (!was_open)
        queue_fail(line, NULL, LINE_NOT_LINKED);
}

void line_open(struct line *line, int64_t now_ns)
{
    const struct transport_events events = {
        .owner = line, .opened = on_opened, .received = on_received, .lost = on_lost};
    int64_t wait =
        line->terms.timeout_ns > OPENING_MIN_NS ? line->terms.timeout_ns : OPENING_MIN_NS;

    line->state = LINE_OPENING;
    line->opening_until_ns = now_ns + wait;
    line->health.reconnects++;
    int error =
        transport_open(line->loop, &line->terms.address, &events, &line->transport);
    if (error)
        line_break(line, error);
}

static struct line *find_line(const uv_loop_t *loop, const char *key)
{
    for (struct line *line = lines; line; line = line->next)
        if (line->loop == loop && strcmp(line->terms.address.key, key) == 0)
            return line;
    return NULL;
}

/* Ids and pauses need not be secret, only different from those before a restart. */
static uint32_t some_number(const void *from)
{
    struct moment now = clock_now();
    uint64_t mixed = ((uint64_t)now.wall_ns ^ (uint64_t)now.mono_ns ^ (uintptr_t)from) *
                     UINT64_C(0x9e3779b97f4a7c15);

    return (uint32_t)(mixed >> 32);
}

static struct line *create_line(uv_loop_t *loop, const struct line_terms *terms)
{
    struct line *line = calloc(1, sizeof(*line));
    if (!line)
        return NULL;

    line->loop = loop;
    line->terms = *terms;
    if (!exchange_has_ids(line)) {
        line->terms.max_in_flight = 1;
        if (trial_create(&line->trial)) {
            free(line);
            return NULL;
        }
    }
    line->health.reconnects = -1; /* the first time is none */
    line->next_transaction = terms->zero_ids ? 0 : (uint16_t)some_number(line);
    backoff_init(&line->backoff, FIRST_RETRY_NS, RETRY_CAP_NS, some_number(line));
    (void)uv_timer_init(loop, &line->timer);
    line->timer.data = line;
    line->next = lines;
    lines = line;
    return line;
}

static void on_line_closed(uv_handle_t *handle)
{
    struct line *line = handle->data;

    free(line->trial);
    free(line);
}

static void close_line(struct line *line)
{
    struct line **at = &lines;

    while (*at != line)
        at = &(*at)->next;
    *at = line->next;
    line->is_closing = true;
    transport_close(line->transport);
    line->transport = NULL;
    line->state = LINE_CLOSED;
    uv_close((uv_handle_t *)&line->timer, on_line_closed);
}

static struct line_unit *find_unit(struct line *line, uint8_t number)
{
    for (struct line_unit *unit = line->units; unit; unit = unit->next)
        if (unit->number == number)
            return unit;
    return NULL;
}

static struct line_unit *create_unit(struct line *line, uint8_t number)
{
    struct line_unit *unit = calloc(1, sizeof(*unit));
    if (!unit)
        return NULL;

    unit->line = line;
    unit->number = number;
    backoff_init(&unit->backoff, 0, 0, some_number(unit) | 1);
    unit->next = line->units;
    line->units = unit;
    return unit;
}

int line_join(uv_loop_t *loop, const struct line_terms *terms, uint8_t number,
              struct line_unit **ret_unit)
{
    struct line *line = find_line(loop, terms->address.key);
    if (!line)
        line = create_line(loop, terms);
    if (!line)
        return -ENOMEM;

    struct line_unit *unit = find_unit(line, number);
    if (!unit)
        unit = create_unit(line, number);
    if (!unit) {
        if (!line->units)
            close_line(line);
        return -ENOMEM;
    }
    unit->links++;
    if (terms->timeout_ns > unit->timeout_ns)
        unit->timeout_ns = terms->timeout_ns;
    *ret_unit = unit;
    return 0;
}

static bool remove_in_flight(struct line *line, const struct line_job *job)
{
    for (unsigned i = 0; i < line->in_flight_count; i++) {
        if (line->in_flight[i] == job) {
            line->in_flight[i] = line->in_flight[--line->in_flight_count];
            return true;
        }
    }
    return false;
}

void line_leave(struct line_unit *unit)
{
    if (!unit || --unit->links)
        return;

    struct line *line = unit->line;
    (void)remove_in_flight(line, &unit->step);
    struct line_unit **at = &line->units;
    while (*at != unit)
        at = &(*at)->next;
    *at = unit->next;
    if (line->turn == unit)
        line->turn = NULL;
    free(unit);
    if (!line->units)
        close_line(line);
}

int line_submit(struct line_job *job)
{
    if (job->is_busy)
        return trial_holds(job->unit->line, job) ? -EINPROGRESS : -EALREADY;
    job->is_busy = true;
    job->is_repeated = false;
    job->is_suspected = false;
    job->tries = 0;
    queue_add(job);

    /* Later in this turn of the loop: jobs of one slot go out together. */
    struct line *line = job->unit->line;
    if (line->armed_ns != 1) {
        line->armed_ns = 1;
        (void)uv_timer_start(&line->timer, exchange_on_timer, 0, 0);
    }
    return 0;
}

void line_cancel(struct line_job *job)
{
    if (!job->is_busy)
        return;

    struct line_unit *unit = job->unit;
    job->is_busy = false;
    if (trial_forget(unit->line, job))
        return;
    if (!remove_in_flight(unit->line, job)) {
        queue_remove(job);
        return;
    }
    /* Its answer may still come, and without an id it could be taken for the next one. */
    unit->in_flight--;
    if (exchange_has_ids(unit->line))
        return;
    int64_t now = clock_now().mono_ns;
    debt_note_late(job, now);
    unit->rests_until_ns = now + unit->timeout_ns;
    unit->is_out_of_step =
        unit->line->terms.address.kind == LINE_RTU_TCP && job != &unit->step;
}

bool line_owes(const struct line_unit *unit, uint8_t function, uint16_t count)
{
    return debt_until_ns(unit, function, count) > clock_now().mono_ns;
}

void line_describe(const struct line_unit *unit, struct line_health *ret_health)
{
    *ret_health = unit->line->health;
    if (ret_health->reconnects < 0)
        ret_health->reconnects = 0;
}
