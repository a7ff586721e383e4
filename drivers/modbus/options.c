/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/options.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"
#include "daemon/model/sample.h"
#include "drivers/modbus/plan.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const bases[] = {"0", "1", NULL};
static const char *const layouts[] = {"high_first", "low_first", "low_byte", "high_byte",
                                      NULL};
static const char *const transaction_ids[] = {"counting", "zero", NULL};

static int keep(const char *scalar, void *field)
{
    char *copy = strdup(scalar);
    if (!copy)
        return -ENOMEM;
    *(char **)field = copy;
    return 0;
}

static int parse_url(const char *scalar, void *field, char reterr_expected[128])
{
    struct line_address address;
    char sentence[256];

    if (line_address_parse(scalar, &address, sentence) == 0)
        return keep(scalar, field);
    (void)snprintf(reterr_expected, 128,
                   "tcp://host:502, rtu:///dev/serial/by-id/…?baud=19200&parity=even or "
                   "rtu+tcp://host:port");
    return -EINVAL;
}

static int parse_signal(const char *scalar, void *field, char reterr_expected[128])
{
    enum signal signal;
    uint16_t path;
    char place[SIGNAL_NAME_MAX], sentence[160];

    if (signal_parse(scalar, &signal, &path, place, sentence)) {
        (void)snprintf(reterr_expected, 128, "a signal: %.100s", sentence);
        return -EINVAL;
    }
    if (signal == SIGNAL_LINK || signal == SIGNAL_GAP || signal == SIGNAL_TOOL_LIFE) {
        (void)snprintf(reterr_expected, 128, "a signal that a register can carry");
        return -EINVAL;
    }
    return keep(scalar, field);
}

static int parse_type(const char *scalar, void *field, char reterr_expected[128])
{
    struct register_form form;

    if (register_form_parse(scalar, &form) == 0)
        return keep(scalar, field);
    (void)snprintf(
        reterr_expected, 128,
        "bool, int8l … uint64, float16 … float64, bcd16, bcd32, enum, string:N, "
        "bit:N or bits:K+N");
    return -EINVAL;
}

static int parse_deadband(const char *scalar, void *field, char reterr_expected[128])
{
    double absolute, share;

    if (deadband_parse(scalar, &absolute, &share) == 0)
        return keep(scalar, field);
    (void)snprintf(reterr_expected, 128, "a number, or a share as in 2%%");
    return -EINVAL;
}

static int parse_range(const char *scalar, void *field, char reterr_expected[128])
{
    double lowest, highest;

    if (range_parse(scalar, &lowest, &highest) == 0)
        return keep(scalar, field);
    (void)snprintf(reterr_expected, 128, "two numbers, as in -50..500");
    return -EINVAL;
}

static int parse_names(const char *scalar, void *field, char reterr_expected[128])
{
    const char *cursor = scalar;
    int64_t number;
    char name[64];
    int more;

    while ((more = names_next(&cursor, &number, name)) > 0)
        continue;
    if (more == 0)
        return keep(scalar, field);
    (void)snprintf(reterr_expected, 128, "numbers and names, as in \"0=idle 1=run\"");
    return -EINVAL;
}

static const struct option point_rows[] = {
    OPTION(point_options, signal, .required = true, .replaces = true,
           .parse = parse_signal, .example = "temperature.spindle",
           .help = "what the register means"),
    OPTION(point_options, area, .choices = area_names, .help = "where it is"),
    OPTION(point_options, address, .max = 65536, .required = true,
           .help = "first register or bit, counted from 0 unless base says otherwise"),
    OPTION(point_options, base, .choices = bases,
           .help = "what addresses count from; 1 for lists in the style of 40001, "
                   "written without their first digit"),
    OPTION(point_options, type, .fallback.text = "uint16", .parse = parse_type,
           .example = "float32",
           .help = "how to read it; bits of coils and discrete inputs need none"),
    OPTION(point_options, order, .choices = register_order_names,
           .help = "sequence of the bytes on the line, A the most significant"),
    OPTION(point_options, layout, .choices = layouts,
           .help = "of strings: two characters a register, or one in its low or high "
                   "byte"),
    OPTION(point_options, scale, .fallback.number = 1, .help = "multiply by this"),
    OPTION(point_options, offset, .help = "then add this"),
    OPTION_AS("enum", point_options, names, .parse = parse_names,
              .example = "0=idle 1=run 2=hold", .help = "what numbers mean"),
    OPTION(point_options, invert, .help = "of one bit: 0 is true"),
    OPTION(point_options, range, .parse = parse_range, .example = "-50..500",
           .help = "what is plausible, after scaling; anything else is no value"),
    OPTION(point_options, every, .measure = MEASURE_DURATION, .max = 86400e9,
           .example = "10s", .help = "time between reads; the link's unless given"),
    OPTION(point_options, deadband, .parse = parse_deadband, .example = "0.2",
           .help = "report changes beyond this only, absolute or in percent of the value "
                   "reported last"),
    OPTION(point_options, max_silence, .measure = MEASURE_DURATION,
           .fallback.integer = 60 * NS_PER_S, .min = 1e9, .max = 86400e9,
           .help = "with a deadband: report at least this often"),
    {0},
};

/* Everything that looks at one point alone. */
static int check_point(const void *record, char reterr_sentence[256])
{
    const struct point_options *point = record;
    struct register_form form = point_form(point);
    bool bits = area_is_bits((enum area)point->area);
    size_t words = bits ? 1 : register_words(&form);

    if (point->address < (int64_t)point->base ||
        point->address - (int64_t)point->base + (int64_t)words > 65536) {
        (void)snprintf(reterr_sentence, 256,
                       "address %lld with base %u is outside of 0 to 65535",
                       (long long)point->address, point->base);
        return -EINVAL;
    }
    if (words > PLAN_MAX_WORDS) {
        (void)snprintf(reterr_sentence, 256,
                       "%s takes %zu registers; one answer carries %d", point->type,
                       words, PLAN_MAX_WORDS);
        return -EINVAL;
    }
    if (form.type == REGISTER_ENUM && !point->names) {
        (void)snprintf(reterr_sentence, 256,
                       "type enum needs its names, as in enum: \"0=idle 1=run\"");
        return -EINVAL;
    }
    return 0;
}

static const struct section point_section = {
    .name = "points",
    .help = "one register, or several that make one value, and what they mean",
    .size = sizeof(struct point_options),
    .options = point_rows,
    .check = check_point,
};

static const struct option quirk_rows[] = {
    OPTION(quirk_options, pause_after_connect, .measure = MEASURE_DURATION, .max = 60e9,
           .help = "before the first request of a connection"),
    OPTION(quirk_options, pause_between, .measure = MEASURE_DURATION, .max = 10e9,
           .help = "between an answer and the next request"),
    OPTION(quirk_options, close_after_scan,
           .help = "hang up when nothing is left to ask"),
    OPTION(quirk_options, one_request_per_point, .help = "never join neighbours"),
    OPTION(quirk_options, coils_from_zero,
           .help = "read coils and discrete inputs from address 0 on"),
    OPTION(quirk_options, transaction_ids, .choices = transaction_ids,
           .help = "zero for devices that answer nothing else"),
    {0},
};

static const struct section quirk_section = {
    .name = "quirks",
    .help = "what some devices need",
    .size = sizeof(struct quirk_options),
    .options = quirk_rows,
};

static const struct option link_rows[] = {
    OPTION(link_options, url, .required = true, .parse = parse_url,
           .example = "tcp://10.20.0.3:502",
           .help = "the line; links with the same one share it"),
    OPTION(link_options, profile, .merges = true, .example = "rtd-8",
           .help = "a register map from profiles/"),
    OPTION(link_options, unit, .fallback.integer = 1, .max = 255,
           .help = "unit behind the line; 1 to 247 on a serial one"),
    OPTION(link_options, every, .measure = MEASURE_DURATION, .fallback.integer = NS_PER_S,
           .min = 10e6, .max = 86400e9, .help = "time between reads"),
    OPTION(link_options, timeout, .measure = MEASURE_DURATION,
           .fallback.integer = NS_PER_S, .min = 20e6, .max = 60e9,
           .help = "how long to wait for an answer"),
    OPTION(link_options, points, .entry = &point_section, .max = POINTS_MAX,
           .help = "registers to read"),
    OPTION(link_options, max_gap, .fallback.integer = 16, .max = 2000,
           .help = "registers or bits that may be read for nothing to join two points"),
    OPTION(link_options, max_words, .fallback.integer = PLAN_MAX_WORDS, .min = 1,
           .max = PLAN_MAX_WORDS, .help = "registers in one request"),
    OPTION(link_options, max_bits, .fallback.integer = PLAN_MAX_BITS, .min = 1,
           .max = PLAN_MAX_BITS, .help = "bits in one request"),
    OPTION(link_options, max_in_flight, .fallback.integer = 1, .min = 1, .max = 16,
           .help = "requests under way at once on a TCP connection"),
    OPTION(link_options, quirks, .entry = &quirk_section,
           .help = "what some devices need"),
    {0},
};

/* Two points of one signal would take turns to be its value. */
static int check_twice(const struct link_options *link, char reterr_sentence[256])
{
    const struct point_options *points = link->points.items;

    for (size_t i = 0; i < link->points.count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(points[i].signal, points[j].signal) == 0) {
                (void)snprintf(reterr_sentence, 256,
                               "%s is read by two points, %lld and %lld; one of them "
                               "wants another signal",
                               points[i].signal, (long long)points[j].address,
                               (long long)points[i].address);
                return -EINVAL;
            }
    return 0;
}

static int check_link(const void *record, char reterr_sentence[256])
{
    const struct link_options *link = record;
    const struct point_options *points = link->points.items;
    struct line_address address;

    if (!link->points.count) {
        (void)snprintf(reterr_sentence, 256, "there are no points to read");
        return -EINVAL;
    }
    if (line_address_parse(link->url, &address, reterr_sentence) ||
        check_twice(link, reterr_sentence))
        return -EINVAL;
    if (address.kind != LINE_TCP && (link->unit < 1 || link->unit > 247)) {
        (void)snprintf(reterr_sentence, 256,
                       "unit %lld cannot be on a serial line; 1 to 247 can",
                       (long long)link->unit);
        return -EINVAL;
    }
    for (size_t i = 0; i < link->points.count; i++) {
        struct register_form form = point_form(&points[i]);
        if (area_is_bits((enum area)points[i].area) ||
            register_words(&form) <= (size_t)link->max_words)
            continue;
        (void)snprintf(reterr_sentence, 256, "%s takes more than max_words: %lld",
                       points[i].signal, (long long)link->max_words);
        return -EINVAL;
    }
    return 0;
}

const struct section modbus_section = {
    .name = "modbus",
    .help = "Modbus TCP, RTU, or RTU over TCP: one unit on one line. Reads only",
    .size = sizeof(struct link_options),
    .options = link_rows,
    .check = check_link,
};

const struct quirk_options *link_quirks(const struct link_options *options)
{
    static const struct quirk_options none;

    return options->quirks ? options->quirks : &none;
}

int deadband_parse(const char *string, double *ret_absolute, double *ret_share)
{
    char copy[32];
    double number;

    if (!text_copy(copy, sizeof(copy), string))
        return -EINVAL;
    char *percent = strchr(copy, '%');
    if (percent && percent[1])
        return -EINVAL;
    if (percent)
        *percent = '\0';
    if (text_read_number(copy, &number) || !(number >= 0) || !isfinite(number))
        return -EINVAL;
    *ret_absolute = percent ? 0 : number;
    *ret_share = percent ? number / 100 : 0;
    return 0;
}

int range_parse(const char *string, double *ret_lowest, double *ret_highest)
{
    char copy[64];

    if (!text_copy(copy, sizeof(copy), string))
        return -EINVAL;
    char *dots = strstr(copy, "..");
    if (!dots)
        return -EINVAL;
    *dots = '\0';
    if (text_read_number(copy, ret_lowest) || text_read_number(dots + 2, ret_highest))
        return -EINVAL;
    return *ret_lowest < *ret_highest ? 0 : -EINVAL;
}

struct register_form point_form(const struct point_options *options)
{
    struct register_form form = {.layout = (enum string_layout)options->layout};

    (void)register_form_parse(options->type, &form);
    if (area_is_bits((enum area)options->area))
        form.type = REGISTER_BOOL;
    form.order = register_order_of(options->order, register_words(&form));
    return form;
}

uint16_t point_address(const struct point_options *options)
{
    return (uint16_t)(options->address - (int64_t)options->base);
}

int names_next(const char **cursor, int64_t *ret_number, char ret_name[64])
{
    const char *at = *cursor + strspn(*cursor, " ,");
    char *end;

    if (!*at)
        return 0;
    long long number = strtoll(at, &end, 0);
    if (end == at || *end != '=')
        return -EINVAL;
    size_t length = strcspn(end + 1, " ,=");
    if (length == 0 || length >= 64 || end[1 + length] == '=')
        return -EINVAL;
    memcpy(ret_name, end + 1, length);
    ret_name[length] = '\0';
    *ret_number = number;
    *cursor = end + 1 + length;
    return 1;
}
