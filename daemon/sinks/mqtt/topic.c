/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/mqtt/topic.h"

#include <stddef.h>
#include <string.h>

#define NO_PLACE      0 /* no record has a text at its start */
#define PLACE(member) offsetof(struct record, member)

/* docs/mqtt.md shows this table. Events are told apart below. */
static const struct {
    enum record_kind kind;
    const char *tail;
    size_t place; /* where in the record the %s is */
    bool is_retained;
} rows[] = {
    {RECORD_CYCLE,      "cycle/event",       NO_PLACE,                  false},
    {RECORD_CYCLE,      "cycle/last",        NO_PLACE,                  true },
    {RECORD_SEGMENT,    "segment/event",     NO_PLACE,                  false},
    {RECORD_TOOL,       "tool/%s",           PLACE(tool.tool),          true },
    {RECORD_THERMAL,    "thermal/%s",        PLACE(thermal.axis),       true },
    {RECORD_FEATURE,    "measurement/%s",    PLACE(feature.feature),    false},
    {RECORD_CAPABILITY, "quality/%s",        PLACE(capability.feature), true },
    {RECORD_CHART,      "chart/%s",          PLACE(chart.metric),       true },
    {RECORD_STATE,      "status/state",      NO_PLACE,                  true },
    {RECORD_KPI,        "kpi/%s",            PLACE(kpi.window),         true },
    {RECORD_ADVICE,     "quality/advice/%s", PLACE(advice.feature),     true },
    {RECORD_COST,       "cost/last",         NO_PLACE,                  true },
    {RECORD_SELF,       "status/self",       NO_PLACE,                  true },
    {RECORD_SIGNAL,     "raw",               NO_PLACE,                  false},
    {RECORD_RUN,        "job/current",       NO_PLACE,                  true },
    {RECORD_GAP,        "gap/event",         NO_PLACE,                  false},
};

/* What an event ends of all that its subject was warned of. */
static const struct {
    const char *code;
    const char *ended[TOPICS_MAX];
} endings[] = {
    {"tool_changed",
     {"tool_suspect", "tool_wrong", "tool_broken", "tool_worn", "tool_limit",
      "tool_expired", "tool_offset_error"}         },
    {"tool_cleared", {"tool_suspect", "tool_wrong"}},
};

static struct topic end_of_alarm(const struct record *record, const char *code)
{
    return (struct topic){.tail = "alarm/%s",
                          .is_retained = true,
                          .is_deletion = true,
                          .place = code,
                          .subject = record->event.subject};
}

/*
 * An event that warns stands as an alarm until what it announced is over. Then it is told
 * once more, cleared, and taken away. Alarms of two subjects stand side by side.
 */
static size_t topics_of_event(const struct record *record,
                              struct topic ret_topics[TOPICS_MAX])
{
    bool is_alarm = record->event.severity >= SEVERITY_WARNING;
    bool is_cleared = record->event.cleared == 1;
    size_t count = 0;

    ret_topics[count++] = (struct topic){
        .tail = is_alarm || is_cleared ? "alarm/%s" : "event/%s",
        .is_retained = is_alarm && !is_cleared,
        .place = record->event.code,
        .subject = record->event.subject,
    };
    if (is_cleared)
        ret_topics[count++] = end_of_alarm(record, record->event.code);
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (strcmp(endings[i].code, record->event.code) == 0)
            for (size_t k = 0; count < TOPICS_MAX && endings[i].ended[k]; k++)
                ret_topics[count++] = end_of_alarm(record, endings[i].ended[k]);
    return count;
}

size_t topics_of(const struct record *record, struct topic ret_topics[TOPICS_MAX])
{
    size_t count = 0;

    if (record->kind == RECORD_EVENT)
        return topics_of_event(record, ret_topics);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (rows[i].kind != record->kind)
            continue;
        ret_topics[count++] = (struct topic){
            .tail = rows[i].tail,
            .is_retained = rows[i].is_retained,
            .place = rows[i].place ? (const char *)record + rows[i].place : NULL,
        };
    }
    return count;
}

void topic_print_level(const char *level, struct text *text)
{
    if (!*level)
        text_add_char(text, '_');
    for (; *level; level++) {
        unsigned char c = (unsigned char)*level;
        if (c <= 0x20 || c == 0x7f || strchr("+#/$", *level))
            text_add_char(text, '_');
        else if (c >= 'A' && c <= 'Z')
            text_add_char(text, (char)(c - 'A' + 'a'));
        else
            text_add_char(text, *level);
    }
}

void topic_print_area(const char *prefix, const struct place *place, struct text *text)
{
    if (prefix && *prefix) {
        text_add(text, prefix);
        text_add_char(text, '/');
    }
    topic_print_level(place->enterprise, text);
    text_add_char(text, '/');
    topic_print_level(place->site, text);
    text_add_char(text, '/');
    topic_print_level(place->area, text);
}

void topic_print_machine(const char *prefix, const struct place *place, const char *cell,
                         const char *machine, struct text *text)
{
    topic_print_area(prefix, place, text);
    text_add_char(text, '/');
    topic_print_level(*machine ? cell : "gateway", text);
    text_add_char(text, '/');
    topic_print_level(*machine ? machine : place->gateway, text);
}

void topic_print(const char *prefix, const struct place *place,
                 const struct record *record, const struct topic *topic,
                 struct text *text)
{
    const char *hole = strstr(topic->tail, "%s");

    topic_print_machine(prefix, place, record->cell, record->machine, text);
    text_add_char(text, '/');
    text_add_bytes(text, topic->tail,
                   hole ? (size_t)(hole - topic->tail) : strlen(topic->tail));
    if (hole)
        topic_print_level(topic->place, text);
    if (topic->subject && *topic->subject) {
        text_add_char(text, '/');
        topic_print_level(topic->subject, text);
    }
}
