/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/tape/csv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMNS_MAX = 1024
};

struct column {
    char name[SIGNAL_NAME_MAX];
    bool is_signal, is_scaled;
    enum signal signal;
    uint16_t path;
    char place[SIGNAL_NAME_MAX];
    double scale, offset;
};

struct csv {
    size_t count, ignored;
    size_t time; /* its column */
    struct column *columns;
};

/* Cuts the next cell off, quotes removed; NULL behind the last. */
static char *next_cell(char **cursor)
{
    char *cell = *cursor;

    if (!cell)
        return NULL;
    if (*cell == '"') {
        char *to = ++cell;
        char *from = cell;
        for (; *from && (*from != '"' || from[1] == '"'); from++) {
            from += *from == '"';
            *to++ = *from;
        }
        char *comma = strchr(from, ',');
        *to = '\0';
        *cursor = comma ? comma + 1 : NULL;
        return cell;
    }
    char *comma = strchr(cell, ',');
    *cursor = comma ? comma + 1 : NULL;
    if (comma)
        *comma = '\0';
    cell += strspn(cell, " \t\r\n");
    size_t length = strlen(cell);
    while (length && strchr(" \t\r\n", cell[length - 1]))
        cell[--length] = '\0';
    return cell;
}

static const struct csv_rule *find_rule(const struct csv_rule *rules, size_t count,
                                        const char *column)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rules[i].column, column) == 0)
            return &rules[i];
    return NULL;
}

static int read_column(struct column *column, const struct csv_rule *rule,
                       char reterr_sentence[160])
{
    const char *signal = rule ? rule->signal : column->name;

    column->scale = rule ? rule->scale : 1;
    column->offset = rule ? rule->offset : 0;
    column->is_scaled = column->scale != 1 || column->offset != 0;
    if (signal_parse(signal, &column->signal, &column->path, column->place,
                     reterr_sentence))
        return -EINVAL;
    column->is_signal = true;
    return 0;
}

static bool is_time(const char *name)
{
    return text_equal_fold(name, "time") || text_equal_fold(name, "timestamp");
}

static int read_header(struct csv *csv, char *header, const struct csv_rule *rules,
                       size_t rule_count, char reterr_sentence[160])
{
    bool has_time = false;

    if (strncmp(header, "\xef\xbb\xbf", 3) == 0)
        header += 3;
    for (char *name; (name = next_cell(&header));) {
        struct column *column = &csv->columns[csv->count];
        if (csv->count == COLUMNS_MAX) {
            (void)snprintf(reterr_sentence, 160, "more than %d columns", COLUMNS_MAX);
            return -EINVAL;
        }
        (void)text_copy(column->name, sizeof(column->name), name);
        const struct csv_rule *rule = find_rule(rules, rule_count, column->name);
        if (!rule && !has_time && is_time(name)) {
            has_time = true;
            csv->time = csv->count;
        } else if (read_column(column, rule, reterr_sentence)) {
            if (rule)
                return -EINVAL;
            csv->ignored++;
        }
        csv->count++;
    }
    if (has_time)
        return 0;
    (void)snprintf(reterr_sentence, 160, "the header has no column 'time'");
    return -EINVAL;
}

int csv_create(char *header, const struct csv_rule *rules, size_t rule_count,
               struct csv **ret_csv, char reterr_sentence[160])
{
    struct csv *csv = calloc(1, sizeof(*csv));
    int error = -ENOMEM;

    (void)snprintf(reterr_sentence, 160, "out of memory");
    if (csv)
        csv->columns = calloc(COLUMNS_MAX, sizeof(*csv->columns));
    if (csv && csv->columns)
        error = read_header(csv, header, rules, rule_count, reterr_sentence);
    if (error) {
        csv_destroy(csv);
        return error;
    }
    *ret_csv = csv;
    return 0;
}

int csv_create_measurements(char *header, struct csv **ret_csv, char reterr_sentence[160])
{
    int error = csv_create(header, NULL, 0, ret_csv, reterr_sentence);

    for (size_t i = 0; !error && i < (*ret_csv)->count; i++)
        (*ret_csv)->columns[i].is_signal = false;
    return error;
}

void csv_destroy(struct csv *csv)
{
    if (!csv)
        return;
    free(csv->columns);
    free(csv);
}

size_t csv_ignored(const struct csv *csv)
{
    return csv->ignored;
}

int csv_read_time(const struct csv *csv, const char *row, int64_t *ret_wall_ns)
{
    char cell[64];
    size_t length;

    for (size_t i = 0; i < csv->time; i++) {
        bool is_quoted = *row == '"';
        row = is_quoted ? strchr(row + 1, '"') : row;
        row = row ? strchr(row, ',') : NULL;
        if (!row)
            return -EINVAL;
        row++;
    }
    row += strspn(row, " \"");
    length = strcspn(row, ",\"\r\n");
    (void)snprintf(cell, sizeof(cell), "%.*s", (int)(length < 60 ? length : 60), row);
    return tape_read_time(cell, ret_wall_ns, &length);
}

static bool read_cell(const struct column *column, const char *cell,
                      struct sample *sample, struct sample_reading *reading)
{
    if (sample_read_value(sample, cell, reading)) {
        sample->value = (struct value){.kind = VALUE_NONE};
        sample->quality = QUALITY_BAD;
        sample->why = WHY_NOT_A_NUMBER;
        return false;
    }
    if (!column->is_scaled)
        return true;

    double number = sample_number(sample) * column->scale + column->offset;
    if (sample->value.kind == VALUE_NUMBER)
        sample->value.number = number;
    else if (sample->value.kind == VALUE_INTEGER && fabs(number) < 9e18)
        sample->value.integer = (int64_t)llround(number);
    return true;
}

int csv_read(struct csv *csv, char *row, struct moment at, const struct tape_sink *sink)
{
    struct sample_reading reading;
    int odd = 0;

    for (size_t i = 0; i < csv->count; i++) {
        const struct column *column = &csv->columns[i];
        const char *cell = next_cell(&row);
        if (!cell)
            break;
        if (!*cell || !column->is_signal)
            continue;
        struct sample sample = {.signal = column->signal,
                                .path = column->path,
                                .place = column->place,
                                .at = at};
        odd += !read_cell(column, cell, &sample, &reading);
        sink->emit(sink->owner, &sample);
    }
    return odd;
}

static void read_ok(struct measurement *measurement, const char *cell)
{
    static const char *const words[] = {"0",   "1",    "false", "true", "no", "yes",
                                        "bad", "good", "nok",   "ok",   NULL};
    int word = code_find(words, cell);

    measurement->ok = word < 0 ? RECORD_UNKNOWN : word % 2;
}

static void take_cell(struct measurement *measurement, const char *name, const char *cell,
                      bool *ret_has_value)
{
    const struct {
        const char *name;
        const char **field;
    } texts[] = {
        {"feature", &measurement->feature},
        {"serial",  &measurement->serial },
        {"gauge",   &measurement->gauge  },
        {"lot",     &measurement->lot    },
        {"fixture", &measurement->fixture},
        {"tool",    &measurement->tool   },
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(name, texts[i].name) == 0)
            *texts[i].field = cell;
    if (strcmp(name, "value") == 0)
        *ret_has_value = text_read_number(cell, &measurement->value) == 0;
    if (strcmp(name, "offset_um") == 0 && text_read_number(cell, &measurement->offset_um))
        measurement->offset_um = NAN;
    if (strcmp(name, "ok") == 0)
        read_ok(measurement, cell);
}

int csv_read_measurement(const struct csv *csv, char *row,
                         struct statement *ret_statement, char reterr_sentence[160])
{
    struct measurement measurement = {
        .feature = "",
        .value = NAN,
        .offset_um = NAN,
        .serial = "",
        .gauge = "",
        .lot = "",
        .fixture = "",
        .tool = "",
        .ok = RECORD_UNKNOWN,
    };
    bool has_value = false;

    for (size_t i = 0; i < csv->count; i++) {
        const char *cell = next_cell(&row);
        if (!cell)
            break;
        take_cell(&measurement, csv->columns[i].name, cell, &has_value);
    }
    if (!*measurement.feature || !has_value) {
        (void)snprintf(reterr_sentence, 160, "a measurement needs a feature and a value");
        return -EINVAL;
    }
    ret_statement->kind = STATEMENT_MEASURE;
    ret_statement->measurement = measurement;
    return 0;
}
