/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sections that belong to no other folder, and the list of all of them.
 */
#pragma once

#include "daemon/base/option.h"

/* The whole file but for machines and sinks, whose keys are drivers. */
struct root_options {
    int64_t version;
    void *gateway;            /* struct gateway_settings */
    void *store;              /* struct store_options */
    void *http;               /* struct http_settings */
    void *control;            /* struct control_settings */
    void *calendar;           /* struct calendar_options; NULL = always scheduled */
    struct option_list parts; /* of struct part_options */
};

extern const struct section root_section;
extern const struct section gateway_section;
extern const struct section http_section;
extern const struct section control_section;

/* A machine without its drivers. */
struct machine_options {
    char *name, *cell;
    void *cycle, *tools, *thermal, *kpi, *quality;
    void *publish;              /* struct publish_options */
    struct option_list columns; /* of struct column_settings */
};

struct publish_options {
    struct option_list signals; /* of char * */
    int64_t every;
};

extern const struct section machine_section;
extern const struct section publish_section;

/* Reads a name that may stand in topics and tags; for option tables. */
int name_read(const char *scalar, void *field, char reterr_expected[128]);

/* As name_read(), for sinks and others that are not option rows: is it one? */
int name_check(const char *name, char reterr_expected[128]);
