/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration as rows a person can read: name, kind, limits, fallback, help. The rows
 * give the defaults, the checks, the manual page and the JSON Schema; config/ applies
 * them to YAML.
 *
 * A section describes one struct; each row describes one field of it. Rows are constant
 * data.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
    OPTION_INTEGER, /* int64_t */
    OPTION_NUMBER,  /* double */
    OPTION_FLAG,    /* bool */
    OPTION_TEXT,    /* char *, NULL when absent */
    OPTION_CHOICE,  /* unsigned: index into choices */
    OPTION_LIST,    /* struct option_list of the entry section's structs, or of char * */
    OPTION_SECTION, /* void *: one struct of the entry section; NULL when absent */
};

/* How an integer is written and what it counts. */
enum option_measure {
    MEASURE_PLAIN,
    MEASURE_DURATION, /* "250ms", "5m", "30d"; the field is nanoseconds, limits too */
    MEASURE_SIZE,     /* "64KiB"; the field is bytes */
};

struct option_list {
    void *
        items; /* an array of the entry section's structs; of char * when entry is NULL */
    size_t count;
};

struct section;

struct option {
    const char *name;
    const char *help;
    const char *unit;    /* of a plain number, for the manual */
    const char *example; /* shown in the manual when the fallback says too little */
    size_t offset;
    enum option_kind kind;
    enum option_measure measure;
    bool required;
    bool secret; /* never shown back to anybody; not in a file that everybody may read */
    bool
        merges; /* names a profile whose keys count as if written here; its lists first */
    bool is_key;   /* where entries are written as a map, the map's key goes here */
    bool is_brief; /* an entry written as a bare scalar fills this row alone */
    bool replaces; /* a profile's entry with the same text here gives way to it */
    struct {
        int64_t integer;
        double number;
        bool flag;
        const char *text;
        unsigned choice;
    } fallback;
    double min, max;            /* of integers, numbers, list counts; both 0 = no limit */
    const char *const *choices; /* ends with NULL; of a list of texts: of each of them */
    const struct section *entry;

    /*
     * For a form of its own ("240 parts", "1um/15m"): reads a scalar into the field at
     * `field`, which has the type of the row's kind; a text is allocated. Returns 0, or
     * -EINVAL with what would be right in `reterr_expected`.
     */
    int (*parse)(const char *scalar, void *field, char reterr_expected[128]);
};

struct section {
    const char *name;
    const char *help;
    size_t size;                  /* of the struct */
    const struct option *options; /* ends with a row without a name */

    /* Is the whole sensible? Returns 0, or -EINVAL with a sentence. May be NULL. */
    int (*check)(const void *record, char reterr_sentence[256]);

    /* Keys that have no row are collected here as named entries (a map); may be NULL. */
    const struct option *others;
};

// clang-format off
#define OPTION_KIND_OF(field)                    \
    _Generic((field),                            \
             int64_t:            OPTION_INTEGER, \
             double:             OPTION_NUMBER,  \
             bool:               OPTION_FLAG,    \
             char *:             OPTION_TEXT,    \
             unsigned:           OPTION_CHOICE,  \
             struct option_list: OPTION_LIST,    \
             void *:             OPTION_SECTION)
// clang-format on

/* A row for a field of `struct record`; the field's type decides the kind. */
#define OPTION_AS(key, record, field, ...)                               \
    {                                                                    \
        .name = (key), .offset = offsetof(struct record, field),         \
        .kind = OPTION_KIND_OF(((struct record *)0)->field), __VA_ARGS__ \
    }

/* The usual case: the key is the field's name. */
#define OPTION(record, field, ...) OPTION_AS(#field, record, field, __VA_ARGS__)
