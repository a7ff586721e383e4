/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/devices.h"

#include "daemon/base/text.h"
#include "drivers/mtconnect/devices_reader.h"

#include <errno.h>
#include <expat.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static void free_item(struct data_item *item)
{
    char **strings[] = {
        &item->id,
        &item->name,
        &item->source,
        &item->type,
        &item->sub_type,
        &item->units,
        &item->native_units,
        &item->statistic,
        &item->composition,
        &item->constraint,
        &item->component,
        &item->component_id,
        &item->component_name,
        &item->axis,
        &item->axis_id,
        &item->axis_name,
    };

    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
        free(*strings[i]);
}

static void free_device(struct device *device)
{
    for (size_t i = 0; i < device->count; i++)
        free_item(&device->items[i]);
    free(device->items);
    free(device->id);
    free(device->name);
    free(device->uuid);
    free(device->maker);
    free(device->model);
    free(device->serial);
}

void devices_free(struct devices *devices)
{
    if (!devices)
        return;
    for (size_t i = 0; i < devices->count; i++)
        free_device(&devices->items[i]);
    free(devices->items);
    free(devices);
}

static int parse(struct devices_reader *reader, const char *xml, size_t length,
                 char reterr_sentence[160])
{
    XML_Parser parser = XML_ParserCreate(NULL);
    int error = 0;

    if (!parser)
        return -ENOMEM;
    if (length > INT_MAX)
        error = -EBADMSG;
    devices_reader_attach(reader, parser);
    if (!error && XML_Parse(parser, xml, (int)length, XML_TRUE) != XML_STATUS_OK) {
        error = reader->error ? reader->error : -EBADMSG;
        (void)snprintf(reterr_sentence, 160, "line %lu: %s",
                       (unsigned long)XML_GetCurrentLineNumber(parser),
                       reader->error ? reader->reason
                                     : XML_ErrorString(XML_GetErrorCode(parser)));
    }
    XML_ParserFree(parser);
    return error;
}

int devices_read(const char *xml, size_t length, struct devices **ret_devices,
                 char reterr_sentence[160])
{
    struct devices_reader *reader = calloc(1, sizeof(*reader));
    struct devices *devices = calloc(1, sizeof(*devices));
    int error = -ENOMEM;

    (void)snprintf(reterr_sentence, 160, "out of memory");
    if (!reader || !devices)
        goto fail;
    devices_reader_init(reader, devices);
    error = parse(reader, xml, length, reterr_sentence);
    if (!error && !reader->is_devices) {
        error = -EPROTO;
        (void)snprintf(reterr_sentence, 160, "this is no MTConnectDevices document");
    }
    devices_reader_done(reader);
    if (error)
        goto fail;
    free(reader);
    *ret_devices = devices;
    return 0;

fail:
    free(reader);
    devices_free(devices);
    return error;
}

const struct device *devices_find(const struct devices *devices, const char *name)
{
    for (size_t i = 0; i < devices->count; i++) {
        const struct device *device = &devices->items[i];
        bool is_wanted = !name || !*name || text_equal_fold(device->name, name) ||
                         text_equal_fold(device->uuid, name);
        if (is_wanted && !device->is_agent)
            return device;
    }
    return NULL;
}
