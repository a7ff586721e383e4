/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cycles, segments, states and gaps of one machine, and the context they are made in:
 * domain.md 1. Pure.
 *
 * Dates are those of the samples; ticks only say that time has passed. All memory is
 * taken at creation; the state has no pointers and is saved as it stands.
 */
#pragma once

#include "daemon/analytics/analytic.h"
#include "daemon/analytics/tracker.h"

struct machine_cycles;

int machine_cycles_create(const struct tracker_options *options,
                          struct machine_cycles **ret_cycles);
void machine_cycles_destroy(struct machine_cycles *cycles);

void machine_cycles_observe(struct machine_cycles *cycles, const struct sample *given,
                            const struct record_sink *out);
void machine_cycles_advance(struct machine_cycles *cycles, struct moment now,
                            const struct record_sink *out);
void machine_cycles_tell(struct machine_cycles *cycles, const struct statement *statement,
                         const struct record_sink *out);

/* Both live as long as the machine and show what is so now. */
const struct context *machine_cycles_context(const struct machine_cycles *cycles);
const struct path_view *machine_cycles_paths(const struct machine_cycles *cycles);
struct run_view machine_cycles_run(const struct machine_cycles *cycles);

void machine_cycles_save(const struct machine_cycles *cycles, struct text *text);

/* -EPROTO when the bytes are of another layout; the state is then untouched. */
int machine_cycles_restore(struct machine_cycles *cycles, const void *bytes,
                           size_t length);
