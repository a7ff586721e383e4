/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where streams.c keeps the observations of one document until it is complete: strings
 * behind each other in one text, everything else as offsets into it, so that a document
 * costs two or three allocations and the next one none. Pure but for memory.
 */
#pragma once

#include "daemon/base/text.h"
#include "drivers/mtconnect/observation.h"

enum {
    STREAMS_PAGE_STRINGS = 16
};

struct streams_page_item {
    uint64_t sequence;
    uint32_t order;                         /* in the document: the tie-break */
    uint32_t strings[STREAMS_PAGE_STRINGS]; /* offsets; 0 = "" */
    uint32_t first_entry, entry_count;
    double duration_s, sample_rate_hz;
    enum observation_category category;
    enum observation_representation representation;
};

struct streams_page_entry {
    uint32_t key, value, first_cell, cell_count;
    bool removed;
};

struct streams_page_cell {
    uint32_t key, value;
};

struct streams_page {
    struct text strings;
    struct streams_page_item *items;
    struct streams_page_entry *entries;
    struct streams_page_cell *cells;
    size_t count, entry_count, cell_count;
    size_t capacity, entry_capacity, cell_capacity;
    struct observation_entry *shown_entries; /* of the observation read last */
    struct observation_cell *shown_cells;
    size_t shown_entry_capacity, shown_cell_capacity;
    bool failed; /* memory ran out */
};

void streams_page_init(struct streams_page *page);
void streams_page_done(struct streams_page *page);

/* Keeps the memory up to an ordinary document's. */
void streams_page_clear(struct streams_page *page);

/* The offset of a copy; of "" for NULL. */
uint32_t streams_page_keep(struct streams_page *page, const char *string);

void streams_page_open(struct streams_page *page, const char *element,
                       const char **attributes, uint64_t sequence,
                       enum observation_category category, uint32_t component);
void streams_page_close(struct streams_page *page, const char *value);
void streams_page_open_entry(struct streams_page *page, const char *key, bool removed);
void streams_page_close_entry(struct streams_page *page, const char *value);
void streams_page_open_cell(struct streams_page *page, const char *key);
void streams_page_close_cell(struct streams_page *page, const char *value);

void streams_page_sort(struct streams_page *page);

/* Borrowed until the next read or clear. */
void streams_page_read(struct streams_page *page, size_t index,
                       struct observation *ret_observation);
