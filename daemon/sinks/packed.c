/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/packed.h"

#include "daemon/model/sample.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIELD_OFFSET,
    FIELD_VALUE,
    FIELD_QUALITY,
};

static int read_value(struct packed_value *value, json_t *json)
{
    if (json_is_null(json)) {
        value->kind = PACKED_NOTHING;
    } else if (json_is_number(json) || json_is_boolean(json)) {
        value->kind = PACKED_NUMBER;
        value->number = json_is_number(json) ? json_number_value(json)
                                             : (json_is_true(json) ? 1.0 : 0.0);
    } else if (json_is_string(json)) {
        value->kind = PACKED_TEXT;
        value->text = json_string_value(json);
    } else {
        value->printed = json_dumps(json, JSON_COMPACT);
        if (!value->printed)
            return -ENOMEM;
        value->kind = PACKED_TEXT;
        value->text = value->printed;
    }
    return 0;
}

static int read_item(struct packed_value *value, json_t *item)
{
    json_t *offset = json_array_get(item, FIELD_OFFSET);
    json_t *quality = json_array_get(item, FIELD_QUALITY);
    double offset_ms = json_number_value(offset);

    if (!json_is_number(offset) || fabs(offset_ms) > 1e15)
        return -EINVAL;
    if (json_array_size(item) <= FIELD_VALUE)
        return -EINVAL;

    value->wall_ns += llround(offset_ms * (double)NS_PER_MS);
    value->quality =
        json_is_integer(quality) ? json_integer_value(quality) : QUALITY_GOOD;
    return read_value(value, json_array_get(item, FIELD_VALUE));
}

static size_t count_items(json_t *root)
{
    const char *signal;
    json_t *list;
    size_t count = 0;

    json_object_foreach(root, signal, list) count += json_array_size(list);
    return count;
}

/* At the same time as the one before it, which may have been moved already. */
static bool collide(int64_t before_ns, int64_t wall_ns)
{
    return before_ns >= wall_ns && before_ns - wall_ns < NS_PER_US;
}

static int read_items(struct packed_values *values, const struct record *record,
                      json_t *root)
{
    const char *signal;
    json_t *list, *item;
    size_t index;

    json_object_foreach(root, signal, list)
    {
        json_array_foreach(list, index, item)
        {
            struct packed_value *value = &values->items[values->count];

            *value = (struct packed_value){
                .signal = signal,
                .wall_ns = record->wall_ns,
                .order = values->count,
            };
            values->count++;
            int error = read_item(value, item);
            if (error)
                return error;
            if (index > 0 && collide(value[-1].wall_ns, value->wall_ns))
                value->wall_ns = value[-1].wall_ns + 1;
        }
    }
    return 0;
}

static int compare(const void *left, const void *right)
{
    const struct packed_value *a = left, *b = right;

    if (a->wall_ns != b->wall_ns)
        return a->wall_ns < b->wall_ns ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

int packed_open(const struct record *record, struct packed_values *ret_values)
{
    const char *signals = record->packed.signals ? record->packed.signals : "{}";
    struct packed_values values = {0};
    json_t *root = json_loads(signals, JSON_REJECT_DUPLICATES, NULL);
    int error = -EINVAL;

    values.owner = root;
    if (!json_is_object(root))
        goto fail;

    error = -ENOMEM;
    values.items = calloc(count_items(root) + 1, sizeof(*values.items));
    if (!values.items)
        goto fail;
    error = read_items(&values, record, root);
    if (error)
        goto fail;

    qsort(values.items, values.count, sizeof(*values.items), compare);
    *ret_values = values;
    return 0;

fail:
    packed_done(&values);
    return error;
}

void packed_done(struct packed_values *values)
{
    json_decref(values->owner);
    for (size_t i = 0; i < values->count; i++)
        free(values->items[i].printed);
    free(values->items);
    *values = (struct packed_values){0};
}
