/* SPDX-License-Identifier: Apache-2.0 */
/* The manual: every row as a paragraph a person can read. */
#include "config/config.h"
#include "config/sections.h"
#include "config/value.h"
#include "daemon/pipeline/settings.h"

#define DEPTH_MAX 8

static void indent(struct text *text, int depth)
{
    for (int i = 0; i < depth; i++)
        text_add(text, "    ");
}

static bool is_written(const struct option *row)
{
    switch (row->kind) {
    case OPTION_INTEGER:
        return row->measure == MEASURE_PLAIN || row->fallback.integer != 0;
    case OPTION_NUMBER:
        return row->fallback.number - row->fallback.number == 0; /* not NAN */
    case OPTION_TEXT:
        return row->fallback.text != NULL;
    case OPTION_FLAG:
    case OPTION_CHOICE:
        return true;
    case OPTION_LIST:
    case OPTION_SECTION:
        break;
    }
    return false;
}

static void print_fallback(const struct option *row, struct text *text)
{
    if (row->parse && row->kind != OPTION_TEXT) {
        if (row->fallback.text)
            text_add_format(text, "; default %s", row->fallback.text);
        return;
    }
    if (!is_written(row))
        return;
    text_add(text, "; default ");
    switch (row->kind) {
    case OPTION_INTEGER:
        value_print_limit(row, (double)row->fallback.integer, text);
        break;
    case OPTION_NUMBER:
        text_add_number(text, row->fallback.number);
        break;
    case OPTION_FLAG:
        text_add(text, row->fallback.flag ? "true" : "false");
        break;
    case OPTION_TEXT:
        text_add(text, *row->fallback.text ? row->fallback.text : "\"\"");
        break;
    case OPTION_CHOICE:
        text_add(text, row->choices[row->fallback.choice]);
        break;
    case OPTION_LIST:
    case OPTION_SECTION:
        break;
    }
}

static void print_kind(const struct option *row, struct text *text)
{
    if (row->kind == OPTION_LIST && row->entry)
        text_add(text, "a list; each entry:");
    else if (row->kind == OPTION_LIST)
        text_add(text, "a list of texts");
    else if (row->kind == OPTION_SECTION)
        text_add(text, "keys and values:");
    else if (row->parse && row->kind != OPTION_TEXT)
        text_add(text, "a value");
    else
        value_print_expected(row, text);
    if (row->unit && *row->unit)
        text_add_format(text, " (%s)", row->unit);
}

static void print_rows(const struct section *section, int depth, struct text *text);

static void print_row(const struct option *row, int depth, struct text *text)
{
    indent(text, depth);
    text_add_format(text, "%s: ", row->name);
    print_kind(row, text);
    if (row->required)
        text_add(text, "; required");
    else
        print_fallback(row, text);
    if (row->example)
        text_add_format(text, "; for example %s", row->example);
    text_add_char(text, '\n');
    if (row->help) {
        indent(text, depth + 1);
        text_add_format(text, "%s\n", row->help);
    }
    if (row->entry && depth < DEPTH_MAX)
        print_rows(row->entry, depth + 1, text);
}

static void print_rows(const struct section *section, int depth, struct text *text)
{
    for (const struct option *row = section->options; row->name; row++)
        print_row(row, depth, text);
    if (section->others) {
        indent(text, depth);
        text_add_format(text, "(any other key): %s\n",
                        section->others->help ? section->others->help : "");
    }
}

static void print_part(const char *name, const char *form, const struct section *section,
                       int depth, struct text *text)
{
    text_add_char(text, '\n');
    indent(text, depth);
    text_add_format(text, "%s: %s\n", name, form);
    indent(text, depth + 1);
    text_add_format(text, "%s\n", section->help ? section->help : "");
    print_rows(section, depth + 1, text);
}

void config_print_manual(struct text *text)
{
    text_add(text, "Durations are written 250ms, 5s, 10m, 2h, 30d or together, 1h30m; "
                   "sizes 64KiB, 10MB, 2GiB.\nUnknown keys are errors. Files conf.d/"
                   "*.yaml beside the main file add machines, sinks, parts and\nsections "
                   "that the main file leaves out.\n\n");
    print_rows(&root_section, 0, text);
    print_part("machines", "a list; each entry:", &machine_section, 0, text);
    for (size_t i = 0; drivers[i]; i++)
        print_part(drivers[i]->name,
                   "one link, or a list of links; each:", drivers[i]->options, 1, text);
    text_add(text, "\nsinks: a map of names; the name is the kind of sink unless "
                   "'driver: KIND' says otherwise\n");
    for (size_t i = 0; sinks[i]; i++)
        print_part(sinks[i]->name, "keys and values:", sinks[i]->options, 1, text);
}
