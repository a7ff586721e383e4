/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was odd in a recording: how often, and where first.
 */
#pragma once

#include "daemon/base/text.h"

struct oddity {
    int64_t count;
    int64_t line;    /* the first, from 1; 0 = not known */
    char first[120]; /* what it was; "" = nothing to say */
};

void oddity_note(struct oddity *oddity, int64_t line, const char *what);

/* "3 lines not understood (line 7: …); ", when there is any; `one` and `many` name it. */
void oddity_tell(const struct oddity *oddity, const char *one, const char *many,
                 struct text *text);
