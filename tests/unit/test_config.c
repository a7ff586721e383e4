/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"
#include "daemon/analytics/cycle/calendar_options.h"
#include "daemon/analytics/run/part_options.h"
#include "daemon/base/moment.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct config *load(const char *yaml, struct text *text)
{
    struct config *config = NULL;

    text_init_heap(text);
    int error = config_load_text("f", yaml, strlen(yaml), text, &config);
    assert_int_equal(error, config ? 0 : -EINVAL);
    return config;
}

static const struct {
    const char *yaml, *complaints;
} bad[] = {
    {"gateway: {id: a}",                                                               "f:1:1: 'version' is missing: of this format: 1\n"    },
    {"version: 2",                                                                     "f:1:10: 'version' wants a whole number: 1; got '2'\n"},
    {"version: 1\nmachine: []",
     "f:2:1: unknown key 'machine'; did you mean 'machines'?\n"                                                                              },
    {"version: 1\nmachines: {}",                                                       "f:2:11: 'machines' wants a list; got a map\n"        },
    {"version: 1\nmachines: [{cell: a}]",
     "f:2:12: 'name' is missing: name in topics, series and commands\n"                                                                      },
    {"version: 1\nmachines: [{name: a, cell: gateway}]",
     "f:2:28: 'cell' wants another name, as the gateway's own topics stand under this "
     "one; got 'gateway'\n"                                                                                                                  },
    {"version: 1\nmachines: [{name: a/b}]",
     "f:2:19: 'name' wants a name of 1 to 63 bytes without / + # \" \\ and control "
     "characters, no blanks at its ends, no $ first; got 'a/b'\n"                                                                            },
    {"version: 1\nmachines:\n  - name: a\n  - name: a\n",
     "f:4:5: machine 'a' is already described at f:3:5\n"                                                                                    },
    {"version: 1\nmachines: [{name: a, publish: {signals: [spindel_load]}}]",
     "f:2:42: 'signals' wants a signal like spindle_load or temperature.spindle, * for "
     "any characters; got 'spindel_load'\n"                                                                                                  },
    {"version: 1\nparts:\n  - part: p\n  - {part: p, op: 10}\n",
     "f:4:5: part 'p' op '10' is already described at f:3:5\n"                                                                               },
    {"version: 1\nparts:\n  - {part: p, features: [{name: x, lower: 2, upper: 1}]}\n",
     "f:3:26: 'lower' (2) must be below 'upper' (1)\n"                                                                                       },
    {"version: 1\ncalendar: {shifts: [{name: a, start: 6, end: \"25:00\"}]}",
     "f:2:38: 'start' wants a time of day like 06:00 or 22:30; got '6'\n"
     "f:2:46: 'end' wants a time of day like 06:00 or 22:30; got '25:00'\n"                                                                  },
    {"version: 1\ncalendar: {time_zone: Nowhere}",
     "f:2:23: no time zone 'Nowhere' here; a rule like CET-1CEST,M3.5.0,M10.5.0/3 needs "
     "no files\n"                                                                                                                            },
    {"version: 1\nsinks: {inflx: {}}",
     "f:2:9: unknown sink 'inflx'; did you mean 'influx'?\n"                                                                                 },
    {"version: 1\nsinks: {cloud: {driver: influxx}}",
     "f:2:25: unknown sink 'influxx'; did you mean 'influx'?\n"                                                                              },
    {"version: 1\nsinks: {a/b: {driver: influx}}",
     "f:2:9: a sink wants a name of 1 to 63 bytes without / + # \" \\ and control "
     "characters, no blanks at its ends, no $ first; got 'a/b'\n"                                                                            },
    {"version: 1\nhttp: {listen: 8480}",
     "f:2:7: 'listen' wants an address and a port like 127.0.0.1:8480, [::1]:8480 or "
     "0.0.0.0:8480; got '8480'\n"                                                                                                            },
    {"version: 1\nsinks: [a]",                                                         "f:2:8: 'sinks' wants a name and options for each; got a "
                               "list\n"                                                                        },
};

static void every_mistake_is_told_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct text text;

        assert_null(load(bad[i].yaml, &text));
        assert_string_equal(text.data, bad[i].complaints);
        text_done(&text);
    }
}

static void what_nobody_wrote_has_its_default(void **state)
{
    struct text text;
    struct config *config = load("version: 1\nmachines: [{name: m}]\n", &text);

    (void)state;
    assert_non_null(config);
    const struct settings *settings = config_settings(config);
    assert_string_equal(settings->http.listen, "127.0.0.1:8480");
    assert_string_equal(settings->control.socket, "/run/spindled/control.sock");
    assert_string_equal(settings->store.path, "/var/lib/spindled/spindled.db");
    assert_true(settings->store.keep == 90 * NS_PER_DAY);
    assert_string_equal(settings->gateway.id, "gw-1");
    assert_null(settings->calendar);
    assert_int_equal(settings->machine_count, 1);
    assert_string_equal(settings->machines[0].name, "m");
    assert_true(settings->machines[0].publish_every == 500 * NS_PER_MS);
    config_free(config);
    text_done(&text);
}

static void the_whole_file_arrives(void **state)
{
    struct text text;
    struct config *config = load(
        "version: 1\n"
        "gateway: {id: g, enterprise: acme, site: taichung, area: milling}\n"
        "store: {keep: 30d, max_size: 1GiB, signals: published}\n"
        "calendar:\n"
        "  time_zone: \"CET-1CEST,M3.5.0,M10.5.0/3\"\n"
        "  shifts: [{name: early, start: 06:00, end: \"14:00\", days: [mon, fri]}]\n"
        "machines:\n"
        "  - name: vmc-3\n"
        "    cell: a\n"
        "    publish: {signals: [spindle_load, \"temperature.*\"], every: 5s}\n"
        "    columns: {S1load: spindle_load,\n"
        "              T: {signal: temperature.spindle, scale: 0.1}}\n"
        "parts:\n"
        "  - part: BRKT-7\n"
        "    programs: [O1234]\n"
        "    ideal_cycle: 58s\n"
        "    features: [{name: bore1, nominal: 25.0, lower: 24.985, class: critical}]\n"
        "    cost: {rate_per_h: 85}\n",
        &text);

    (void)state;
    assert_null(text.data);
    const struct settings *settings = config_settings(config);
    assert_string_equal(settings->gateway.site, "taichung");
    assert_int_equal(settings->store.signals, STORE_SIGNALS_PUBLISHED);
    const struct shift_options *shift = settings->calendar->shifts.items;
    assert_true(shift->start == 6 * NS_PER_HOUR);
    assert_true(shift->end == 14 * NS_PER_HOUR);
    const struct machine_settings *machine = &settings->machines[0];
    assert_string_equal(machine->cell, "a");
    assert_int_equal(machine->publish.count, 2);
    assert_true(machine->publish_every == 5 * NS_PER_S);
    const struct column_settings *columns = machine->columns.items;
    assert_string_equal(columns[0].column, "S1load");
    assert_string_equal(columns[0].signal, "spindle_load");
    assert_true(columns[1].scale == 0.1);
    assert_int_equal(settings->part_count, 1);
    assert_string_equal(settings->parts[0].op, "10");
    const struct feature_options *feature = settings->parts[0].features.items;
    assert_int_equal(feature->class, FEATURE_CRITICAL);
    assert_true(feature->upper != feature->upper); /* none was given */
    assert_true(((struct cost_options *)settings->parts[0].cost)->rate_per_h == 85);
    config_free(config);
    text_done(&text);
}

static void only_what_changed_has_another_fingerprint(void **state)
{
    static const char *const yamls[] = {
        "version: 1\nmachines: [{name: a}, {name: b}]\n",
        "version: 1\nmachines: [{name: a}, {name: b, cell: x}]\n",
        "version: 1\nparts: [{part: p}]\nmachines: [{name: a}, {name: b}]\n",
    };
    uint64_t seen[3][2];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct text text;
        struct config *config = load(yamls[i], &text);

        for (size_t j = 0; j < 2; j++)
            seen[i][j] = config_settings(config)->machines[j].fingerprint;
        config_free(config);
        text_done(&text);
    }
    assert_true(seen[0][0] == seen[1][0]);
    assert_true(seen[0][1] != seen[1][1]);
    assert_true(seen[0][0] != seen[2][0]);
}

static void the_example_is_accepted_and_says_the_defaults(void **state)
{
    struct config *example = NULL, *plain = NULL;
    struct text text, none;

    (void)state;
    text_init_heap(&text);
    assert_int_equal(config_load(SOURCE_FOLDER "/config/spindled.yaml", &text, &example),
                     0);
    assert_null(text.data);
    plain = load("version: 1\n"
                 "gateway: {id: gw-1, enterprise: enterprise, site: site, area: area}\n",
                 &none);
    const struct settings *a = config_settings(example), *b = config_settings(plain);
    assert_string_equal(a->gateway.site, b->gateway.site);
    assert_string_equal(a->store.path, b->store.path);
    assert_true(a->store.keep == b->store.keep);
    assert_true(a->store.max_size == b->store.max_size);
    assert_true(a->store.keep_signals == b->store.keep_signals);
    assert_int_equal(a->store.signals, b->store.signals);
    assert_string_equal(a->http.listen, b->http.listen);
    config_free(example);
    config_free(plain);
    text_done(&text);
    text_done(&none);
}

static void a_sink_may_have_a_name_of_its_own(void **state)
{
    struct text text;
    struct config *config =
        load("version: 1\n"
             "sinks:\n"
             "  influx: {url: \"http://127.0.0.1:8086\", database: a}\n"
             "  second: {driver: influx, url: \"http://127.0.0.1:8087\", database: b}\n",
             &text);

    (void)state;
    assert_null(text.data);
    const struct settings *settings = config_settings(config);
    assert_int_equal(settings->sink_count, 2);
    assert_string_equal(settings->sinks[1].name, "second");
    assert_ptr_equal(settings->sinks[1].sink, settings->sinks[0].sink);
    assert_true(settings->sinks[1].fingerprint != settings->sinks[0].fingerprint);
    config_free(config);
    text_done(&text);
}

struct folder {
    char path[64];
};

static void write_file(const struct folder *folder, const char *name, const char *text,
                       mode_t mode)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/%s", folder->path, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static int make_folder(void **state)
{
    static struct folder folder;
    char path[256];

    (void)text_copy(folder.path, sizeof(folder.path), "/tmp/spindled-config-XXXXXX");
    if (!mkdtemp(folder.path))
        return -1;
    (void)snprintf(path, sizeof(path), "%s/conf.d", folder.path);
    *state = &folder;
    return mkdir(path, 0700);
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"main.yaml",     "conf.d/a.yaml",
                                        "conf.d/b.yaml", "conf.d/ignored.txt",
                                        "conf.d",        ""};
    const struct folder *folder = *state;
    char path[256];

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder->path, names[i]);
        (void)remove(path);
    }
    return 0;
}

static int load_folder(const struct folder *folder, struct text *text,
                       struct config **ret_config)
{
    char path[256];

    text_init_heap(text);
    (void)snprintf(path, sizeof(path), "%s/main.yaml", folder->path);
    return config_load(path, text, ret_config);
}

static void files_of_conf_d_add_machines_and_parts(void **state)
{
    const struct folder *folder = *state;
    struct config *config = NULL;
    struct text text;

    write_file(folder, "main.yaml", "version: 1\nmachines: [{name: a}]\n", 0644);
    write_file(folder, "conf.d/b.yaml", "machines: [{name: c}]\nparts: [{part: p}]\n",
               0644);
    write_file(folder, "conf.d/a.yaml", "version: 1\nmachines: [{name: b}]\n", 0644);
    write_file(folder, "conf.d/ignored.txt", "nonsense: 1\n", 0644);
    assert_int_equal(load_folder(folder, &text, &config), 0);
    const struct settings *settings = config_settings(config);
    assert_int_equal(settings->machine_count, 3);
    assert_string_equal(settings->machines[1].name, "b");
    assert_string_equal(settings->machines[2].name, "c");
    assert_int_equal(settings->part_count, 1);
    config_free(config);
    text_done(&text);
}

static void names_that_clash_are_told_with_both_places(void **state)
{
    const struct folder *folder = *state;
    struct config *config = NULL;
    struct text text;
    char expected[512];

    write_file(folder, "main.yaml", "version: 1\nhttp: {}\nmachines: [{name: a}]\n",
               0644);
    write_file(folder, "conf.d/a.yaml", "machines: [{name: a}]\nhttp: {}\n", 0644);
    assert_int_equal(load_folder(folder, &text, &config), -EINVAL);
    (void)snprintf(expected, sizeof(expected),
                   "%s/conf.d/a.yaml:1:12: machine 'a' is already described at "
                   "%s/main.yaml:3:12\n"
                   "%s/conf.d/a.yaml:2:7: 'http' is already given at %s/main.yaml:2:7\n",
                   folder->path, folder->path, folder->path, folder->path);
    assert_string_equal(text.data, expected);
    text_done(&text);
}

static void a_missing_file_is_a_complaint_too(void **state)
{
    const struct folder *folder = *state;
    struct config *config = NULL;
    struct text text;
    char expected[256];

    assert_int_equal(load_folder(folder, &text, &config), -EINVAL);
    (void)snprintf(expected, sizeof(expected),
                   "%s/main.yaml:1:1: cannot be read: No such file or directory\n",
                   folder->path);
    assert_string_equal(text.data, expected);
    text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mistake_is_told_with_its_place),
        cmocka_unit_test(what_nobody_wrote_has_its_default),
        cmocka_unit_test(the_whole_file_arrives),
        cmocka_unit_test(only_what_changed_has_another_fingerprint),
        cmocka_unit_test(a_sink_may_have_a_name_of_its_own),
        cmocka_unit_test(the_example_is_accepted_and_says_the_defaults),
        cmocka_unit_test_setup_teardown(files_of_conf_d_add_machines_and_parts,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(names_that_clash_are_told_with_both_places,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_missing_file_is_a_complaint_too, make_folder,
                                        remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
