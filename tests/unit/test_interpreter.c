/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/station_section.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
    const char *yaml, *complaints;
} bad[] = {
    {"host: a\nprot: 502",                                                "f:2:1: unknown key 'prot'; did you mean 'port'?\n"       },
    {"host: a\n<<: {port: 1}",                                            "f:2:1: merge keys (<<) are not read: write the keys out; "
                               "an anchor may stand for a whole value\n"                              },
    {"host: a\nport: \"\xff\"",
     "f:2:8: invalid leading UTF-8 octet (0xff): the file is to be text in UTF-8\n"                                                 },
    {"host: a\nwhatever: 1",                                              "f:2:1: unknown key 'whatever' in 'station'\n"            },
    {"port: 1",                                                           "f:1:1: 'host' is missing: address of the PLC\n"          },
    {"host:\nport: 1",                                                    "f:1:1: 'host' is missing: address of the PLC\n"          },
    {"host: a\nport: fast",                                               "f:2:7: 'port' wants a whole number; got 'fast'\n"        },
    {"host: a\nport: 1.5",                                                "f:2:7: 'port' wants a whole number; got '1.5'\n"         },
    {"host: a\nport: 70000",
     "f:2:7: 'port' wants a whole number from 1 to 65535; got '70000'\n"                                                            },
    {"host: a\nport: 99999999999999999999",                               "f:2:7: 'port' is too large\n"                            },
    {"host: a\nport: [1]",                                                "f:2:7: 'port' wants a whole number; got a list\n"        },
    {"host: a\nevery: fast",
     "f:2:8: 'every' wants a duration like 250ms, 5s, 10m, 30d; got 'fast'\n"                                                       },
    {"host: a\nevery: 5",
     "f:2:8: 'every' wants a duration like 250ms, 5s, 10m, 30d; got '5'\n"                                                          },
    {"host: a\nevery: 5ms",
     "f:2:8: 'every' wants a duration from 10ms to 1h; got '5ms'\n"                                                                 },
    {"host: a\nroom: 12 apples",
     "f:2:7: 'room' wants a size like 64KiB, 10MB, 2GiB; got '12 apples'\n"                                                         },
    {"host: a\nroom: 12B",                                                "f:2:7: 'room' wants a size of at least 1KiB; got '12B'\n"},
    {"host: a\ngain: 1,5",                                                "f:2:7: 'gain' wants a number; got '1,5'\n"               },
    {"host: a\ngain: 1.5",                                                "f:2:7: 'gain' wants a number from -1 to 1; got '1.5'\n"  },
    {"host: a\nfast: maybe",                                              "f:2:7: 'fast' wants true or false; got 'maybe'\n"        },
    {"host: a\narea: inputt",
     "f:2:7: 'area' wants one of holding, input, coil, discrete; "
     "got 'inputt'; did you mean 'input'?\n"                                                                                        },
    {"host: a\nhost: b",                                                  "f:2:1: 'host' is given twice; first in line 1\n"         },
    {"host: {a: 1}",                                                      "f:1:7: 'host' wants text; got a map\n"                   },
    {"host: a\npoints: 1",                                                "f:2:9: 'points' wants a list or a map; got '1'\n"        },
    {"host: a\npoints:\n - {signal: s, addresz: 1}\n - {address: 70000}",
     "f:3:16: unknown key 'addresz'; did you mean 'address'?\n"
     "f:4:4: 'signal' is missing: what it means\n"
     "f:4:14: 'address' wants a whole number from 0 to 65535; got '70000'\n"                                                        },
    {"host: a\npoints: [a, b, a]",                                        "f:2:16: point 'a' is already described at f:2:10\n"      },
    {"host: a\npoints: [a, b, c, d]",                                     "f:2:9: 'points' wants 0 to 3 entries; got 4\n"           },
    {"host: a\ntags: [x, {y: 1}]",
     "f:2:11: 'tags' wants a list of texts; in it is a map\n"                                                                       },
    {"host: a\ndays: [mon, wed]",                                         "f:2:13: 'days' wants one of mon, tue; got 'wed'\n"       },
    {"host: a\ndeep: {low: 10}",                                          "f:2:7: 'low' must be below 'high'\n"                     },
    {"host: a\ndeep: {low: ten}",                                         "f:2:13: 'low' wants a whole number; got 'ten'\n"         },
    {"- host: a",                                                         "f:1:1: 'station' wants keys and values\n"                },
    {"host: a\n\tport: 1",                                                "f:2:1: a tab: YAML is indented by spaces\n"              },
    {"host: [a",                                                          "f:2:1: did not find expected ',' or ']' (while parsing a flow sequence "
                 "that began in line 1)\n"                                                                          },
    {"",                                                                  "f:1:1: the file says nothing\n"                          },
    {"host: a\n---\nport: 1",
     "f:2:1: a second document begins here; put it into a file of its own\n"                                                        },
    {"prot: 1\nevery: 1\nport: 0",
     "f:1:1: unknown key 'prot'; did you mean 'port'?\n"
     "f:1:1: 'host' is missing: address of the PLC\n"
     "f:3:7: 'port' wants a whole number from 1 to 65535; got '0'\n"
     "f:2:8: 'every' wants a duration like 250ms, 5s, 10m, 30d; got '1'\n"                                                          },
    {"host: a\nprofile: ../secret",                                       "f:2:10: '../secret' is not the name of a profile\n"      },
    {"host: a\nprofile: rtd-8",                                           "f:2:10: no profile rtd-8.yaml in any folder\n"           },
};

static void every_mistake_is_told_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct text text;

        text_init_heap(&text);
        record_destroy(&section, read_station(bad[i].yaml, &text));
        assert_string_equal(text.data ? text.data : "", bad[i].complaints);
        text_done(&text);
    }
}

static struct station *read_without_complaint(const char *yaml, struct text *text)
{
    struct station *station = read_station(yaml, text);

    assert_string_equal(text->data ? text->data : "", "");
    if (!station)
        abort();
    return station;
}

static void values_and_fallbacks_arrive(void **state)
{
    struct text text;

    (void)state;
    text_init_heap(&text);
    struct station *station =
        read_without_complaint("host: plc\n"
                               "every: 1m30s\n"
                               "room: 2GiB\n"
                               "gain: -0.25\n"
                               "fast: yes\n"
                               "area: coil\n"
                               "tags: [a, \"b\"]\n"
                               "deep: {low: 0x09}\n"
                               "points:\n"
                               "  - door\n"
                               "  - {signal: chuck, address: 7, scale: 0.1}\n",
                               &text);
    assert_string_equal(station->host, "plc");
    assert_null(station->password);
    assert_int_equal(station->port, 502);
    assert_int_equal(station->every, 90 * NS_PER_S);
    assert_int_equal(station->room, INT64_C(1) << 31);
    assert_true(station->gain == -0.25);
    assert_true(station->fast);
    assert_int_equal(station->area, 2);
    assert_int_equal(station->tags.count, 2);
    assert_string_equal(((char **)station->tags.items)[1], "b");
    assert_int_equal(((struct deep *)station->deep)->low, 9);
    assert_int_equal(((struct deep *)station->deep)->high, 10);
    assert_int_equal(station->points.count, 2);
    const struct point *points = station->points.items;
    assert_string_equal(points[0].signal, "door");
    assert_true(points[0].scale == 1);
    assert_int_equal(points[1].address, 7);
    assert_true(points[1].scale == 0.1);
    record_destroy(&section, station);
    text_done(&text);
}

static void a_map_may_be_written_for_named_entries(void **state)
{
    struct text text;

    (void)state;
    text_init_heap(&text);
    struct station *station = read_without_complaint(
        "host: a\npoints:\n  door: {address: 3}\n  chuck:\n", &text);
    assert_int_equal(station->points.count, 2);
    const struct point *points = station->points.items;
    assert_string_equal(points[0].signal, "door");
    assert_int_equal(points[0].address, 3);
    assert_string_equal(points[1].signal, "chuck");
    record_destroy(&section, station);
    text_done(&text);
}

static void aliases_that_multiply_are_refused(void **state)
{
    struct text yaml, text;

    (void)state;
    text_init_heap(&yaml);
    text_init_heap(&text);
    text_add(&yaml, "host: a\ntags: [");
    for (size_t i = 0; i < 1500; i++)
        text_add(&yaml, "x,");
    text_add(&yaml, "x]\n");
    record_destroy(&section, read_station(yaml.data, &text));
    assert_non_null(strstr(text.data, "aliases multiply"));
    assert_null(strchr(strchr(text.data, '\n') + 1, '\n'));
    text_done(&yaml);
    text_done(&text);
}

static void a_fingerprint_changes_with_any_value(void **state)
{
    static const char *const yamls[] = {
        "host: a",
        "host: b",
        "{host: a, port: 1}",
        "{host: a, gain: 1}",
        "{host: a, fast: on}",
        "{host: a, tags: [x]}",
        "{host: a, tags: [xy]}",
        "{host: a, tags: [x, y]}",
        "{host: a, deep: {}}",
        "{host: a, deep: {low: 1}}",
        "{host: a, points: [x]}",
        "{host: a, area: coil}",
    };
    uint64_t seen[sizeof(yamls) / sizeof(*yamls)];

    (void)state;
    for (size_t i = 0; i < sizeof(yamls) / sizeof(*yamls); i++) {
        struct text text;

        text_init_heap(&text);
        struct station *station = read_without_complaint(yamls[i], &text);
        seen[i] = fingerprint_record(FINGERPRINT_START, &section, station);
        for (size_t j = 0; j < i; j++)
            assert_true(seen[i] != seen[j]);
        record_destroy(&section, station);
        text_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mistake_is_told_with_its_place),
        cmocka_unit_test(values_and_fallbacks_arrive),
        cmocka_unit_test(a_map_may_be_written_for_named_entries),
        cmocka_unit_test(aliases_that_multiply_are_refused),
        cmocka_unit_test(a_fingerprint_changes_with_any_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
