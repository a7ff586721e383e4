/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which data item feeds which signal: made once from the device, by meanings, ranks and
 * overrides. Inside of mapping.c; tests look at it through mapping_describe().
 */
#pragma once

#include "drivers/mtconnect/mapping.h"
#include "drivers/mtconnect/meaning.h"
#include "drivers/mtconnect/value.h"
#include "drivers/mtconnect/words.h"

struct target {
    const struct data_item *item;
    const struct meaning *meaning; /* NULL: custom, condition or overridden */
    enum signal signal;
    uint16_t path;
    const char *place;
    bool is_custom;
    bool feeds_tool;  /* TOOL_ASSET_ID where there is no tool number */
    bool feeds_parts; /* GOOD or BAD where there is no other counter */
    struct value_rule rule;
    struct steadiness steadiness;
};

struct plan {
    struct target *targets; /* one a data item, in document order */
    size_t count;
    struct words places;   /* every place handed out */
    struct words spindles; /* axis id → number of the spindle, from 1 */
    bool is_native;
};

/* Returns 0, -EINVAL with a sentence, or -ENOMEM. Done with plan_done() in any case. */
int plan_init(struct plan *plan, const struct device *device,
              const struct mapping_options *options, char reterr_sentence[160]);
void plan_done(struct plan *plan);

/* A place that lives as long as the plan; "" when memory ran out. */
const char *plan_keep_place(struct plan *plan, const char *place);
