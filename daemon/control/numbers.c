/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/numbers.h"

#include "daemon/base/json.h"
#include "daemon/model/record.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_keys[NUMBER_KINDS] = {
    [NUMBER_LOT] = "lots",
    [NUMBER_FIXTURE] = "fixtures",
};

struct entry {
    char name[RECORD_NAME_MAX];
    int64_t number;
};

struct list {
    struct entry entries[NUMBERS_MAX];
    size_t count;
    int64_t last;
};

struct numbers {
    int64_t last_run;
    struct list lists[NUMBER_KINDS];
};

int numbers_create(struct numbers **ret_numbers)
{
    *ret_numbers = calloc(1, sizeof(**ret_numbers));
    return *ret_numbers ? 0 : -ENOMEM;
}

void numbers_destroy(struct numbers *numbers)
{
    free(numbers);
}

int64_t numbers_next_run(struct numbers *numbers)
{
    return ++numbers->last_run;
}

static void add(struct list *list, const char *name, int64_t number)
{
    if (list->count == NUMBERS_MAX) {
        memmove(&list->entries[0], &list->entries[1],
                sizeof(list->entries[0]) * (NUMBERS_MAX - 1));
        list->count--;
    }
    struct entry *entry = &list->entries[list->count++];
    (void)text_copy(entry->name, sizeof(entry->name), name);
    entry->number = number;
    if (number > list->last)
        list->last = number;
}

int64_t numbers_of(struct numbers *numbers, enum number_kind kind, const char *name)
{
    struct list *list = &numbers->lists[kind];
    char cut[RECORD_NAME_MAX];

    (void)text_copy(cut, sizeof(cut), name);
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->entries[i].name, cut) == 0)
            return list->entries[i].number;
    add(list, cut, list->last + 1);
    return list->last;
}

void numbers_save(const struct numbers *numbers, struct text *text)
{
    struct writer json;

    writer_init(&json, text);
    writer_begin_object(&json, NULL);
    writer_integer(&json, "run", numbers->last_run);
    for (int kind = 0; kind < NUMBER_KINDS; kind++) {
        const struct list *list = &numbers->lists[kind];
        writer_begin_object(&json, kind_keys[kind]);
        for (size_t i = 0; i < list->count; i++)
            writer_integer(&json, list->entries[i].name, list->entries[i].number);
        writer_end_object(&json);
    }
    writer_end_object(&json);
}

int numbers_restore(struct numbers *numbers, const char *json, size_t length)
{
    json_t *root = json_loadb(json, length, 0, NULL);
    const char *name;
    json_t *number;

    if (!root)
        return -EPROTO;
    numbers->last_run = json_integer_value(json_object_get(root, "run"));
    for (int kind = 0; kind < NUMBER_KINDS; kind++) {
        json_object_foreach(json_object_get(root, kind_keys[kind]), name, number)
        {
            add(&numbers->lists[kind], name, json_integer_value(number));
        }
    }
    json_decref(root);
    return 0;
}
