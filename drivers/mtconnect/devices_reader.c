/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/devices_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon ? colon + 1 : name;
}

static const char *attribute(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(local_name(attributes[0]), name) == 0)
            return attributes[1];
    return "";
}

static void stop(struct devices_reader *reader, int error, const char *reason)
{
    if (reader->error)
        return;
    reader->error = error;
    reader->reason = reason;
    (void)XML_StopParser(reader->parser, XML_FALSE);
}

static char *copy(struct devices_reader *reader, const char *string)
{
    char *kept = strdup(string ? string : "");

    if (!kept)
        stop(reader, -ENOMEM, "out of memory");
    return kept;
}

static void *grow(struct devices_reader *reader, void *items, size_t count,
                  size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;

    size_t larger = *capacity ? *capacity * 2 : 16;
    void *grown = realloc(items, larger * size);
    if (!grown) {
        stop(reader, -ENOMEM, "out of memory");
        return NULL;
    }
    *capacity = larger;
    return grown;
}

static const char *parent_kind(const struct devices_reader *reader)
{
    return reader->depth > 1 ? reader->open[reader->depth - 2].kind : "";
}

/* "urn:mtconnect.org:MTConnectDevices:1.3" names the version of the schema. */
static void read_root(struct devices_reader *reader, const char **attributes)
{
    static const char mark[] = "MTConnectDevices:";

    reader->is_devices = strcmp(reader->open[0].kind, "MTConnectDevices") == 0 ||
                         strcmp(reader->open[0].kind, "Device") == 0;
    if (!reader->is_devices)
        stop(reader, -EPROTO, "this is no MTConnectDevices document");
    for (; attributes[0]; attributes += 2) {
        const char *found = strstr(attributes[1], mark);
        if (strncmp(attributes[0], "xmlns", 5) == 0 && found)
            (void)text_copy(reader->devices->version, sizeof(reader->devices->version),
                            found + sizeof(mark) - 1);
    }
}

static void read_header(struct devices_reader *reader, const char **attributes)
{
    struct devices *devices = reader->devices;

    if (!devices->version[0])
        (void)text_copy(devices->version, sizeof(devices->version),
                        attribute(attributes, "version"));
    devices->instance_id = strtoull(attribute(attributes, "instanceId"), NULL, 10);
}

static void begin_device(struct devices_reader *reader, const char **attributes)
{
    struct devices *devices = reader->devices;
    struct device *items = grow(reader, devices->items, devices->count,
                                &reader->device_capacity, sizeof(*items));

    if (!items)
        return;
    devices->items = items;
    if (devices->count >= DEVICES_COUNT_MAX) {
        stop(reader, -EBADMSG, "too many devices");
        return;
    }
    reader->device = &items[devices->count++];
    *reader->device = (struct device){
        .id = copy(reader, attribute(attributes, "id")),
        .name = copy(reader, attribute(attributes, "name")),
        .uuid = copy(reader, attribute(attributes, "uuid")),
        .maker = copy(reader, ""),
        .model = copy(reader, ""),
        .serial = copy(reader, ""),
        .is_agent = strcmp(reader->open[reader->depth - 1].kind, "Agent") == 0,
    };
    reader->item_capacity = 0;
    reader->device_depth = reader->depth;
}

static void read_description(struct devices_reader *reader, const char **attributes)
{
    struct device *device = reader->device;

    free(device->maker);
    free(device->model);
    free(device->serial);
    device->maker = copy(reader, attribute(attributes, "manufacturer"));
    device->model = copy(reader, attribute(attributes, "model"));
    device->serial = copy(reader, attribute(attributes, "serialNumber"));
}

static bool is_axis(const char *kind)
{
    return strcmp(kind, "Linear") == 0 || strcmp(kind, "Rotary") == 0 ||
           strcmp(kind, "Spindle") == 0;
}

static void begin_component(struct devices_reader *reader, const char **attributes)
{
    struct open_element *element = &reader->open[reader->depth - 1];

    element->component = reader->depth - 1;
    element->id = copy(reader, attribute(attributes, "id"));
    element->name = copy(reader, attribute(attributes, "name"));
    if (is_axis(element->kind))
        element->axis = reader->depth - 1;
    if (strcmp(element->kind, "Path") == 0)
        element->path = ++reader->device->paths;
}

static enum observation_category read_category(const char *category)
{
    if (text_equal_fold(category, "SAMPLE"))
        return OBSERVATION_SAMPLE;
    if (text_equal_fold(category, "CONDITION"))
        return OBSERVATION_CONDITION;
    return OBSERVATION_EVENT;
}

static enum observation_representation read_representation(const char *name)
{
    static const char *const names[] = {"VALUE", "DATA_SET", "TABLE", "TIME_SERIES",
                                        NULL};
    int code = code_find(names, name);

    return code < 0 ? REPRESENTATION_VALUE : (enum observation_representation)code;
}

/* Where the item hangs: its component and the axis at or above that. */
static void place_item(struct devices_reader *reader, struct data_item *item)
{
    static const struct open_element none = {.kind = "Device", .id = NULL, .name = NULL};
    const struct open_element *here = &reader->open[reader->depth - 1];
    const struct open_element *component =
        here->component >= 0 ? &reader->open[here->component] : &none;
    const struct open_element *axis = here->axis >= 0 ? &reader->open[here->axis] : NULL;

    item->path = here->path;
    item->component = copy(reader, component->kind);
    item->component_id = copy(reader, component->id);
    item->component_name = copy(reader, component->name);
    item->axis = copy(reader, axis ? axis->kind : "");
    item->axis_id = copy(reader, axis ? axis->id : "");
    item->axis_name = copy(reader, axis ? axis->name : "");
}

static void begin_item(struct devices_reader *reader, const char **attributes)
{
    struct device *device = reader->device;
    struct data_item *items = grow(reader, device->items, device->count,
                                   &reader->item_capacity, sizeof(*items));

    if (!items)
        return;
    device->items = items;
    if (++reader->total > DEVICES_ITEMS_MAX) {
        stop(reader, -EBADMSG, "more than 100000 data items");
        return;
    }

    struct data_item *item = &items[device->count++];
    const char *discrete = attribute(attributes, "discrete");
    const char *representation = attribute(attributes, "representation");
    double scale = 1;
    if (text_read_number(attribute(attributes, "nativeScale"), &scale) || scale == 0)
        scale = 1;
    *item = (struct data_item){
        .category = read_category(attribute(attributes, "category")),
        .representation = read_representation(representation),
        .discrete =
            strcmp(discrete, "true") == 0 || strcmp(representation, "DISCRETE") == 0,
        .native_scale = scale,
        .id = copy(reader, attribute(attributes, "id")),
        .name = copy(reader, attribute(attributes, "name")),
        .source = copy(reader, ""),
        .type = copy(reader, local_name(attribute(attributes, "type"))),
        .sub_type = copy(reader, local_name(attribute(attributes, "subType"))),
        .units = copy(reader, attribute(attributes, "units")),
        .native_units = copy(reader, attribute(attributes, "nativeUnits")),
        .statistic = copy(reader, attribute(attributes, "statistic")),
        .composition = copy(reader, attribute(attributes, "compositionId")),
        .constraint = copy(reader, ""),
    };
    place_item(reader, item);
    reader->item = item;
    reader->constraints = 0;
}

static void add_composition(struct devices_reader *reader, const char **attributes)
{
    if (compositions_add(&reader->compositions, attribute(attributes, "id"),
                         local_name(attribute(attributes, "type"))))
        stop(reader, -ENOMEM, "out of memory");
}

static void push(struct devices_reader *reader, const char *name)
{
    static const struct open_element outside = {.path = 1, .axis = -1, .component = -1};
    const struct open_element *around =
        reader->depth ? &reader->open[reader->depth - 1] : &outside;
    struct open_element *element = &reader->open[reader->depth++];

    *element = (struct open_element){
        .path = around->path,
        .axis = around->axis,
        .component = around->component,
    };
    (void)text_copy(element->kind, sizeof(element->kind), local_name(name));
}

static void on_device_element(struct devices_reader *reader, const char **attributes)
{
    const char *kind = reader->open[reader->depth - 1].kind;
    const char *parent = parent_kind(reader);

    if (strcmp(parent, "Components") == 0)
        begin_component(reader, attributes);
    else if (strcmp(kind, "DataItem") == 0 && strcmp(parent, "DataItems") == 0)
        begin_item(reader, attributes);
    else if (strcmp(kind, "Composition") == 0)
        add_composition(reader, attributes);
    else if (strcmp(kind, "Description") == 0 &&
             reader->depth == reader->device_depth + 1)
        read_description(reader, attributes);
    reader->is_collecting =
        reader->item &&
        (strcmp(kind, "Source") == 0 ||
         (strcmp(kind, "Value") == 0 && strcmp(parent, "Constraints") == 0));
    text_clear(&reader->characters);
}

static void XMLCALL on_start(void *self, const char *name, const char **attributes)
{
    struct devices_reader *reader = self;

    if (reader->error)
        return;
    if (reader->depth == DEVICES_DEPTH_MAX) {
        stop(reader, -EBADMSG, "elements nested more than 64 deep");
        return;
    }
    push(reader, name);

    const char *kind = reader->open[reader->depth - 1].kind;
    if (reader->depth == 1)
        read_root(reader, attributes);
    if (reader->device)
        on_device_element(reader, attributes);
    else if (strcmp(kind, "Header") == 0)
        read_header(reader, attributes);
    else if (strcmp(parent_kind(reader), "Devices") == 0 ||
             (reader->depth == 1 && strcmp(kind, "Device") == 0))
        begin_device(reader, attributes);
}

static void trim(struct text *text)
{
    while (text->length && strchr(" \t\r\n", text->data[text->length - 1]))
        text->data[--text->length] = '\0';
}

/* The collected text of <Source> or of a constraint's <Value>. */
static void end_text(struct devices_reader *reader, const char *kind)
{
    struct data_item *item = reader->item;
    char **field = strcmp(kind, "Source") == 0 ? &item->source : &item->constraint;

    reader->is_collecting = false;
    trim(&reader->characters);

    const char *words = reader->characters.length ? reader->characters.data : "";
    words += strspn(words, " \t\r\n");
    if (field == &item->constraint && ++reader->constraints > 1)
        words = "";
    free(*field);
    *field = copy(reader, words);
}

/* Ids of compositions become their types: only now are all of them known. */
static void end_device(struct devices_reader *reader)
{
    struct device *device = reader->device;

    for (size_t i = 0; i < device->count; i++) {
        char *id = device->items[i].composition;
        if (!id || !*id)
            continue;
        device->items[i].composition =
            copy(reader, compositions_type(&reader->compositions, id));
        free(id);
    }
    if (!device->paths)
        device->paths = 1;
    compositions_clear(&reader->compositions);
    reader->device = NULL;
}

static void XMLCALL on_end(void *self, const char *name)
{
    struct devices_reader *reader = self;

    (void)name;
    if (reader->error)
        return;

    struct open_element *element = &reader->open[reader->depth - 1];
    if (reader->is_collecting)
        end_text(reader, element->kind);
    if (strcmp(element->kind, "DataItem") == 0)
        reader->item = NULL;
    if (reader->device && reader->depth == reader->device_depth)
        end_device(reader);
    free(element->id);
    free(element->name);
    reader->depth--;
}

static void XMLCALL on_characters(void *self, const char *characters, int length)
{
    struct devices_reader *reader = self;

    if (!reader->is_collecting)
        return;
    if (reader->characters.length > 4096)
        stop(reader, -EBADMSG, "a text of more than 4096 characters");
    else
        text_add_bytes(&reader->characters, characters, (size_t)length);
}

/* Devices documents have no DTD; entities are how a small document becomes a huge one. */
static void XMLCALL on_doctype(void *self, const char *name, const char *system,
                               const char *public, int has_subset)
{
    (void)name, (void)system, (void)public, (void)has_subset;
    stop(self, -EBADMSG, "a document type declaration is refused");
}

void devices_reader_init(struct devices_reader *reader, struct devices *devices)
{
    *reader = (struct devices_reader){.devices = devices, .reason = ""};
    text_init_heap(&reader->characters);
}

void devices_reader_attach(struct devices_reader *reader, XML_Parser parser)
{
    reader->parser = parser;
    XML_SetUserData(parser, reader);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_characters);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
}

void devices_reader_done(struct devices_reader *reader)
{
    for (int i = 0; i < reader->depth; i++) {
        free(reader->open[i].id);
        free(reader->open[i].name);
    }
    if (reader->device && !reader->device->paths)
        reader->device->paths = 1;
    compositions_done(&reader->compositions);
    text_done(&reader->characters);
}
