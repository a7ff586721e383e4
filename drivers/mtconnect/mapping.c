/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/mapping.h"

#include "drivers/mtconnect/application.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int mapping_apply(struct mapping *mapping, const struct observation *observation,
                  const struct hearing *hearing, const struct mapping_sink *sink)
{
    const struct word *word = words_find(&mapping->ids, observation->data_item_id);
    struct target *target = word ? &mapping->plan.targets[word->value] : NULL;
    uint16_t flags = hearing->flags;

    if (*observation->reset_triggered)
        flags |= SAMPLE_RESET;
    if (target && target->item->discrete)
        flags |= SAMPLE_DISCRETE;

    struct application application = {
        .mapping = mapping,
        .observation = observation,
        .sink = sink,
        .sample = {.signal = target ? target->signal : SIGNAL_CUSTOM,
                   .quality = QUALITY_GOOD,
                   .flags = flags,
                   .path = target ? target->path : 1,
                   .place = target ? target->place : "",
                   .at = hearing->at,
                   .uncertainty_ns = hearing->uncertainty_ns,
                   .sequence = observation->sequence},
    };
    application_run(&application, target);
    return application.count;
}

static int index_items(struct mapping *mapping)
{
    const struct plan *plan = &mapping->plan;

    for (size_t i = 0; i < plan->count; i++) {
        const struct data_item *item = plan->targets[i].item;
        if (!words_add(&mapping->ids, item->id, (int)i) ||
            !words_add(&mapping->keys, item->id, (int)i))
            return -ENOMEM;
    }
    for (size_t i = 0; i < plan->count; i++) {
        const struct data_item *item = plan->targets[i].item;
        if ((*item->name && !words_add(&mapping->keys, item->name, (int)i)) ||
            (*item->source && !words_add(&mapping->keys, item->source, (int)i)))
            return -ENOMEM;
    }
    return 0;
}

int mapping_create(const struct device *device, const struct mapping_options *options,
                   struct mapping **ret_mapping, char reterr_sentence[160])
{
    struct mapping *mapping = calloc(1, sizeof(*mapping));
    int error = -ENOMEM;

    if (!mapping)
        return -ENOMEM;
    mapping->device = device;
    words_init(&mapping->ids);
    words_init(&mapping->keys);
    mapping->paths = calloc((size_t)device->paths + 1, sizeof(*mapping->paths));
    error = plan_init(&mapping->plan, device, options, reterr_sentence);
    if (!error && mapping->paths)
        error = index_items(mapping);
    if (!mapping->paths)
        error = -ENOMEM;
    if (error) {
        mapping_destroy(mapping);
        return error;
    }
    *ret_mapping = mapping;
    return 0;
}

void mapping_destroy(struct mapping *mapping)
{
    if (!mapping)
        return;
    plan_done(&mapping->plan);
    words_done(&mapping->ids);
    words_done(&mapping->keys);
    free(mapping->paths);
    free(mapping);
}

const struct data_item *mapping_find_key(const struct mapping *mapping, const char *key)
{
    const struct word *word = words_find(&mapping->keys, key);
    const char *colon = strchr(key, ':');

    if (!word && colon) {
        size_t length = (size_t)(colon - key);
        const char *name = mapping->device->name;
        if (strlen(name) == length && strncmp(name, key, length) == 0)
            word = words_find(&mapping->keys, colon + 1);
    }
    return word ? mapping->plan.targets[word->value].item : NULL;
}

size_t mapping_count(const struct mapping *mapping)
{
    return mapping->plan.count;
}

void mapping_describe(const struct mapping *mapping, size_t index,
                      struct mapping_row *ret_row)
{
    const struct target *target = &mapping->plan.targets[index];
    struct sample sample = {
        .signal = target->signal, .path = target->path, .place = target->place};

    ret_row->item = target->item;
    ret_row->is_custom = target->is_custom;
    signal_print(&sample, ret_row->signal);
}

int64_t mapping_oddities(const struct mapping *mapping)
{
    return mapping->oddities;
}
