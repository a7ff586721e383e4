/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applies option tables to YAML: nodes in, structs out, every complaint collected.
 *
 * A section may be written in several layers: the files of conf.d beside the main one, or
 * a profile below what stands in the file. Lists of all layers are joined, without those
 * entries of a profile that an entry of the file replaces; of anything else the last
 * layer's counts, or, where layers are exclusive, a second section is a
 * complaint and complaints about the whole point at the first.
 */
#pragma once

#include "config/document.h"
#include "config/report.h"
#include "daemon/base/option.h"

struct layers {
    const struct node *nodes; /* maps; the last one counts most */
    size_t count;
    bool are_exclusive;
};

/* Keys that no row knows: drivers under a machine, sinks. */
struct extra_keys {
    void *owner;
    const char *const *names; /* for guesses; ends with NULL; may be NULL */

    /* Takes the key, or returns false, and it is a complaint. */
    bool (*take)(void *owner, struct node key, struct node value);
};

struct interpreter {
    struct report *report;
    const char *const *profile_folders; /* ends with NULL */
    struct document *profiles;          /* those read so far; the interpreter's */
    size_t budget; /* records that may still be made: aliases multiply */
};

#define INTERPRETER_BUDGET 1000000

/*
 * Fills `record` (section->size zeroes) with fallbacks and what the layers say. `extra`
 * may be NULL. Free the contents with record_release(), always.
 */
void interpreter_apply(struct interpreter *interpreter, const struct section *section,
                       const struct layers *layers, const struct extra_keys *extra,
                       void *record);

/* The row of that name, or NULL. */
const struct option *section_row(const struct section *section, const char *name);

/* A new record of one map; NULL only when memory is out. */
void *interpreter_create(struct interpreter *interpreter, const struct section *section,
                         struct node node, const struct extra_keys *extra);

void interpreter_done(struct interpreter *interpreter);

/* A new record of fallbacks only, nested ones absent; NULL when memory is out. */
void *record_create(const struct section *section);

/* Of zeroes. */
void record_set_fallbacks(const struct section *section, void *record);

/* What the record holds, not the record itself. */
void record_release(const struct section *section, void *record);
void record_destroy(const struct section *section, void *record);

/*
 * A number that changes when anything of the record does. Chain them: begin with
 * FINGERPRINT_START, go on with what the last one returned. NULL counts as absent.
 */
#define FINGERPRINT_START UINT64_C(14695981039346656037)
uint64_t fingerprint_record(uint64_t hash, const struct section *section,
                            const void *record);
uint64_t fingerprint_text(uint64_t hash, const char *text);
