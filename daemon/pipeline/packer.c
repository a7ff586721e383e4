/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/packer.h"

#include "daemon/base/json.h"

#include <errno.h>
#include <stdlib.h>

#define LANES_FIRST 16

/* One signal's values of this interval, as the inside of a JSON array. */
struct lane {
    const char *name; /* NULL = nothing of it yet */
    struct text values;
};

struct packer {
    bool sequences;
    struct lane *lanes; /* by the signal's index */
    size_t capacity;
    int64_t count;
    struct moment start;
    struct text row;
    bool failed;
};

int packer_create(bool sequences, struct packer **ret_packer)
{
    struct packer *packer = calloc(1, sizeof(*packer));

    if (!packer)
        return -ENOMEM;
    packer->sequences = sequences;
    text_init_heap(&packer->row);
    *ret_packer = packer;
    return 0;
}

void packer_destroy(struct packer *packer)
{
    if (!packer)
        return;
    for (size_t i = 0; i < packer->capacity; i++)
        text_done(&packer->lanes[i].values);
    free(packer->lanes);
    text_done(&packer->row);
    free(packer);
}

static int reserve_lane(struct packer *packer, size_t index)
{
    if (index < packer->capacity)
        return 0;

    size_t capacity = packer->capacity ? packer->capacity : LANES_FIRST;
    while (capacity <= index)
        capacity *= 2;
    struct lane *lanes = realloc(packer->lanes, capacity * sizeof(*lanes));
    if (!lanes)
        return -ENOMEM;
    for (size_t i = packer->capacity; i < capacity; i++)
        lanes[i] = (struct lane){.name = NULL};
    packer->lanes = lanes;
    packer->capacity = capacity;
    return 0;
}

static struct lane *lane_of(struct packer *packer, size_t index, const char *name)
{
    if (reserve_lane(packer, index))
        return NULL;

    struct lane *lane = &packer->lanes[index];
    if (!lane->name)
        text_init_heap(&lane->values);
    lane->name = name;
    return lane;
}

void packer_begin(struct packer *packer, struct moment start)
{
    packer->start = start;
}

uint64_t packer_sequence(const struct sample *sample)
{
    return sample->flags & SAMPLE_SNAPSHOT ? 0 : sample->sequence;
}

int packer_add(struct packer *packer, size_t index, const char *name,
               const struct sample *sample)
{
    struct lane *lane = lane_of(packer, index, name);
    if (!lane)
        return -ENOMEM;
    packer->count++;

    struct text *values = &lane->values;
    text_add(values, values->length ? ",[" : "[");
    text_add_number(values, (double)(sample->at.wall_ns - packer->start.wall_ns) /
                                (double)NS_PER_MS);
    text_add_char(values, ',');
    sample_print_json(sample, values);
    text_add_char(values, ',');
    text_add_integer(values, sample->quality);
    if (packer->sequences && packer_sequence(sample)) {
        text_add_char(values, ',');
        text_add_unsigned(values, packer_sequence(sample));
    }
    text_add_char(values, ']');
    packer->failed = packer->failed || values->failed;
    return 0;
}

int64_t packer_count(const struct packer *packer)
{
    return packer->count;
}

struct moment packer_start(const struct packer *packer)
{
    return packer->start;
}

const char *packer_take(struct packer *packer)
{
    struct writer json;

    text_clear(&packer->row);
    writer_init(&json, &packer->row);
    writer_begin_object(&json, NULL);
    for (size_t i = 0; i < packer->capacity; i++) {
        struct lane *lane = &packer->lanes[i];
        if (lane->values.length == 0)
            continue;
        writer_begin_array(&json, lane->name);
        text_add_bytes(&packer->row, lane->values.data, lane->values.length);
        writer_end_array(&json);
        text_clear(&lane->values);
    }
    writer_end_object(&json);

    bool failed = packer->failed || packer->row.failed;
    packer->failed = false;
    packer->count = 0;
    return failed ? NULL : packer->row.data;
}
