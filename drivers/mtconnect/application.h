/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applying one observation to a mapping: the inside of mapping.c, in a file of its own.
 */
#pragma once

#include "drivers/mtconnect/target.h"

enum {
    PLACES_MAX = 16384 /* keys of data sets and tables, and items met without a probe */
};

/* What is made of more than one data item of a path. */
struct path_state {
    bool has_execution, is_held;
    struct sample execution; /* the last one said */
    bool has_good, has_bad;
    int64_t good, bad;
};

struct mapping {
    struct plan plan;
    struct words ids;  /* data item id → index of its target */
    struct words keys; /* id, name or source of an adapter's key → the same */
    const struct device *device;
    struct path_state *paths; /* [device->paths + 1] */
    int64_t oddities;
};

/* One call of mapping_apply(). */
struct application {
    struct mapping *mapping;
    const struct observation *observation;
    const struct mapping_sink *sink;
    struct sample sample; /* filled but for the value */
    int count;
};

/* Emits the samples of one observation; `target` is NULL when no probe told of it. */
void application_run(struct application *application, struct target *target);
