/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator configures under `influx:`.
 */
#pragma once

#include "daemon/base/option.h"
#include "daemon/base/text.h"

enum influx_api {
    INFLUX_V1, /* /write, InfluxDB 1.x and VictoriaMetrics */
    INFLUX_V2, /* /api/v2/write */
    INFLUX_V3, /* /api/v3/write_lp */
};

struct influx_options {
    char *url;
    unsigned api; /* enum influx_api */
    char *database, *retention_policy;
    char *org, *bucket;
    char *token_file, *username, *password_file;
    char *ca_file, *certificate_file, *key_file;
    bool gzip;
    bool create_database; /* when the server says that it does not exist; v1 */
    bool insecure_skip_verify;
    bool allow_plaintext_password;
    int64_t timeout;     /* ns */
    int64_t batch_bytes; /* of one request, before compression */
};

extern const struct section influx_section;

/* Appends the address of writes, with everything in it escaped. Pure. */
void influx_print_url(const struct influx_options *options, struct text *text);

/* Appends the address where VictoriaMetrics says when it was started. Pure. */
void influx_print_metrics_url(const struct influx_options *options, struct text *text);

/* Appends the address that creates the database, for v1. Pure. */
void influx_print_creation(const struct influx_options *options, struct text *text);
