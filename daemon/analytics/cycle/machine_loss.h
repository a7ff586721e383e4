/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times of which nothing is known: told by the source, found in what it sends, or because
 * the daemon was away. Pure.
 */
#pragma once

#include "daemon/analytics/cycle/machine_cycles.h"

/* The source says that observations were lost. */
void machine_loss_hear(struct machine_cycles *cycles, const struct sample *sample,
                       const struct record_sink *sink);

/* The daemon was away since the last sample, and the source does not go on from there. */
void machine_loss_come_back(struct machine_cycles *cycles, const struct sample *sample,
                            const struct record_sink *sink);

/*
 * Of a source that is polled, as the options say, an answer that is not there is one that
 * was lost, though nobody said so.
 */
void machine_loss_miss(struct machine_cycles *cycles, const struct sample *sample,
                       const struct record_sink *sink);
