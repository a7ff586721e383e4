/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of MTConnect adapters (SHDR, mtconnect.md 10) as observations, assets and
 * commands, of a live socket or of a log. Pure; no memory is taken after shdr_create().
 *
 * Keys find their data items by id, name or <Source>; keys of none are counted and
 * dropped, as agents do. A line that was cut is read as far as it goes. An asset whose
 * end is missing ends before the next line that begins with a time.
 */
#pragma once

#include "drivers/mtconnect/mapping.h"

enum shdr_change {
    SHDR_ASSET_CHANGED,
    SHDR_ASSET_UPDATED,
    SHDR_ASSET_REMOVED,
    SHDR_ASSETS_REMOVED, /* all of a type */
};

struct shdr_asset {
    enum shdr_change change;
    const char *timestamp;
    const char *id, *type, *body;
};

struct shdr_sink {
    void *owner;
    void (*observe)(void *owner, const struct observation *observation);
    void (*change_asset)(void *owner, const struct shdr_asset *asset); /* or NULL */
    void (*command)(void *owner, const char *key, const char *value);  /* or NULL */
};

struct shdr_counts {
    int64_t lines, observations, assets, commands;
    int64_t unknown;       /* keys without a data item */
    int64_t cut;           /* lines that end too early, or are none */
    int64_t broken_assets; /* without an end, or over 1 MiB */
    int64_t unknown_line, cut_line, broken_line; /* where the first was; from 1 */
    char unknown_key[64];
};

struct shdr;

/* The mapping is borrowed for the reader's life. Returns 0 or -ENOMEM. */
int shdr_create(const struct mapping *mapping, struct shdr **ret_shdr);
void shdr_destroy(struct shdr *shdr);

/* One line without its end; it is changed while it is read. */
void shdr_read_line(struct shdr *shdr, char *text, const struct shdr_sink *sink);

/*
 * The time of a line: "" when it has none. Commands, and lines inside of an asset, have
 * none; the line is not changed. Lengths are up to the first | or @.
 */
size_t shdr_find_stamp(const struct shdr *shdr, const char *line);

struct shdr_counts shdr_count(const struct shdr *shdr);
