/* SPDX-License-Identifier: Apache-2.0 */
/* The rows as a JSON Schema (draft 2020-12), so that editors complete and complain. */
#include "config/config.h"
#include "config/sections.h"
#include "config/value.h"
#include "daemon/base/json.h"
#include "daemon/pipeline/settings.h"

#define DEPTH_MAX 8

static void print_section(struct writer *writer, const char *key,
                          const struct section *section, int depth);

static void print_texts(struct writer *writer, const char *key, const char *const *texts)
{
    writer_begin_array(writer, key);
    for (size_t i = 0; texts[i]; i++)
        writer_string(writer, NULL, texts[i]);
    writer_end_array(writer);
}

/* What YAML takes for a number or a flag may stand where text is wanted. */
static void print_scalar_types(struct writer *writer)
{
    static const char *const types[] = {"string", "number", "boolean", NULL};

    print_texts(writer, "type", types);
}

static void print_number(struct writer *writer, const struct option *row)
{
    writer_string(writer, "type", row->kind == OPTION_INTEGER ? "integer" : "number");
    if (!value_has_limits(row))
        return;
    writer_number(writer, "minimum", row->min);
    if (value_has_upper_limit(row))
        writer_number(writer, "maximum", row->max);
}

static void print_integer(struct writer *writer, const struct option *row)
{
    static const char *const types[] = {"string", "integer", NULL};

    if (row->measure == MEASURE_PLAIN) {
        print_number(writer, row);
        return;
    }
    print_texts(writer, "type", types);
    writer_string(writer, "pattern",
                  row->measure == MEASURE_DURATION
                      ? "^(0|([0-9]*\\.?[0-9]+(w|d|h|m|s|ms|us|ns))+)$"
                      : "^[0-9]*\\.?[0-9]+([KMGT]iB|[kKMGT]?B)?$");
}

static void print_list(struct writer *writer, const struct option *row, int depth)
{
    static const char *const types[] = {"array", "object", "string", NULL};

    print_texts(writer, "type", types);
    if (row->entry && depth < DEPTH_MAX) {
        writer_begin_object(writer, "items");
        writer_begin_array(writer, "anyOf");
        print_section(writer, NULL, row->entry, depth + 1);
        writer_begin_object(writer, NULL);
        writer_string(writer, "type", "string");
        writer_end_object(writer);
        writer_end_array(writer);
        writer_end_object(writer);
    } else if (row->choices) {
        writer_begin_object(writer, "items");
        print_texts(writer, "enum", row->choices);
        writer_end_object(writer);
    }
    if (value_has_upper_limit(row))
        writer_integer(writer, "maxItems", (int64_t)row->max);
}

static void print_kind(struct writer *writer, const struct option *row, int depth)
{
    if (row->parse && row->kind != OPTION_LIST) {
        print_scalar_types(writer);
        return;
    }
    switch (row->kind) {
    case OPTION_INTEGER:
        print_integer(writer, row);
        break;
    case OPTION_NUMBER:
        print_number(writer, row);
        break;
    case OPTION_FLAG:
        writer_string(writer, "type", "boolean");
        writer_flag(writer, "default", row->fallback.flag);
        break;
    case OPTION_TEXT:
        print_scalar_types(writer);
        if (row->fallback.text)
            writer_string(writer, "default", row->fallback.text);
        break;
    case OPTION_CHOICE:
        print_texts(writer, "enum", row->choices);
        writer_string(writer, "default", row->choices[row->fallback.choice]);
        break;
    case OPTION_LIST:
        print_list(writer, row, depth);
        break;
    case OPTION_SECTION:
        break;
    }
}

static void print_property(struct writer *writer, const struct option *row, int depth)
{
    if (row->kind == OPTION_SECTION && depth < DEPTH_MAX) {
        print_section(writer, row->name, row->entry, depth + 1);
        return;
    }
    writer_begin_object(writer, row->name);
    if (row->help)
        writer_string(writer, "description", row->help);
    print_kind(writer, row, depth);
    writer_end_object(writer);
}

static void print_properties(struct writer *writer, const struct section *section,
                             int depth)
{
    for (const struct option *row = section->options; row->name; row++)
        print_property(writer, row, depth);
}

static void print_required(struct writer *writer, const struct section *section)
{
    bool merges = false;

    for (const struct option *row = section->options; row->name; row++)
        merges |= row->merges;
    if (merges)
        return; /* a profile may hold what is required */
    writer_begin_array(writer, "required");
    for (const struct option *row = section->options; row->name; row++)
        if (row->required)
            writer_string(writer, NULL, row->name);
    writer_end_array(writer);
}

/* A map whose keys are the section's rows. */
static void print_section(struct writer *writer, const char *key,
                          const struct section *section, int depth)
{
    writer_begin_object(writer, key);
    if (section->help)
        writer_string(writer, "description", section->help);
    writer_string(writer, "type", "object");
    writer_begin_object(writer, "properties");
    print_properties(writer, section, depth);
    writer_end_object(writer);
    print_required(writer, section);
    writer_flag(writer, "additionalProperties", section->others != NULL);
    writer_end_object(writer);
}

static void print_reference(struct writer *writer, const char *key, const char *kind,
                            const char *name)
{
    char place[128];
    struct text text;

    text_init_fixed(&text, place, sizeof(place));
    text_add_format(&text, "#/$defs/%s-%s", kind, name);
    writer_begin_object(writer, key);
    writer_string(writer, "$ref", place);
    writer_end_object(writer);
}

/* `modbus: {…}` or `modbus: [{…}]` */
static void print_link(struct writer *writer, const char *name)
{
    writer_begin_object(writer, name);
    writer_begin_array(writer, "anyOf");
    print_reference(writer, NULL, "driver", name);
    writer_begin_object(writer, NULL);
    writer_string(writer, "type", "array");
    print_reference(writer, "items", "driver", name);
    writer_end_object(writer);
    writer_end_array(writer);
    writer_end_object(writer);
}

static void print_machines(struct writer *writer)
{
    writer_begin_object(writer, "machines");
    writer_string(writer, "type", "array");
    writer_begin_object(writer, "items");
    writer_string(writer, "description", machine_section.help);
    writer_string(writer, "type", "object");
    writer_begin_object(writer, "properties");
    print_properties(writer, &machine_section, 1);
    for (size_t i = 0; drivers[i]; i++)
        print_link(writer, drivers[i]->name);
    writer_end_object(writer);
    print_required(writer, &machine_section);
    writer_flag(writer, "additionalProperties", false);
    writer_end_object(writer);
    writer_end_object(writer);
}

static void print_sinks(struct writer *writer)
{
    writer_begin_object(writer, "sinks");
    writer_string(writer, "type", "object");
    writer_begin_object(writer, "properties");
    for (size_t i = 0; sinks[i]; i++)
        print_reference(writer, sinks[i]->name, "sink", sinks[i]->name);
    writer_end_object(writer);
    writer_begin_object(writer, "additionalProperties");
    writer_begin_array(writer, "anyOf");
    for (size_t i = 0; sinks[i]; i++)
        print_reference(writer, NULL, "sink", sinks[i]->name);
    if (!sinks[0])
        writer_flag(writer, NULL, false);
    writer_end_array(writer);
    writer_end_object(writer);
    writer_end_object(writer);
}

static void print_sink(struct writer *writer, const struct sink *sink)
{
    char name[64];
    struct text text;

    text_init_fixed(&text, name, sizeof(name));
    text_add_format(&text, "sink-%s", sink->name);
    writer_begin_object(writer, name);
    writer_string(writer, "type", "object");
    writer_begin_object(writer, "properties");
    writer_begin_object(writer, "driver");
    writer_string(writer, "const", sink->name);
    writer_end_object(writer);
    print_properties(writer, sink->options, 1);
    writer_end_object(writer);
    print_required(writer, sink->options);
    writer_flag(writer, "additionalProperties", false);
    writer_end_object(writer);
}

static void print_definitions(struct writer *writer)
{
    char name[64];
    struct text text;

    writer_begin_object(writer, "$defs");
    for (size_t i = 0; drivers[i]; i++) {
        text_init_fixed(&text, name, sizeof(name));
        text_add_format(&text, "driver-%s", drivers[i]->name);
        print_section(writer, name, drivers[i]->options, 1);
    }
    for (size_t i = 0; sinks[i]; i++)
        print_sink(writer, sinks[i]);
    writer_end_object(writer);
}

void config_print_schema(struct text *text)
{
    struct writer writer;

    writer_init(&writer, text);
    writer_begin_object(&writer, NULL);
    writer_string(&writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
    writer_string(&writer, "title", "spindled.yaml");
    writer_string(&writer, "type", "object");
    writer_begin_object(&writer, "properties");
    print_properties(&writer, &root_section, 0);
    print_machines(&writer);
    print_sinks(&writer);
    writer_end_object(&writer);
    writer_flag(&writer, "additionalProperties", false);
    print_definitions(&writer);
    writer_end_object(&writer);
    text_add_char(text, '\n');
}
