/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept and published of a machine's raw values: one row an interval, never one a
 * value. Decides which values are worth a row, packs them, counts every one. Loop thread.
 */
#pragma once

#include "daemon/pipeline/station.h"

struct archive;

struct archive_site {
    void *owner;
    int64_t (*append)(void *owner, const struct record *record);
    struct store *store;
    const struct machine_settings *machine;
    enum store_signals signals;
};

struct archive_item {
    size_t index;     /* latest_put's */
    const char *name; /* lives as long as the station */
    bool changed;     /* value or quality are not what they were */
    const struct sample *sample;
};

int archive_create(const struct archive_site *site, struct moment now,
                   struct archive **ret_archive);
void archive_destroy(struct archive *archive);

/* From which position on each source's values have not been archived yet; after a start.
 */
int archive_restore(struct archive *archive);

/* What link `line` had marked when its values were archived last, before the start; NULL
 * = never. Lives as long as the archive. */
const char *archive_reached(const struct archive *archive, size_t line);

/* A value of link `line`. One that was archived before a crash is not archived again. */
void archive_add(struct archive *archive, size_t line, const struct archive_item *item);

struct trimmed_gap {
    struct sample sample;
    struct gap gap;
};

/*
 * A kill loses what the tracker had seen since it was saved last. When the source cannot
 * give it again either, that is a gap; but not what is in the archive. Returns the
 * sample, or one in `room` that is less.
 */
const struct sample *archive_trim_gap(const struct archive *archive, size_t line,
                                      const struct sample *sample,
                                      struct trimmed_gap *room);

/* The driver's position; "INSTANCE NEXT …" where the source has sequences. */
void archive_mark(struct archive *archive, size_t line, const char *position);

/* Writes the rows that are old enough; flush writes them all. */
void archive_advance(struct archive *archive, struct moment now);
void archive_flush(struct archive *archive);

const struct reception *archive_reception(const struct archive *archive);
