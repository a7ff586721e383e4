/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/ranges.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void ranges_done(struct ranges *ranges)
{
    free(ranges->items);
    *ranges = (struct ranges){0};
}

void ranges_clear(struct ranges *ranges)
{
    ranges->count = 0;
}

static int reserve(struct ranges *ranges, size_t count)
{
    if (count <= ranges->capacity)
        return 0;
    size_t capacity = ranges->capacity ? ranges->capacity * 2 : 8;
    if (capacity < count)
        capacity = count;
    struct range *items = realloc(ranges->items, capacity * sizeof(*items));
    if (!items)
        return -ENOMEM;
    ranges->items = items;
    ranges->capacity = capacity;
    return 0;
}

/* The index of the first range that ends at or after `id`. */
static size_t find(const struct ranges *ranges, int64_t id)
{
    size_t low = 0, high = ranges->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranges->items[middle].last < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Puts `count` new ranges where those of index from..until-1 were. */
static void replace(struct ranges *ranges, size_t from, size_t until,
                    const struct range *items, size_t count)
{
    memmove(ranges->items + from + count, ranges->items + until,
            (ranges->count - until) * sizeof(*ranges->items));
    for (size_t i = 0; i < count; i++)
        ranges->items[from + i] = items[i];
    ranges->count = ranges->count - (until - from) + count;
}

int ranges_add(struct ranges *ranges, int64_t first, int64_t last)
{
    struct range whole = {.first = first, .last = last};

    if (first > last)
        return 0;
    int error = reserve(ranges, ranges->count + 1);
    if (error)
        return error;

    size_t from = find(ranges, first - 1);
    size_t until = from;
    while (until < ranges->count && ranges->items[until].first <= last + 1)
        until++;
    if (until > from) {
        if (ranges->items[from].first < first)
            whole.first = ranges->items[from].first;
        if (ranges->items[until - 1].last > last)
            whole.last = ranges->items[until - 1].last;
    }
    replace(ranges, from, until, &whole, 1);
    return 0;
}

int ranges_remove(struct ranges *ranges, int64_t first, int64_t last)
{
    struct range rest[2];
    size_t count = 0;

    if (first > last)
        return 0;
    int error = reserve(ranges, ranges->count + 1);
    if (error)
        return error;

    size_t from = find(ranges, first);
    size_t until = from;
    while (until < ranges->count && ranges->items[until].first <= last)
        until++;
    if (until == from)
        return 0;
    if (ranges->items[from].first < first)
        rest[count++] = (struct range){ranges->items[from].first, first - 1};
    if (ranges->items[until - 1].last > last)
        rest[count++] = (struct range){last + 1, ranges->items[until - 1].last};
    replace(ranges, from, until, rest, count);
    return 0;
}

int ranges_copy(struct ranges *ranges, const struct ranges *from)
{
    int error = reserve(ranges, from->count);

    if (error)
        return error;
    for (size_t i = 0; i < from->count; i++)
        ranges->items[i] = from->items[i];
    ranges->count = from->count;
    return 0;
}

bool ranges_contain(const struct ranges *ranges, int64_t id)
{
    size_t index = find(ranges, id);

    return index < ranges->count && ranges->items[index].first <= id;
}

bool ranges_find_hole(const struct ranges *ranges, int64_t first, int64_t last,
                      struct range *ret_hole)
{
    size_t index = find(ranges, first);

    if (index < ranges->count && ranges->items[index].first <= first)
        first = ranges->items[index++].last + 1;
    if (first > last)
        return false;
    if (index < ranges->count && ranges->items[index].first <= last)
        last = ranges->items[index].first - 1;
    *ret_hole = (struct range){first, last};
    return true;
}

int64_t ranges_floor(const struct ranges *ranges)
{
    return ranges->count && ranges->items[0].first <= 1 ? ranges->items[0].last : 0;
}
