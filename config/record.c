/* SPDX-License-Identifier: Apache-2.0 */
#include "config/reader.h"
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

static bool texts_equal(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool lists_equal(const struct option *row, const struct option_list *a,
                        const struct option_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!row->entry && !texts_equal(((char **)a->items)[i], ((char **)b->items)[i]))
            return false;
        if (row->entry &&
            !record_equal(row->entry, (const char *)a->items + i * row->entry->size,
                          (const char *)b->items + i * row->entry->size))
            return false;
    }
    return true;
}

static bool fields_equal(const struct option *row, const void *a, const void *b)
{
    switch (row->kind) {
    case OPTION_INTEGER:
        return memcmp(a, b, sizeof(int64_t)) == 0;
    case OPTION_NUMBER:
        return memcmp(a, b, sizeof(double)) == 0; /* NAN equals NAN here */
    case OPTION_FLAG:
        return memcmp(a, b, sizeof(bool)) == 0;
    case OPTION_CHOICE:
        return memcmp(a, b, sizeof(unsigned)) == 0;
    case OPTION_TEXT:
        return texts_equal(pointer_at(a), pointer_at(b));
    case OPTION_LIST:
        return lists_equal(row, a, b);
    case OPTION_SECTION:
        return record_equal(row->entry, pointer_at(a), pointer_at(b));
    }
    return false;
}

bool record_equal(const struct section *section, const void *a, const void *b)
{
    const struct option *row = NULL;

    if (!a || !b)
        return a == b;
    while ((row = next_row(section, row)))
        if (!fields_equal(row, (const char *)a + row->offset,
                          (const char *)b + row->offset))
            return false;
    return true;
}
