/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an adapter's lines: no crash, no reading past the end. */
#include "drivers/mtconnect/shdr.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char machine[] =
    "<MTConnectDevices><Devices><Device name='M' uuid='m' id='d'><DataItems>"
    "<DataItem id='e' type='EXECUTION' category='EVENT'/>"
    "<DataItem id='p' type='PART_COUNT' category='EVENT'/>"
    "<DataItem id='c' type='SYSTEM' category='CONDITION'/>"
    "<DataItem id='m' type='MESSAGE' category='EVENT'/>"
    "<DataItem id='d' type='VARIABLE' category='EVENT' representation='DATA_SET'/>"
    "<DataItem id='t' type='WORK_OFFSET' category='EVENT' representation='TABLE'/>"
    "<DataItem id='w' type='TEMPERATURE' category='SAMPLE' units='CELSIUS' "
    "representation='TIME_SERIES'/>"
    "</DataItems></Device></Devices></MTConnectDevices>";

static struct mapping *mapping;
static volatile size_t seen; /* keeps the samples from being optimised away */

static void on_sample(void *self, const struct sample *sample)
{
    char name[SIGNAL_NAME_MAX];

    (void)self;
    signal_print(sample, name);
    seen += strlen(name);
}

static void on_observation(void *self, const struct observation *observation)
{
    const struct hearing hearing = {0};
    const struct mapping_sink sink = {.emit = on_sample};

    (void)self;
    (void)mapping_apply(mapping, observation, &hearing, &sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct devices *devices;
    const struct shdr_sink sink = {.observe = on_observation};
    struct shdr *shdr = NULL;
    char sentence[160];

    if (!devices)
        (void)devices_read(machine, sizeof(machine) - 1, &devices, sentence);
    if (mapping_create(devices_find(devices, ""), &(struct mapping_options){0}, &mapping,
                       sentence))
        return 0;
    char *text = malloc(size + 1);
    if (!text || shdr_create(mapping, &shdr))
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
        (void)shdr_find_stamp(shdr, line);
        shdr_read_line(shdr, line, &sink);
    }
    shdr_destroy(shdr);
    mapping_destroy(mapping);
    free(text);
    return 0;
}
