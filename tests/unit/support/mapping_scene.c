/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/mapping_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

void mapping_hear(void *self, const struct sample *sample)
{
    struct heard *heard = self;
    struct text text;
    char name[SIGNAL_NAME_MAX];
    size_t length = strlen(heard->lines);

    signal_print(sample, name);
    text_init_fixed(&text, heard->lines + length, sizeof(heard->lines) - length);
    text_add(&text, name);
    text_add_char(&text, '=');
    sample_print_json(sample, &text);
    if (sample->quality != QUALITY_GOOD)
        text_add_format(&text, "/%s", code_name(why_names, sample->why));
    text_add(&text, ";");
    heard->last = *sample;
}

struct devices *mapping_read(const char *xml)
{
    struct devices *devices = NULL;
    char sentence[160] = "";

    if (devices_read(xml, strlen(xml), &devices, sentence))
        fail_msg("%s", sentence);
    return devices;
}

const char mapping_machine[] =
    "<MTConnectDevices xmlns='urn:mtconnect.org:MTConnectDevices:2.0'>"
    "<Header instanceId='77' version='2.0.0.1'/><Devices>"
    "<Agent name='agent' id='ag' uuid='u0'><DataItems>"
    "<DataItem id='aav' type='AVAILABILITY' category='EVENT'/></DataItems></Agent>"
    "<Device name='VMC' uuid='u1' id='d'><DataItems>"
    "<DataItem id='av' type='AVAILABILITY' category='EVENT'/></DataItems><Components>"
    "<Axes id='ax'><Components>"
    "<Linear id='x' name='X'><DataItems>"
    "<DataItem id='xl' type='LOAD' category='SAMPLE' units='PERCENT'/>"
    "<DataItem id='xt' type='TEMPERATURE' category='SAMPLE' units='CELSIUS'/>"
    "<DataItem id='xp' type='POSITION' subType='ACTUAL' category='SAMPLE' "
    "units='MILLIMETER'/></DataItems></Linear>"
    "<Rotary id='s' name='C'><DataItems>"
    "<DataItem id='sr' type='ROTARY_VELOCITY' subType='ACTUAL' category='SAMPLE' "
    "units='REVOLUTION/MINUTE'/>"
    "<DataItem id='sl' type='LOAD' category='SAMPLE' units='PERCENT'/>"
    "<DataItem id='st' type='TEMPERATURE' category='SAMPLE' units='CELSIUS' "
    "name='Stemp'><Source>spindle temp</Source></DataItem>"
    "<DataItem id='sa' type='TEMPERATURE' statistic='AVERAGE' category='SAMPLE' "
    "units='CELSIUS'/></DataItems></Rotary></Components></Axes>"
    "<Controller id='c'><DataItems>"
    "<DataItem id='sys' type='SYSTEM' category='CONDITION'/>"
    "<DataItem id='es' type='EMERGENCY_STOP' category='EVENT'/></DataItems><Components>"
    "<Path id='p1' name='one'><DataItems>"
    "<DataItem id='ex' type='EXECUTION' category='EVENT'/>"
    "<DataItem id='mo' type='CONTROLLER_MODE' category='EVENT'/>"
    "<DataItem id='pa' type='PROGRAM' subType='ACTIVE' category='EVENT'/>"
    "<DataItem id='pm' type='PROGRAM' subType='MAIN' category='EVENT'/>"
    "<DataItem id='pt' type='PART_COUNT' subType='TARGET' category='EVENT'/>"
    "<DataItem id='pg' type='PART_COUNT' subType='GOOD' category='EVENT'/>"
    "<DataItem id='pb' type='PART_COUNT' subType='BAD' category='EVENT'/>"
    "<DataItem id='fr' type='PATH_FEEDRATE' subType='ACTUAL' category='SAMPLE' "
    "units='MILLIMETER/SECOND' nativeUnits='INCH/MINUTE'/>"
    "<DataItem id='tg' type='x:TOOL_GROUP' category='EVENT'/>"
    "<DataItem id='ta' type='TOOL_ASSET_ID' category='EVENT'/>"
    "<DataItem id='pr' type='PART_COUNT' subType='REMAINING' category='EVENT'/>"
    "<DataItem id='lr' type='LOAD_COUNT' subType='REMAINING' category='EVENT'/>"
    "<DataItem id='br' type='LENGTH' subType='REMAINING' category='SAMPLE' "
    "units='MILLIMETER'/>"
    "<DataItem id='vx' type='x:UNIT' category='EVENT'/></DataItems></Path>"
    "<Path id='p2' name='two'><DataItems>"
    "<DataItem id='ex2' type='EXECUTION' category='EVENT'/>"
    "<DataItem id='tn' type='TOOL_NUMBER' category='EVENT'/>"
    "<DataItem id='pc2' type='PART_COUNT' category='EVENT' discrete='true'/>"
    "<DataItem id='ds' type='VARIABLE' category='EVENT' representation='DATA_SET'/>"
    "<DataItem id='tb' type='WORK_OFFSET' category='EVENT' representation='TABLE'/>"
    "<DataItem id='ov' type='PATH_FEEDRATE_OVERRIDE' category='SAMPLE' units='PERCENT'/>"
    "<DataItem id='ts' type='AMPERAGE' category='SAMPLE' representation='TIME_SERIES' "
    "units='AMPERE'/>"
    "</DataItems></Path></Components></Controller><Systems id='sy'><Components>"
    "<Coolant id='co'><DataItems>"
    "<DataItem id='cl' type='FILL_LEVEL' category='SAMPLE' units='PERCENT'/>"
    "</DataItems></Coolant><WasteDisposal id='wd'><DataItems>"
    "<DataItem id='wl' type='LEVEL' category='SAMPLE' units='PERCENT'/>"
    "</DataItems></WasteDisposal></Components></Systems></Components></Device>"
    "</Devices></MTConnectDevices>";

void mapping_scene_init(struct mapping_scene *scene,
                        const struct mapping_options *options)
{
    char sentence[160] = "";

    memset(scene, 0, sizeof(*scene));
    scene->devices = mapping_read(mapping_machine);
    if (mapping_create(devices_find(scene->devices, "vmc"), options, &scene->mapping,
                       sentence))
        fail_msg("%s", sentence);
}

void mapping_scene_done(struct mapping_scene *scene)
{
    mapping_destroy(scene->mapping);
    devices_free(scene->devices);
}

const char *mapping_say_at(struct mapping_scene *scene, const char *id, const char *value,
                           double seconds)
{
    struct observation observation;
    struct hearing hearing = {.at = {.mono_ns = (int64_t)(seconds * 1e9)}};
    struct mapping_sink sink = {.owner = &scene->heard, .emit = mapping_hear};

    observation_init(&observation);
    observation.data_item_id = id;
    observation.value = value;
    observation.is_unavailable = strcmp(value, "UNAVAILABLE") == 0;
    scene->heard.lines[0] = '\0';
    (void)mapping_apply(scene->mapping, &observation, &hearing, &sink);
    return scene->heard.lines;
}

const char *mapping_say(struct mapping_scene *scene, const char *id, const char *value)
{
    return mapping_say_at(scene, id, value, 0);
}
