/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/probe_mtconnect.h"

#include "drivers/mtconnect/mapping.h"
#include "tools/spindlectl/fetch.h"
#include "tools/spindlectl/table.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_ROOM = 64,
    URL_ROOM = 1024,
};

/* What analyses live on, and what is not there without it. */
static const struct {
    const char *signals; /* any of them will do; "temperature.*" = any place */
    const char *without;
} needs[] = {
    {"execution",
     "cycles are told from spindle or part counter alone, states are guessed"                           },
    {"part_count",                                 "parts are counted by completed cycles"              },
    {"program",                                    "cycles of different programs cannot be told apart"  },
    {"mode",                                       "manual work cannot be told from automatic"          },
    {"feed_override",                              "a slow cycle cannot be told from a lowered override"},
    {"tool tool_asset",                            "no tool segments, no tool life"                     },
    {"spindle_load spindle_power spindle_current",
     "wear and breakage of tools cannot be seen, only parts and minutes be counted"                     },
    {"temperature.*",                              "no thermal state; a sensor over Modbus can be added"},
    {"condition.* alarm",                          "stops have no alarm as their reason"                },
};

struct seen {
    const struct device *device;
    struct mapping *mapping;
    char machine[NAME_ROOM];
};

static bool has_signal(const struct mapping *mapping, const char *pattern)
{
    for (size_t i = 0; i < mapping_count(mapping); i++) {
        struct mapping_row row;

        mapping_describe(mapping, i, &row);
        const char *slash = strrchr(row.signal, '/');
        if (text_match(pattern, row.signal) || (slash && text_match(pattern, slash + 1)))
            return true;
        size_t length = strlen(pattern); /* spindle_load.S2 is a spindle_load */
        if (strncmp(row.signal, pattern, length) == 0 && row.signal[length] == '.')
            return true;
    }
    return false;
}

static bool has_any(const struct mapping *mapping, const char *signals)
{
    char words[160], *rest = words, *word;

    (void)text_copy(words, sizeof(words), signals);
    while ((word = strsep(&rest, " ")) != NULL)
        if (has_signal(mapping, word))
            return true;
    return false;
}

/* Letters, digits and dashes, for topics and tags; numbered when there is none. */
static void name_machine(struct seen *seen, size_t index)
{
    const char *name = *seen->device->name ? seen->device->name : seen->device->uuid;
    size_t length = 0;

    for (; *name && length < NAME_ROOM - 8; name++) {
        bool is_good = isalnum((unsigned char)*name) || *name == '_' || *name == '-';
        seen->machine[length++] = is_good ? *name : '-';
    }
    seen->machine[length] = '\0';
    if (!length)
        (void)snprintf(seen->machine, NAME_ROOM, "machine-%zu", index + 1);
}

/* ---- for people ---- */

/* One line of a comment, whatever the agent says. */
static void print_clean(const char *string)
{
    for (; *string; string++)
        (void)putchar((unsigned char)*string < ' ' ? ' ' : *string);
}

static void print_quoted(const char *string)
{
    (void)putchar('"');
    for (; *string; string++) {
        if (*string == '"' || *string == '\\')
            (void)putchar('\\');
        (void)putchar((unsigned char)*string < ' ' ? ' ' : *string);
    }
    (void)putchar('"');
}

static void print_item(const struct mapping_row *row)
{
    const struct data_item *item = row->item;

    (void)printf("    #   %-32s ", row->signal);
    print_clean(item->type);
    if (*item->sub_type) {
        (void)putchar('/');
        print_clean(item->sub_type);
    }
    (void)printf(" of ");
    print_clean(*item->component_name ? item->component_name : item->component);
    (void)printf(" (");
    print_clean(item->id);
    (void)printf(")\n");
}

static void print_device(const struct seen *seen, const char *url)
{
    size_t custom = 0;

    (void)printf("  - name: %s\n    cell: a\n    mtconnect:\n      url: ", seen->machine);
    print_quoted(url);
    (void)printf("\n      device: ");
    print_quoted(*seen->device->name ? seen->device->name : seen->device->uuid);
    (void)printf("\n    # ");
    print_clean(seen->device->maker);
    (void)putchar(' ');
    print_clean(seen->device->model);
    (void)printf(" %zu data items, %u paths; signals that analyses know:\n",
                 seen->device->count, seen->device->paths);
    for (size_t i = 0; i < mapping_count(seen->mapping); i++) {
        struct mapping_row row;

        mapping_describe(seen->mapping, i, &row);
        custom += row.is_custom;
        if (!row.is_custom)
            print_item(&row);
    }
    (void)printf("    # and %zu more are kept as custom.<id>; --json lists them\n",
                 custom);
    for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++)
        if (!has_any(seen->mapping, needs[i].signals))
            (void)printf("    # missing %s: %s\n", needs[i].signals, needs[i].without);
}

/* ---- for programs ---- */

static json_t *describe_items(const struct mapping *mapping)
{
    json_t *items = json_array();

    for (size_t i = 0; i < mapping_count(mapping); i++) {
        struct mapping_row row;

        mapping_describe(mapping, i, &row);
        json_t *item = json_object();
        (void)json_object_set_new(item, "signal", json_string(row.signal));
        (void)json_object_set_new(item, "custom", json_boolean(row.is_custom));
        (void)json_object_set_new(item, "id", json_string(row.item->id));
        (void)json_object_set_new(item, "name", json_string(row.item->name));
        (void)json_object_set_new(item, "type", json_string(row.item->type));
        (void)json_object_set_new(item, "sub_type", json_string(row.item->sub_type));
        (void)json_object_set_new(item, "component", json_string(row.item->component));
        (void)json_object_set_new(item, "units", json_string(row.item->units));
        (void)json_array_append_new(items, item);
    }
    return items;
}

static json_t *describe_device(const struct seen *seen)
{
    json_t *device = json_object(), *missing = json_array();

    for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++) {
        if (has_any(seen->mapping, needs[i].signals))
            continue;
        json_t *need = json_object();
        (void)json_object_set_new(need, "signal", json_string(needs[i].signals));
        (void)json_object_set_new(need, "without", json_string(needs[i].without));
        (void)json_array_append_new(missing, need);
    }
    (void)json_object_set_new(device, "machine", json_string(seen->machine));
    (void)json_object_set_new(device, "device", json_string(seen->device->name));
    (void)json_object_set_new(device, "uuid", json_string(seen->device->uuid));
    (void)json_object_set_new(device, "maker", json_string(seen->device->maker));
    (void)json_object_set_new(device, "model", json_string(seen->device->model));
    (void)json_object_set_new(device, "paths", json_integer(seen->device->paths));
    (void)json_object_set_new(device, "items", describe_items(seen->mapping));
    (void)json_object_set_new(device, "missing", missing);
    return device;
}

/* ---- both ---- */

static enum exit_status show(const struct devices *devices, const char *url)
{
    json_t *answer = json_object(), *list = json_array();
    size_t count = 0;

    if (!common_options.json)
        (void)printf("# schema %s\nversion: 1\nmachines:\n", devices->version);
    for (size_t i = 0; i < devices->count; i++) {
        struct seen seen = {.device = &devices->items[i]};
        char sentence[160];

        if (seen.device->is_agent)
            continue;
        if (mapping_create(seen.device, &(struct mapping_options){0}, &seen.mapping,
                           sentence)) {
            (void)fprintf(stderr, "spindlectl: %s: %s\n", seen.device->name, sentence);
            continue;
        }
        name_machine(&seen, count++);
        if (common_options.json)
            (void)json_array_append_new(list, describe_device(&seen));
        else
            print_device(&seen, url);
        mapping_destroy(seen.mapping);
    }
    (void)json_object_set_new(answer, "url", json_string(url));
    (void)json_object_set_new(answer, "version", json_string(devices->version));
    (void)json_object_set_new(answer, "devices", list);
    if (common_options.json)
        table_print_json(answer);
    json_decref(answer);
    if (!count)
        (void)fprintf(stderr, "spindlectl: %s has no machines\n", url);
    return count ? EXIT_DONE : EXIT_FAILED;
}

enum exit_status probe_mtconnect(const char *url)
{
    char address[URL_ROOM], base[URL_ROOM], sentence[256];
    struct devices *devices;
    struct text document;

    (void)text_copy(base, sizeof(base) - sizeof("/probe"), url);
    for (size_t length = strlen(base); length && base[length - 1] == '/'; length--)
        base[length - 1] = '\0';
    (void)snprintf(address, sizeof(address), "%.*s/probe",
                   (int)(sizeof(address) - sizeof("/probe")), base);
    text_init_heap(&document);
    int error = fetch_document(address, &document, sentence);
    if (!error)
        error = devices_read(document.data ? document.data : "", document.length,
                             &devices, sentence);
    text_done(&document);
    if (error) {
        (void)fprintf(stderr, "spindlectl: %s: %s\n", address, sentence);
        return EXIT_FAILED;
    }
    enum exit_status status = show(devices, base);
    devices_free(devices);
    return status;
}
