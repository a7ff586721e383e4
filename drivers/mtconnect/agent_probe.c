/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A devices document may be of megabytes, and what it means takes longer still: that is
 * worked out on a thread of libuv's pool, which owns all of this meanwhile.
 */
struct agent_reading {
    uv_work_t work;
    struct agent *agent; /* for the loop */
    const struct mtconnect_options *options;
    struct text xml;
    uint64_t known; /* digest of what is mapped already; 0 = nothing is */

    struct devices *devices;
    struct mapping *mapping; /* NULL: the one there is will do */
    uint64_t instance_id, digest;
    int error;
    char sentence[160];
};

/* Names are preferred: a uuid of 000 is common. */
static void choose_device(struct agent *agent, const struct devices *devices)
{
    const struct mtconnect_options *options = agent->link.delivery.options;
    const struct device *device = devices_find(devices, options->device);
    size_t same_name = 0;
    struct text text;

    agent->position.is_filtered = devices->count > 1 || options->path;
    text_init_fixed(&text, agent->device, sizeof(agent->device));
    if (devices->count <= 1 || !device)
        return;
    for (size_t i = 0; i < devices->count; i++)
        same_name += strcmp(devices->items[i].name, device->name) == 0;
    agent_encode(&text, *device->name && same_name == 1 ? device->name : device->uuid);
}

/* FNV-1a of everything but the header, which changes each time. */
static uint64_t digest_devices(const char *xml)
{
    const char *start = strstr(xml, "Devices>");
    uint64_t digest = 14695981039346656037u;

    for (start = start ? start : xml; *start; start++)
        digest = (digest ^ (unsigned char)*start) * 1099511628211u;
    return digest;
}

/* Any thread. */
static void read_probe(uv_work_t *work)
{
    struct agent_reading *reading = work->data;
    const char *xml = reading->xml.data ? reading->xml.data : "";

    reading->digest = digest_devices(xml);
    reading->error =
        devices_read(xml, reading->xml.length, &reading->devices, reading->sentence);
    text_done(&reading->xml);
    if (reading->error)
        return;
    reading->instance_id = reading->devices->instance_id;
    if (reading->digest != reading->known)
        reading->error = delivery_plan(reading->options, reading->devices,
                                       &reading->mapping, reading->sentence);
}

static int take_devices(struct agent *agent, struct agent_reading *reading)
{
    struct delivery *delivery = &agent->link.delivery;

    if (reading->error) {
        delivery->health.malformed++;
        delivery_trouble(delivery, "%s", reading->sentence);
        return -EBADMSG;
    }
    agent->announced = reading->instance_id;
    if (reading->mapping) {
        delivery_adopt(delivery, reading->devices, reading->mapping);
        reading->devices = NULL;
        agent->probe_digest = reading->digest;
        agent->has_state = false;
    }
    delivery->health.answered++;
    choose_device(agent, delivery->devices);
    /* Whether it is another instance its own documents tell: a probe may be a file. */
    bool is_other = agent->announced && agent->announced != agent->position.instance_id;
    if (!agent->position.is_known || !agent->has_state || is_other)
        agent->phase = AGENT_CURRENT;
    else
        agent->phase = agent->polls ? AGENT_POLL : AGENT_STREAM;
    agent->is_decided = true;
    return 0;
}

static void on_read(uv_work_t *work, int status)
{
    struct agent_reading *reading = work->data;
    struct agent *agent = reading->agent;
    int result = 0;

    (void)status;
    agent->reading = NULL;
    if (agent->is_stopping)
        mapping_destroy(reading->mapping);
    else
        result = take_devices(agent, reading);
    devices_free(reading->devices);
    free(reading);
    if (!agent->is_stopping)
        agent_conclude(agent, result);
}

void agent_take_probe(struct agent *agent)
{
    struct agent_reading *reading = calloc(1, sizeof(*reading));
    struct delivery *delivery = &agent->link.delivery;

    if (!reading) {
        agent_conclude(agent, -ENOMEM);
        return;
    }
    *reading = (struct agent_reading){
        .work = {.data = reading},
        .agent = agent,
        .options = delivery->options,
        .xml = agent->probe,
        .known = delivery->mapping ? agent->probe_digest : 0,
    };
    text_init_heap(&agent->probe);
    agent->reading = reading;
    if (uv_queue_work(delivery->site->loop, &reading->work, read_probe, on_read)) {
        read_probe(&reading->work);
        on_read(&reading->work, 0);
    }
}
