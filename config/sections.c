/* SPDX-License-Identifier: Apache-2.0 */
#include "config/sections.h"

#include "daemon/analytics/cycle/calendar_options.h"
#include "daemon/analytics/cycle/cycle_options.h"
#include "daemon/analytics/kpi/kpi_options.h"
#include "daemon/analytics/quality/quality_options.h"
#include "daemon/analytics/run/part_options.h"
#include "daemon/analytics/thermal/thermal_options.h"
#include "daemon/analytics/tool/tool_options.h"
#include "daemon/base/endpoint.h"
#include "daemon/base/moment.h"
#include "daemon/model/record.h"
#include "daemon/pipeline/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int name_check(const char *name, char reterr_expected[128])
{
    size_t length = strlen(name);

    (void)text_copy(reterr_expected, 128,
                    "a name of 1 to 63 bytes without / + # \" \\ and control characters, "
                    "no blanks at its ends, no $ first");
    if (length == 0 || length >= RECORD_NAME_MAX || strpbrk(name, "/+#\"\\"))
        return -EINVAL;
    if (name[0] == '$' || name[0] == ' ' || name[length - 1] == ' ')
        return -EINVAL;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == '\x7f')
            return -EINVAL;
    return 0;
}

int name_read(const char *scalar, void *field, char reterr_expected[128])
{
    char *name = NULL;

    if (name_check(scalar, reterr_expected) < 0)
        return -EINVAL;
    name = strdup(scalar);
    memcpy(field, &name, sizeof(name));
    return name ? 0 : -ENOMEM;
}

/* `…/gateway/{id}/status` would collide with a cell of that name. */
static int cell_read(const char *scalar, void *field, char reterr_expected[128])
{
    if (strcmp(scalar, "gateway") != 0)
        return name_read(scalar, field, reterr_expected);
    (void)text_copy(reterr_expected, 128,
                    "another name, as the gateway's own topics stand under this one");
    return -EINVAL;
}

static const struct option gateway_rows[] = {
    OPTION(gateway_settings, id, .fallback.text = "gw-1", .parse = name_read,
           .help = "this gateway's own name; another one for each gateway of a site"),
    OPTION(gateway_settings, enterprise, .fallback.text = "enterprise",
           .parse = name_read, .help = "first level of topics"),
    OPTION(gateway_settings, site, .fallback.text = "site", .parse = name_read,
           .help = "second level of topics, and a tag of every series"),
    OPTION(gateway_settings, area, .fallback.text = "area", .parse = name_read,
           .help = "third level of topics"),
    {0},
};

const struct section gateway_section = {
    .name = "gateway",
    .help = "where this gateway stands in the plant",
    .size = sizeof(struct gateway_settings),
    .options = gateway_rows,
};

static const struct option http_rows[] = {
    OPTION(http_settings, listen, .fallback.text = "127.0.0.1:8480",
           .help = "address and port of the status page; \"\" for none"),
    {0},
};

static int check_http(const void *record, char reterr_sentence[256])
{
    const struct http_settings *http = record;
    const char *listen = http->listen ? http->listen : "";
    struct sockaddr_storage address;
    socklen_t length;

    if (!*listen || strncmp(listen, "unix:/", 6) == 0 ||
        endpoint_read(listen, &address, &length) == 0)
        return 0;
    (void)snprintf(reterr_sentence, 256,
                   "'listen' wants an address and a port like 127.0.0.1:8480, [::1]:8480 "
                   "or 0.0.0.0:8480; got '%s'",
                   listen);
    return -EINVAL;
}

const struct section http_section = {
    .name = "http",
    .help = "the status page, its API and the metrics; read only",
    .size = sizeof(struct http_settings),
    .options = http_rows,
    .check = check_http,
};

static const struct option control_rows[] = {
    OPTION(control_settings, socket, .fallback.text = "/run/spindled/control.sock",
           .help = "unix socket that spindlectl talks to; \"\" for none"),
    {0},
};

const struct section control_section = {
    .name = "control",
    .help = "how people tell the daemon about runs, lots and tools",
    .size = sizeof(struct control_settings),
    .options = control_rows,
};

static const struct option root_rows[] = {
    OPTION(root_options, version, .required = true, .min = 1, .max = 1,
           .help = "of this format: 1"),
    OPTION(root_options, gateway, .entry = &gateway_section,
           .help = "where this gateway stands in the plant"),
    OPTION(root_options, store, .entry = &store_section,
           .help = "where records are kept, and for how long"),
    OPTION(root_options, http, .entry = &http_section, .help = "the status page"),
    OPTION(root_options, control, .entry = &control_section,
           .help = "the socket of spindlectl"),
    OPTION(root_options, calendar, .entry = &calendar_section,
           .help = "when the shop means to work"),
    OPTION(root_options, parts, .entry = &part_section, .max = 10000,
           .help = "what is made: limits, features, prices; all optional"),
    {0},
};

const struct section root_section = {
    .name = "spindled.yaml",
    .help = "the configuration",
    .size = sizeof(struct root_options),
    .options = root_rows,
};

/* A signal, or a pattern of them; for lists of texts and texts. */
static int signal_read(const char *scalar, void *field, char reterr_expected[128])
{
    char place[SIGNAL_NAME_MAX], sentence[160];
    enum signal signal;
    uint16_t path = 1;
    char *copy = NULL;

    if (!strchr(scalar, '*') &&
        signal_parse(scalar, &signal, &path, place, sentence) < 0) {
        (void)text_copy(reterr_expected, 128,
                        "a signal like spindle_load or temperature.spindle, * for any "
                        "characters");
        return -EINVAL;
    }
    copy = strdup(scalar);
    memcpy(field, &copy, sizeof(copy));
    return copy ? 0 : -ENOMEM;
}

static const struct option publish_rows[] = {
    OPTION(publish_options, signals, .parse = signal_read, .max = 1000,
           .example = "[spindle_load, \"temperature.*\"]",
           .help = "signals that sinks get as they are, besides the records"),
    OPTION(publish_options, every, .measure = MEASURE_DURATION,
           .fallback.integer = 500 * NS_PER_MS, .min = 1e7, .max = 3600e9,
           .help = "one message per machine in this time"),
    {0},
};

const struct section publish_section = {
    .name = "publish",
    .help = "raw signals for the sinks",
    .size = sizeof(struct publish_options),
    .options = publish_rows,
};

static const struct option column_rows[] = {
    OPTION(column_settings, column, .required = true, .is_key = true,
           .help = "name of the column in the CSV file"),
    OPTION(column_settings, signal, .required = true, .is_brief = true,
           .parse = signal_read, .help = "what it means"),
    OPTION(column_settings, scale, .fallback.number = 1, .help = "multiply by this"),
    OPTION(column_settings, offset, .help = "then add this"),
    {0},
};

static const struct section column_section = {
    .name = "column",
    .help = "how a column of a CSV recording becomes a signal",
    .size = sizeof(struct column_settings),
    .options = column_rows,
};

static const struct option machine_rows[] = {
    OPTION(machine_options, name, .required = true, .parse = name_read,
           .help = "name in topics, series and commands"),
    OPTION(machine_options, cell, .fallback.text = "cell", .parse = cell_read,
           .help = "the cell it stands in"),
    OPTION(machine_options, cycle, .entry = &cycle_section,
           .help = "how its cycles are told apart"),
    OPTION(machine_options, thermal, .entry = &thermal_section,
           .help = "drift of dimensions: heat told apart from wear"),
    OPTION(machine_options, tools, .entry = &tool_section,
           .help = "limits, types and prices of its tools"),
    OPTION(machine_options, kpi, .entry = &kpi_section,
           .help = "how key figures are counted"),
    OPTION(machine_options, quality, .entry = &quality_section,
           .help = "how charts judge cycles"),
    OPTION(machine_options, publish, .entry = &publish_section,
           .help = "raw signals for the sinks"),
    OPTION(machine_options, columns, .entry = &column_section, .max = 1000,
           .help = "columns of CSV recordings, for replay"),
    {0},
};

const struct section machine_section = {
    .name = "machine",
    .help = "one machine and its links",
    .size = sizeof(struct machine_options),
    .options = machine_rows,
};
