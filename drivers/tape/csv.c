/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/tape/csv.h"

#include "drivers/tape/cells.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    COLUMNS_MAX = 1024,
    IGNORED_TOLD = 3,
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
    char separator;
    size_t count, ignored;
    size_t time;          /* its column */
    int64_t time_unit_ns; /* of numbers in it; 0 = as their size tells */
    struct column *columns;
};

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

/* "[ms]", "_ms" or " (UTC)" behind the name of the time; false when it is a word more. */
static bool read_time_unit(const char *rest, int64_t *ret_unit_ns)
{
    static const struct {
        const char *name;
        int64_t unit_ns;
    } units[] = {
        {"",          0        },
        {"utc",       0        },
        {"s",         NS_PER_S },
        {"sec",       NS_PER_S },
        {"seconds",   NS_PER_S },
        {"ms",        NS_PER_MS},
        {"us",        1000     },
        {"\xc2\xb5s", 1000     },
        {"\xce\xbcs", 1000     },
        {"ns",        1        },
    };
    char unit[16];

    if (*rest && !strchr(" _[(", *rest))
        return false;
    rest += strspn(rest, " _[(");
    (void)text_copy(unit, sizeof(unit), rest);
    unit[strcspn(unit, ")]")] = '\0';
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (text_equal_fold(unit, units[i].name)) {
            *ret_unit_ns = units[i].unit_ns;
            return true;
        }
    return false;
}

static bool read_time_name(const char *name, int64_t *ret_unit_ns)
{
    static const char *const words[] = {"timestamp", "time",      "datetime",
                                        "date time", "date_time", "date/time"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strncasecmp(name, words[i], strlen(words[i])) == 0 &&
            read_time_unit(name + strlen(words[i]), ret_unit_ns))
            return true;
    return false;
}

static int read_header(struct csv *csv, char *header, const struct csv_rule *rules,
                       size_t rule_count, char reterr_sentence[160])
{
    bool has_time = false;

    csv->separator = cells_find_separator(header);
    for (char *name; (name = cells_next(&header, csv->separator));) {
        struct column *column = &csv->columns[csv->count];
        if (csv->count == COLUMNS_MAX) {
            (void)snprintf(reterr_sentence, 160, "more than %d columns", COLUMNS_MAX);
            return -EINVAL;
        }
        (void)text_copy(column->name, sizeof(column->name), name);
        const struct csv_rule *rule = find_rule(rules, rule_count, column->name);
        if (!rule && !has_time && read_time_name(name, &csv->time_unit_ns)) {
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
    (void)snprintf(reterr_sentence, 160,
                   "line 1 has no column 'time'; it begins with '%.60s'",
                   csv->columns[0].name);
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

size_t csv_signals(const struct csv *csv)
{
    size_t count = 0;

    for (size_t i = 0; i < csv->count; i++)
        count += csv->columns[i].is_signal;
    return count;
}

void csv_tell_ignored(const struct csv *csv, struct text *text)
{
    size_t told = 0;

    for (size_t i = 0; i < csv->count && told < IGNORED_TOLD; i++)
        if (!csv->columns[i].is_signal && i != csv->time)
            text_add_format(text, "%s'%.22s'", told++ ? ", " : "", csv->columns[i].name);
    if (csv->ignored > IGNORED_TOLD)
        text_add(text, ", …");
}

int csv_read_time(const struct csv *csv, const char *row, int64_t *ret_wall_ns,
                  char reterr_sentence[160])
{
    const char *found = cells_find(row, csv->separator, csv->time);
    char copy[64] = "";
    char *cursor = copy;

    if (found)
        (void)text_copy(copy, sizeof(copy), found);
    const char *cell = cells_next(&cursor, csv->separator);
    if (tape_read_stamp(cell, csv->time_unit_ns, ret_wall_ns) == 0)
        return 0;
    (void)snprintf(reterr_sentence, 160,
                   "its time '%.40s' is neither RFC 3339 nor seconds", cell);
    return -EINVAL;
}

static void read_cell(const struct column *column, const char *cell,
                      struct sample *sample, struct sample_reading *reading)
{
    if (sample_read_value(sample, cell, reading)) {
        sample->value = (struct value){.kind = VALUE_NONE};
        sample->quality = QUALITY_BAD;
        sample->why = WHY_NOT_A_NUMBER;
        return;
    }
    if (!column->is_scaled)
        return;

    double number = sample_number(sample) * column->scale + column->offset;
    if (sample->value.kind == VALUE_NUMBER)
        sample->value.number = number;
    else if (sample->value.kind == VALUE_INTEGER && fabs(number) < 9e18)
        sample->value.integer = (int64_t)llround(number);
}

/* Cells with something in them behind the last column. */
static size_t count_more(const struct csv *csv, char *row)
{
    size_t count = 0;

    for (const char *cell; (cell = cells_next(&row, csv->separator));)
        count += *cell != '\0';
    return count;
}

int csv_read(struct csv *csv, char *row, struct moment at, const struct tape_sink *sink)
{
    struct sample_reading reading;

    for (size_t i = 0; i < csv->count; i++) {
        const struct column *column = &csv->columns[i];
        const char *cell = cells_next(&row, csv->separator);
        if (!cell)
            return -EINVAL;
        if (!*cell || !column->is_signal)
            continue;
        struct sample sample = {.signal = column->signal,
                                .path = column->path,
                                .place = column->place,
                                .at = at};
        read_cell(column, cell, &sample, &reading);
        sink->emit(sink->owner, &sample);
    }
    return count_more(csv, row) ? -EINVAL : 0;
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
        const char *cell = cells_next(&row, csv->separator);
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
