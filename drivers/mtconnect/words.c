/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAPACITY = 64
};

/* FNV-1a, 64 bits. */
static size_t hash(const char *string)
{
    uint64_t hash = 0xcbf29ce484222325U;

    for (; *string; string++)
        hash = (hash ^ (unsigned char)*string) * 0x100000001b3U;
    return (size_t)(hash ^ (hash >> 32));
}

/* The slot of `string`, or the empty one where it belongs. */
static struct word *find_slot(const struct words *words, const char *string)
{
    size_t mask = words->capacity - 1;
    size_t i = hash(string) & mask;

    while (words->slots[i].string && strcmp(words->slots[i].string, string) != 0)
        i = (i + 1) & mask;
    return &words->slots[i];
}

static int grow(struct words *words)
{
    struct words larger = {
        .capacity = words->capacity ? words->capacity * 2 : FIRST_CAPACITY,
        .count = words->count,
    };

    larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
    if (!larger.slots)
        return -1;
    for (size_t i = 0; i < words->capacity; i++)
        if (words->slots[i].string)
            *find_slot(&larger, words->slots[i].string) = words->slots[i];
    free(words->slots);
    *words = larger;
    return 0;
}

void words_init(struct words *words)
{
    *words = (struct words){0};
}

void words_done(struct words *words)
{
    for (size_t i = 0; i < words->capacity; i++)
        free(words->slots[i].string);
    free(words->slots);
    words_init(words);
}

struct word *words_add(struct words *words, const char *string, int value)
{
    if (2 * (words->count + 1) > words->capacity && grow(words))
        return NULL;

    struct word *slot = find_slot(words, string);
    if (slot->string)
        return slot;
    slot->string = strdup(string);
    if (!slot->string)
        return NULL;
    slot->value = value;
    words->count++;
    return slot;
}

struct word *words_find(const struct words *words, const char *string)
{
    if (!words->capacity)
        return NULL;

    struct word *slot = find_slot(words, string);
    return slot->string ? slot : NULL;
}
