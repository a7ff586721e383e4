/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of reading one MTConnectDevices document with expat; only devices.c uses it.
 * Elements are known by their local names, so that no namespace or prefix matters.
 */
#pragma once

#include "daemon/base/text.h"
#include "drivers/mtconnect/compositions.h"
#include "drivers/mtconnect/devices.h"

#include <expat.h>

enum {
    DEVICES_DEPTH_MAX = 64,
    DEVICES_ITEMS_MAX = 100000, /* of all devices together */
    DEVICES_COUNT_MAX = 10000,
};

/* One open element. */
struct open_element {
    char kind[48];   /* local name */
    char *id, *name; /* of components */
    uint16_t path;
    int axis;      /* depth of the nearest axis component; -1 = none */
    int component; /* depth of the component around; -1 = none */
};

struct devices_reader {
    struct devices *devices;
    XML_Parser parser;
    int error;
    const char *reason;
    bool is_devices; /* the root says so */
    int depth;       /* of open elements */
    struct open_element open[DEVICES_DEPTH_MAX];
    int device_depth;
    struct device *device;  /* being read; NULL outside */
    struct data_item *item; /* being read; NULL outside */
    size_t item_capacity, device_capacity, total;
    int constraints;                  /* values allowed for the item */
    struct compositions compositions; /* of the device */
    struct text characters;           /* of the innermost element that matters */
    bool is_collecting;
};

void devices_reader_init(struct devices_reader *reader, struct devices *devices);
void devices_reader_attach(struct devices_reader *reader, XML_Parser parser);
void devices_reader_done(struct devices_reader *reader);
