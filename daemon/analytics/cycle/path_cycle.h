/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One cycle of a path, from its opening to the record it becomes. Pure.
 */
#pragma once

#include "daemon/analytics/cycle/path_cycles.h"

void path_cycles_open(struct path_cycles *path, const struct path_site *site,
                      struct moment at, double variance_s2);
/* The next cycle begins where the one before has ended; what runs goes on. */
void path_cycles_follow(struct path_cycles *path, const struct path_site *site,
                        struct moment at, double variance_s2);
void path_cycles_close(struct path_cycles *path, const struct path_site *site,
                       struct moment at, double variance_s2, enum ending ending);
/* Makes the record of what the open cycle has added up; its segments go on. */
void path_cycles_finish(struct path_cycles *path, const struct path_site *site,
                        struct moment at, double variance_s2, enum ending ending);
void path_cycles_emit(struct path_cycles *path, const struct path_site *site);
/* The program now shown ran up to `at`; only where the spindle makes the cycles. */
void path_cycles_vote_program(struct path_cycles *path, struct moment at);
void path_cycles_settle(struct path_cycles *path, struct moment at); /* up to `at` */
/* The parts of the last cycle were assumed, and the counter says that there are none. */
void path_cycles_revoke(struct path_cycles *path, const struct path_site *site);
void path_cycles_correct(struct path_cycles *path, const struct path_site *site,
                         int64_t parts);
struct segment_clocks path_cycles_clocks(const struct path_cycles *path,
                                         struct moment at);
void path_cycles_begin_gap(struct path_cycles *path, struct moment at);

/* Nothing was open and the machine runs; `is_seen`: we saw it begin. */
void path_cycles_start(struct path_cycles *path, const struct path_site *site,
                       const struct execution_edge *edge, bool is_seen);

/* Before anything changes that a gap is judged by. */
void path_cycles_account_gap(struct path_cycles *path, struct moment at);
void path_cycles_refresh_motion(struct path_cycles *path, const struct path_site *site,
                                struct moment at);

/* A program shown for long enough is believed. */
void path_cycles_turn(struct path_cycles *path, const struct path_site *site,
                      struct moment now);

/* Takes over what the spindle's draw says; also of values before it was understood. */
void path_cycles_draw(struct path_cycles *path, const struct path_site *site,
                      const struct execution_state *execution);
