/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the value of a signal from an observation's text: codes, flags, numbers, texts;
 * what cannot be, is not known. Pure.
 */
#pragma once

#include "daemon/model/sample.h"
#include "drivers/mtconnect/observation.h"
#include "drivers/mtconnect/units.h"

#define VALUE_TEXT_MAX 512

/* Remembers the last believed number, so that a far jump must be confirmed. */
struct steadiness {
    bool has_last, has_candidate;
    double last, candidate;
    int64_t last_mono_ns;
};

struct value_rule {
    enum observation_category category; /* of custom signals: samples are numbers */
    bool is_vector;                     /* "x y z": a text */
    struct conversion conversion;
};

/*
 * Fills the sample's value, quality and why from `text`; the sample's signal and moment
 * are set already. Texts point into `room` or to `text`. Returns false when the text was
 * odd: not plausible, not a number, an unknown word.
 */
bool value_read(struct sample *sample, const char *text, const struct value_rule *rule,
                struct steadiness *steadiness, char room[VALUE_TEXT_MAX]);

/* No value, with quality BAD and this reason. */
void value_clear(struct sample *sample, enum why why);
