/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/export.h"

#include "daemon/model/record.h"
#include "tools/spindlectl/export_tape.h"
#include "tools/spindlectl/talk.h"

#include <errno.h>
#include <string.h>

enum {
    PATH_MAX_BYTES = 768,
    PAGE = 2000,
    TIME_MAX = 64
};

static const struct {
    const char *what;
    enum record_kind kind;
} layouts[] = {
    {"cycles",   RECORD_CYCLE  },
    {"segments", RECORD_SEGMENT},
    {"tools",    RECORD_TOOL   },
    {"thermal",  RECORD_THERMAL},
    {"quality",  RECORD_FEATURE},
    {"events",   RECORD_EVENT  },
    {"states",   RECORD_STATE  },
    {"charts",   RECORD_CHART  },
    {"kpis",     RECORD_KPI    },
    {"gaps",     RECORD_GAP    },
    {"costs",    RECORD_COST   },
    {"runs",     RECORD_RUN    },
};

int export_read_format(const char *word, enum export_format *ret_format)
{
    static const char *const names[] = {"csv", "json", "tape"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(names[i], word) == 0) {
            *ret_format = (enum export_format)i;
            return 0;
        }
    return -EINVAL;
}

static const struct record_layout *find_layout(const char *what)
{
    for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++)
        if (strcmp(layouts[i].what, what) == 0)
            return &record_layouts[layouts[i].kind];
    return NULL;
}

static void print_cell(const json_t *value, FILE *output)
{
    if (json_is_string(value)) {
        const char *string = json_string_value(value);
        bool quoted = strpbrk(string, ",\"\r\n") != NULL;

        if (quoted)
            (void)putc('"', output);
        for (; *string; string++) {
            if (*string == '"')
                (void)putc('"', output);
            (void)putc(*string, output);
        }
        if (quoted)
            (void)putc('"', output);
    } else if (value && !json_is_null(value)) {
        (void)json_dumpf(value, output, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    }
}

static void print_csv_head(const struct record_layout *layout, FILE *output)
{
    (void)fputs("t", output);
    for (const struct record_field *field = layout->fields; field->name; field++)
        (void)fprintf(output, ",%s", field->name);
    (void)putc('\n', output);
}

static void print_csv(const struct record_layout *layout, const json_t *record,
                      FILE *output)
{
    print_cell(json_object_get(record, "t"), output);
    for (const struct record_field *field = layout->fields; field->name; field++) {
        (void)putc(',', output);
        print_cell(json_object_get(record, field->name), output);
    }
    (void)putc('\n', output);
}

/* What is being exported, and how far it has come. */
struct progress {
    const struct export_choice *choice;
    const char *what;
    const struct record_layout *layout;
    FILE *output;
    char last[TIME_MAX]; /* the time of the last record; "" = none yet */
    size_t same;         /* records of this time that are written */
};

static void print_record(const struct progress *progress, const json_t *record)
{
    switch (progress->choice->format) {
    case EXPORT_CSV:
        print_csv(progress->layout, record, progress->output);
        break;
    case EXPORT_JSON:
        (void)json_dumpf(record, progress->output, JSON_COMPACT | JSON_PRESERVE_ORDER);
        (void)putc('\n', progress->output);
        break;
    case EXPORT_TAPE:
        export_tape_row(record, progress->output);
        break;
    }
}

/* A page begins at the time the last one ended: what was there already is left out. */
static void print_page(struct progress *progress, const json_t *page)
{
    size_t known = progress->same;
    size_t index;
    json_t *record;

    json_array_foreach(page, index, record)
    {
        const char *time = json_string_value(json_object_get(record, "t"));
        bool is_same = time && strcmp(time, progress->last) == 0;

        if (index < known && is_same)
            continue;
        progress->same = is_same ? progress->same + 1 : 1;
        (void)text_copy(progress->last, sizeof(progress->last), time ? time : "");
        print_record(progress, record);
    }
}

static enum exit_status ask_page(const struct progress *progress, json_t **ret_page)
{
    const struct export_choice *choice = progress->choice;
    const char *from = *progress->last ? progress->last : choice->from;
    char path[PATH_MAX_BYTES];
    struct text text;

    text_init_fixed(&text, path, sizeof(path));
    text_add_format(&text, "/v1/machines/%s/", talk_escape(choice->machine));
    text_add_format(&text, "%s?order=oldest&limit=%d", talk_escape(progress->what), PAGE);
    if (from)
        text_add_format(&text, "&from=%s", talk_escape(from));
    if (choice->until)
        text_add_format(&text, "&until=%s", talk_escape(choice->until));
    return talk_get(path, ret_page);
}

enum exit_status export_run(const struct export_choice *choice, FILE *output)
{
    bool is_tape = choice->format == EXPORT_TAPE;
    struct progress progress = {
        .choice = choice,
        .what = is_tape        ? "archive"
                : choice->what ? choice->what
                               : "cycles",
        .output = output,
    };
    size_t count = PAGE;

    progress.layout = find_layout(progress.what);
    if (choice->format == EXPORT_CSV && !progress.layout) {
        (void)fprintf(stderr, "spindlectl: '%s' cannot be a table; see /v1/machines/%s\n",
                      progress.what, choice->machine);
        return EXIT_USAGE;
    }
    for (bool is_first = true; count == PAGE; is_first = false) {
        json_t *page = NULL;
        enum exit_status status = ask_page(&progress, &page);

        if (status)
            return status;
        if (is_first && choice->format == EXPORT_CSV)
            print_csv_head(progress.layout, output);
        if (is_first && is_tape)
            export_tape_head(output);
        count = json_array_size(page);
        print_page(&progress, page);
        json_decref(page);
    }
    return EXIT_DONE;
}
