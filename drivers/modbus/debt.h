/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers without ids that may still come, kept with their unit (line_parts.h). Loop
 * thread.
 */
#pragma once

#include "drivers/modbus/frame.h"

struct line;
struct line_job;
struct line_unit;

#define DEBTS_MAX 16

/* The answer to a question that timed out. */
struct debt {
    uint8_t function;
    size_t length; /* of the answer */
    int64_t sent_ns, until_ns;
};

/* It may be answered until then; or for as long as the line's terms and the unit say. */
void debt_note(const struct line_job *job, int64_t until_ns, int64_t now_ns);
void debt_note_late(const struct line_job *job, int64_t now_ns);

/* Nothing of that function and amount may be asked until then; 0 = it may. */
int64_t debt_until_ns(const struct line_unit *unit, uint8_t function, uint16_t count);

/* Is it one that was owed? Then it no longer is. */
bool debt_settle(struct line *line, const struct frame_answer *answer, int64_t now_ns);

/* Nothing that was asked can be answered any more. */
void debt_forget(struct line *line);
