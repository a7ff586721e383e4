/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/latest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_BUCKETS = 64,
    TEXT_BYTES = 256,
};

/* What a value points into that is more than a number. */
struct words {
    char text[TEXT_BYTES];
    char id[TEXT_BYTES / 4];
    char code[TEXT_BYTES / 4];
    struct condition condition;
};

/* An entry; its name and place stand behind it. */
struct slot {
    struct latest_entry entry;
    uint64_t hash;
    struct words *words; /* since it first said any */
    char names[];
};

struct latest {
    struct slot **slots; /* in the order they were first heard */
    size_t count, capacity;
    uint32_t *buckets; /* index + 1, 0 = free; open addressing */
    size_t bucket_count;
};

/* Fowler, Noll, Vo 1a over signal, path and place. */
static uint64_t hash_sample(const struct sample *sample)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    hash = (hash ^ (uint64_t)sample->signal) * UINT64_C(1099511628211);
    hash = (hash ^ sample->path) * UINT64_C(1099511628211);
    for (const char *c = sample->place; *c; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    return hash;
}

static bool is_same_signal(const struct slot *slot, const struct sample *sample,
                           uint64_t hash)
{
    return slot->hash == hash && slot->entry.sample.signal == sample->signal &&
           slot->entry.sample.path == sample->path &&
           strcmp(slot->entry.sample.place, sample->place) == 0;
}

static uint32_t *find_bucket(const struct latest *latest, const struct sample *sample,
                             uint64_t hash)
{
    size_t at = (size_t)hash & (latest->bucket_count - 1);

    while (latest->buckets[at] &&
           !is_same_signal(latest->slots[latest->buckets[at] - 1], sample, hash))
        at = (at + 1) & (latest->bucket_count - 1);
    return &latest->buckets[at];
}

int latest_create(struct latest **ret_latest)
{
    struct latest *latest = calloc(1, sizeof(*latest));

    if (!latest)
        return -ENOMEM;
    latest->bucket_count = FIRST_BUCKETS;
    latest->buckets = calloc(FIRST_BUCKETS, sizeof(*latest->buckets));
    if (!latest->buckets) {
        free(latest);
        return -ENOMEM;
    }
    *ret_latest = latest;
    return 0;
}

void latest_destroy(struct latest *latest)
{
    if (!latest)
        return;
    for (size_t i = 0; i < latest->count; i++) {
        free(latest->slots[i]->words);
        free(latest->slots[i]);
    }
    free(latest->slots);
    free(latest->buckets);
    free(latest);
}

/* Doubles the hash table; the slots stay where they are. */
static int grow_buckets(struct latest *latest)
{
    size_t count = latest->bucket_count * 2;
    uint32_t *buckets = calloc(count, sizeof(*buckets));

    if (!buckets)
        return -ENOMEM;
    for (size_t i = 0; i < latest->count; i++) {
        size_t at = (size_t)latest->slots[i]->hash & (count - 1);
        while (buckets[at])
            at = (at + 1) & (count - 1);
        buckets[at] = (uint32_t)i + 1;
    }
    free(latest->buckets);
    latest->buckets = buckets;
    latest->bucket_count = count;
    return 0;
}

static int grow_slots(struct latest *latest)
{
    size_t capacity = latest->capacity ? latest->capacity * 2 : FIRST_BUCKETS;
    struct slot **slots = realloc(latest->slots, capacity * sizeof(struct slot *));

    if (!slots)
        return -ENOMEM;
    latest->slots = slots;
    latest->capacity = capacity;
    return 0;
}

static int add_slot(struct latest *latest, const struct sample *sample, uint64_t hash)
{
    if (latest->count == latest->capacity && grow_slots(latest))
        return -ENOMEM;
    if ((latest->count + 1) * 2 > latest->bucket_count && grow_buckets(latest))
        return -ENOMEM;

    char name[SIGNAL_NAME_MAX];
    signal_print(sample, name);
    size_t name_size = strlen(name) + 1, place_size = strlen(sample->place) + 1;
    struct slot *slot = calloc(1, sizeof(*slot) + name_size + place_size);
    if (!slot)
        return -ENOMEM;
    slot->hash = hash;
    memcpy(slot->names, name, name_size);
    memcpy(slot->names + name_size, sample->place, place_size);
    slot->entry.name = slot->names;
    slot->entry.sample = (struct sample){
        .signal = sample->signal, .path = sample->path, .place = slot->names + name_size};

    *find_bucket(latest, &slot->entry.sample, hash) = (uint32_t)latest->count + 1;
    latest->slots[latest->count] = slot;
    return (int)latest->count++;
}

static bool is_same_condition(const struct condition *a, const struct condition *b)
{
    return a->level == b->level && strcmp(a->code, b->code) == 0 &&
           strcmp(a->text, b->text) == 0;
}

static bool is_same_value(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case VALUE_NONE:
        return true;
    case VALUE_FLAG:
    case VALUE_CODE:
    case VALUE_INTEGER:
        return a->integer == b->integer;
    case VALUE_NUMBER:
        return memcmp(&a->number, &b->number, sizeof(a->number)) == 0;
    case VALUE_TEXT:
        return strncmp(a->text, b->text, TEXT_BYTES - 1) == 0;
    case VALUE_CONDITION:
        return is_same_condition(a->condition, b->condition);
    case VALUE_GAP:
    case VALUE_TOOL_LIFE:
    case VALUE_ANY:
        break;
    }
    return false;
}

static void copy_condition(struct words *words, const struct condition *condition)
{
    (void)text_copy(words->text, sizeof(words->text), condition->text);
    (void)text_copy(words->id, sizeof(words->id), condition->id);
    (void)text_copy(words->code, sizeof(words->code), condition->code);
    words->condition = (struct condition){
        .level = condition->level,
        .id = words->id,
        .code = words->code,
        .severity = "",
        .qualifier = "",
        .text = words->text,
    };
}

/* Points the copied value into the slot's own memory. */
static void copy_value(struct slot *slot, const struct value *value)
{
    struct value *kept = &slot->entry.sample.value;
    bool is_wordy = value->kind == VALUE_TEXT || value->kind == VALUE_CONDITION;

    *kept = *value;
    if (is_wordy && !slot->words)
        slot->words = calloc(1, sizeof(*slot->words));
    if (is_wordy && !slot->words) {
        kept->kind = VALUE_NONE; /* no memory: not known */
    } else if (value->kind == VALUE_TEXT) {
        (void)text_copy(slot->words->text, sizeof(slot->words->text), value->text);
        kept->text = slot->words->text;
    } else if (value->kind == VALUE_CONDITION) {
        copy_condition(slot->words, value->condition);
        kept->condition = &slot->words->condition;
    } else if (value->kind == VALUE_GAP || value->kind == VALUE_TOOL_LIFE) {
        kept->kind =
            VALUE_NONE; /* events, not levels: their records are kept elsewhere */
    }
}

int latest_put(struct latest *latest, const struct sample *sample, bool *ret_changed)
{
    uint64_t hash = hash_sample(sample);
    uint32_t bucket = *find_bucket(latest, sample, hash);
    int index = bucket ? (int)bucket - 1 : add_slot(latest, sample, hash);

    if (index < 0)
        return index;

    struct slot *slot = latest->slots[index];
    struct sample *kept = &slot->entry.sample;
    *ret_changed = !bucket || kept->quality != sample->quality ||
                   !is_same_value(&kept->value, &sample->value);
    slot->entry.changes += *ret_changed;

    copy_value(slot, &sample->value);
    kept->quality = sample->quality;
    kept->why = sample->why;
    kept->flags = sample->flags;
    kept->at = sample->at;
    kept->uncertainty_ns = sample->uncertainty_ns;
    kept->sequence = sample->sequence;
    return index;
}

size_t latest_count(const struct latest *latest)
{
    return latest->count;
}

const struct latest_entry *latest_at(const struct latest *latest, size_t index)
{
    return &latest->slots[index]->entry;
}

const struct latest_entry *latest_find(const struct latest *latest, const char *name)
{
    for (size_t i = 0; i < latest->count; i++)
        if (strcmp(latest->slots[i]->entry.name, name) == 0)
            return &latest->slots[i]->entry;
    return NULL;
}
