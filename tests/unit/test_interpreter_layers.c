/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/station_section.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

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

static void an_entry_replaces_the_profiles_of_the_same_name(void **state)
{
    static const char yaml[] = "{profile: rtd-8, host: a, points: [{signal: second, "
                               "address: 9}, {signal: own}]}";
    char folder[] = "/tmp/spindled-profile-XXXXXX", path[128];
    const char *const folders[] = {folder, NULL};
    struct text text;

    (void)state;
    assert_non_null(mkdtemp(folder));
    write_profile(
        folder, "points:\n- {signal: first}\n- {signal: second, address: 2, scale: 3}\n",
        path);
    text_init_heap(&text);
    struct report report = {.text = &text};
    struct interpreter interpreter = {
        .report = &report, .profile_folders = folders, .budget = 1000};
    struct document *document = document_parse("f", yaml, strlen(yaml), &report);
    struct station *station =
        interpreter_create(&interpreter, &section, document_root(document), NULL);
    const struct point *points = station->points.items;

    assert_null(text.data);
    assert_int_equal(station->points.count, 3);
    assert_string_equal(points[0].signal, "first");
    assert_string_equal(points[1].signal, "second");
    assert_int_equal(points[1].address, 9);
    assert_true(points[1].scale == 1);
    assert_string_equal(points[2].signal, "own");
    record_destroy(&section, station);
    document_destroy(document);
    interpreter_done(&interpreter);
    text_done(&text);
    (void)remove(path);
    (void)remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_join_lists_and_the_last_value_counts),
        cmocka_unit_test(a_section_in_two_files_is_a_complaint_with_both_places),
        cmocka_unit_test(a_password_everybody_may_read_is_refused),
        cmocka_unit_test(a_profile_counts_as_if_written_in_the_section),
        cmocka_unit_test(an_entry_replaces_the_profiles_of_the_same_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
