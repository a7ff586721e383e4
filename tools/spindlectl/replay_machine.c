/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/replay_machine.h"

#include "drivers/mtconnect/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct machine_settings *find_machine(const struct settings *settings,
                                                   const char *name)
{
    for (size_t i = 0; i < settings->machine_count; i++)
        if (!name || strcmp(settings->machines[i].name, name) == 0)
            return &settings->machines[i];
    return NULL;
}

static int load_config(struct replay_machine *machine, const struct replay_choice *choice,
                       struct text *complaints)
{
    int error = config_load(choice->config, complaints, &machine->config);

    if (error)
        return error;
    machine->settings = config_settings(machine->config);
    machine->machine = find_machine(machine->settings, choice->machine);
    if (machine->machine) {
        machine->name = machine->machine->name;
        machine->cell = machine->machine->cell ? machine->machine->cell : "";
        return 0;
    }
    text_add_format(complaints, "%s: there is no machine '%s'\n", choice->config,
                    choice->machine ? choice->machine : "");
    return -ENOENT;
}

static const struct mtconnect_options *find_options(
    const struct machine_settings *machine)
{
    for (size_t i = 0; machine && i < machine->link_count; i++)
        if (strcmp(machine->links[i].driver->name, "mtconnect") == 0)
            return machine->links[i].options;
    return NULL;
}

static int read_file(const char *path, struct text *text)
{
    char block[65536];
    FILE *file = fopen(path, "re");

    if (!file)
        return -errno;
    for (size_t length; (length = fread(block, 1, sizeof(block), file)) > 0;)
        text_add_bytes(text, block, length);
    (void)fclose(file);
    return text->failed ? -ENOMEM : 0;
}

static int read_devices(struct replay_machine *machine, const char *path,
                        struct text *complaints)
{
    struct text document;
    char sentence[160] = "";

    text_init_heap(&document);
    int error = read_file(path, &document);
    if (error)
        text_add_format(complaints, "%s: %s\n", path, strerror(-error));
    else if ((error = devices_read(document.data ? document.data : "", document.length,
                                   &machine->devices, sentence)))
        text_add_format(complaints, "%s: %s\n", path, sentence);
    text_done(&document);
    return error;
}

static int make_mapping(struct replay_machine *machine, const char *path,
                        const char *name, const struct mtconnect_options *options,
                        struct text *complaints)
{
    struct mapping_options mapping = {.is_native = true};
    char sentence[160] = "";
    int error = read_devices(machine, path, complaints);

    if (error)
        return error;
    if (options) {
        mapping.overrides = options->map.items;
        mapping.override_count = options->map.count;
    }
    const struct device *device = devices_find(machine->devices, name);
    if (!device) {
        text_add_format(complaints, "%s: there is no device '%s'\n", path,
                        name ? name : "");
        return -ENOENT;
    }
    error = mapping_create(device, &mapping, &machine->mapping, sentence);
    if (error)
        text_add_format(complaints, "%s: %s\n", path, sentence);
    return error;
}

static int make_rules(struct replay_machine *machine)
{
    const struct option_list *columns = &machine->machine->columns;
    const struct column_settings *settings = columns->items;

    if (!columns->count)
        return 0;
    machine->rules = calloc(columns->count, sizeof(*machine->rules));
    if (!machine->rules)
        return -ENOMEM;
    for (size_t i = 0; i < columns->count; i++)
        machine->rules[machine->rule_count++] = (struct csv_rule){
            .column = settings[i].column,
            .signal = settings[i].signal,
            .scale = settings[i].scale,
            .offset = settings[i].offset,
        };
    return 0;
}

int replay_machine_load(struct replay_machine *machine,
                        const struct replay_choice *choice, struct text *complaints)
{
    int error = 0;

    *machine = (struct replay_machine){
        .name = choice->machine ? choice->machine : "machine", .cell = ""};
    if (choice->config)
        error = load_config(machine, choice, complaints);
    if (!error && machine->machine)
        error = make_rules(machine);
    if (error)
        return error;

    const struct mtconnect_options *options = find_options(machine->machine);
    const char *path = choice->devices;
    const char *device = choice->device;
    if (!path && options)
        path = options->devices;
    if (!device && options)
        device = options->device;
    return path ? make_mapping(machine, path, device, options, complaints) : 0;
}

void replay_machine_done(struct replay_machine *machine)
{
    mapping_destroy(machine->mapping);
    devices_free(machine->devices);
    free(machine->rules);
    if (machine->config)
        config_free(machine->config);
}
