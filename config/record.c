/* SPDX-License-Identifier: Apache-2.0 */
#include "config/interpreter.h"
#include "config/value.h"

#include <stdlib.h>
#include <string.h>

/* Fields may be pointers to a named struct; memcpy reads them without an alias. */
static void *pointer_at(const void *field)
{
    void *pointer = NULL;

    memcpy(&pointer, field, sizeof(pointer));
    return pointer;
}

static const struct option *next_row(const struct section *section,
                                     const struct option *row)
{
    if (row && row == section->others)
        return NULL;
    row = row ? row + 1 : section->options;
    return row && row->name ? row : section->others;
}

void record_set_fallbacks(const struct section *section, void *record)
{
    const struct option *row = NULL;

    while ((row = next_row(section, row)))
        value_set_fallback(row, (char *)record + row->offset);
}

void *record_create(const struct section *section)
{
    void *record = calloc(1, section->size ? section->size : 1);

    if (record)
        record_set_fallbacks(section, record);
    return record;
}

static void release_list(const struct option *row, struct option_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (row->entry)
            record_release(row->entry, (char *)list->items + i * row->entry->size);
        else
            free(((char **)list->items)[i]);
    }
    free(list->items);
    *list = (struct option_list){0};
}

void record_release(const struct section *section, void *record)
{
    const struct option *row = NULL;

    while ((row = next_row(section, row))) {
        char *field = (char *)record + row->offset;

        if (row->kind == OPTION_LIST)
            release_list(row, (struct option_list *)field);
        else if (row->kind == OPTION_SECTION)
            record_destroy(row->entry, pointer_at(field));
        else if (row->kind == OPTION_TEXT)
            free(pointer_at(field));
    }
}

void record_destroy(const struct section *section, void *record)
{
    if (record)
        record_release(section, record);
    free(record);
}

/* FNV-1a. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ byte[i]) * UINT64_C(1099511628211);
    return hash;
}

uint64_t fingerprint_text(uint64_t hash, const char *text)
{
    return text ? mix(hash, text, strlen(text) + 1) : mix(hash, "\1", 1);
}

static uint64_t mix_list(uint64_t hash, const struct option *row,
                         const struct option_list *list)
{
    hash = mix(hash, &list->count, sizeof(list->count));
    for (size_t i = 0; i < list->count; i++) {
        if (row->entry)
            hash = fingerprint_record(hash, row->entry,
                                      (char *)list->items + i * row->entry->size);
        else
            hash = fingerprint_text(hash, ((char **)list->items)[i]);
    }
    return hash;
}

static uint64_t mix_field(uint64_t hash, const struct option *row, const void *field)
{
    switch (row->kind) {
    case OPTION_INTEGER:
        return mix(hash, field, sizeof(int64_t));
    case OPTION_NUMBER:
        return mix(hash, field, sizeof(double));
    case OPTION_FLAG:
        return mix(hash, field, sizeof(bool));
    case OPTION_CHOICE:
        return mix(hash, field, sizeof(unsigned));
    case OPTION_TEXT:
        return fingerprint_text(hash, pointer_at(field));
    case OPTION_LIST:
        return mix_list(hash, row, field);
    case OPTION_SECTION:
        return fingerprint_record(hash, row->entry, pointer_at(field));
    }
    return hash;
}

uint64_t fingerprint_record(uint64_t hash, const struct section *section,
                            const void *record)
{
    const struct option *row = NULL;

    if (!record)
        return mix(hash, "\2", 1);
    while ((row = next_row(section, row)))
        hash = mix_field(hash, row, (const char *)record + row->offset);
    return hash;
}
