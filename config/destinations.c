/* SPDX-License-Identifier: Apache-2.0 */
#include "config/destinations.h"

#include "config/sections.h"
#include "config/spelling.h"
#include "config/value.h"

#include <stdlib.h>
#include <string.h>

static const char *const driver_key[] = {"driver", NULL};

static const struct sink *find_sink(const char *name)
{
    for (size_t i = 0; sinks[i]; i++)
        if (strcmp(sinks[i]->name, name) == 0)
            return sinks[i];
    return NULL;
}

/* Read before the rest, as it decides which rows the rest is held against. */
static bool take_driver(void *owner, struct node key, struct node value)
{
    (void)owner;
    (void)value;
    return strcmp(node_scalar(key), driver_key[0]) == 0;
}

static void complain_of_kind(struct interpreter *interpreter, struct node key,
                             struct node driver)
{
    struct node said = driver.yaml ? driver : key;
    struct guess guess = {0};
    struct text kinds;
    char shown[SHOWN_MAX];

    text_init_heap(&kinds);
    for (size_t i = 0; sinks[i]; i++) {
        guess_improve(&guess, node_scalar(said), sinks[i]->name);
        text_add(&kinds, i ? ", " : "");
        text_add(&kinds, sinks[i]->name);
    }
    if (guess.name)
        report_error_at(interpreter->report, said, "unknown sink %s; did you mean '%s'?",
                        value_show(said, shown), guess.name);
    else
        report_error_at(interpreter->report, said,
                        "unknown sink %s; say which kind it is by 'driver', one of %s",
                        value_show(said, shown), kinds.data ? kinds.data : "none");
    text_done(&kinds);
}

static bool is_unique(struct interpreter *interpreter, const struct sink_list *list,
                      struct node key)
{
    for (size_t i = 0; i < list->count; i++) {
        struct node other = list->keys[i];

        if (strcmp(list->settings[i].name, node_scalar(key)) != 0)
            continue;
        report_error_at(interpreter->report, key,
                        "sink '%s' is already described at %s:%zu:%zu", node_scalar(key),
                        node_file(other), node_line(other), node_column(other));
        return false;
    }
    return true;
}

static void add(struct interpreter *interpreter, struct sink_list *list, struct node key,
                struct sink_settings settings)
{
    size_t count = list->count + 1;
    void *grown = realloc(list->settings, count * sizeof(*list->settings));
    list->settings = grown ? grown : list->settings;
    void *keys = realloc(list->keys, count * sizeof(*list->keys));
    list->keys = keys ? keys : list->keys;

    if (!grown || !keys || !settings.name || !settings.options) {
        record_destroy(settings.sink->options, settings.options);
        free(settings.name);
        report_error_at(interpreter->report, key, "out of memory");
        return;
    }
    list->settings[list->count] = settings;
    list->keys[list->count++] = key;
}

static void read_sink(struct interpreter *interpreter, struct node key, struct node value,
                      struct sink_list *list)
{
    const struct extra_keys extra = {.names = driver_key, .take = take_driver};
    char expected[128], shown[SHOWN_MAX];

    if (name_check(node_scalar(key), expected) < 0) {
        report_error_at(interpreter->report, key, "a sink wants %s; got %s", expected,
                        value_show(key, shown));
        return;
    }
    struct node driver = node_find(value, driver_key[0]);
    const struct sink *sink =
        find_sink(driver.yaml ? node_scalar(driver) : node_scalar(key));
    if (!sink) {
        complain_of_kind(interpreter, key, driver);
        return;
    }
    if (!is_unique(interpreter, list, key))
        return;
    add(interpreter, list, key,
        (struct sink_settings){
            .name = strdup(node_scalar(key)),
            .sink = sink,
            .options = interpreter_create(interpreter, sink->options, value, &extra),
        });
}

void destinations_read(struct interpreter *interpreter, struct node value,
                       struct sink_list *list)
{
    char shown[SHOWN_MAX];

    if (node_is_null(value))
        return;
    if (!node_is_map(value)) {
        report_error_at(interpreter->report, value,
                        "'sinks' wants a name and options for each; got %s",
                        value_show(value, shown));
        return;
    }
    for (size_t i = 0; i < node_count(value); i++)
        read_sink(interpreter, node_key(value, i), node_value(value, i), list);
}

void destinations_fingerprint(struct sink_list *list, uint64_t shared)
{
    for (size_t i = 0; i < list->count; i++) {
        struct sink_settings *sink = &list->settings[i];
        uint64_t hash = fingerprint_text(shared, sink->sink->name);

        sink->fingerprint = fingerprint_record(hash, sink->sink->options, sink->options);
    }
}

void destinations_done(struct sink_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        record_destroy(list->settings[i].sink->options, list->settings[i].options);
        free(list->settings[i].name);
    }
    free(list->settings);
    free(list->keys);
    *list = (struct sink_list){0};
}
