/* SPDX-License-Identifier: Apache-2.0 */
#include "config/interpreter.h"
#include "daemon/base/moment.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct point {
    char *signal;
    int64_t address;
    double scale;
};

struct station {
    char *host, *password, *profile;
    int64_t port, every, room;
    double gain;
    bool fast;
    unsigned area;
    struct option_list points, tags, days;
    void *deep;
};

struct deep {
    int64_t low, high;
};

static const char *const areas[] = {"holding", "input", "coil", "discrete", NULL};
static const char *const days[] = {"mon", "tue", NULL};

static int check_deep(const void *record, char reterr_sentence[256])
{
    const struct deep *deep = record;

    (void)text_copy(reterr_sentence, 256, "'low' must be below 'high'");
    return deep->low < deep->high ? 0 : -EINVAL;
}

static const struct option deep_rows[] = {
    OPTION(deep, low),
    OPTION(deep, high, .fallback.integer = 10),
    {0},
};
static const struct section deep_section = {
    .name = "deep",
    .size = sizeof(struct deep),
    .options = deep_rows,
    .check = check_deep,
};

static const struct option point_rows[] = {
    OPTION(point, signal, .required = true, .is_key = true, .is_brief = true,
           .help = "what it means"),
    OPTION(point, address, .max = 65535),
    OPTION(point, scale, .fallback.number = 1),
    {0},
};
static const struct section point_section = {
    .name = "point", .size = sizeof(struct point), .options = point_rows};

static const struct option rows[] = {
    OPTION(station, host, .required = true, .help = "address of the PLC"),
    OPTION(station, password, .secret = true),
    OPTION(station, profile, .merges = true),
    OPTION(station, port, .fallback.integer = 502, .min = 1, .max = 65535),
    OPTION(station, every, .measure = MEASURE_DURATION, .fallback.integer = NS_PER_S,
           .min = 10e6, .max = 3600e9),
    OPTION(station, room, .measure = MEASURE_SIZE, .min = 1024),
    OPTION(station, gain, .min = -1, .max = 1),
    OPTION(station, fast),
    OPTION(station, area, .choices = areas),
    OPTION(station, points, .entry = &point_section, .max = 3),
    OPTION(station, tags),
    OPTION(station, days, .choices = days),
    OPTION(station, deep, .entry = &deep_section),
    {0},
};
static const struct section section = {
    .name = "station", .size = sizeof(struct station), .options = rows};

/* Reads one document; the complaints are in `text`. */
static struct station *read_station(const char *yaml, struct text *text)
{
    struct report report = {.text = text};
    struct interpreter interpreter = {.report = &report, .budget = 1000};
    struct document *document = document_parse("f", yaml, strlen(yaml), &report);
    struct station *station = NULL;

    if (document)
        station =
            interpreter_create(&interpreter, &section, document_root(document), NULL);
    document_destroy(document);
    interpreter_done(&interpreter);
    return station;
}

static const struct {
    const char *yaml, *complaints;
} bad[] = {
    {"host: a\nprot: 502",                                                "f:2:1: unknown key 'prot'; did you mean 'port'?\n"       },
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

static void values_and_fallbacks_arrive(void **state)
{
    struct text text;

    (void)state;
    text_init_heap(&text);
    struct station *station =
        read_station("host: plc\n"
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
    assert_null(text.data);
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
    struct station *station =
        read_station("host: a\npoints:\n  door: {address: 3}\n  chuck:\n", &text);
    assert_null(text.data);
    assert_int_equal(station->points.count, 2);
    const struct point *points = station->points.items;
    assert_string_equal(points[0].signal, "door");
    assert_int_equal(points[0].address, 3);
    assert_string_equal(points[1].signal, "chuck");
    record_destroy(&section, station);
    text_done(&text);
}

/* Two maps of one file as layers, the first below the second. */
static struct station *read_layers(const char *yaml, bool are_exclusive,
                                   struct text *text)
{
    struct report report = {.text = text};
    struct interpreter interpreter = {.report = &report, .budget = 1000};
    struct document *document = document_parse("f", yaml, strlen(yaml), &report);
    struct node root = document_root(document);
    const struct node nodes[] = {node_item(root, 0), node_item(root, 1)};
    const struct layers layers = {nodes, 2, are_exclusive};
    struct station *station = calloc(1, sizeof(*station));

    interpreter_apply(&interpreter, &section, &layers, NULL, station);
    document_destroy(document);
    return station;
}

static void layers_join_lists_and_the_last_value_counts(void **state)
{
    struct text text;

    (void)state;
    text_init_heap(&text);
    struct station *station = read_layers("- {host: a, port: 1, points: [x]}\n"
                                          "- {port: 2, points: [y, z]}\n",
                                          false, &text);
    assert_null(text.data);
    assert_string_equal(station->host, "a");
    assert_int_equal(station->port, 2);
    assert_int_equal(station->points.count, 3);
    assert_string_equal(((struct point *)station->points.items)[0].signal, "x");
    assert_string_equal(((struct point *)station->points.items)[2].signal, "z");
    record_destroy(&section, station);
    text_done(&text);
}

static void a_section_in_two_files_is_a_complaint_with_both_places(void **state)
{
    struct text text;

    (void)state;
    text_init_heap(&text);
    record_destroy(&section, read_layers("- {host: a, deep: {low: 1}}\n"
                                         "- {deep: {low: 2}}\n",
                                         true, &text));
    assert_string_equal(text.data, "f:2:10: 'deep' is already given at f:1:19\n");
    text_done(&text);
}

/* As read from a file that everybody may read, or not. */
static void read_open(const char *yaml, bool is_public, struct text *text)
{
    struct report report = {.text = text};
    struct interpreter interpreter = {.report = &report, .budget = 1000};
    struct document *document = document_parse("f", yaml, strlen(yaml), &report);

    document->is_public = is_public;
    record_destroy(&section, interpreter_create(&interpreter, &section,
                                                document_root(document), NULL));
    document_destroy(document);
}

static const struct {
    const char *yaml;
    bool is_public;
    const char *complaints;
} passwords[] = {
    {"{host: a, password: x}",       true,
     "f:1:21: 'password' holds a password and everybody may read this file; name a file "
     "that holds it, or chmod o-r\n"          },
    {"{host: a, password: x}",       false,
     "f:1:21: warning: 'password' holds a password; a file or credential of its own is "
     "safer\n"                                },
    {"host: http://me:x@plc/",       true,
     "f:1:7: 'host' holds a password and everybody may read this file; name a file that "
     "holds it, or chmod o-r\n"               },
    {"host: http://me@plc:80/a:b@c", true,  ""},
    {"{host: a, password: \"\"}",    true,  ""},
};

static void a_password_everybody_may_read_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(passwords) / sizeof(*passwords); i++) {
        struct text text;

        text_init_heap(&text);
        read_open(passwords[i].yaml, passwords[i].is_public, &text);
        assert_string_equal(text.data ? text.data : "", passwords[i].complaints);
        text_done(&text);
    }
}

static void write_profile(const char *folder, const char *text, char ret_path[128])
{
    (void)snprintf(ret_path, 128, "%s/rtd-8.yaml", folder);
    FILE *file = fopen(ret_path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void a_profile_counts_as_if_written_in_the_section(void **state)
{
    static const char yaml[] = "{profile: rtd-8, port: 7, points: [own], deep: {low: 2}}";
    char folder[] = "/tmp/spindled-profile-XXXXXX", path[128];
    struct text text;

    (void)state;
    assert_non_null(mkdtemp(folder));
    write_profile(folder,
                  "host: from-profile\nport: 1\nevery: 2s\npoints: [first, second]\n"
                  "deep: {low: 1, high: 5}\nprot: 1\n",
                  path);
    text_init_heap(&text);
    struct report report = {.text = &text};
    const char *const folders[] = {"/nonexistent", folder, NULL};
    struct interpreter interpreter = {
        .report = &report, .profile_folders = folders, .budget = 1000};
    struct document *document = document_parse("f", yaml, strlen(yaml), &report);
    struct station *station =
        interpreter_create(&interpreter, &section, document_root(document), NULL);
    char expected[256];

    (void)snprintf(expected, sizeof(expected),
                   "%s:6:1: unknown key 'prot'; did you mean 'port'?\n", path);
    assert_string_equal(text.data, expected);
    assert_string_equal(station->host, "from-profile");
    assert_int_equal(station->port, 7);
    assert_int_equal(station->every, 2 * NS_PER_S);
    assert_int_equal(station->points.count, 3);
    assert_string_equal(((struct point *)station->points.items)[0].signal, "first");
    assert_string_equal(((struct point *)station->points.items)[2].signal, "own");
    assert_int_equal(((struct deep *)station->deep)->low, 2);
    assert_int_equal(((struct deep *)station->deep)->high, 5);
    record_destroy(&section, station);
    document_destroy(document);
    interpreter_done(&interpreter);
    text_done(&text);
    (void)remove(path);
    (void)remove(folder);
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
        struct station *station = read_station(yamls[i], &text);
        assert_null(text.data);
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
        cmocka_unit_test(layers_join_lists_and_the_last_value_counts),
        cmocka_unit_test(a_section_in_two_files_is_a_complaint_with_both_places),
        cmocka_unit_test(a_password_everybody_may_read_is_refused),
        cmocka_unit_test(a_profile_counts_as_if_written_in_the_section),
        cmocka_unit_test(aliases_that_multiply_are_refused),
        cmocka_unit_test(a_fingerprint_changes_with_any_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
