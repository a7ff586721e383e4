/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/scenario/reader.h"

#include "daemon/base/moment.h"
#include "tools/cncsim/scenario/arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct scenario {
    struct arena arena;
    struct scenario_plan *plan;
};

/* One reading: the document, where memory comes from, where complaints go. */
struct reading {
    yaml_document_t document;
    struct arena *arena;
    struct text *complaints;
    const char *name;
    bool failed;
};

static void reading_complain(struct reading *reading, const yaml_node_t *node,
                             const char *sentence, const char *what)
{
    reading->failed = true;
    text_add_format(reading->complaints, "%s:%zu:%zu: %s '%s'\n", reading->name,
                    node->start_mark.line + 1, node->start_mark.column + 1, sentence,
                    what);
}

static const char *node_text(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : "…";
}

static const struct {
    const char *unit;
    int64_t ns;
} duration_units[] = {
    {"us", NS_PER_US    },
    {"ms", NS_PER_MS    },
    {"s",  NS_PER_S     },
    {"m",  NS_PER_MINUTE},
    {"h",  NS_PER_HOUR  },
    {"d",  NS_PER_DAY   },
};

int duration_read(const char *string, int64_t *ret_ns)
{
    size_t digits = strspn(string, "+-.0123456789");
    char number[32];
    double value;

    if (digits == 0 || digits >= sizeof(number))
        return -EINVAL;
    memcpy(number, string, digits);
    number[digits] = '\0';
    if (text_read_number(number, &value) < 0)
        return -EINVAL;
    for (size_t i = 0; i < sizeof(duration_units) / sizeof(*duration_units); i++) {
        if (strcmp(string + digits, duration_units[i].unit) == 0) {
            *ret_ns = (int64_t)(value * (double)duration_units[i].ns);
            return 0;
        }
    }
    return -EINVAL;
}

static int choice_read(const char *const *choices, const char *string,
                       unsigned *ret_index)
{
    for (unsigned i = 0; choices[i]; i++) {
        if (strcmp(choices[i], string) == 0) {
            *ret_index = i;
            return 0;
        }
    }
    return -EINVAL;
}

static int flag_read(const char *string, bool *ret_flag)
{
    *ret_flag = strcmp(string, "true") == 0;
    return *ret_flag || strcmp(string, "false") == 0 ? 0 : -EINVAL;
}

static int integer_read(const struct option *option, const char *string,
                        int64_t *ret_value)
{
    int error = option->measure == MEASURE_DURATION
                    ? duration_read(string, ret_value)
                    : text_read_integer(string, ret_value);

    if (error == 0 && option->max > option->min &&
        ((double)*ret_value < option->min || (double)*ret_value > option->max))
        return -ERANGE;
    return error;
}

static int scalar_read(struct reading *reading, const struct option *option,
                       const char *string, void *field)
{
    switch (option->kind) {
    case OPTION_INTEGER:
        return integer_read(option, string, field);
    case OPTION_NUMBER:
        return text_read_number(string, field);
    case OPTION_FLAG:
        return flag_read(string, field);
    case OPTION_TEXT:
        return arena_copy(reading->arena, string, field);
    case OPTION_CHOICE:
        return choice_read(option->choices, string, field);
    case OPTION_LIST:
    case OPTION_SECTION:
        break;
    }
    return -EINVAL;
}

static void record_default(const struct section *section, void *record)
{
    for (const struct option *option = section->options; option->name; option++) {
        void *field = (char *)record + option->offset;

        if (option->kind == OPTION_INTEGER)
            *(int64_t *)field = option->fallback.integer;
        else if (option->kind == OPTION_NUMBER)
            *(double *)field = option->fallback.number;
        else if (option->kind == OPTION_FLAG)
            *(bool *)field = option->fallback.flag;
        else if (option->kind == OPTION_CHOICE)
            *(unsigned *)field = option->fallback.choice;
    }
}

static void record_read(struct reading *reading, const struct section *section,
                        const yaml_node_t *node, void *record);

static void list_read(struct reading *reading, const struct option *option,
                      const yaml_node_t *node, struct option_list *list)
{
    const yaml_node_item_t *item = node->data.sequence.items.start;
    size_t count = (size_t)(node->data.sequence.items.top - item);

    list->items = arena_take(reading->arena, count * option->entry->size);
    if (!list->items)
        return;
    for (list->count = 0; list->count < count; list->count++)
        record_read(reading, option->entry,
                    yaml_document_get_node(&reading->document, item[list->count]),
                    (char *)list->items + list->count * option->entry->size);
}

static void field_read(struct reading *reading, const struct option *option,
                       const yaml_node_t *node, void *field)
{
    if (option->kind == OPTION_LIST && node->type == YAML_SEQUENCE_NODE) {
        list_read(reading, option, node, field);
        return;
    }
    if (option->kind == OPTION_SECTION && node->type == YAML_MAPPING_NODE) {
        void *record = arena_take(reading->arena, option->entry->size);

        if (record)
            record_read(reading, option->entry, node, record);
        *(void **)field = record;
        return;
    }
    if (node->type != YAML_SCALAR_NODE ||
        scalar_read(reading, option, node_text(node), field) < 0)
        reading_complain(reading, node, option->name, node_text(node));
}

static const struct option *option_find(const struct section *section, const char *name)
{
    for (const struct option *option = section->options; option->name; option++) {
        if (strcmp(option->name, name) == 0)
            return option;
    }
    return NULL;
}

static void record_read(struct reading *reading, const struct section *section,
                        const yaml_node_t *node, void *record)
{
    record_default(section, record);
    if (node->type != YAML_MAPPING_NODE) {
        reading_complain(reading, node, "a map is needed for", section->name);
        return;
    }
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key = yaml_document_get_node(&reading->document, pair->key);
        const struct option *option = option_find(section, node_text(key));

        if (!option) {
            reading_complain(reading, key, "unknown key", node_text(key));
            continue;
        }
        field_read(reading, option,
                   yaml_document_get_node(&reading->document, pair->value),
                   (char *)record + option->offset);
    }
    for (const struct option *option = section->options; option->name; option++) {
        if (option->required && option->kind == OPTION_TEXT &&
            !*(char **)((char *)record + option->offset))
            reading_complain(reading, node, "missing key", option->name);
    }
}

static int document_read(struct reading *reading, const char *yaml, size_t length)
{
    yaml_parser_t parser;
    int done;

    if (!yaml_parser_initialize(&parser))
        return -ENOMEM;
    yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, length);
    done = yaml_parser_load(&parser, &reading->document);
    if (!done)
        text_add_format(reading->complaints, "%s:%zu:%zu: %s\n", reading->name,
                        parser.problem_mark.line + 1, parser.problem_mark.column + 1,
                        parser.problem ? parser.problem : "not YAML");
    yaml_parser_delete(&parser);
    return done ? 0 : -EINVAL;
}

int scenario_read(const char *name, const char *yaml, size_t length,
                  struct text *complaints, struct scenario **ret_scenario)
{
    struct scenario *scenario = calloc(1, sizeof(*scenario));
    struct reading reading = {.complaints = complaints, .name = name};
    const yaml_node_t *root;
    int error;

    if (!scenario)
        return -ENOMEM;
    reading.arena = &scenario->arena;
    scenario->plan = arena_take(&scenario->arena, sizeof(*scenario->plan));
    error = scenario->plan ? document_read(&reading, yaml, length) : -ENOMEM;
    if (error < 0)
        goto fail;
    root = yaml_document_get_root_node(&reading.document);
    if (root)
        record_read(&reading, &scenario_section, root, scenario->plan);
    else
        text_add_format(complaints, "%s:1:1: empty\n", name);
    yaml_document_delete(&reading.document);
    error = !root || reading.failed ? -EINVAL : scenario->arena.failed ? -ENOMEM : 0;
    if (error < 0)
        goto fail;
    *ret_scenario = scenario;
    return 0;
fail:
    scenario_free(scenario);
    return error;
}

void scenario_free(struct scenario *scenario)
{
    if (!scenario)
        return;
    arena_done(&scenario->arena);
    free(scenario);
}

const struct scenario_plan *scenario_plan(const struct scenario *scenario)
{
    return scenario->plan;
}
