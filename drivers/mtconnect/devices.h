/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What machines there are and what they can say: an MTConnectDevices document (the answer
 * to /probe, or an agent's Devices.xml) of any version from 0.9, as a list. Pure but for
 * memory.
 *
 * Read by local names, so namespaces, prefixes and vendor elements do not matter. Strings
 * live as long as the list; absent ones are "".
 */
#pragma once

#include "drivers/mtconnect/observation.h"

struct data_item {
    enum observation_category category;
    enum observation_representation representation;
    bool discrete;       /* every observation is an event, even with the same value */
    uint16_t path;       /* of Path components, from 1 in document order; 1 elsewhere */
    double native_scale; /* 1 when absent */
    char *id, *name;
    char *source;   /* text of <Source>: the adapter's key */
    char *type;     /* without a vendor's prefix: x:TOOL_GROUP is TOOL_GROUP */
    char *sub_type; /* likewise */
    char *units, *native_units;
    char *statistic;
    char *composition; /* type of its composition: MOTOR … */
    char *constraint;  /* its only allowed value: SPINDLE for a rotary mode … */

    /* Its component, and the nearest Linear, Rotary or Spindle at or above that. */
    char *component, *component_id, *component_name;
    char *axis, *axis_id, *axis_name;
};

struct device {
    char *id, *name, *uuid;
    char *maker, *model, *serial; /* of its description */
    bool is_agent;                /* the agent's account of itself, never a machine */
    uint16_t paths;               /* at least 1 */
    struct data_item *items;      /* in document order */
    size_t count;
};

struct devices {
    char version[16];     /* of the schema, from the namespace: "2.7"; else Header's */
    uint64_t instance_id; /* of the header; 0 when absent */
    struct device *items;
    size_t count;
};

/*
 * Reads a whole document. Returns 0, -EPROTO when it is not a devices document, -EBADMSG
 * when it is not well-formed or beyond the limits (depth 64, 100,000 items), -ENOMEM; the
 * reason in `reterr_sentence`.
 */
int devices_read(const char *xml, size_t length, struct devices **ret_devices,
                 char reterr_sentence[160]);
void devices_free(struct devices *devices);

/*
 * The machine with this name or uuid, letter case ignored; with "" or NULL the first that
 * is not the agent itself. NULL when there is none.
 */
const struct device *devices_find(const struct devices *devices, const char *name);
