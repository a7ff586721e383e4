/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Can the lines carry what is asked of them? Pure but for memory.
 *
 * A serial line is busy for the bits of request and answer, the time a device takes to
 * think (the silence after the request is in it), and 3.5 characters of silence, or the
 * pause between requests where that is longer, after the answer.
 */
#pragma once

#include "drivers/driver.h"
#include "drivers/modbus/modbus.h"

/* What a device takes to answer; a guess (the slower half of those in docs/modbus.md). */
#define LOAD_THINKING_NS (5 * NS_PER_MS)

/* The requests that options lead to; free() them. Returns how many, or -ENOMEM. */
int load_plan(const struct link_options *options, struct request_plan **ret_requests);

/* How long one of them keeps the line busy; 0 on TCP. */
int64_t load_request_ns(const struct line_terms *terms,
                        const struct request_plan *request, int64_t thinking_ns);

/* The share of a serial line's time that a link needs; 0 on TCP. */
double load_share(const struct link_options *options, int64_t thinking_ns);

/* struct driver's check. */
void load_check(const void *const *options, size_t count,
                const struct driver_report *report);
