/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static json_t *schema(void)
{
    struct text text;
    json_error_t error;

    text_init_heap(&text);
    config_print_schema(&text);
    assert_false(text.failed);
    json_t *json = json_loads(text.data, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(json);
    text_done(&text);
    return json;
}

/* Follows keys parted by blanks, "properties store properties keep". */
static const json_t *follow(const json_t *json, const char *path)
{
    char key[64];

    while (json && *path) {
        size_t length = strcspn(path, " ");

        assert_true(length < sizeof(key));
        memcpy(key, path, length);
        key[length] = '\0';
        json = json_object_get(json, key);
        path += length + (path[length] == ' ');
    }
    return json;
}

static void the_schema_says_what_the_rows_say(void **state)
{
    json_t *json = schema();

    (void)state;
    assert_string_equal(json_string_value(json_object_get(json, "$schema")),
                        "https://json-schema.org/draft/2020-12/schema");
    assert_true(json_is_false(json_object_get(json, "additionalProperties")));
    assert_int_equal((int)json_number_value(follow(json, "properties version maximum")),
                     1);
    assert_string_equal(
        json_string_value(follow(json, "properties http properties listen default")),
        "127.0.0.1:8480");
    assert_int_equal(
        json_array_size(follow(json, "properties store properties signals enum")), 3);
    const json_t *required = follow(json, "properties machines items required");
    assert_int_equal(json_array_size(required), 1);
    assert_string_equal(json_string_value(json_array_get(required, 0)), "name");
    assert_non_null(
        follow(json, "properties machines items properties cycle properties"));
    assert_true(json_is_object(follow(json, "properties sinks properties")));
    json_decref(json);
}

/* Every reference leads somewhere. */
static void check_references(const json_t *root, const json_t *json)
{
    const char *key;
    json_t *value;
    size_t index;

    json_array_foreach(json, index, value)
    {
        check_references(root, value);
    }
    json_object_foreach((json_t *)json, key, value)
    {
        if (strcmp(key, "$ref") == 0) {
            const char *name = json_string_value(value) + strlen("#/$defs/");

            assert_non_null(json_object_get(json_object_get(root, "$defs"), name));
        }
        check_references(root, value);
    }
}

static void every_reference_of_the_schema_leads_somewhere(void **state)
{
    json_t *json = schema();

    (void)state;
    check_references(json, json);
    json_decref(json);
}

static void the_manual_names_defaults_and_limits(void **state)
{
    static const char *const lines[] = {
        "version: a whole number: 1; required\n",
        "    keep: a duration like 250ms, 5s, 10m, 30d from 1h to 36500d; default 90d\n",
        "    signals: one of all, published, none; default all\n",
        "    listen: text; default 127.0.0.1:8480\n",
        "\nmachines: a list; each entry:\n",
    };
    struct text text;

    (void)state;
    text_init_heap(&text);
    config_print_manual(&text);
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        if (!strstr(text.data, lines[i]))
            fail_msg("not in the manual: %s", lines[i]);
    text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_schema_says_what_the_rows_say),
        cmocka_unit_test(every_reference_of_the_schema_leads_somewhere),
        cmocka_unit_test(the_manual_names_defaults_and_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
