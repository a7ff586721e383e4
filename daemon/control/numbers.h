/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers for names that grow with production: runs, lots, fixtures. Time-series stores
 * get the number, people the name (domain.md 8.2). Persisted; never reused. Pure but for
 * memory.
 */
#pragma once

#include "daemon/base/text.h"

#include <stdint.h>

#define NUMBERS_MAX 1024 /* names of one kind remembered; the oldest is forgotten */

enum number_kind {
    NUMBER_LOT,
    NUMBER_FIXTURE,
    NUMBER_KINDS
};

struct numbers;

int numbers_create(struct numbers **ret_numbers);
void numbers_destroy(struct numbers *numbers);

/* The next run's number, from 1. */
int64_t numbers_next_run(struct numbers *numbers);

/* The number of `name`, the same each time; a new name gets the next one. */
int64_t numbers_of(struct numbers *numbers, enum number_kind kind, const char *name);

/* As JSON, for the store; read it back before the first number is given. */
void numbers_save(const struct numbers *numbers, struct text *text);
int numbers_restore(struct numbers *numbers, const char *json, size_t length);
