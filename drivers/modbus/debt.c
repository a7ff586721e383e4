/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer without an id that is late looks like the answer to the next question of its
 * unit, function and amount: its shape. A device that answers in order can be found out
 * by asking something else first; radio links, gateways and some devices do not. So a
 * unit owes the answer to what timed out, and until that came or is too old to come,
 * nothing of its shape is asked again: an answer tells by its amount what it is not.
 */
#include "drivers/modbus/debt.h"

#include "drivers/modbus/line_parts.h"

#include <string.h>

enum {
    LATENESS_FADES = 16, /* an answer that is less late takes so much of the rest away */
};

static size_t shape_of(uint8_t function, uint16_t count)
{
    const struct frame_request request = {.function = function, .count = count};

    return frame_answer_length(FRAMING_RTU, &request);
}

static void remove_at(struct line_unit *unit, unsigned index)
{
    unit->debt_count--;
    memmove(&unit->debts[index], &unit->debts[index + 1],
            (unit->debt_count - index) * sizeof(unit->debts[0]));
}

static void forget_old(struct line_unit *unit, int64_t now_ns)
{
    for (unsigned i = unit->debt_count; i-- > 0;)
        if (unit->debts[i].until_ns <= now_ns)
            remove_at(unit, i);
}

void debt_note(const struct line_job *job, int64_t until_ns, int64_t now_ns)
{
    struct line_unit *unit = job->unit;

    forget_old(unit, now_ns);
    if (until_ns <= now_ns)
        return;
    if (unit->debt_count == DEBTS_MAX)
        remove_at(unit, 0); /* what was under way when nobody else could speak */
    unit->debts[unit->debt_count++] =
        (struct debt){.function = job->function,
                      .length = shape_of(job->function, job->count),
                      .sent_ns = job->sent.mono_ns,
                      .until_ns = until_ns};
}

void debt_note_late(const struct line_job *job, int64_t now_ns)
{
    const struct line_unit *unit = job->unit;
    int64_t late = unit->line->terms.late_ns;

    debt_note(job, now_ns + (unit->lateness_ns > late ? unit->lateness_ns : late),
              now_ns);
}

int64_t debt_until_ns(const struct line_unit *unit, uint8_t function, uint16_t count)
{
    size_t length = shape_of(function, count);
    int64_t until = 0, first = INT64_MAX;

    for (unsigned i = 0; i < unit->debt_count; i++) {
        const struct debt *debt = &unit->debts[i];
        if (debt->function == function && debt->length == length &&
            debt->until_ns > until)
            until = debt->until_ns;
        if (debt->until_ns < first)
            first = debt->until_ns;
    }
    return unit->debt_count == DEBTS_MAX && first > until ? first : until;
}

/* An exception says nothing of the amount: it is for the oldest question. */
static bool pays(const struct frame_answer *answer, const struct debt *debt)
{
    const struct frame_request request = {.function = debt->function};
    size_t empty = frame_answer_length(FRAMING_RTU, &request);

    return answer->function == debt->function &&
           (answer->exception || answer->length + empty == debt->length);
}

bool debt_settle(struct line *line, const struct frame_answer *answer, int64_t now_ns)
{
    struct line_unit *unit = line->units;

    while (unit && unit->number != answer->unit)
        unit = unit->next;
    if (!unit)
        return false;
    forget_old(unit, now_ns);
    for (unsigned i = 0; i < unit->debt_count; i++) {
        if (!pays(answer, &unit->debts[i]))
            continue;
        int64_t faded = unit->lateness_ns - unit->lateness_ns / LATENESS_FADES;
        int64_t twice = 2 * (now_ns - unit->debts[i].sent_ns);
        unit->lateness_ns = twice > faded ? twice : faded;
        remove_at(unit, i);
        return true;
    }
    return false;
}

void debt_forget(struct line *line)
{
    for (struct line_unit *unit = line->units; unit; unit = unit->next)
        unit->debt_count = 0;
}
