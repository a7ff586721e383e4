/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What real machines say that no standard foresees: nothing of it may become a wrong
 * value, and nothing may vanish.
 */
#include "tests/unit/support/mapping_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    TOLD_MAX = 64
};

/* Moments and sequences of what one observation came out as. */
struct told {
    size_t count, with_sequence, usable;
    int64_t moments[TOLD_MAX];
    uint64_t sequence;
    char place[SIGNAL_NAME_MAX];
};

static void hear(void *owner, const struct sample *sample)
{
    struct told *told = owner;

    if (told->count < TOLD_MAX)
        told->moments[told->count] = sample->at.mono_ns;
    told->count++;
    told->usable += sample->quality == QUALITY_GOOD;
    told->with_sequence += sample->sequence != 0;
    if (sample->sequence)
        told->sequence = sample->sequence;
    (void)snprintf(told->place, sizeof(told->place), "%s", sample->place);
}

static struct told tell(struct mapping_scene *scene, struct observation *observation)
{
    const struct hearing hearing = {.at = {.mono_ns = 1000 * NS_PER_MS}};
    struct told told = {0};
    const struct mapping_sink sink = {.owner = &told, .emit = hear};

    observation->sequence = 77;
    (void)mapping_apply(scene->mapping, observation, &hearing, &sink);
    return told;
}

static struct observation item(const char *id, const char *value)
{
    struct observation observation;

    observation_init(&observation);
    observation.data_item_id = id;
    observation.value = value;
    return observation;
}

static int set_up(void **state)
{
    static struct mapping_scene scene;

    mapping_scene_init(&scene, &(struct mapping_options){0});
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    mapping_scene_done(*state);
    return 0;
}

static void keys_are_forgotten_with_their_set(void **state)
{
    static const struct observation_entry both[] =
        {
            {.key = "a", .value = "1"},
            {.key = "b", .value = "2"}
    },
                                          one[] = {{.key = "b", .value = "3"}};
    struct mapping_scene *scene = *state;
    const struct mapping_sink sink = {.owner = &scene->heard, .emit = mapping_hear};
    const struct hearing news = {0}, snapshot = {.flags = SAMPLE_SNAPSHOT};
    struct observation set = item("ds", ""), reset, gone = item("ds", "UNAVAILABLE");

    set.representation = REPRESENTATION_DATA_SET;
    set.entries = both;
    set.entry_count = 2;
    reset = set;
    reset.entries = one;
    reset.entry_count = 1;

    (void)mapping_apply(scene->mapping, &set, &news, &sink);
    scene->heard.lines[0] = '\0';
    (void)mapping_apply(scene->mapping, &reset, &news, &sink);
    assert_string_equal(scene->heard.lines, "path2/custom.ds.b=3;");

    static const char without_a[] =
        "path2/custom.ds.b=3;path2/custom.ds.a=null/unavailable;";
    scene->heard.lines[0] = '\0';
    reset.reset_triggered = "MANUAL";
    (void)mapping_apply(scene->mapping, &reset, &news, &sink);
    assert_string_equal(scene->heard.lines, without_a);

    scene->heard.lines[0] = '\0';
    (void)mapping_apply(scene->mapping, &reset, &news, &sink);
    assert_string_equal(scene->heard.lines, "path2/custom.ds.b=3;");

    (void)mapping_apply(scene->mapping, &set, &news, &sink);
    scene->heard.lines[0] = '\0';
    reset.reset_triggered = "";
    (void)mapping_apply(scene->mapping, &reset, &snapshot, &sink);
    assert_string_equal(scene->heard.lines, without_a);

    scene->heard.lines[0] = '\0';
    gone.is_unavailable = true;
    (void)mapping_apply(scene->mapping, &gone, &news, &sink);
    assert_string_equal(scene->heard.lines, "path2/custom.ds.b=null/unavailable;"
                                            "path2/custom.ds=null/unavailable;");
}

static void words_that_are_nearly_right_are_understood(void **state)
{
    static const struct {
        const char *id, *value, *expected;
    } cases[] = {
        {"ex", "active",      "execution=\"run\";"                       }, /* not upcased */
        {"ex", "PAUSED",      "execution=null/none;custom.ex=\"PAUSED\";"},
        {"xp", "-0,5",        "axis_position.X=-0.5;"                    }, /* of a locale */
        {"xp", "1,2,3",       "axis_position.X=null/not_a_number;"       },
        {"sl", "1E1",         "spindle_load=10;"                         },
        {"sl", "inf",         "spindle_load=null/not_a_number;"          },
        {"sl", "",            "spindle_load=null/not_a_number;"          },
        {"tn", "0",           "path2/tool=\"0\";"                        }, /* between tools */
        {"tn", "7.000000",    "path2/tool=\"7\";"                        },
        {"ov", "95",          "path2/feed_override=95;"                  }, /* as a SAMPLE */
        {"pm", "TNC:\\A B.H", "program=\"TNC:\\\\A B.H\";"               },
        {"av", "UNAVAILABLE", "availability=false;"                      },
        {"sl", "UNAVAILABLE", "spindle_load=null/unavailable;"           },
        {"sl", "unavailable", "spindle_load=null/unavailable;"           },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_string_equal(mapping_say(*state, cases[i].id, cases[i].value),
                            cases[i].expected);
}

/* A Mazak, right after connecting: one poll of nonsense, and the other axis reads 0. */
static void one_poll_of_nonsense_is_no_temperature(void **state)
{
    assert_string_equal(mapping_say_at(*state, "st", "31", 1), "temperature.spindle=31;");
    assert_string_equal(mapping_say_at(*state, "xt", "44", 1), "temperature.X=44;");
    assert_string_equal(mapping_say_at(*state, "st", "1145979424", 2),
                        "temperature.spindle=null/out_of_range;");
    assert_string_equal(mapping_say_at(*state, "xt", "0", 2),
                        "temperature.X=null/out_of_range;");
    assert_string_equal(mapping_say_at(*state, "st", "31", 3), "temperature.spindle=31;");
    assert_string_equal(mapping_say_at(*state, "xt", "44", 3), "temperature.X=44;");
}

static void a_condition_keeps_which_one_it_is(void **state)
{
    static const struct {
        enum level level;
        const char *condition_id, *code, *expected;
    } cases[] = {
        {LEVEL_FAULT,  "",   "1101", "\"id\":\"1101\",\"code\":\"1101\""},
        {LEVEL_FAULT,  "c7", "1101", "\"id\":\"c7\",\"code\":\"1101\""  },
        {LEVEL_NORMAL, "",   "1101", "\"id\":\"1101\""                  }, /* this one */
        {LEVEL_NORMAL, "",   "",     "\"level\":\"normal\",\"id\":\"\"" }, /* all */
    };
    struct mapping_scene *scene = *state;
    const struct mapping_sink sink = {.owner = &scene->heard, .emit = mapping_hear};

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct observation observation = item("sys", "X travel");
        const struct hearing hearing = {0};

        observation.category = OBSERVATION_CONDITION;
        observation.level = cases[i].level;
        observation.condition_id = cases[i].condition_id;
        observation.native_code = cases[i].code;
        scene->heard.lines[0] = '\0';
        assert_int_equal(mapping_apply(scene->mapping, &observation, &hearing, &sink), 1);
        assert_non_null(strstr(scene->heard.lines, cases[i].expected));
    }
    assert_non_null(strstr(mapping_say(scene, "sys", "OK"), /* a value is no level */
                           "\"level\":\"unavailable\""));
}

static void each_observation_has_its_sequence_once(void **state)
{
    struct observation_cell cells[] = {
        {.key = "X", .value = "9"          },
        {.key = "Y", .value = "UNAVAILABLE"}
    };
    struct observation_entry rows[] = {
        {.key = "G54",     .value = "", .cells = cells, .cell_count = 2},
        {.key = "G55", .value = "",            .removed = true},
        {.key = "G56",     .value = "1"}
    };
    struct observation table = item("tb", "");

    table.entries = rows;
    table.entry_count = 3;
    struct told told = tell(*state, &table);
    assert_int_equal(told.count, 4);
    assert_int_equal(told.usable, 2);
    assert_int_equal(told.with_sequence, 1);
    assert_int_equal(told.sequence, 77);

    struct observation asset = item("ta", "2201"); /* tool_asset, and the tool of it */
    told = tell(*state, &asset);
    assert_int_equal(told.count, 2);
    assert_int_equal(told.with_sequence, 1);
}

static void a_series_ends_at_its_stamp(void **state)
{
    struct observation series = item("ts", "20.1 20.2\n 20.3");

    series.sample_rate_hz = 100;
    struct told told = tell(*state, &series);
    assert_int_equal(told.count, 3);
    assert_int_equal(told.moments[0], 980 * NS_PER_MS);
    assert_int_equal(told.moments[2], 1000 * NS_PER_MS);
    assert_int_equal(told.with_sequence, 1);
}

/* Its sequence must be somewhere, or it would count as lost. */
static void what_gives_no_value_is_told_all_the_same(void **state)
{
    struct observation nothings[] = {item("ts", ""), item("tb", "UNAVAILABLE"),
                                     item("ds", ""), item("vx", "")};

    for (size_t i = 0; i < sizeof(nothings) / sizeof(*nothings); i++) {
        struct told told = tell(*state, &nothings[i]);
        assert_int_equal(told.count, 1);
        assert_int_equal(told.sequence, 77);
    }
}

/* A machine that makes up names for ever fills no memory, and hides nothing. */
static void names_without_end_have_an_end(void **state)
{
    struct told told = {0};
    char id[32];

    for (int i = 0; i < 20000; i++) {
        (void)snprintf(id, sizeof(id), "made_up_%d", i);
        struct observation observation = item(id, "1");
        told = tell(*state, &observation);
        assert_int_equal(told.sequence, 77);
    }
    assert_string_equal(told.place, "unlisted");
}

/* A probe that says how far the spindle has grown is named as temperatures are, and
 * micrometres become millimetres. */
static void a_displacement_is_where_its_sensor_is(void **state)
{
    struct mapping_scene scene = {0};
    const struct mapping_options options = {0};
    char sentence[160] = "";

    (void)state;
    scene.devices = mapping_read(
        "<MTConnectDevices><Header instanceId='1'/><Devices><Device id='d' name='m' "
        "uuid='u'><Components><Sensor id='s' name='nose'><DataItems>"
        "<DataItem id='g' type='DISPLACEMENT' category='SAMPLE' units='MILLIMETER'/>"
        "</DataItems></Sensor><Axes id='a' name='axes'><Components>"
        "<Linear id='z' name='Z'><DataItems><DataItem id='gz' type='DISPLACEMENT' "
        "category='SAMPLE' units='MICROMETER'/></DataItems></Linear></Components>"
        "</Axes></Components></Device></Devices></MTConnectDevices>");
    assert_int_equal(mapping_create(devices_find(scene.devices, "m"), &options,
                                    &scene.mapping, sentence),
                     0);
    assert_string_equal(mapping_say(&scene, "g", "0.012"), "displacement.sensor=0.012;");
    assert_string_equal(mapping_say(&scene, "gz", "12"), "displacement.Z=0.012;");
    assert_string_equal(mapping_say(&scene, "gz", "UNAVAILABLE"),
                        "displacement.Z=null/unavailable;");
    mapping_scene_done(&scene);
}

#define STORY(story) cmocka_unit_test_setup_teardown(story, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest stories[] = {
        STORY(words_that_are_nearly_right_are_understood),
        STORY(one_poll_of_nonsense_is_no_temperature),
        STORY(a_condition_keeps_which_one_it_is),
        STORY(each_observation_has_its_sequence_once),
        STORY(a_series_ends_at_its_stamp),
        STORY(what_gives_no_value_is_told_all_the_same),
        STORY(names_without_end_have_an_end),
        STORY(keys_are_forgotten_with_their_set),
        STORY(a_displacement_is_where_its_sensor_is),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
