/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/line-protocol.md says what record_layouts and code.def say: its tables are printed
 * here and must stand in it. UPDATE_DOCS=1 writes them.
 */
#include "daemon/base/text.h"
#include "daemon/model/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DOCUMENT SOURCE_FOLDER "/docs/line-protocol.md"
#define BEGINS   "<!-- printed by tests/unit/test_schema.c: begins -->\n"
#define ENDS     "<!-- ends -->\n"

static const struct {
    const char *name;
    const char *const *names;
} lists[] = {
#define LIST(type, prefix) {#type, type##_names},
#define CODE(prefix, name, string)
#define END(type)
#include "daemon/model/code.def"
#undef LIST
#undef CODE
#undef END
};

static const char *type_of(const struct record_field *field)
{
    static const char *const types[] = {[FIELD_INTEGER] = "integer",
                                        [FIELD_NUMBER] = "float",
                                        [FIELD_TEXT] = "string",
                                        [FIELD_CODE] = "integer",
                                        [FIELD_NAME] = "string"};

    return types[field->kind];
}

static const char *list_of(const struct record_field *field)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        if (field->names && lists[i].names == field->names)
            return lists[i].name;
    return NULL;
}

static void print_fields(const struct record_layout *layout, enum field_role role,
                         struct text *text)
{
    const char *comma = "";

    if (role == ROLE_TAG) {
        text_add(text, "site");
        comma = ", ";
    }
    for (const struct record_field *field = layout->fields; field->name; field++) {
        const char *list = list_of(field);
        if (field->role != role)
            continue;
        text_add_format(text, "%s%s", comma, field->name);
        if (role == ROLE_FIELD)
            text_add_format(text, " %s", type_of(field));
        if (list)
            text_add_format(text, " (%s)", list);
        comma = ", ";
    }
}

static void print_document(struct text *text)
{
    text_add(text, BEGINS "| measurement | tags | fields |\n|---|---|---|\n");
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        if (kind == RECORD_ARCHIVE)
            continue;
        text_add_format(text, "| `%s` | ", record_layouts[kind].measurement);
        print_fields(&record_layouts[kind], ROLE_TAG, text);
        text_add(text, " | ");
        if (kind == RECORD_SIGNAL)
            text_add(text, "one a signal, under its own name");
        print_fields(&record_layouts[kind], ROLE_FIELD, text);
        text_add(text, " |\n");
    }
    text_add(text, "\n| list | codes |\n|---|---|\n");
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        text_add_format(text, "| %s |", lists[i].name);
        for (int code = 0; lists[i].names[code]; code++)
            text_add_format(text, " %d %s%s", code, lists[i].names[code],
                            lists[i].names[code + 1] ? "," : " |\n");
    }
    text_add(text, ENDS);
}

static void read_document(struct text *text)
{
    char block[4096];
    size_t length;
    FILE *file = fopen(DOCUMENT, "r");

    assert_non_null(file);
    while ((length = fread(block, 1, sizeof(block), file)) > 0)
        text_add_bytes(text, block, length);
    (void)fclose(file);
}

static void write_document(const char *before, size_t length, const char *printed,
                           const char *after)
{
    FILE *file = fopen(DOCUMENT, "w");

    assert_non_null(file);
    (void)fwrite(before, 1, length, file);
    (void)fputs(printed, file);
    (void)fputs(after, file);
    assert_int_equal(fclose(file), 0);
}

static void the_document_says_what_the_layouts_say(void **state)
{
    struct text printed, document;

    (void)state;
    text_init_heap(&printed);
    text_init_heap(&document);
    print_document(&printed);
    read_document(&document);

    char *begins = strstr(document.data, BEGINS);
    char *ends = begins ? strstr(begins, ENDS) : NULL;
    assert_non_null(ends);
    ends += strlen(ENDS);
    if (getenv("UPDATE_DOCS"))
        write_document(document.data, (size_t)(begins - document.data), printed.data,
                       ends);
    else if (strncmp(begins, printed.data, printed.length) != 0)
        fail_msg("docs/line-protocol.md is behind; UPDATE_DOCS=1 %s mends it",
                 "build/dev/tests/unit/test_schema");
    text_done(&printed);
    text_done(&document);
}

static void names_are_unique_within_a_record(void **state)
{
    (void)state;
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        const struct record_field *fields = record_layouts[kind].fields;
        for (size_t i = 0; fields[i].name; i++)
            for (size_t j = 0; j < i; j++)
                if (strcmp(fields[i].name, fields[j].name) == 0)
                    fail_msg("%s has %s twice", record_layouts[kind].measurement,
                             fields[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_says_what_the_layouts_say),
        cmocka_unit_test(names_are_unique_within_a_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
