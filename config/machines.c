/* SPDX-License-Identifier: Apache-2.0 */
#include "config/machines.h"

#include "config/value.h"

#include <stdlib.h>
#include <string.h>

#define DRIVERS_MAX 16

/* One machine while it is read. */
struct reading {
    struct interpreter *interpreter;
    struct machine_settings *machine;
    bool failed;
};

static const struct driver *find_driver(const char *name)
{
    for (size_t i = 0; drivers[i]; i++)
        if (strcmp(drivers[i]->name, name) == 0)
            return drivers[i];
    return NULL;
}

static void add_link(struct reading *reading, const struct driver *driver,
                     struct node node)
{
    struct machine_settings *machine = reading->machine;
    struct link_settings *grown =
        realloc(machine->links, (machine->link_count + 1) * sizeof(*grown));

    reading->failed |= !grown;
    if (!grown)
        return;
    machine->links = grown;
    void *options = interpreter_create(reading->interpreter, driver->options, node, NULL);
    reading->failed |= !options;
    if (options)
        machine->links[machine->link_count++] = (struct link_settings){driver, options};
}

/* `modbus: {…}` or `modbus: [{…}, {…}]` */
static bool take_link(void *owner, struct node key, struct node value)
{
    struct reading *reading = owner;
    const struct driver *driver = find_driver(node_scalar(key));

    if (!driver)
        return false;
    if (!node_is_list(value)) {
        add_link(reading, driver, value);
        return true;
    }
    for (size_t i = 0; i < node_count(value); i++)
        add_link(reading, driver, node_item(value, i));
    return true;
}

/* Room for one more; false after a complaint. */
static bool reserve(struct interpreter *interpreter, struct machine_list *list,
                    struct node node)
{
    size_t count = list->count + 1;
    void *settings = realloc(list->settings, count * sizeof(*list->settings));
    list->settings = settings ? settings : list->settings;
    void *options = realloc(list->options, count * sizeof(*list->options));
    list->options = options ? options : list->options;
    void *nodes = realloc(list->nodes, count * sizeof(*list->nodes));
    list->nodes = nodes ? nodes : list->nodes;

    if (settings && options && nodes)
        return true;
    report_error_at(interpreter->report, node, "out of memory");
    return false;
}

static void check_unique(struct interpreter *interpreter, const struct machine_list *list)
{
    size_t last = list->count - 1;
    const char *name = list->settings[last].name;

    for (size_t i = 0; i < last && name; i++) {
        if (!list->settings[i].name || strcmp(list->settings[i].name, name) != 0)
            continue;
        report_error_at(interpreter->report, list->nodes[last],
                        "machine '%s' is already described at %s:%zu:%zu", name,
                        node_file(list->nodes[i]), node_line(list->nodes[i]),
                        node_column(list->nodes[i]));
        return;
    }
}

/* Sections nobody wrote have their defaults all the same. */
static void complete(struct machine_options *options, struct machine_settings *machine)
{
    void **const fields[] = {&options->cycle, &options->tools,   &options->thermal,
                             &options->kpi,   &options->quality, &options->publish};
    static const char *const names[] = {"cycle", "tools",   "thermal",
                                        "kpi",   "quality", "publish"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const struct option *row = section_row(&machine_section, names[i]);
        if (row && !*fields[i])
            *fields[i] = record_create(row->entry);
    }
    machine->name = options->name;
    machine->cell = options->cell;
    machine->cycle = options->cycle;
    machine->tools = options->tools;
    machine->thermal = options->thermal;
    machine->kpi = options->kpi;
    machine->quality = options->quality;
    machine->columns = options->columns;

    const struct publish_options *publish = options->publish;
    if (publish) {
        machine->publish = publish->signals;
        machine->publish_every = publish->every;
    }
}

static void read_machine(struct interpreter *interpreter, struct node node,
                         struct machine_list *list)
{
    const char *names[DRIVERS_MAX + 1] = {0};
    char shown[SHOWN_MAX];

    if (!node_is_map(node)) {
        report_error_at(interpreter->report, node,
                        "'machines' wants keys and values for each; got %s",
                        value_show(node, shown));
        return;
    }
    if (!reserve(interpreter, list, node))
        return;
    for (size_t i = 0; drivers[i] && i < DRIVERS_MAX; i++)
        names[i] = drivers[i]->name;

    struct machine_settings *machine = &list->settings[list->count];
    *machine = (struct machine_settings){0};
    struct reading reading = {.interpreter = interpreter, .machine = machine};
    const struct extra_keys extra = {
        .owner = &reading, .names = names, .take = take_link};
    struct machine_options *options =
        interpreter_create(interpreter, &machine_section, node, &extra);
    list->options[list->count] = options;
    list->nodes[list->count] = node;
    list->count++;
    if (!options || reading.failed) {
        report_error_at(interpreter->report, node, "out of memory");
        return;
    }
    complete(options, machine);
    check_unique(interpreter, list);
}

void machines_read(struct interpreter *interpreter, struct node value,
                   struct machine_list *list)
{
    char shown[SHOWN_MAX];

    if (node_is_null(value))
        return;
    if (!node_is_list(value)) {
        report_error_at(interpreter->report, value, "'machines' wants a list; got %s",
                        value_show(value, shown));
        return;
    }
    for (size_t i = 0; i < node_count(value); i++)
        read_machine(interpreter, node_item(value, i), list);
}

void machines_fingerprint(struct machine_list *list, uint64_t shared)
{
    for (size_t i = 0; i < list->count; i++) {
        struct machine_settings *machine = &list->settings[i];
        uint64_t hash = fingerprint_record(shared, &machine_section, list->options[i]);

        for (size_t j = 0; j < machine->link_count; j++) {
            hash = fingerprint_text(hash, machine->links[j].driver->name);
            hash = fingerprint_record(hash, machine->links[j].driver->options,
                                      machine->links[j].options);
        }
        machine->fingerprint = hash;
    }
}

void machines_done(struct machine_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct machine_settings *machine = &list->settings[i];

        for (size_t j = 0; j < machine->link_count; j++)
            record_destroy(machine->links[j].driver->options, machine->links[j].options);
        free(machine->links);
        record_destroy(&machine_section, list->options[i]);
    }
    free(list->settings);
    free(list->options);
    free(list->nodes);
    *list = (struct machine_list){0};
}
