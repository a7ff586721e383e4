/* SPDX-License-Identifier: Apache-2.0 */
#include "config/value.h"

#include "config/scalar.h"
#include "config/spelling.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EXPECTED_MAX 512

const char *value_show(struct node node, char ret_shown[SHOWN_MAX])
{
    if (!node_is_scalar(node)) {
        (void)text_copy(ret_shown, SHOWN_MAX, node_is_map(node) ? "a map" : "a list");
        return ret_shown;
    }
    ret_shown[0] = '\'';
    bool fits = text_copy(ret_shown + 1, SHOWN_MAX - 5, node_scalar(node));
    size_t length = strlen(ret_shown);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)ret_shown[i] < ' ' || ret_shown[i] == '\x7f')
            ret_shown[i] = '?';
    (void)text_copy(ret_shown + length, SHOWN_MAX - length, fits ? "'" : "...'");
    return ret_shown;
}

bool value_has_limits(const struct option *option)
{
    return option->min < 0 || option->min > 0 || option->max < 0 || option->max > 0;
}

bool value_has_upper_limit(const struct option *option)
{
    return value_has_limits(option) && option->max >= option->min;
}

void value_print_limit(const struct option *option, double limit, struct text *text)
{
    if (option->measure == MEASURE_DURATION)
        scalar_print_duration(text, (int64_t)limit);
    else if (option->measure == MEASURE_SIZE)
        scalar_print_size(text, (int64_t)limit);
    else
        text_add_number(text, limit);
}

static void print_limits(const struct option *option, struct text *text)
{
    if (!value_has_limits(option))
        return;
    if (value_has_upper_limit(option) && !(option->max > option->min)) {
        text_add(text, ": ");
        value_print_limit(option, option->min, text);
        return;
    }
    text_add(text, value_has_upper_limit(option) ? " from " : " of at least ");
    value_print_limit(option, option->min, text);
    if (value_has_upper_limit(option)) {
        text_add(text, " to ");
        value_print_limit(option, option->max, text);
    }
}

static void print_choices(const struct option *option, struct text *text)
{
    text_add(text, "one of ");
    for (size_t i = 0; option->choices[i]; i++) {
        text_add(text, i ? ", " : "");
        text_add(text, option->choices[i]);
    }
}

void value_print_expected(const struct option *option, struct text *text)
{
    static const char *const kinds[] = {
        [OPTION_INTEGER] = "a whole number",
        [OPTION_NUMBER] = "a number",
        [OPTION_FLAG] = "true or false",
        [OPTION_TEXT] = "text",
        [OPTION_LIST] = "a list",
        [OPTION_SECTION] = "keys and values",
    };
    static const char *const measures[] = {
        [MEASURE_DURATION] = "a duration like 250ms, 5s, 10m, 30d",
        [MEASURE_SIZE] = "a size like 64KiB, 10MB, 2GiB",
    };

    if (option->kind == OPTION_CHOICE)
        print_choices(option, text);
    else if (option->kind == OPTION_INTEGER && option->measure != MEASURE_PLAIN)
        text_add(text, measures[option->measure]);
    else
        text_add(text, kinds[option->kind]);
    if (option->kind == OPTION_INTEGER || option->kind == OPTION_NUMBER)
        print_limits(option, text);
}

/* "'every' wants a duration like 250ms, 5s, 10m, 30d; got 'fast'" */
static void complain_of_kind(struct report *report, const struct option *option,
                             struct node node)
{
    char expected[EXPECTED_MAX], shown[SHOWN_MAX];
    struct option unlimited = *option;
    struct text text;

    unlimited.min = unlimited.max = 0;
    text_init_fixed(&text, expected, sizeof(expected));
    value_print_expected(&unlimited, &text);
    report_error_at(report, node, "'%s' wants %s; got %s", option->name, expected,
                    value_show(node, shown));
}

bool value_check_limits(struct report *report, const struct option *option,
                        struct node node, double number, const char *what)
{
    char limits[EXPECTED_MAX], shown[SHOWN_MAX];
    struct text text;

    if (!value_has_limits(option) ||
        (number >= option->min &&
         (!value_has_upper_limit(option) || number <= option->max)))
        return true;
    text_init_fixed(&text, limits, sizeof(limits));
    print_limits(option, &text);
    report_error_at(report, node, "'%s' wants %s%s; got %s", option->name, what, limits,
                    value_show(node, shown));
    return false;
}

static int choice_index(const char *const *choices, const char *word)
{
    for (int i = 0; choices[i]; i++)
        if (strcmp(choices[i], word) == 0)
            return i;
    return -1;
}

static void complain_of_choice(struct report *report, const struct option *option,
                               struct node node)
{
    char expected[EXPECTED_MAX], shown[SHOWN_MAX];
    struct guess guess = {0};
    struct text text;

    text_init_fixed(&text, expected, sizeof(expected));
    print_choices(option, &text);
    for (size_t i = 0; option->choices[i]; i++)
        guess_improve(&guess, node_scalar(node), option->choices[i]);
    report_error_at(report, node, "'%s' wants %s%s; got %s%s%s%s", option->name, expected,
                    text.failed ? "..." : "", value_show(node, shown),
                    guess.name ? "; did you mean '" : "", guess.name ? guess.name : "",
                    guess.name ? "'?" : "");
}

static void set_integer(struct report *report, const struct option *option,
                        struct node node, int64_t *field)
{
    static int (*const readers[])(const char *, int64_t *) = {
        [MEASURE_PLAIN] = scalar_read_integer,
        [MEASURE_DURATION] = scalar_read_duration,
        [MEASURE_SIZE] = scalar_read_size,
    };
    static const char *const names[] = {"a whole number", "a duration", "a size"};
    int64_t value = 0;
    int error = readers[option->measure](node_scalar(node), &value);

    if (error == -EINVAL)
        complain_of_kind(report, option, node);
    else if (error)
        report_error_at(report, node, "'%s' is too large", option->name);
    else if (value_check_limits(report, option, node, (double)value,
                                names[option->measure]))
        *field = value;
}

static void set_number(struct report *report, const struct option *option,
                       struct node node, double *field)
{
    double value = 0;

    if (scalar_read_number(node_scalar(node), &value) < 0)
        complain_of_kind(report, option, node);
    else if (value_check_limits(report, option, node, value, "a number"))
        *field = value;
}

/* "https://user:secret@host": a password that nobody looks for there. */
static bool has_password(const char *string)
{
    const char *authority = strstr(string, "://");
    if (!authority)
        return false;

    authority += 3;
    size_t length = strcspn(authority, "/?#");
    const char *at = memchr(authority, '@', length);
    const char *colon = at ? memchr(authority, ':', (size_t)(at - authority)) : NULL;
    return colon && colon + 1 < at;
}

static void check_secret(struct report *report, const struct option *option,
                         struct node node)
{
    const char *string = node_scalar(node);

    if (!*string || (!option->secret && !has_password(string)))
        return;
    if (node.document->is_public)
        report_error_at(report, node,
                        "'%s' holds a password and everybody may read this file; name a "
                        "file that holds it, or chmod o-r",
                        option->name);
    else
        report_warning_at(report, node,
                          "'%s' holds a password; a file or credential of its own is "
                          "safer",
                          option->name);
}

void value_set_text(struct report *report, const struct option *option, struct node node,
                    char **field)
{
    char expected[128], shown[SHOWN_MAX];

    if (!node_is_scalar(node)) {
        report_error_at(report, node, "'%s' wants a list of texts; in it is %s",
                        option->name, value_show(node, shown));
        return;
    }
    if (option->choices && choice_index(option->choices, node_scalar(node)) < 0) {
        complain_of_choice(report, option, node);
        return;
    }
    if (!option->parse) {
        *field = strdup(node_scalar(node));
        return;
    }
    if (option->parse(node_scalar(node), field, expected) < 0)
        report_error_at(report, node, "'%s' wants %s; got %s", option->name, expected,
                        value_show(node, shown));
}

static void set_parsed(struct report *report, const struct option *option,
                       struct node node, void *field)
{
    char expected[128] = "something else", shown[SHOWN_MAX];

    if (option->kind == OPTION_TEXT) {
        free(*(char **)field);
        *(char **)field = NULL;
    }
    if (option->parse(node_scalar(node), field, expected) < 0)
        report_error_at(report, node, "'%s' wants %s; got %s", option->name, expected,
                        value_show(node, shown));
}

static void set_text(struct report *report, const struct option *option, struct node node,
                     char **field)
{
    free(*field);
    *field = strdup(node_scalar(node));
    check_secret(report, option, node);
}

void value_set(struct report *report, const struct option *option, struct node node,
               void *field)
{
    int choice = 0;

    if (!node_is_scalar(node)) {
        complain_of_kind(report, option, node);
        return;
    }
    if (option->parse) {
        set_parsed(report, option, node, field);
        return;
    }
    switch (option->kind) {
    case OPTION_INTEGER:
        set_integer(report, option, node, field);
        break;
    case OPTION_NUMBER:
        set_number(report, option, node, field);
        break;
    case OPTION_FLAG:
        if (scalar_read_flag(node_scalar(node), field) < 0)
            complain_of_kind(report, option, node);
        break;
    case OPTION_TEXT:
        set_text(report, option, node, field);
        break;
    case OPTION_CHOICE:
        choice = choice_index(option->choices, node_scalar(node));
        if (choice < 0)
            complain_of_choice(report, option, node);
        else
            *(unsigned *)field = (unsigned)choice;
        break;
    case OPTION_LIST:
    case OPTION_SECTION:
        complain_of_kind(report, option, node);
        break;
    }
}

void value_set_fallback(const struct option *option, void *field)
{
    char unused[128];

    if (option->parse && option->fallback.text) {
        (void)option->parse(option->fallback.text, field, unused);
        return;
    }
    switch (option->kind) {
    case OPTION_INTEGER:
        *(int64_t *)field = option->fallback.integer;
        break;
    case OPTION_NUMBER:
        *(double *)field = option->fallback.number;
        break;
    case OPTION_FLAG:
        *(bool *)field = option->fallback.flag;
        break;
    case OPTION_TEXT:
        *(char **)field = option->fallback.text ? strdup(option->fallback.text) : NULL;
        break;
    case OPTION_CHOICE:
        *(unsigned *)field = option->fallback.choice;
        break;
    case OPTION_LIST:
    case OPTION_SECTION:
        break; /* empty, absent */
    }
}
