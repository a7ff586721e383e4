/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data sets and tables as adapters write them: `a=1 b={x y} c="q" d`, a bare key is
 * removed; rows of tables `G54={X=1 Y=2}`. Pure; texts point into what was read.
 */
#pragma once

#include "drivers/mtconnect/observation.h"

enum {
    SHDR_ENTRIES_MAX = 1024,
    SHDR_CELLS_MAX = 4096,
};

struct shdr_set {
    struct observation_entry entries[SHDR_ENTRIES_MAX];
    struct observation_cell cells[SHDR_CELLS_MAX];
    size_t entry_count, cell_count;
    char *reset; /* the word after a leading colon: ":MANUAL a=1"; or "" */
};

/* Cuts `text` up; entries beyond the limits are left out. */
void shdr_set_read(struct shdr_set *set, char *text, bool is_table);
