/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs many values of one machine into one row: {"spindle_load":[[0,35.2,192],…],…},
 * each value with its milliseconds after the row's time, and its quality. 50,000 values a
 * second fit because a row is an interval, not a value. Pure but for memory, which it
 * takes as signals appear and then keeps.
 */
#pragma once

#include "daemon/model/sample.h"

struct packer;

/* With `sequences`, a value from a source that has them carries its own as a fourth item.
 */
int packer_create(bool sequences, struct packer **ret_packer);
void packer_destroy(struct packer *packer);

/* The time of the row to come, from which values' milliseconds count; before the first
 * value. */
void packer_begin(struct packer *packer, struct moment start);

/* `index` tells the signal (latest_put), `name` is what it is called outside and lives as
 * long as the packer. */
int packer_add(struct packer *packer, size_t index, const char *name,
               const struct sample *sample);

/*
 * The sequence a value is archived with, 0 = none: a snapshot repeats what was delivered
 * before or lies in a gap, and each sequence is to be found once.
 */
uint64_t packer_sequence(const struct sample *sample);

/* Values waiting. */
int64_t packer_count(const struct packer *packer);

/* What packer_begin() was given. */
struct moment packer_start(const struct packer *packer);

/*
 * The whole as JSON, and empties the packer. The text lives until the next call. NULL
 * when memory ran out; the values are gone and the caller counts them as dropped.
 */
const char *packer_take(struct packer *packer);
