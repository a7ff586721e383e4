/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include "config/destinations.h"
#include "config/folder.h"
#include "config/machines.h"
#include "config/sections.h"
#include "config/zone.h"
#include "daemon/analytics/cycle/calendar_options.h"
#include "daemon/analytics/run/part_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct config {
    struct settings settings; /* borrows from all below */
    struct root_options root;
    struct machine_list machines;
    struct sink_list sinks;
};

/* While the files are read. */
struct loading {
    struct config *config;
    struct report report;
    struct interpreter interpreter;
    struct document *documents; /* the main one first */
};

/* `machines` and `sinks` hold keys that no row knows: drivers. */
static bool take_list(void *owner, struct node key, struct node value)
{
    struct loading *loading = owner;

    if (strcmp(node_scalar(key), "machines") == 0)
        machines_read(&loading->interpreter, value, &loading->config->machines);
    else if (strcmp(node_scalar(key), "sinks") == 0)
        destinations_read(&loading->interpreter, value, &loading->config->sinks);
    else
        return false;
    return true;
}

/* Sections nobody wrote have their defaults all the same. */
static void *complete(const struct section *section, void **record)
{
    if (!*record)
        *record = record_create(section);
    return *record;
}

static bool fill_settings(struct config *config)
{
    static const struct section *const sections[] = {&gateway_section, &store_section,
                                                     &http_section, &control_section};
    struct root_options *root = &config->root;
    void **const records[] = {&root->gateway, &root->store, &root->http, &root->control};
    struct settings *settings = &config->settings;

    for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
        if (!complete(sections[i], records[i]))
            return false;
    settings->gateway = *(struct gateway_settings *)root->gateway;
    settings->store = *(struct store_options *)root->store;
    settings->http = *(struct http_settings *)root->http;
    settings->control = *(struct control_settings *)root->control;
    settings->calendar = root->calendar;
    settings->parts = root->parts.items;
    settings->part_count = root->parts.count;
    settings->machines = config->machines.settings;
    settings->machine_count = config->machines.count;
    settings->sinks = config->sinks.settings;
    settings->sink_count = config->sinks.count;
    return true;
}

/* Samples are stamped with parts and calendar too, and every sink with the place. */
static void fingerprint(struct config *config)
{
    const struct section shared = {
        .options = (const struct option[]){*section_row(&root_section, "gateway"),
                                           *section_row(&root_section, "calendar"),
                                           *section_row(&root_section, "parts"),
                                           {0}}
    };
    uint64_t hash = fingerprint_record(FINGERPRINT_START, &shared, &config->root);

    machines_fingerprint(&config->machines, hash);
    hash = fingerprint_record(FINGERPRINT_START, &gateway_section, config->root.gateway);
    destinations_fingerprint(&config->sinks, hash);
}

/* Analytics know no files: the zone's name becomes a rule here. */
static void resolve_zone(struct loading *loading)
{
    struct calendar_options *calendar = loading->config->root.calendar;
    struct text rule;

    if (!calendar || !calendar->time_zone)
        return;
    text_init_heap(&rule);
    if (zone_find_rule(calendar->time_zone, &rule) == 0) {
        free(calendar->time_zone);
        calendar->time_zone = strdup(rule.data ? rule.data : "");
    } else {
        struct document *document = loading->documents;
        struct node zone = {0};

        for (; document && !zone.yaml; document = document->next)
            zone = node_find(node_find(document_root(document), "calendar"), "time_zone");
        report_error_at(&loading->report, zone,
                        "no time zone '%s' here; a rule like CET-1CEST,M3.5.0,M10.5.0/3 "
                        "needs no files",
                        calendar->time_zone);
    }
    text_done(&rule);
}

/* The node of the part at `index`, counted over all files. */
static struct node part_node(struct document *documents, size_t index)
{
    for (; documents; documents = documents->next) {
        struct node parts = node_find(document_root(documents), "parts");
        size_t count = node_is_list(parts) ? node_count(parts) : 0;

        if (index < count)
            return node_item(parts, index);
        index -= count;
    }
    return (struct node){0};
}

static bool same_part(const struct part_options *a, const struct part_options *b)
{
    return a->part && b->part && a->op && b->op && strcmp(a->part, b->part) == 0 &&
           strcmp(a->op, b->op) == 0;
}

static void check_parts(struct loading *loading)
{
    const struct part_options *parts = loading->config->root.parts.items;

    for (size_t i = 1; i < loading->config->root.parts.count; i++)
        for (size_t j = 0; j < i; j++) {
            if (!same_part(&parts[i], &parts[j]))
                continue;
            struct node first = part_node(loading->documents, j);
            report_error_at(&loading->report, part_node(loading->documents, i),
                            "part '%s' op '%s' is already described at %s:%zu:%zu",
                            parts[i].part, parts[i].op, node_file(first),
                            node_line(first), node_column(first));
            break;
        }
}

static void apply(struct loading *loading)
{
    const struct extra_keys extra = {
        .owner = loading,
        .names = (const char *const[]){"machines", "sinks", NULL},
        .take = take_list,
    };
    struct layers layers = {.are_exclusive = true};
    size_t count = 0;

    for (struct document *document = loading->documents; document;
         document = document->next)
        count++;
    struct node *roots = calloc(count, sizeof(*roots));
    if (!roots)
        return;
    for (struct document *document = loading->documents; document;
         document = document->next)
        roots[layers.count++] = document_root(document);
    layers.nodes = roots;
    interpreter_apply(&loading->interpreter, &root_section, &layers, &extra,
                      &loading->config->root);
    free(roots);
    check_parts(loading);
    resolve_zone(loading);
}

static void on_link_complaint(void *owner, size_t which, bool is_warning,
                              const char *sentence)
{
    struct loading *loading = owner;
    struct node root = document_root(loading->documents);

    (void)which;
    if (is_warning)
        report_warning_at(&loading->report, root, "%s", sentence);
    else
        report_error_at(&loading->report, root, "%s", sentence);
}

/* What only all links together can tell: a line that is asked for too much. */
static void check_links(struct loading *loading, const struct driver *driver)
{
    const struct settings *settings = config_settings(loading->config);
    const struct driver_report report = {.owner = loading, .complain = on_link_complaint};
    const void **options = NULL;
    size_t count = 0;

    for (size_t i = 0; i < settings->machine_count; i++)
        count += settings->machines[i].link_count;
    options = calloc(count + 1, sizeof(*options));
    if (!options)
        return;
    count = 0;
    for (size_t i = 0; i < settings->machine_count; i++)
        for (size_t k = 0; k < settings->machines[i].link_count; k++)
            if (settings->machines[i].links[k].driver == driver)
                options[count++] = settings->machines[i].links[k].options;
    driver->check(options, count, &report);
    free(options);
}

/* Takes the documents. */
static int load(struct loading *loading, struct config **ret_config)
{
    struct config *config = calloc(1, sizeof(*config));
    int error = config ? 0 : -ENOMEM;

    loading->config = config;
    loading->interpreter.report = &loading->report;
    loading->interpreter.budget = INTERPRETER_BUDGET;
    if (config && loading->documents) {
        apply(loading);
        error = fill_settings(config) ? 0 : -ENOMEM;
        for (size_t i = 0; !error && !loading->report.errors && drivers[i]; i++)
            if (drivers[i]->check)
                check_links(loading, drivers[i]);
    }
    interpreter_done(&loading->interpreter);
    document_destroy(loading->documents);
    if (loading->report.errors)
        error = -EINVAL;
    if (error) {
        config_free(config);
        return error;
    }
    fingerprint(config);
    *ret_config = config;
    return 0;
}

int config_load(const char *path, struct text *complaints, struct config **ret_config)
{
    struct loading loading = {.report = {.text = complaints}};
    struct folders folders;

    folders_init(&folders, path);
    loading.interpreter.profile_folders = folders.profiles;
    loading.documents = folder_read(path, &loading.report);
    int error = load(&loading, ret_config);
    folders_done(&folders);
    return error;
}

int config_load_text(const char *name, const char *text, size_t length,
                     struct text *complaints, struct config **ret_config)
{
    struct loading loading = {.report = {.text = complaints}};
    struct folders folders;

    folders_init(&folders, NULL);
    loading.interpreter.profile_folders = folders.profiles;
    loading.documents = document_parse(name, text, length, &loading.report);
    int error = load(&loading, ret_config);
    folders_done(&folders);
    return error;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    machines_done(&config->machines);
    destinations_done(&config->sinks);
    record_release(&root_section, &config->root);
    free(config);
}

const struct settings *config_settings(const struct config *config)
{
    return &config->settings;
}

bool config_list_start_changes(const struct config *started, const struct config *fresh,
                               struct text *text)
{
    const struct {
        const struct section *section;
        const void *before, *after;
    } sections[] = {
        {&store_section,   started->root.store,   fresh->root.store  },
        {&http_section,    started->root.http,    fresh->root.http   },
        {&control_section, started->root.control, fresh->root.control},
    };
    bool any = false;

    for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
        const struct section *section = sections[i].section;

        if (fingerprint_record(FINGERPRINT_START, section, sections[i].before) ==
            fingerprint_record(FINGERPRINT_START, section, sections[i].after))
            continue;
        text_add(text, any ? ", " : "");
        text_add(text, section->name);
        any = true;
    }
    return any;
}
