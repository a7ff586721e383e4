/* SPDX-License-Identifier: Apache-2.0 */
#include "config/interpreter.h"

#include "config/keys.h"
#include "config/profile.h"
#include "config/value.h"

#include <stdlib.h>
#include <string.h>

/* What one record is made of. */
struct source {
    const struct section *section;
    struct layers layers;
    const struct document *profile; /* of the first layer, if that is one */
    struct node key;                /* of the map the entry stands in, or none */
    struct node brief;              /* the scalar the entry is written as, or none */
    struct node at;                 /* where to complain about the whole */
    const struct extra_keys *extra;
};

static void fill(struct interpreter *interpreter, const struct source *source,
                 void *record);

/* Does one of the entries from `from` on say the same as `profiles` where it counts? */
static bool is_replaced(const struct option *row, struct node profiles,
                        const struct items *items, size_t from)
{
    struct node name = node_find(profiles, row->name);

    for (size_t i = from; i < items->count && node_is_scalar(name); i++) {
        struct node other = node_find(items->items[i].value, row->name);

        if (node_is_scalar(other) && strcmp(node_scalar(name), node_scalar(other)) == 0)
            return true;
    }
    return false;
}

/* Of the first `count` entries, the profile's, only those remain that nobody replaces. */
static void drop_replaced(const struct section *section, struct items *items,
                          size_t count)
{
    size_t kept = 0;

    for (const struct option *row = section->options; row->name; row++) {
        if (!row->replaces)
            continue;
        for (size_t i = 0; i < items->count; i++)
            if (i >= count || !is_replaced(row, items->items[i].value, items, count))
                items->items[kept++] = items->items[i];
        items->count = kept;
        return;
    }
}

static const struct option *find_flagged(const struct section *section, bool wants_key)
{
    for (const struct option *row = section->options; row->name; row++)
        if (wants_key ? row->is_key : row->is_brief)
            return row;
    return NULL;
}

static bool budget_allows(struct interpreter *interpreter, struct node at)
{
    if (interpreter->budget == 0)
        return false;
    if (--interpreter->budget > 0)
        return true;
    report_error_at(interpreter->report, at,
                    "too large: aliases multiply here beyond reason");
    return false;
}

static void list_add_node(struct interpreter *interpreter, const struct option *row,
                          struct node node, struct items *items)
{
    bool is_map = row->entry && find_flagged(row->entry, true) && node_is_map(node);
    char shown[SHOWN_MAX];

    if (!row->entry && node_is_scalar(node)) {
        items_add(items, (struct item){.value = node});
        return;
    }
    if (!is_map && !node_is_list(node)) {
        report_error_at(interpreter->report, node, "'%s' wants a list%s; got %s",
                        row->name,
                        row->entry && find_flagged(row->entry, true) ? " or a map" : "",
                        value_show(node, shown));
        return;
    }
    for (size_t i = 0; i < node_count(node); i++) {
        if (is_map)
            items_add(items, (struct item){node_key(node, i), node_value(node, i)});
        else
            items_add(items, (struct item){.value = node_item(node, i)});
    }
}

/* Makes one entry; scalars stand for it where the entry has a brief form. */
static void fill_entry(struct interpreter *interpreter, const struct option *row,
                       const struct item *item, void *record)
{
    struct source source = {
        .section = row->entry,
        .layers = {.nodes = &item->value, .count = 1},
        .key = item->key,
        .at = item->value,
    };
    bool is_empty = item->key.yaml && node_is_null(item->value);
    char shown[SHOWN_MAX];

    if (node_is_scalar(item->value) && !is_empty && find_flagged(row->entry, false)) {
        source.brief = item->value;
        source.layers.count = 0;
    } else if (is_empty) {
        source.layers.count = 0;
    } else if (!node_is_map(item->value)) {
        report_error_at(interpreter->report, item->value,
                        "'%s' wants keys and values for each entry; got %s", row->name,
                        value_show(item->value, shown));
        source.layers.count = 0;
        return;
    }
    fill(interpreter, &source, record);
}

/* Names within one list are told apart by the row marked is_key. */
static void check_names(struct interpreter *interpreter, const struct option *row,
                        const struct items *items, const struct option_list *list)
{
    const struct option *key = row->entry ? find_flagged(row->entry, true) : NULL;

    if (!key || key->kind != OPTION_TEXT)
        return;
    for (size_t i = 1; i < list->count; i++) {
        const char *base = list->items;
        const char *name = *(char *const *)(base + i * row->entry->size + key->offset);

        for (size_t j = 0; j < i && name; j++) {
            const char *other =
                *(char *const *)(base + j * row->entry->size + key->offset);

            if (!other || strcmp(name, other) != 0)
                continue;
            report_error_at(interpreter->report, items->items[i].value,
                            "%s '%s' is already described at %s:%zu:%zu",
                            row->entry->name, name, node_file(items->items[j].value),
                            node_line(items->items[j].value),
                            node_column(items->items[j].value));
            break;
        }
    }
}

static void set_list(struct interpreter *interpreter, const struct option *row,
                     const struct items *items, struct node at, struct option_list *list)
{
    size_t size = row->entry ? row->entry->size : sizeof(char *);

    if (items->count == 0)
        return;
    if (value_has_limits(row) &&
        ((double)items->count < row->min ||
         (value_has_upper_limit(row) && (double)items->count > row->max))) {
        report_error_at(interpreter->report, at, "'%s' wants %g to %g entries; got %zu",
                        row->name, row->min, row->max, items->count);
        return;
    }
    list->items = calloc(items->count, size);
    if (!list->items || items->failed) {
        report_error_at(interpreter->report, at, "out of memory");
        return;
    }
    for (size_t i = 0; i < items->count; i++) {
        void *field = (char *)list->items + i * size;

        list->count = i + 1;
        if (!budget_allows(interpreter, items->items[i].value))
            return;
        if (row->entry)
            fill_entry(interpreter, row, &items->items[i], field);
        else
            value_set_text(interpreter->report, row, items->items[i].value, field);
    }
    check_names(interpreter, row, items, list);
}

static void complain_if_twice(struct interpreter *interpreter, const struct option *row,
                              const struct node *found, size_t count)
{
    for (size_t i = 1; i < count; i++)
        report_error_at(interpreter->report, found[i],
                        "'%s' is already given at %s:%zu:%zu", row->name,
                        node_file(found[0]), node_line(found[0]), node_column(found[0]));
}

static void set_section(struct interpreter *interpreter, const struct option *row,
                        const struct node *found, size_t count, void *field)
{
    const struct source source = {
        .section = row->entry,
        .layers = {.nodes = found, .count = count},
        .at = found[count - 1],
    };
    void *record = calloc(1, row->entry->size ? row->entry->size : 1);

    if (record && budget_allows(interpreter, source.at))
        fill(interpreter, &source, record);
    memcpy(field, &record, sizeof(record));
}

/* The value nodes of a row, the strongest last; nulls do not count. */
static size_t find_values(const struct source *source, const struct option *row,
                          struct node *found)
{
    size_t count = 0;

    if (row->is_key && source->key.yaml)
        found[count++] = source->key;
    if (row->is_brief && source->brief.yaml)
        found[count++] = source->brief;
    for (size_t i = 0; i < source->layers.count; i++) {
        struct node value = node_find(source->layers.nodes[i], row->name);

        if (!node_is_null(value))
            found[count++] = value;
    }
    return count;
}

/* The entries of every layer, those of the profile first. */
static void set_entries(struct interpreter *interpreter, const struct source *source,
                        const struct option *row, struct node *found, size_t count,
                        void *field)
{
    struct items items = {0};
    size_t profiles = 0;

    for (size_t i = 0; i < count; i++) {
        list_add_node(interpreter, row, found[i], &items);
        if (source->profile && found[i].document == source->profile)
            profiles = items.count;
    }
    if (row->entry)
        drop_replaced(row->entry, &items, profiles);
    set_list(interpreter, row, &items, found[count - 1], field);
    free(items.items);
}

static void set_row(struct interpreter *interpreter, const struct source *source,
                    const struct option *row, struct node *found, void *field)
{
    size_t count = find_values(source, row, found);

    if (count == 0) {
        if (row->required)
            report_error_at(interpreter->report, source->at, "'%s' is missing: %s",
                            row->name, row->help ? row->help : "required");
        return;
    }
    if (source->layers.are_exclusive && row->kind == OPTION_SECTION)
        complain_if_twice(interpreter, row, found, count);
    if (row->kind == OPTION_SECTION) {
        set_section(interpreter, row, found, count, field);
    } else if (row->kind == OPTION_LIST) {
        set_entries(interpreter, source, row, found, count, field);
    } else {
        value_set(interpreter->report, row, found[count - 1], field);
    }
}

static void check_whole(struct interpreter *interpreter, const struct source *source,
                        const void *record, size_t errors_before)
{
    char sentence[256] = "not sensible";

    if (!source->section->check || interpreter->report->errors != errors_before)
        return;
    if (source->section->check(record, sentence) < 0)
        report_error_at(interpreter->report, source->at, "%s", sentence);
}

/* `found` has room for every layer, a key and a brief form. */
static void fill_rows(struct interpreter *interpreter, const struct source *source,
                      struct node *found, char *record)
{
    size_t errors = interpreter->report->errors;
    struct items others = {0};

    for (size_t i = 0; i < source->layers.count; i++) {
        struct node layer = source->layers.nodes[i];

        if (!node_is_map(layer)) {
            report_error_at(interpreter->report, layer, "'%s' wants keys and values",
                            source->section->name);
            free(others.items);
            return;
        }
        keys_check(interpreter->report, source->section, source->extra, layer, &others);
    }
    for (const struct option *row = source->section->options; row->name; row++)
        set_row(interpreter, source, row, found, record + row->offset);
    if (source->section->others)
        set_list(interpreter, source->section->others, &others, source->at,
                 (struct option_list *)(record + source->section->others->offset));
    free(others.items);
    check_whole(interpreter, source, record, errors);
}

/* The profile a layer names, if the section has a row for that. */
static struct node find_profile(struct interpreter *interpreter,
                                const struct source *source)
{
    for (const struct option *row = source->section->options; row->name; row++)
        for (size_t i = source->layers.count; row->merges && i-- > 0;) {
            struct node name = node_find(source->layers.nodes[i], row->name);

            if (node_is_scalar(name) && !node_is_null(name))
                return profile_open(interpreter, name);
        }
    return (struct node){0};
}

static void fill(struct interpreter *interpreter, const struct source *source,
                 void *record)
{
    struct source whole = *source;
    struct node profile = find_profile(interpreter, source);
    struct node *nodes = calloc(source->layers.count + 1, sizeof(*nodes));
    struct node *found = calloc(source->layers.count + 3, sizeof(*found));

    /* Entries of a list start as zeroes. */
    record_set_fallbacks(source->section, record);
    if (!nodes || !found) {
        report_error_at(interpreter->report, source->at, "out of memory");
        goto out;
    }
    size_t count = 0;
    if (profile.yaml)
        nodes[count++] = profile;
    for (size_t i = 0; i < source->layers.count; i++)
        nodes[count++] = source->layers.nodes[i];
    whole.profile = profile.document;
    whole.layers.nodes = nodes;
    whole.layers.count = count;
    fill_rows(interpreter, &whole, found, record);
out:
    free(nodes);
    free(found);
}

void interpreter_apply(struct interpreter *interpreter, const struct section *section,
                       const struct layers *layers, const struct extra_keys *extra,
                       void *record)
{
    const struct source source = {
        .section = section,
        .layers = *layers,
        .at = layers->nodes[layers->are_exclusive ? 0 : layers->count - 1],
        .extra = extra,
    };

    fill(interpreter, &source, record);
}

void *interpreter_create(struct interpreter *interpreter, const struct section *section,
                         struct node node, const struct extra_keys *extra)
{
    const struct layers layers = {.nodes = &node, .count = 1};
    void *record = calloc(1, section->size ? section->size : 1);

    if (record && budget_allows(interpreter, node))
        interpreter_apply(interpreter, section, &layers, extra, record);
    return record;
}

void interpreter_done(struct interpreter *interpreter)
{
    document_destroy(interpreter->profiles);
    interpreter->profiles = NULL;
}
