/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/mapping_scene.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void the_agent_is_never_the_machine(void **state)
{
    struct devices *devices = mapping_read(mapping_machine);

    (void)state;
    assert_int_equal(devices->count, 2);
    assert_int_equal(devices->instance_id, 77);
    assert_string_equal(devices->version, "2.0");
    assert_string_equal(devices_find(devices, NULL)->name, "VMC");
    assert_string_equal(devices_find(devices, "U1")->name, "VMC");
    assert_null(devices_find(devices, "agent"));
    assert_int_equal(devices_find(devices, "")->paths, 2);
    devices_free(devices);
}

static void what_data_items_mean(void **state)
{
    static const struct {
        const char *id, *value, *expected;
    } cases[] = {
        {"av",      "AVAILABLE",             "availability=true;"                        },
        {"av",      "UNAVAILABLE",           "availability=false;"                       },
        {"es",      "TRIGGERED",             "emergency_stop=true;"                      },
        {"ex",      "ACTIVE",                "execution=\"run\";"                        },
        {"ex",      "PROGRAM_OPTIONAL_STOP", "execution=\"ostop\";"                      },
        {"ex",      "FEED_HOLD",             "execution=\"hold\";"                       },
        {"ex",      "INTERRUPTED",           "execution=\"hold\";"                       },
        {"ex",      "WAIT",                  "execution=\"wait\";"                       },
        {"ex",      "PROGRAM_STOPPED",       "execution=\"pstop\";"                      },
        {"ex",      "program_completed",     "execution=\"done\";"                       },
        {"ex",      "UNAVAILABLE",           "execution=null/unavailable;"               },
        {"ex",      "STARTED",               "execution=null/none;custom.ex=\"STARTED\";"},
        {"ex2",     "READY",                 "path2/execution=\"idle\";"                 },
        {"mo",      "MANUAL_DATA_INPUT",     "mode=\"mdi\";"                             },
        {"pm",      "O1000",                 "program=\"O1000\";"                        },
        {"pa",      "O9000",                 "custom.pa=\"O9000\";"                      },
        {"pt",      "500",                   "custom.pt=\"500\";"                        },
        {"fr",      "10",                    "feed=600;"                                 },
        {"fr",      "10,5",                  "feed=630;"                                 },
        {"fr",      "abc",                   "feed=null/not_a_number;"                   },
        {"sl",      "120.5",                 "spindle_load=120.5;"                       },
        {"xl",      "7",                     "axis_load.X=7;"                            },
        {"sr",      "3000",                  "spindle_speed=3000;"                       },
        {"xp",      "381,6404",              "axis_position.X=381.6404;"                 },
        {"xt",      "23",                    "temperature.X=23;"                         },
        {"st",      "1145979424",            "temperature.spindle=null/out_of_range;"    },
        {"st",      "31",                    "temperature.spindle=31;"                   },
        {"tg",      "7",                     "tool_group=\"7\";"                         },
        {"ta",      "2.000000",              "tool_asset=\"2.000000\";tool=\"2\";"       },
        {"tn",      "2.000000",              "path2/tool=\"2\";"                         },
        {"tn",      "T-A1",                  "path2/tool=\"T-A1\";"                      },
        {"vx",      "3",                     "custom.vx=\"3\";"                          },
        {"pg",      "7",                     "part_count_good=7;part_count=7;"           },
        {"pb",      "2",                     "part_count_bad=2;part_count=9;"            },
        {"pc2",     "3",                     "path2/part_count=3;"                       },
        {"pr",      "12",                    "parts_ready=12;"                           },
        {"lr",      "4",                     "loads_ready=4;"                            },
        {"br",      "640.5",                 "bar_left=640.5;"                           },
        {"cl",      "70",                    "coolant_level=70;"                         },
        {"wl",      "35",                    "chip_level=35;"                            },
        {"nowhere", "3",                     "custom.nowhere=\"3\";"                     },
    };
    struct mapping_scene scene;

    (void)state;
    mapping_scene_init(&scene, &(struct mapping_options){0});
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(mapping_say(&scene, cases[i].id, cases[i].value),
                            cases[i].expected);
    mapping_scene_done(&scene);
}

static void a_far_temperature_counts_when_it_is_confirmed(void **state)
{
    struct mapping_scene scene;

    (void)state;
    mapping_scene_init(&scene, &(struct mapping_options){0});
    assert_string_equal(mapping_say_at(&scene, "st", "44", 1), "temperature.spindle=44;");
    assert_string_equal(mapping_say_at(&scene, "st", "0", 2),
                        "temperature.spindle=null/out_of_range;");
    assert_string_equal(mapping_say_at(&scene, "st", "44", 3), "temperature.spindle=44;");
    assert_string_equal(mapping_say_at(&scene, "st", "0", 4),
                        "temperature.spindle=null/out_of_range;");
    assert_string_equal(mapping_say_at(&scene, "st", "0.5", 5),
                        "temperature.spindle=0.5;");
    assert_string_equal(mapping_say_at(&scene, "st", "60", 5000),
                        "temperature.spindle=60;");
    mapping_scene_done(&scene);
}

static void feed_hold_as_a_mode_holds_the_program(void **state)
{
    struct mapping_scene scene;

    (void)state;
    mapping_scene_init(&scene, &(struct mapping_options){0});
    (void)mapping_say(&scene, "ex", "ACTIVE");
    assert_string_equal(mapping_say(&scene, "mo", "FEED_HOLD"),
                        "mode=\"auto\";execution=\"hold\";");
    assert_string_equal(mapping_say(&scene, "ex", "ACTIVE"), "execution=\"hold\";");
    assert_string_equal(mapping_say(&scene, "mo", "AUTOMATIC"),
                        "mode=\"auto\";execution=\"run\";");
    mapping_scene_done(&scene);
}

static void an_adapters_values_are_in_native_units(void **state)
{
    struct mapping_scene scene;

    (void)state;
    mapping_scene_init(&scene, &(struct mapping_options){.is_native = true});
    assert_string_equal(mapping_say(&scene, "fr", "10"), "feed=254;");
    assert_string_equal(mapping_find_key(scene.mapping, "spindle temp")->id, "st");
    assert_string_equal(mapping_find_key(scene.mapping, "VMC:Stemp")->id, "st");
    assert_null(mapping_find_key(scene.mapping, "OTHER:Stemp"));
    assert_null(mapping_find_key(scene.mapping, "nothing"));
    mapping_scene_done(&scene);
}

static void the_operator_may_map_otherwise(void **state)
{
    struct mapping_override rows[] = {
        {.signal = (char[]){"program"},            .data_item = (char[]){"pa"}   },
        {.signal = (char[]){"temperature.column"}, .data_item = (char[]){"Stemp"}}
    };
    struct mapping_options options = {.overrides = rows, .override_count = 2};
    struct mapping_scene scene;
    char sentence[160];

    (void)state;
    mapping_scene_init(&scene, &options);
    assert_string_equal(mapping_say(&scene, "pa", "O1"), "program=\"O1\";");
    assert_string_equal(mapping_say(&scene, "pm", "O2"), "custom.pm=\"O2\";");
    assert_string_equal(mapping_say(&scene, "st", "20"), "temperature.column=20;");

    struct mapping *mapping = NULL;
    rows[0].data_item = (char[]){"gone"};
    assert_int_equal(
        mapping_create(devices_find(scene.devices, ""), &options, &mapping, sentence),
        -EINVAL);
    assert_non_null(strstr(sentence, "'gone'"));
    mapping_scene_done(&scene);
}

static void conditions_and_sets_keep_their_keys(void **state)
{
    struct observation_entry entries[] = {
        {.key = "a",   .value = "1"   },
        { .key = "b", .value = "", .removed = true}
    };
    struct mapping_scene scene;
    struct observation observation;
    struct hearing hearing = {0};
    struct mapping_sink sink = {.owner = &scene.heard, .emit = mapping_hear};

    (void)state;
    mapping_scene_init(&scene, &(struct mapping_options){0});
    observation_init(&observation);
    observation.category = OBSERVATION_CONDITION;
    observation.data_item_id = "sys";
    observation.level = LEVEL_FAULT;
    observation.native_code = "1101";
    observation.value = "INTERFERE";
    assert_int_equal(mapping_apply(scene.mapping, &observation, &hearing, &sink), 1);
    assert_non_null(strstr(scene.heard.lines, "condition.system={\"level\":\"fault\","
                                              "\"id\":\"1101\",\"code\":\"1101\""));

    observation_init(&observation);
    observation.data_item_id = "ds";
    observation.representation = REPRESENTATION_DATA_SET;
    observation.entries = entries;
    observation.entry_count = 2;
    scene.heard.lines[0] = '\0';
    assert_int_equal(mapping_apply(scene.mapping, &observation, &hearing, &sink), 2);
    assert_string_equal(scene.heard.lines,
                        "path2/custom.ds.a=1;path2/custom.ds.b=null/unavailable;");

    observation_init(&observation);
    observation.data_item_id = "pc2";
    observation.value = "0";
    observation.reset_triggered = "SHIFT";
    (void)mapping_apply(scene.mapping, &observation, &hearing, &sink);
    assert_int_equal(scene.heard.last.flags, SAMPLE_RESET | SAMPLE_DISCRETE);
    mapping_scene_done(&scene);
}

static void what_is_no_devices_document_is_refused(void **state)
{
    static const struct {
        const char *xml;
        int error;
    } cases[] = {
        {"<MTConnectStreams/>",                                -EPROTO },
        {"<MTConnectDevices><Devices>",                        -EBADMSG},
        {"",                                                   -EBADMSG},
        {"<!DOCTYPE a [<!ENTITY b 'cc'>]><MTConnectDevices/>", -EBADMSG},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct devices *devices = NULL;
        char sentence[160] = "";
        assert_int_equal(
            devices_read(cases[i].xml, strlen(cases[i].xml), &devices, sentence),
            cases[i].error);
        assert_true(sentence[0] != '\0');
    }
}

static char *read_file(const char *name)
{
    char path[512];
    char *data = calloc(1, 4000000);

    (void)snprintf(path, sizeof(path), "%s/mtconnect/%s", DATA_FOLDER, name);
    FILE *file = fopen(path, "r");
    if (!file || !data) {
        free(data);
        return NULL;
    }
    (void)fread(data, 1, 3999999, file);
    (void)fclose(file);
    return data;
}

struct document {
    const char *file, *version, *device;
    size_t items;
    int paths;
    const char *expected; /* signals that must be there */
};

/* Documents of real agents and builders: version, machine, items, and some signals. */
static const struct document documents[] = {
    {"devices/cppagent-128.32.164.245.xml",      "0.9", "CMP",      5,  1, ""                    },
    {"devices/cppagent-agent.mtconnect.org.xml", "1.0", "",         0,  1, ""                    },
    {"devices/cppagent-NoNamespace.xml",         "1.1", "",         0,  1, ""                    },
    {"devices/cppagent-haas.xml",                "1.1", "",         0,  1, ""                    },
    {"devices/cppagent-fanuc.xml",               "1.1", "",         0,  1, ""                    },
    {"devices/cppagent-extension.xml",           "1.1", "",         1,  1, ""                    },
    {"devices/cppagent-two_devices.xml",         "1.1", "",         0,  1, ""                    },
    {"devices/cppagent-filter_example_1.3.xml",  "1.3", "",         0,  1, ""                    },
    {"devices/cppagent-discrete_example.xml",    "1.3", "",         0,  1, ""                    },
    {"devices/cppagent-SimpleDevlce.xml",        "1.4", "",         0,  1, ""                    },
    {"devices/cppagent-reference_example.xml",   "1.4", "",         0,  1, ""                    },
    {"devices/cppagent-data_set.xml",            "1.8", "",         0,  1, ""                    },
    {"devices/semantics-device-2.3.xml",         "2.3", "m1",       13, 1, "execution part_count"},
    {"devices/trakhound-mazak-integrex-2.x.xml", "",    "",         0,  0,
     "execution spindle_load axis_load.C"                                                        },
    {"devices/trakhound-okuma-lathe.xml",        "",    "",         0,  0, "execution"           },
    {"devices/okuma-mazak-demo-2.7.xml",         "2.7", "OKUMA",    0,  1,
     "execution mode program part_count tool tool_asset feed feed_override "
     "spindle_speed.C1 spindle_load.C1 spindle_load.C6 axis_load.X axis_load.C3 "
     "cut_time line mode_override.dry_run pallet fixture"                                        },
    {"devices/nist-testbed-devices-2017-02.xml", "1.3", "Mazak01",  0,  1,
     "spindle_load.S1 spindle_load.S2 axis_load.C temperature.S1 cut_time tool "
     "tool_group program program_comment part_count feed rapid_override"                         },
    {"devices/nist-testbed-devices-2017-02.xml", "1.3", "Mazak03",  0,  1,
     "spindle_load.S spindle_load.S2 axis_load.C temperature.S tool_asset pallet"                },
    {"devices/nist-testbed-devices-2017-02.xml", "1.3", "Hurco01",  0,  1,
     "spindle_speed spindle_override feed_override part_count tool emergency_stop"               },
    {"devices/nist-testbed-devices-2017-02.xml", "1.3", "GFAgie01", 0,  1,
     "feed_override spindle_override tool line axis_position.X"                                  },
    {"docs/probe-nist-agent1.4-schema1.3.xml",   "1.3", "",         0,  1, "execution"           },
    {"docs/probe-vmc3axis-1.7.xml",              "1.7", "",         0,  0, "execution"           },
    {"docs/probe-okuma-agent2.7.xml",            "2.7", "OKUMA",    0,  1, "execution cut_time"  },
};

static void list_signals(const struct mapping *mapping, struct text *names)
{
    text_add_char(names, ' ');
    for (size_t i = 0; i < mapping_count(mapping); i++) {
        struct mapping_row row;
        mapping_describe(mapping, i, &row);
        text_add(names, row.signal);
        text_add_char(names, ' ');
    }
}

static void check_signals(const struct document *document, const struct mapping *mapping)
{
    struct text names;
    char expected[512];
    char wanted[128];
    char *rest = expected;

    text_init_heap(&names);
    list_signals(mapping, &names);
    (void)snprintf(expected, sizeof(expected), "%s", document->expected);
    for (char *word; (word = strtok_r(rest, " ", &rest));) {
        (void)snprintf(wanted, sizeof(wanted), " %s ", word);
        if (!strstr(names.data, wanted))
            fail_msg("%s: no %s in%s", document->file, word, names.data);
    }
    text_done(&names);
}

static void check_document(const struct document *document, const char *xml)
{
    struct devices *devices = mapping_read(xml);
    const struct device *device = devices_find(devices, document->device);
    struct mapping *mapping = NULL;
    char sentence[160] = "";

    assert_non_null(device);
    assert_false(device->is_agent);
    if (*document->version)
        assert_string_equal(devices->version, document->version);
    if (document->items)
        assert_int_equal(device->count, document->items);
    if (document->paths)
        assert_int_equal(device->paths, document->paths);
    assert_int_equal(
        mapping_create(device, &(struct mapping_options){0}, &mapping, sentence), 0);
    check_signals(document, mapping);
    mapping_destroy(mapping);
    devices_free(devices);
}

static void real_documents_are_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        char *xml = read_file(documents[i].file);
        if (!xml)
            skip();
        check_document(&documents[i], xml);
        free(xml);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_agent_is_never_the_machine),
        cmocka_unit_test(what_data_items_mean),
        cmocka_unit_test(a_far_temperature_counts_when_it_is_confirmed),
        cmocka_unit_test(feed_hold_as_a_mode_holds_the_program),
        cmocka_unit_test(an_adapters_values_are_in_native_units),
        cmocka_unit_test(the_operator_may_map_otherwise),
        cmocka_unit_test(conditions_and_sets_keep_their_keys),
        cmocka_unit_test(what_is_no_devices_document_is_refused),
        cmocka_unit_test(real_documents_are_understood),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
