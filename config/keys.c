/* SPDX-License-Identifier: Apache-2.0 */
#include "config/keys.h"

#include "config/spelling.h"
#include "config/value.h"

#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 10000

void items_add(struct items *items, struct item item)
{
    if ((items->count & (items->count - 1)) == 0) {
        size_t capacity = items->count ? items->count * 2 : 1;
        struct item *grown = realloc(items->items, capacity * sizeof(*grown));

        items->failed |= !grown;
        if (!grown)
            return;
        items->items = grown;
    }
    items->items[items->count++] = item;
}

const struct option *section_row(const struct section *section, const char *name)
{
    for (const struct option *row = section->options; row->name; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

static void complain_of_key(struct report *report, const struct section *section,
                            const struct extra_keys *extra, struct node key)
{
    struct guess guess = {0};
    char shown[SHOWN_MAX];

    if (strcmp(node_scalar(key), "<<") == 0) {
        report_error_at(report, key,
                        "merge keys (<<) are not read: write the keys out; an anchor may "
                        "stand for a whole value");
        return;
    }
    for (const struct option *row = section->options; row->name; row++)
        guess_improve(&guess, node_scalar(key), row->name);
    for (size_t i = 0; extra && extra->names && extra->names[i]; i++)
        guess_improve(&guess, node_scalar(key), extra->names[i]);
    if (guess.name)
        report_error_at(report, key, "unknown key %s; did you mean '%s'?",
                        value_show(key, shown), guess.name);
    else
        report_error_at(report, key, "unknown key %s in '%s'", value_show(key, shown),
                        section->name);
}

static bool is_first(struct report *report, struct node map, size_t index)
{
    const char *key = node_scalar(node_key(map, index));
    char shown[SHOWN_MAX];

    for (size_t i = 0; i < index; i++)
        if (strcmp(node_scalar(node_key(map, i)), key) == 0) {
            report_error_at(
                report, node_key(map, index), "%s is given twice; first in line %zu",
                value_show(node_key(map, index), shown), node_line(node_key(map, i)));
            return false;
        }
    return true;
}

void keys_check(struct report *report, const struct section *section,
                const struct extra_keys *extra, struct node map, struct items *others)
{
    char shown[SHOWN_MAX];
    size_t count = node_count(map);

    if (count > KEYS_MAX) {
        report_error_at(report, map, "more than %d keys", KEYS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct node key = node_key(map, i), value = node_value(map, i);

        if (!node_is_scalar(key))
            report_error_at(report, key, "a key must be text; got %s",
                            value_show(key, shown));
        else if (!is_first(report, map, i) || section_row(section, node_scalar(key)))
            continue;
        else if (extra && extra->take(extra->owner, key, value))
            continue;
        else if (section->others)
            items_add(others, (struct item){key, value});
        else
            complain_of_key(report, section, extra, key);
    }
}
