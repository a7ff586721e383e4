/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archive rows as lines of a tape (docs/replay.md), in the order of their times.
 */
#pragma once

#include <jansson.h>
#include <stdio.h>

void export_tape_head(FILE *output);
void export_tape_row(const json_t *row, FILE *output);
