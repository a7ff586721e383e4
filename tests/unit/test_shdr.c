/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/shdr.h"

#include "daemon/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char machine[] =
    "<MTConnectDevices><Devices><Device name='M1' uuid='m' id='d'><DataItems>"
    "<DataItem id='av' name='avail' type='AVAILABILITY' category='EVENT'/>"
    "<DataItem id='ex' name='exec' type='EXECUTION' category='EVENT'/>"
    "<DataItem id='pc' name='count' type='PART_COUNT' category='EVENT'/>"
    "<DataItem id='pr' name='prog' type='PROGRAM' category='EVENT'/>"
    "<DataItem id='sy' name='sys' type='SYSTEM' category='CONDITION'/>"
    "<DataItem id='ms' name='msg' type='MESSAGE' category='EVENT'/>"
    "<DataItem id='ds' name='vars' type='VARIABLE' category='EVENT' "
    "representation='DATA_SET'/>"
    "<DataItem id='tb' name='offs' type='WORK_OFFSET' category='EVENT' "
    "representation='TABLE'/>"
    "<DataItem id='ts' name='wave' type='VOLTAGE' category='SAMPLE' "
    "representation='TIME_SERIES'/>"
    "</DataItems></Device></Devices></MTConnectDevices>";

struct bench {
    struct devices *devices;
    struct mapping *mapping;
    struct shdr *shdr;
    char heard[4096];
};

static void on_observation(void *self, const struct observation *observation)
{
    struct bench *bench = self;
    struct text text;
    size_t length = strlen(bench->heard);

    text_init_fixed(&text, bench->heard + length, sizeof(bench->heard) - length);
    text_add(&text, observation->data_item_id);
    if (observation->category == OBSERVATION_CONDITION)
        text_add_format(&text, " %s/%s/%s/%s", level_names[observation->level],
                        observation->native_code, observation->native_severity,
                        observation->qualifier);
    else if (*observation->native_code)
        text_add_format(&text, " %s", observation->native_code);
    text_add_format(&text, "=%s", observation->value);
    for (size_t i = 0; i < observation->entry_count; i++) {
        const struct observation_entry *entry = &observation->entries[i];
        text_add_format(&text, "[%s:%s%s", entry->key, entry->value,
                        entry->removed ? "-" : "");
        for (size_t k = 0; k < entry->cell_count; k++)
            text_add_format(&text, "(%s:%s)", entry->cells[k].key, entry->cells[k].value);
        text_add_char(&text, ']');
    }
    if (*observation->reset_triggered)
        text_add_format(&text, "!%s", observation->reset_triggered);
    if (observation->duration_s > 0)
        text_add_format(&text, "~%g", observation->duration_s);
    if (observation->sample_rate_hz > 0)
        text_add_format(&text, "~%gHz", observation->sample_rate_hz);
    text_add_char(&text, ';');
}

static void on_asset(void *self, const struct shdr_asset *asset)
{
    struct bench *bench = self;
    size_t length = strlen(bench->heard);

    (void)snprintf(bench->heard + length, sizeof(bench->heard) - length,
                   "asset%d %s %s {%s};", (int)asset->change, asset->id, asset->type,
                   asset->body);
}

static void on_command(void *self, const char *key, const char *value)
{
    struct bench *bench = self;
    size_t length = strlen(bench->heard);

    (void)snprintf(bench->heard + length, sizeof(bench->heard) - length, "*%s=%s;", key,
                   value);
}

static void bench_init(struct bench *bench)
{
    char sentence[160];

    memset(bench, 0, sizeof(*bench));
    assert_int_equal(devices_read(machine, strlen(machine), &bench->devices, sentence),
                     0);
    assert_int_equal(mapping_create(devices_find(bench->devices, ""),
                                    &(struct mapping_options){.is_native = true},
                                    &bench->mapping, sentence),
                     0);
    assert_int_equal(shdr_create(bench->mapping, &bench->shdr), 0);
}

static void bench_done(struct bench *bench)
{
    shdr_destroy(bench->shdr);
    mapping_destroy(bench->mapping);
    devices_free(bench->devices);
}

static const char *say(struct bench *bench, const char *string)
{
    struct shdr_sink sink = {.owner = bench,
                             .observe = on_observation,
                             .change_asset = on_asset,
                             .command = on_command};
    char line[1024];

    (void)text_copy(line, sizeof(line), string);
    bench->heard[0] = '\0';
    shdr_read_line(bench->shdr, line, &sink);
    return bench->heard;
}

static void lines_become_observations(void **state)
{
    static const struct {
        const char *line, *expected;
    } cases[] = {
        {"2026-01-01T00:00:00Z|exec|ACTIVE",                         "ex=ACTIVE;"                  },
        {"2026-01-01T00:00:00Z|exec|ACTIVE|prog|O1| count | 7 ",     "ex=ACTIVE;pr=O1;pc=7;"       },
        {"|exec|READY",                                              "ex=READY;"                   },
        {"2026-01-01T00:00:00Z@2.5|count|7",                         "pc=7~2.5;"                   },
        {"2026-01-01T00:00:00Z|M1:exec|READY",                       "ex=READY;"                   },
        {"2026-01-01T00:00:00Z|M2:exec|READY",                       ""                            },
        {"2026-01-01T00:00:00Z|nothing|1|exec|READY",                "ex=READY;"                   },
        {"2026-01-01T00:00:00Z|nothing|NORMAL||||",                  ""                            },
        {"2026-01-01T00:00:00Z|prog|",                               "pr=;"                        },
        {"2026-01-01T00:00:00Z|prog|\"a \\| b\"|count|1",            "pr=a | b;pc=1;"              },
        {"2026-01-01T00:00:00Z|prog|\"open|count|1",                 "pr=\"open;pc=1;"             },
        {"2026-01-01T00:00:00Z|count|0:SHIFT",                       "pc=0!SHIFT;"                 },
        {"2026-01-01T00:00:00Z|sys|fault|1101|3|HIGH|Tool | broken",
         "sy fault/1101/3/HIGH=Tool | broken;"                                                     },
        {"2026-01-01T00:00:00Z|sys|Normal||||",                      "sy normal///=;"              },
        {"2026-01-01T00:00:00Z|sys|UNAVAILABLE",                     "sy unavailable///=;"         },
        {"2026-01-01T00:00:00Z|sys|strange||||",                     ""                            },
        {"2026-01-01T00:00:00Z|msg|C7|Door open",                    "ms C7=Door open;"            },
        {"2026-01-01T00:00:00Z|wave|3|100|1 2 3",                    "ts=1 2 3~100Hz;"             },
        {"2026-01-01T00:00:00Z|wave|UNAVAILABLE",                    "ts=UNAVAILABLE;"             },
        {"2026-01-01T00:00:00Z|vars|a=1 b={x y} c=\"q r\" d",
         "ds=[a:1][b:x y][c:q r][d:-];"                                                            },
        {"2026-01-01T00:00:00Z|vars|:MANUAL a=1",                    "ds=[a:1]!MANUAL;"            },
        {"2026-01-01T00:00:00Z|offs|G54={X=1 Y=2} G55",              "tb=[G54:(X:1)(Y:2)][G55:-];" },
        {"* PONG 10000",                                             "*PONG=10000;"                },
        {"*adapterVersion:UNAVAILABLE",                              "*adapterVersion=UNAVAILABLE;"},
        {"* uuid: abc",                                              "*uuid=abc;"                  },
        {"**START of a text",                                        ""                            },
        {"2017",                                                     ""                            },
        {"",                                                         ""                            },
        {"2026-01-01T00:00:00Z|@REMOVE_ASSET@|T1",                   "asset2 T1  {};"              },
        {"2026-01-01T00:00:00Z|@REMOVE_ALL_ASSETS@|CuttingTool",
         "asset3  CuttingTool {};"                                                                 },
        {"2026-01-01T00:00:00Z|@ASSET@|T1|CuttingTool|<a>b|c</a>",
         "asset0 T1 CuttingTool {<a>b|c</a>};"                                                     },
        {"2026-01-01T00:00:00Z|@UPDATE_ASSET@|T1|ToolLife|5",        "asset1 T1  {ToolLife|5};"    },
    };
    struct bench bench;

    (void)state;
    bench_init(&bench);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(say(&bench, cases[i].line), cases[i].expected);
    bench_done(&bench);
}

static void an_asset_of_many_lines_is_one(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    assert_string_equal(
        say(&bench, "2026-01-01T00:00:00Z|@ASSET@|T1|CuttingTool|--multiline--AB"), "");
    assert_int_equal(shdr_find_stamp(bench.shdr, "<a b='2|3'>"), 0);
    assert_string_equal(say(&bench, "<a>"), "");
    assert_string_equal(say(&bench, "12|exec|ACTIVE"), "");
    assert_string_equal(say(&bench, "--multiline--AB"),
                        "asset0 T1 CuttingTool {<a>12|exec|ACTIVE};");
    assert_string_equal(say(&bench, "|exec|ACTIVE"), "ex=ACTIVE;");
    bench_done(&bench);
}

static void only_lines_with_values_have_a_time(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    assert_int_equal(shdr_find_stamp(bench.shdr, "2026-01-01T00:00:00Z@2|a|b"), 20);
    assert_int_equal(shdr_find_stamp(bench.shdr, "2026-01-01T00:00:00Z|@ASSET@|a|b|c"),
                     0);
    assert_int_equal(shdr_find_stamp(bench.shdr, "* PONG 10000"), 0);
    assert_int_equal(shdr_find_stamp(bench.shdr, "2017"), 0);
    bench_done(&bench);
}

static void what_is_dropped_is_counted(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    (void)say(&bench, "2026-01-01T00:00:00Z|nothing|1|exec|READY");
    (void)say(&bench, "2017");
    (void)say(&bench, "2026-01-01T00:00:00Z|exec");

    struct shdr_counts counts = shdr_count(bench.shdr);
    assert_int_equal(counts.lines, 3);
    assert_int_equal(counts.observations, 1);
    assert_int_equal(counts.unknown, 1);
    assert_string_equal(counts.unknown_key, "nothing");
    assert_int_equal(counts.unknown_line, 1);
    assert_int_equal(counts.cut, 2);
    assert_int_equal(counts.cut_line, 2);
    bench_done(&bench);
}

/* A recording that lost the line with the end keeps all that follows. */
static void an_asset_without_an_end_swallows_nothing(void **state)
{
    struct bench bench;

    (void)state;
    bench_init(&bench);
    (void)say(&bench, "2026-01-01T00:00:00Z|@ASSET@|T1|CuttingTool|--multiline--AB");
    (void)say(&bench, "<CuttingTool a=\"|\">");
    (void)say(&bench, "2026-01-01T00:00:01Z|exec|READY");
    assert_int_equal(shdr_count(bench.shdr).observations, 1);
    assert_int_equal(shdr_count(bench.shdr).assets, 0);
    assert_int_equal(shdr_count(bench.shdr).broken_assets, 1);
    (void)say(&bench, "2026-01-01T00:00:02Z|@ASSET@|T1|CuttingTool|--multiline--AB");
    (void)say(&bench, "<CuttingTool/>");
    assert_int_equal(shdr_count(bench.shdr).broken_assets, 2);
    assert_int_equal(shdr_count(bench.shdr).broken_line, 3);
    bench_done(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_observations),
        cmocka_unit_test(an_asset_of_many_lines_is_one),
        cmocka_unit_test(only_lines_with_values_have_a_time),
        cmocka_unit_test(what_is_dropped_is_counted),
        cmocka_unit_test(an_asset_without_an_end_swallows_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
