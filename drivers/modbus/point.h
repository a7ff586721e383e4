/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One point of a link: from the bytes of an answer to a sample, or to silence when
 * nothing worth saying has changed. Pure.
 */
#pragma once

#include "daemon/model/sample.h"
#include "drivers/modbus/options.h"
#include "drivers/modbus/plan.h"

#define POINT_NAMES_MAX 32

struct point_name {
    int64_t number;
    char name[64];
    int64_t code; /* of the signal's own list; -1 = it has none */
};

struct point {
    enum signal signal;
    uint16_t path;
    char place[SIGNAL_NAME_MAX];
    enum area area;
    uint16_t address, count; /* words or bits */
    int64_t class_ns;
    struct register_form form;
    double scale, offset;
    double lowest, highest;
    bool invert, is_damped;
    double deadband, deadband_share;
    int64_t max_silence_ns;
    struct point_name *names; /* room for POINT_NAMES_MAX, lent; only if it has any */
    size_t name_count;

    bool was_answered; /* by the device, ever */
    unsigned refusals; /* in a row */

    /* What was reported last. */
    bool has_reported;
    enum quality quality;
    enum why why;
    struct value value; /* the last good one; a text is in `text` */
    struct moment at;
    char text[REGISTER_TEXT_MAX + 1];
    struct condition condition; /* of a condition: made of the value, code in `text` */
};

/* When and how exactly an answer was true. */
struct reading {
    const uint8_t *data; /* of the answer */
    uint16_t address;    /* of its first register or bit */
    struct moment at;
    int64_t uncertainty_ns;
};

/*
 * Returns 0, or -EINVAL with a sentence. `names` is room for POINT_NAMES_MAX that lives
 * as long as the point; NULL when the options have none.
 */
int point_init(struct point *point, const struct point_options *options,
               int64_t link_every_ns, struct point_name *names,
               char reterr_sentence[256]);

/* Is there something to report? Then it is in `ret_sample`, which borrows from the point.
 */
bool point_take(struct point *point, const struct reading *reading,
                struct sample *ret_sample);

/*
 * No news: the last value is stale from now on, or there never was one. `quality` is
 * QUALITY_STALE or QUALITY_BAD. False when that has been said already.
 */
bool point_fail(struct point *point, enum quality quality, enum why why,
                struct moment now, struct sample *ret_sample);
