/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a device's data items mean: observations in, samples out, by type, subType,
 * component and category, never by a builder's ids (domain.md 1.1, mtconnect.md 8).
 *
 * Units are converted here, once. Each observation becomes a sample at least: what means
 * nothing to us goes out as custom.<data item id>. No clock and no I/O; memory is taken
 * by create, and by apply only for names met for the first time (bounded).
 */
#pragma once

#include "daemon/model/sample.h"
#include "drivers/mtconnect/devices.h"

struct mapping;

/* `map:` of a machine: this signal comes from this data item, whatever we would think. */
struct mapping_override {
    char *signal;    /* "temperature.spindle" */
    char *data_item; /* id or name */
};

struct mapping_options {
    const struct mapping_override *overrides;
    size_t override_count;
    bool
        is_native; /* values come from an adapter, in nativeUnits: nobody converted yet */
};

struct mapping_sink {
    void *owner;
    /* The sample is borrowed; its place lives as long as the mapping. */
    void (*emit)(void *owner, const struct sample *sample);
};

/*
 * The device is borrowed for the mapping's life. Returns 0, -EINVAL with a sentence when
 * an override names what is not there, or -ENOMEM.
 */
int mapping_create(const struct device *device, const struct mapping_options *options,
                   struct mapping **ret_mapping, char reterr_sentence[160]);
void mapping_destroy(struct mapping *mapping);

/* When and how an observation was heard; from timeline.h. */
struct hearing {
    struct moment at;
    int64_t uncertainty_ns;
    uint16_t flags; /* SAMPLE_SNAPSHOT, SAMPLE_CLOCK */
};

/*
 * Emits 0..n samples for one observation; give them in the order of their sequence. An
 * unknown data item is judged by its element's name. Returns the number of samples.
 */
int mapping_apply(struct mapping *mapping, const struct observation *observation,
                  const struct hearing *hearing, const struct mapping_sink *sink);

/*
 * The data item for an adapter's key (id, name or <Source>), NULL when there is none:
 * agents drop those silently too. "device:key" is understood; a key of another device is
 * none of ours.
 */
const struct data_item *mapping_find_key(const struct mapping *mapping, const char *key);

/* What became of each data item, for `spindlectl probe` and status. */
struct mapping_row {
    const struct data_item *item;
    char signal[SIGNAL_NAME_MAX]; /* "path2/execution", "custom.x12" */
    bool is_custom;
};

size_t mapping_count(const struct mapping *mapping);
void mapping_describe(const struct mapping *mapping, size_t index,
                      struct mapping_row *ret_row);

/* Values refused as not plausible or not readable since the start. */
int64_t mapping_oddities(const struct mapping *mapping);
