/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from observations to the station, the same for agents and adapters: mapping,
 * moments, gaps, presence, and the health that is shown. Loop thread.
 */
#pragma once

#include "daemon/base/timeline.h"
#include "drivers/driver.h"
#include "drivers/mtconnect/mapping.h"
#include "drivers/mtconnect/options.h"
#include "drivers/mtconnect/position.h"

/* A mapping that is no longer used; samples may still point to its names. */
struct delivery_retired {
    struct delivery_retired *next;
    struct devices *devices;
    struct mapping *mapping;
};

struct delivery {
    const struct driver_site *site;
    const struct mtconnect_options *options;
    struct devices *devices; /* NULL before the first probe */
    struct mapping *mapping; /* of these devices */
    struct delivery_retired *retired;
    struct timeline timeline;
    struct link_health health;
    struct moment heard; /* the last sign of life; 0 = never */
    int64_t gap_wall_ns; /* of the last one told: no two are of one moment */
};

void delivery_init(struct delivery *delivery, const struct driver_site *site,
                   const struct mtconnect_options *options);
void delivery_done(struct delivery *delivery);

/* What a device of these means. Returns 0, or a negative errno with a sentence. Pure but
 * for memory; any thread. */
int delivery_plan(const struct mtconnect_options *options, const struct devices *devices,
                  struct mapping **ret_mapping, char reterr_sentence[160]);

/* Takes both; what was known of conditions and sets is forgotten. */
void delivery_adopt(struct delivery *delivery, struct devices *devices,
                    struct mapping *mapping);

/* Both at once; takes the devices, in success and failure. */
int delivery_map(struct delivery *delivery, struct devices *devices,
                 char reterr_sentence[160]);

void delivery_observation(struct delivery *delivery,
                          const struct observation *observation, struct moment received,
                          bool is_news);

/* A range of sequences, or with a count of 0 a loss of unknown size from `gap->from`. */
void delivery_gap(struct delivery *delivery, const struct position_gap *gap,
                  const char *reason, struct moment now);

/* Says so when it changes; `trouble` is kept for status. */
void delivery_link(struct delivery *delivery, bool is_linked, struct moment now);
void delivery_trouble(struct delivery *delivery, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Anything sensible was heard. */
void delivery_alive(struct delivery *delivery, struct moment now);
