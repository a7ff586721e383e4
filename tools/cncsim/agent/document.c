/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/agent/agent.h"

#include "daemon/base/moment.h"
#include "tools/cncsim/agent/document.h"

#include <string.h>

#define ASSET_BUFFER 1024

/* What an agent of that age calls itself; the schema is another number. */
static const char *const software_versions[] = {
    [VERSION_1_3] = "1.3.0.17",
    [VERSION_1_8] = "1.8.0.3",
    [VERSION_2_0] = "2.0.0.12",
    [VERSION_2_5] = "2.5.0.11",
};

void agent_time_print(struct text *text, int64_t wall_ns)
{
    char printed[RFC3339_MAX];

    moment_print(wall_ns, printed);
    text_add(text, printed);
}

void agent_document_begin(const struct agent *agent, const char *kind, struct text *text)
{
    const char *schema = agent_versions[agent->version];

    text_add_format(text,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<MTConnect%s xmlns:m=\"urn:mtconnect.org:MTConnect%s:%s\" "
                    "xmlns=\"urn:mtconnect.org:MTConnect%s:%s\" "
                    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                    "xmlns:x=\"urn:example.com:Simulated:1.0\" "
                    "xsi:schemaLocation=\"urn:mtconnect.org:MTConnect%s:%s "
                    "http://schemas.mtconnect.org/schemas/MTConnect%s_%s.xsd\">\n",
                    kind, kind, schema, kind, schema, kind, schema, kind, schema);
}

void agent_header_begin(const struct agent *agent, struct text *text)
{
    text_add(text, "<Header creationTime=\"");
    agent_time_print(text, agent->wall_ns / NS_PER_S * NS_PER_S);
    text_add_format(text,
                    "\" sender=\"cncsim\" instanceId=\"%llu\" version=\"%s\" "
                    "bufferSize=\"%zu\"",
                    (unsigned long long)agent->instance,
                    software_versions[agent->version], agent->capacity);
}

/* From 1.7 on, but not on errors. */
static void header_model_change(const struct agent *agent, struct text *text)
{
    if (agent->version >= VERSION_1_8) {
        text_add(text, " deviceModelChangeTime=\"");
        agent_time_print(text, agent->started_wall_ns);
        text_add_char(text, '"');
    }
}

void agent_header_end_assets(const struct agent *agent, struct text *text)
{
    header_model_change(agent, text);
    text_add_format(text, " assetBufferSize=\"%d\" assetCount=\"%zu\"/>\n", ASSET_BUFFER,
                    agent->machine->plan->tools.count);
}

static void header_end_streams(const struct agent *agent, uint64_t next,
                               struct text *text)
{
    header_model_change(agent, text);
    text_add_format(
        text, " nextSequence=\"%llu\" firstSequence=\"%llu\" lastSequence=\"%llu\"/>\n",
        (unsigned long long)next, (unsigned long long)agent->oldest,
        (unsigned long long)(agent->next - 1));
}

/* "vmc-1" and "exec" make "vmc-1_exec": ids are unique in the document. */
void agent_id_print(const struct agent *agent, const char *id, struct text *text)
{
    xml_escape(text, agent->device);
    text_add_char(text, '_');
    text_add(text, id);
}

static void condition_print(const struct agent *agent, const struct item_row *row,
                            const struct observation *observation, struct text *text)
{
    static const char *const levels[] = {"Normal", "Warning", "Fault"};
    const char *level = observation->unavailable
                            ? "Unavailable"
                            : levels[(size_t)observation->value.number];
    const char *words = strchr(observation->value.text, '|');
    size_t code_length = words ? (size_t)(words - observation->value.text) : 0;
    bool is_active = !observation->unavailable && observation->value.number > 0;

    text_add_format(text, "<%s dataItemId=\"", level);
    agent_id_print(agent, row->id, text);
    text_add_format(text, "\" name=\"%s\" sequence=\"%llu\" timestamp=\"", row->id,
                    (unsigned long long)observation->sequence);
    agent_time_print(text, observation->wall_ns);
    text_add_format(text, "\" type=\"%s\"", row->type);
    if (is_active && agent->version >= VERSION_2_5)
        text_add_format(text, " conditionId=\"%.*s\"", (int)code_length,
                        observation->value.text);
    if (is_active)
        text_add_format(text, " nativeCode=\"%.*s\"", (int)code_length,
                        observation->value.text);
    text_add_char(text, '>');
    if (is_active && words)
        xml_escape(text, words + 1);
    text_add_format(text, "</%s>\n", level);
}

static void observation_print(const struct agent *agent,
                              const struct observation *observation, struct text *text)
{
    const struct item_row *row = &item_rows[observation->row];
    char value[2 * PANEL_TEXT_MAX] = "UNAVAILABLE";
    struct text printed;

    if (row->category == CATEGORY_CONDITION) {
        condition_print(agent, row, observation, text);
        return;
    }
    text_add_char(text, '<');
    item_print_element(row, text);
    text_add(text, " dataItemId=\"");
    agent_id_print(agent, row->id, text);
    text_add_format(text, "\" name=\"%s\" sequence=\"%llu\"", row->id,
                    (unsigned long long)observation->sequence);
    if (row->sub_type)
        text_add_format(text, " subType=\"%s\"", row->sub_type);
    if (row->item < 0)
        text_add(text, " assetType=\"CuttingTool\"");
    text_add(text, " timestamp=\"");
    agent_time_print(text, observation->wall_ns);
    text_add(text, "\">");
    if (!observation->unavailable) {
        text_init_fixed(&printed, value, sizeof(value));
        item_print_value(row, agent->version, &observation->value, &printed);
    }
    xml_escape(text, value);
    text_add(text, "</");
    item_print_element(row, text);
    text_add(text, ">\n");
}

/* The observations of one document: `latest` or a piece of the ring. */
struct extract {
    uint64_t from, to; /* sequences; to is one past the last */
    bool is_current;
};

static void category_print(const struct agent *agent, const struct extract *extract,
                           enum agent_component component, enum agent_category category,
                           struct text *text)
{
    static const char *const containers[] = {"Events", "Samples", "Condition"};
    uint64_t count = extract->is_current ? item_count : extract->to - extract->from;
    bool opened = false;

    for (uint64_t i = 0; i < count; i++) {
        const struct observation *observation =
            extract->is_current ? &agent->latest[i]
                                : agent_find(agent, extract->from + i);
        const struct item_row *row;

        if (!observation || observation->sequence == 0)
            continue;
        row = &item_rows[observation->row];
        if (row->component != component || row->category != category)
            continue;
        if (!opened)
            text_add_format(text, "<%s>\n", containers[category]);
        opened = true;
        observation_print(agent, observation, text);
    }
    if (opened)
        text_add_format(text, "</%s>\n", containers[category]);
}

static void component_stream_print(const struct agent *agent,
                                   const struct extract *extract,
                                   enum agent_component component, struct text *text)
{
    const struct component_row *row = &component_rows[component];
    size_t start = text->length, empty;

    text_add_format(text, "<ComponentStream component=\"%s\" name=\"", row->type);
    xml_escape(text, row->name ? row->name : agent->device);
    text_add(text, "\" componentId=\"");
    agent_id_print(agent, row->id, text);
    text_add(text, "\">\n");
    empty = text->length;
    category_print(agent, extract, component, CATEGORY_SAMPLE, text);
    category_print(agent, extract, component, CATEGORY_EVENT, text);
    category_print(agent, extract, component, CATEGORY_CONDITION, text);
    if (text->length == empty && !text->failed) {
        text->length = start;
        text->data[start] = '\0';
        return;
    }
    text_add(text, "</ComponentStream>\n");
}

static void streams_print(const struct agent *agent, const struct extract *extract,
                          uint64_t next, struct text *text)
{
    agent_document_begin(agent, "Streams", text);
    agent_header_begin(agent, text);
    header_end_streams(agent, next, text);
    if (!extract->is_current && extract->from == extract->to) {
        text_add(text, "<Streams/>\n</MTConnectStreams>\n");
        return;
    }
    text_add(text, "<Streams>\n<DeviceStream name=\"");
    xml_escape(text, agent->device);
    text_add(text, "\" uuid=\"");
    xml_escape(text, agent->uuid);
    text_add(text, "\">\n");
    for (int i = 0; i < COMPONENT_COUNT; i++)
        component_stream_print(agent, extract, (enum agent_component)i, text);
    text_add(text, "</DeviceStream>\n</Streams>\n</MTConnectStreams>\n");
}

void agent_print_current(const struct agent *agent, struct text *text)
{
    struct extract extract = {.is_current = true};

    streams_print(agent, &extract, agent->next, text);
}

void agent_print_sample(const struct agent *agent, uint64_t from, uint64_t count,
                        struct text *text, uint64_t *ret_next)
{
    uint64_t left = agent->next - from;
    struct extract extract = {.from = from, .to = from + (left < count ? left : count)};

    streams_print(agent, &extract, extract.to, text);
    *ret_next = extract.to;
}

void agent_print_error(const struct agent *agent, const char *code, const char *words,
                       struct text *text)
{
    agent_document_begin(agent, "Error", text);
    agent_header_begin(agent, text);
    text_add_format(text, "/>\n<Errors>\n<Error errorCode=\"%s\">", code);
    xml_escape(text, words);
    text_add(text, "</Error>\n</Errors>\n</MTConnectError>\n");
}
