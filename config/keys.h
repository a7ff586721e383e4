/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of one map, held against the rows of a section.
 */
#pragma once

#include "config/interpreter.h"

/* One entry of a list, or of a map that is written for a list. */
struct item {
    struct node key, value;
};

struct items {
    struct item *items;
    size_t count;
    bool failed;
};

void items_add(struct items *items, struct item item);

/*
 * Every key is a row's, taken by `extra`, collected in `others` where the section has a
 * row for them, or complained of; so is a key that is given twice.
 */
void keys_check(struct report *report, const struct section *section,
                const struct extra_keys *extra, struct node map, struct items *others);
