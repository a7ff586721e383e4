/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/tape/tape.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    ATTRIBUTES_MAX = 24
};

static const char *const flag_names[] = {"snapshot", "discrete", "reset", "clock", NULL};

/* ---- writing ---- */

static bool is_bare(const char *string)
{
    return *string && !strpbrk(string, " \t\"\\=\r\n#");
}

static void print_quoted(const char *string, struct text *text)
{
    text_add_char(text, '"');
    for (; *string; string++) {
        if (*string == '\n') {
            text_add(text, "\\n");
            continue;
        }
        if (*string == '"' || *string == '\\')
            text_add_char(text, '\\');
        text_add_char(text, *string);
    }
    text_add_char(text, '"');
}

static void print_string(const char *string, struct text *text)
{
    if (is_bare(string))
        text_add(text, string);
    else
        print_quoted(string, text);
}

static void print_attribute(const char *key, const char *value, struct text *text)
{
    if (!*value)
        return;
    text_add_format(text, " %s=", key);
    print_string(value, text);
}

static void print_number(const char *key, double value, struct text *text)
{
    if (!isfinite(value))
        return;
    text_add_format(text, " %s=", key);
    text_add_number(text, value);
}

static void print_condition(const struct condition *condition, struct text *text)
{
    text_add(text, level_names[condition->level]);
    print_attribute("id", condition->id, text);
    print_attribute("code", condition->code, text);
    print_attribute("severity", condition->severity, text);
    print_attribute("qualifier", condition->qualifier, text);
    print_attribute("text", condition->text, text);
}

static void print_gap(const struct gap *gap, struct text *text)
{
    text_add_format(text, "%lld from=%lld to=%lld", (long long)gap->count,
                    (long long)gap->from, (long long)gap->to);
    print_number("seconds", gap->seconds, text);
    print_attribute("reason", gap->reason, text);
}

static void print_tool_life(const struct tool_life *life, struct text *text)
{
    print_quoted(life->asset, text);
    print_attribute("station", life->station, text);
    print_attribute("status", life->status, text);
    print_number("parts", life->parts, text);
    print_number("parts_limit", life->parts_limit, text);
    print_number("minutes", life->minutes, text);
    print_number("minutes_limit", life->minutes_limit, text);
    print_number("wear", life->wear_mm, text);
    print_number("wear_limit", life->wear_limit_mm, text);
    if (life->counts_down)
        text_add(text, " down=1");
    if (life->is_mapped)
        text_add(text, " mapped=1");
    if (life->removed)
        text_add(text, " removed=1");
}

static void print_value(const struct sample *sample, struct text *text)
{
    const struct value *value = &sample->value;

    switch (value->kind) {
    case VALUE_NONE:
    case VALUE_ANY:
        text_add(text, "UNAVAILABLE");
        break;
    case VALUE_FLAG:
        text_add(text, value->integer ? "true" : "false");
        break;
    case VALUE_CODE:
        text_add(text, code_name(signal_rows[sample->signal].names, value->integer));
        break;
    case VALUE_INTEGER:
        text_add_integer(text, value->integer);
        break;
    case VALUE_NUMBER:
        text_add_number(text, value->number);
        break;
    case VALUE_TEXT: /* always quoted: "12" of a custom signal is a text */
        print_quoted(value->text, text);
        break;
    case VALUE_CONDITION:
        print_condition(value->condition, text);
        break;
    case VALUE_GAP:
        print_gap(value->gap, text);
        break;
    case VALUE_TOOL_LIFE:
        print_tool_life(value->tool_life, text);
        break;
    }
}

static void print_flags(uint16_t flags, struct text *text)
{
    const char *separator = " flags=";

    for (int i = 0; flag_names[i]; i++)
        if (flags & (1U << i)) {
            text_add(text, separator);
            text_add(text, flag_names[i]);
            separator = ",";
        }
}

void tape_print(const struct sample *sample, struct text *text)
{
    char time[RFC3339_MAX];
    char name[SIGNAL_NAME_MAX];

    moment_print(sample->at.wall_ns, time);
    signal_print(sample, name);
    text_add_format(text, "%s ", time);
    print_string(name, text);
    text_add_char(text, ' ');
    print_value(sample, text);
    if (sample->quality != QUALITY_GOOD)
        text_add_format(text, " q=%d", (int)sample->quality);
    if (sample->why != WHY_NONE)
        text_add_format(text, " why=%s", code_name(why_names, (int64_t)sample->why));
    print_flags(sample->flags, text);
    if (sample->uncertainty_ns)
        text_add_format(text, " u=%lld", (long long)sample->uncertainty_ns);
    if (sample->sequence)
        text_add_format(text, " n=%llu", (unsigned long long)sample->sequence);
    text_add_char(text, '\n');
}

/* ---- reading ---- */

struct attribute {
    const char *key, *value;
};

struct attributes {
    struct attribute items[ATTRIBUTES_MAX];
    int count;
};

static char *skip_blanks(char *text)
{
    return text + strspn(text, " \t\r\n");
}

/* Takes the backslashes out of what is inside quotes; returns what is behind them. */
static char *unquote(char *text, bool *ret_closed)
{
    char *to = text;
    char *from = text;

    for (; *from && *from != '"'; from++) {
        bool is_escaped = *from == '\\' && from[1];
        from += is_escaped;
        *to++ = is_escaped && *from == 'n' ? '\n' : *from;
    }
    *ret_closed = *from == '"';
    char *rest = *from ? from + 1 : from;
    *to = '\0';
    return rest;
}

/* The next word or quoted string; NULL at the end or when a quote stays open. */
static char *next_token(char **cursor, const char *ends)
{
    char *token = skip_blanks(*cursor);

    if (!*token)
        return NULL;
    if (*token == '"') {
        bool is_closed;
        *cursor = unquote(++token, &is_closed);
        return is_closed ? token : NULL;
    }
    char *end = token + strcspn(token, ends);
    *cursor = *end ? end + 1 : end;
    *end = '\0';
    return token;
}

static int read_attributes(char *cursor, struct attributes *attributes)
{
    attributes->count = 0;
    while (*(cursor = skip_blanks(cursor))) {
        char *key = next_token(&cursor, "= \t\r\n");
        char *value = key ? next_token(&cursor, " \t\r\n") : NULL;
        if (!value || attributes->count == ATTRIBUTES_MAX)
            return -EINVAL;
        attributes->items[attributes->count++] =
            (struct attribute){.key = key, .value = value};
    }
    return 0;
}

static const char *find(const struct attributes *attributes, const char *key)
{
    for (int i = 0; i < attributes->count; i++)
        if (strcmp(attributes->items[i].key, key) == 0)
            return attributes->items[i].value;
    return "";
}

static double find_number(const struct attributes *attributes, const char *key)
{
    double number;

    return text_read_number(find(attributes, key), &number) ? (double)NAN : number;
}

static int64_t find_integer(const struct attributes *attributes, const char *key)
{
    int64_t integer = 0;

    (void)text_read_integer(find(attributes, key), &integer);
    return integer;
}

/* What a value may point to. */
struct room {
    struct condition condition;
    struct gap gap;
    struct tool_life life;
    struct sample_reading reading;
};

static int read_condition(struct value *value, const char *token,
                          const struct attributes *attributes,
                          struct condition *condition)
{
    int level = code_find(level_names, token);

    if (level < 0)
        return -EINVAL;
    *condition = (struct condition){
        .level = (enum level)level,
        .id = find(attributes, "id"),
        .code = find(attributes, "code"),
        .severity = find(attributes, "severity"),
        .qualifier = find(attributes, "qualifier"),
        .text = find(attributes, "text"),
    };
    *value = (struct value){.kind = VALUE_CONDITION, .condition = condition};
    return 0;
}

static int read_gap(struct value *value, const char *token,
                    const struct attributes *attributes, struct gap *gap)
{
    *gap = (struct gap){
        .from = find_integer(attributes, "from"),
        .to = find_integer(attributes, "to"),
        .seconds = find_number(attributes, "seconds"),
        .reason = find(attributes, "reason"),
    };
    *value = (struct value){.kind = VALUE_GAP, .gap = gap};
    return text_read_integer(token, &gap->count);
}

static int read_tool_life(struct value *value, const char *token,
                          const struct attributes *attributes, struct tool_life *life)
{
    *life = (struct tool_life){
        .asset = token,
        .station = find(attributes, "station"),
        .status = find(attributes, "status"),
        .parts = find_number(attributes, "parts"),
        .parts_limit = find_number(attributes, "parts_limit"),
        .minutes = find_number(attributes, "minutes"),
        .minutes_limit = find_number(attributes, "minutes_limit"),
        .wear_mm = find_number(attributes, "wear"),
        .wear_limit_mm = find_number(attributes, "wear_limit"),
        .counts_down = *find(attributes, "down") == '1',
        .is_mapped = *find(attributes, "mapped") == '1',
        .removed = *find(attributes, "removed") == '1',
    };
    *value = (struct value){.kind = VALUE_TOOL_LIFE, .tool_life = life};
    return 0;
}

static int read_value(struct sample *sample, const char *token, bool is_quoted,
                      const struct attributes *attributes, struct room *room)
{
    enum value_kind kind = signal_rows[sample->signal].kind;

    if (kind == VALUE_CONDITION && !text_equal_fold(token, "UNAVAILABLE"))
        return read_condition(&sample->value, token, attributes, &room->condition);
    if (kind == VALUE_GAP)
        return read_gap(&sample->value, token, attributes, &room->gap);
    if (kind == VALUE_TOOL_LIFE)
        return read_tool_life(&sample->value, token, attributes, &room->life);
    if (is_quoted && (kind == VALUE_TEXT || kind == VALUE_ANY)) {
        sample->quality = QUALITY_GOOD;
        sample->value = (struct value){.kind = VALUE_TEXT, .text = token};
        return 0;
    }
    return sample_read_value(sample, token, &room->reading);
}

static uint16_t read_flags(const char *words)
{
    unsigned flags = 0;

    for (int i = 0; flag_names[i]; i++)
        if (strstr(words, flag_names[i]))
            flags |= 1U << i;
    return (uint16_t)flags;
}

static void read_quality(struct sample *sample, const struct attributes *attributes)
{
    int why = code_find(why_names, find(attributes, "why"));
    const char *quality = find(attributes, "q");

    if (*quality) {
        sample->quality = (enum quality)find_integer(attributes, "q");
        sample->why = WHY_NONE;
    }
    if (why >= 0)
        sample->why = (enum why)why;
    sample->flags = read_flags(find(attributes, "flags"));
    sample->uncertainty_ns = find_integer(attributes, "u");
    sample->sequence = (uint64_t)find_integer(attributes, "n");
}

static int refuse(char reterr_sentence[160], const char *what, const char *word)
{
    (void)snprintf(reterr_sentence, 160, "%s '%.60s'", what, word);
    return -EINVAL;
}

int tape_read(char *line, struct moment at, struct tape_names *names,
              const struct tape_sink *sink, char reterr_sentence[160])
{
    char *cursor = skip_blanks(line);
    struct sample sample = {.quality = QUALITY_GOOD, .at = at};
    struct attributes attributes;
    char place[SIGNAL_NAME_MAX];
    struct room room;

    if (!*cursor || *cursor == '#' || strncmp(cursor, "spindled-tape", 13) == 0)
        return 0;
    char *time = next_token(&cursor, " \t\r\n");
    char *name = next_token(&cursor, " \t\r\n");
    bool is_quoted = *skip_blanks(cursor) == '"';
    char *token = next_token(&cursor, " \t\r\n");
    if (!time || !name || !token)
        return refuse(reterr_sentence, "a time, a signal and a value are wanted, not",
                      line);
    if (read_attributes(cursor, &attributes))
        return refuse(reterr_sentence, "not key=value:", cursor);
    if (signal_parse(name, &sample.signal, &sample.path, place, reterr_sentence))
        return -EINVAL;
    sample.place = tape_names_keep(names, place);
    if (!sample.place)
        return refuse(reterr_sentence, "out of memory at", place);
    if (read_value(&sample, token, is_quoted, &attributes, &room))
        return refuse(reterr_sentence, "no value of its signal:", token);
    read_quality(&sample, &attributes);
    sink->emit(sink->owner, &sample);
    return 0;
}
