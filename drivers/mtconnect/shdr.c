/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/shdr.h"

#include "daemon/base/text.h"
#include "drivers/mtconnect/shdr_body.h"
#include "drivers/mtconnect/shdr_field.h"
#include "drivers/mtconnect/shdr_set.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct shdr {
    const struct mapping *mapping;
    struct shdr_counts counts;
    struct shdr_set set;
    char stamp[64], id[256], type[64]; /* of the asset that is being read */
    enum shdr_change change;
    struct shdr_body body;
};

/* What one line gives while it is read. */
struct line {
    struct shdr *shdr;
    const struct shdr_sink *sink;
    char *rest; /* behind the last field; NULL at the end */
    const char *stamp;
    double duration_s;
};

static char *next_or_empty(struct line *line)
{
    static char empty[1];
    char *field = shdr_field_next(&line->rest);

    return field ? field : empty;
}

static void count_cut(struct shdr *shdr)
{
    if (!shdr->counts.cut++)
        shdr->counts.cut_line = shdr->counts.lines;
}

static void emit(struct line *line, struct observation *observation)
{
    line->shdr->counts.observations++;
    line->sink->observe(line->sink->owner, observation);
}

/* level|code|severity|qualifier|text; the text is all that is left. */
static void read_condition(struct line *line, struct observation *observation,
                           const char *word)
{
    int level = code_find(level_names, word);

    if (level < 0) {
        count_cut(line->shdr);
        return;
    }
    observation->level = (enum level)level;
    observation->is_unavailable = level == LEVEL_UNAVAILABLE;
    observation->native_code = next_or_empty(line);
    observation->native_severity = next_or_empty(line);
    observation->qualifier = next_or_empty(line);
    if (line->rest && *line->rest != '"') {
        observation->value = shdr_trim(line->rest);
        line->rest = NULL;
    } else {
        observation->value = next_or_empty(line);
    }
    emit(line, observation);
}

/* count|rate|values */
static void read_series(struct line *line, struct observation *observation,
                        const char *count)
{
    double rate;

    if (text_equal_fold(count, "UNAVAILABLE")) {
        observation->value = count;
        observation->is_unavailable = true;
        emit(line, observation);
        return;
    }
    if (text_read_number(next_or_empty(line), &rate) == 0)
        observation->sample_rate_hz = rate;
    observation->value = next_or_empty(line);
    emit(line, observation);
}

static void read_set(struct line *line, struct observation *observation, char *text)
{
    struct shdr_set *set = &line->shdr->set;

    observation->value = text;
    observation->is_unavailable = text_equal_fold(text, "UNAVAILABLE");
    if (!observation->is_unavailable) {
        shdr_set_read(set, text, observation->representation == REPRESENTATION_TABLE);
        observation->reset_triggered = set->reset;
        observation->entries = set->entries;
        observation->entry_count = set->entry_count;
        observation->value = "";
    }
    emit(line, observation);
}

/* "0:SHIFT" of a counter says why it was reset. */
static void split_reset(struct observation *observation, char *value)
{
    size_t digits = strspn(value, "0123456789.");

    if (digits && value[digits] == ':' && isupper((unsigned char)value[digits + 1])) {
        value[digits] = '\0';
        observation->reset_triggered = value + digits + 1;
    }
}

static void read_value(struct line *line, const struct data_item *item, char *value)
{
    struct observation observation;

    observation_init(&observation);
    observation.category = item->category;
    observation.data_item_id = item->id;
    observation.name = item->name;
    observation.type = item->type;
    observation.sub_type = item->sub_type;
    observation.statistic = item->statistic;
    observation.timestamp = line->stamp;
    observation.duration_s = line->duration_s;
    observation.representation = item->representation;
    if (item->category == OBSERVATION_CONDITION) {
        read_condition(line, &observation, value);
        return;
    }
    if (item->representation == REPRESENTATION_TIME_SERIES) {
        read_series(line, &observation, value);
        return;
    }
    if (item->representation != REPRESENTATION_VALUE) {
        read_set(line, &observation, value);
        return;
    }
    if (strcmp(item->type, "MESSAGE") == 0) {
        observation.native_code = value;
        value = next_or_empty(line);
    } else if (strcmp(item->type, "PART_COUNT") == 0) {
        split_reset(&observation, value);
    }
    observation.value = value;
    observation.is_unavailable = text_equal_fold(value, "UNAVAILABLE");
    emit(line, &observation);
}

static void count_unknown(struct shdr *shdr, const char *key)
{
    if (shdr->counts.unknown++)
        return;
    shdr->counts.unknown_line = shdr->counts.lines;
    (void)text_copy(shdr->counts.unknown_key, sizeof(shdr->counts.unknown_key), key);
}

/* A condition of a key we do not know takes its five fields with it. */
static void skip_unknown(struct line *line, const char *key, const char *value)
{
    count_unknown(line->shdr, key);
    if (code_find(level_names, value) >= 0 && line->rest)
        line->rest = NULL;
}

static void read_pairs(struct line *line)
{
    for (char *key; (key = shdr_field_next(&line->rest));) {
        char *value = shdr_field_next(&line->rest);
        if (!value) {
            if (*key)
                count_cut(line->shdr);
            return;
        }
        const struct data_item *item = mapping_find_key(line->shdr->mapping, key);
        if (item)
            read_value(line, item, value);
        else
            skip_unknown(line, key, value);
    }
}

/* ---- assets ---- */

static void drop_asset(struct shdr *shdr)
{
    if (!shdr->counts.broken_assets++)
        shdr->counts.broken_line = shdr->counts.lines;
    shdr->body.mark[0] = '\0';
}

static void finish_asset(struct shdr *shdr, const struct shdr_sink *sink)
{
    struct shdr_asset asset = {
        .change = shdr->change,
        .timestamp = shdr->stamp,
        .id = shdr->id,
        .type = shdr->type,
        .body = shdr->body.text,
    };

    if (shdr->body.is_long) {
        drop_asset(shdr);
        return;
    }
    shdr->counts.assets++;
    shdr->body.mark[0] = '\0';
    if (sink->change_asset)
        sink->change_asset(sink->owner, &asset);
}

static void begin_asset(struct line *line, enum shdr_change change)
{
    struct shdr *shdr = line->shdr;

    shdr->change = change;
    shdr->type[0] = '\0';
    shdr->id[0] = '\0';
    (void)text_copy(shdr->stamp, sizeof(shdr->stamp), line->stamp);
    if (change == SHDR_ASSETS_REMOVED) {
        (void)text_copy(shdr->type, sizeof(shdr->type), next_or_empty(line));
    } else {
        (void)text_copy(shdr->id, sizeof(shdr->id), next_or_empty(line));
        if (change == SHDR_ASSET_CHANGED)
            (void)text_copy(shdr->type, sizeof(shdr->type), next_or_empty(line));
    }
    shdr_body_begin(&shdr->body, line->rest ? shdr_trim(line->rest) : NULL);
    if (!shdr->body.mark[0])
        finish_asset(shdr, line->sink);
}

/* True when the first key of the line is one of the words in @ signs. */
static bool read_asset(struct line *line)
{
    static const char *const words[] = {"@ASSET@|", "@UPDATE_ASSET@|", "@REMOVE_ASSET@|",
                                        "@REMOVE_ALL_ASSETS@|"};

    if (!line->rest || *line->rest != '@')
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i]);
        if (strncmp(line->rest, words[i], length) == 0) {
            line->rest += length;
            begin_asset(line, (enum shdr_change)i);
            return true;
        }
    }
    count_unknown(line->shdr, line->rest);
    return true;
}

/* ---- lines ---- */

/* "* adapterVersion: 2" and "*adapterVersion:2"; other stars are somebody's text. */
static void read_command(struct shdr *shdr, char *text, const struct shdr_sink *sink)
{
    char *key = shdr_trim(text + 1);
    char *colon = strchr(key, ':');
    char *value = colon ? shdr_trim(colon + 1) : key + strcspn(key, " ");

    if (!colon && *value)
        *value++ = '\0'; /* "PONG 10000" */
    if (colon)
        *colon = '\0';
    if (!isalpha((unsigned char)*key))
        return;
    shdr->counts.commands++;
    if (sink->command)
        sink->command(sink->owner, shdr_trim(key), shdr_trim(value));
}

static void read_stamp(struct line *line, char *field)
{
    char *at = strchr(field, '@');
    double duration_s;

    if (at) {
        *at = '\0';
        if (text_read_number(at + 1, &duration_s) == 0)
            line->duration_s = duration_s;
    }
    line->stamp = shdr_trim(field);
}

void shdr_read_line(struct shdr *shdr, char *text, const struct shdr_sink *sink)
{
    struct line line = {.shdr = shdr, .sink = sink, .rest = text};
    struct observation absent;

    shdr->counts.lines++;
    if (shdr_body_awaits(&shdr->body, text)) {
        if (strcmp(shdr_trim(text), shdr->body.mark) == 0)
            finish_asset(shdr, sink);
        else
            shdr_body_add(&shdr->body, text);
        return;
    }
    if (shdr->body.mark[0])
        drop_asset(shdr);
    if (*text == '*') {
        read_command(shdr, text, sink);
        return;
    }
    observation_init(&absent);
    line.duration_s = absent.duration_s;
    read_stamp(&line, next_or_empty(&line));
    if (line.rest) {
        if (!read_asset(&line))
            read_pairs(&line);
    } else if (*line.stamp) {
        count_cut(shdr);
    }
}

size_t shdr_find_stamp(const struct shdr *shdr, const char *line)
{
    size_t length = strcspn(line, "|@");

    if (shdr_body_awaits(&shdr->body, line) || *line == '*' || line[length] == '\0')
        return 0;
    const char *bar = strchr(line, '|');
    return bar && bar[1] == '@' ? 0 : length; /* stamps of assets are of the past */
}

int shdr_create(const struct mapping *mapping, struct shdr **ret_shdr)
{
    struct shdr *shdr = calloc(1, sizeof(*shdr));

    if (!shdr)
        return -ENOMEM;
    shdr->mapping = mapping;
    *ret_shdr = shdr;
    return 0;
}

void shdr_destroy(struct shdr *shdr)
{
    free(shdr);
}

struct shdr_counts shdr_count(const struct shdr *shdr)
{
    struct shdr_counts counts = shdr->counts;

    if (shdr->body.mark[0] && !counts.broken_assets++)
        counts.broken_line = counts.lines;
    return counts;
}
