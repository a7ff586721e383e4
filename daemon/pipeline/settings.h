/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole configuration as plain structs, as config/ hands it to the pipeline.
 */
#pragma once

#include "daemon/analytics/tracker.h"
#include "daemon/sinks/sink.h"
#include "daemon/store/store.h"
#include "drivers/driver.h"

struct gateway_settings {
    char *id, *enterprise, *site, *area;
};

struct http_settings {
    char *listen; /* "127.0.0.1:8480"; "" = no page */
};

struct control_settings {
    char *socket; /* /run/spindled/control.sock; "" = none */
};

struct sink_settings {
    char *name;
    const struct sink *sink;
    void *options; /* of sink->options */
    uint64_t
        fingerprint; /* of all that is configured for it; changes when any of it does */
};

struct link_settings {
    const struct driver *driver;
    void *options; /* of driver->options */
};

struct machine_settings {
    char *name, *cell;
    struct link_settings *links;
    size_t link_count;
    struct cycle_options *cycle;
    struct tool_options *tools;
    struct thermal_options *thermal;
    struct kpi_options *kpi;
    struct quality_options *quality;
    struct option_list columns; /* of struct column_settings: CSV columns for replay */
    struct option_list
        publish;           /* of char *: names or patterns of signals to publish raw */
    int64_t publish_every; /* ns; one raw message per machine and interval */
    uint64_t fingerprint;  /* as a sink's; also of parts and calendar */
};

/* `columns:` of a machine: how a CSV column becomes a signal. */
struct column_settings {
    char *column, *signal;
    double scale, offset;
};

struct settings {
    struct gateway_settings gateway;
    struct store_options store;
    struct http_settings http;
    struct control_settings control;
    struct calendar_options *calendar;
    struct sink_settings *sinks;
    size_t sink_count;
    struct machine_settings *machines;
    size_t machine_count;
    struct part_options *parts;
    size_t part_count;
};
