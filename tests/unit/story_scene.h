/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The story of the test that runs: begin() begins it anew, end() is the tear-down. For
 * tests; include once a program.
 */
#pragma once

#include "tests/unit/support/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct story the_story;

static inline struct story *begin(void)
{
    story_init(&the_story);
    return &the_story;
}

static inline int end(void **state)
{
    (void)state;
    if (the_story.records)
        story_done(&the_story);
    memset(&the_story, 0, sizeof(the_story));
    return 0;
}

static inline const struct cycle_record *cycle(size_t index)
{
    const struct record *record = story_find(&the_story, RECORD_CYCLE, index);

    assert_non_null(record);
    return &record->cycle;
}
