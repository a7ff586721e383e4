/* SPDX-License-Identifier: Apache-2.0 */
/* A section with an option of every kind, for the tests of the interpreter. */
#pragma once

#include "config/interpreter.h"
#include "daemon/base/moment.h"

#include <errno.h>
#include <string.h>

struct point {
    char *signal;
    int64_t address;
    double scale;
};

struct station {
    char *host, *password, *profile;
    int64_t port, every, room;
    double gain;
    bool fast;
    unsigned area;
    struct option_list points, tags, days;
    void *deep;
};

struct deep {
    int64_t low, high;
};

static const char *const areas[] = {"holding", "input", "coil", "discrete", NULL};
static const char *const days[] = {"mon", "tue", NULL};

static inline int check_deep(const void *record, char reterr_sentence[256])
{
    const struct deep *deep = record;

    (void)text_copy(reterr_sentence, 256, "'low' must be below 'high'");
    return deep->low < deep->high ? 0 : -EINVAL;
}

static const struct option deep_rows[] = {
    OPTION(deep, low),
    OPTION(deep, high, .fallback.integer = 10),
    {0},
};
static const struct section deep_section = {
    .name = "deep",
    .size = sizeof(struct deep),
    .options = deep_rows,
    .check = check_deep,
};

static const struct option point_rows[] = {
    OPTION(point, signal, .required = true, .is_key = true, .is_brief = true,
           .replaces = true, .help = "what it means"),
    OPTION(point, address, .max = 65535),
    OPTION(point, scale, .fallback.number = 1),
    {0},
};
static const struct section point_section = {
    .name = "point", .size = sizeof(struct point), .options = point_rows};

static const struct option rows[] = {
    OPTION(station, host, .required = true, .help = "address of the PLC"),
    OPTION(station, password, .secret = true),
    OPTION(station, profile, .merges = true),
    OPTION(station, port, .fallback.integer = 502, .min = 1, .max = 65535),
    OPTION(station, every, .measure = MEASURE_DURATION, .fallback.integer = NS_PER_S,
           .min = 10e6, .max = 3600e9),
    OPTION(station, room, .measure = MEASURE_SIZE, .min = 1024),
    OPTION(station, gain, .min = -1, .max = 1),
    OPTION(station, fast),
    OPTION(station, area, .choices = areas),
    OPTION(station, points, .entry = &point_section, .max = 3),
    OPTION(station, tags),
    OPTION(station, days, .choices = days),
    OPTION(station, deep, .entry = &deep_section),
    {0},
};
static const struct section section = {
    .name = "station", .size = sizeof(struct station), .options = rows};

/* Reads one document; the complaints are in `text`. */
static inline struct station *read_station(const char *yaml, struct text *text)
{
    struct report report = {.text = text};
    struct interpreter interpreter = {.report = &report, .budget = 1000};
    struct document *document = document_parse("f", yaml, strlen(yaml), &report);
    struct station *station = NULL;

    if (document)
        station =
            interpreter_create(&interpreter, &section, document_root(document), NULL);
    document_destroy(document);
    interpreter_done(&interpreter);
    return station;
}
