/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is answered to which path. Private to this folder; every handler is one row in
 * api.c.
 */
#pragma once

#include "daemon/status/portions.h"
#include "daemon/status/status.h"

/* What handlers see. */
struct api {
    struct status_site site;
    struct status *status;
    struct portions *portions;
    bool takes_commands; /* this server is the control socket */
};

/* A path is cut at its slashes: /v1/machines/{1}/{2}. */
#define PATH_PARTS 6
struct route_match {
    const char *parts[PATH_PARTS]; /* what stood where the pattern has {} */
    size_t count;
};

/* The version of portions that go from place to place; `source` is an api. */
uint64_t api_roster_edition(const void *source);

void api_handle(const struct api *api, struct request *request);

/* The handlers, one file a family. */
typedef void (*api_handler)(const struct api *api, struct request *request,
                            const struct route_match *match);

void api_list_machines(const struct api *api, struct request *request,
                       const struct route_match *match);
void api_show_machine(const struct api *api, struct request *request,
                      const struct route_match *match);
void api_list_signals(const struct api *api, struct request *request,
                      const struct route_match *match);
void api_list_records(const struct api *api, struct request *request,
                      const struct route_match *match);
void api_list_runs(const struct api *api, struct request *request,
                   const struct route_match *match);
void api_stream_samples(const struct api *api, struct request *request,
                        const struct route_match *match);
void api_list_letters(const struct api *api, struct request *request,
                      const struct route_match *match);
void api_settle_letters(const struct api *api, struct request *request,
                        const struct route_match *match);
void api_show_report(const struct api *api, struct request *request,
                     const struct route_match *match);
void api_show_queue(const struct api *api, struct request *request,
                    const struct route_match *match);
void api_show_health(const struct api *api, struct request *request,
                     const struct route_match *match);
void api_show_metrics(const struct api *api, struct request *request,
                      const struct route_match *match);
void api_show_version(const struct api *api, struct request *request,
                      const struct route_match *match);
void api_stream_events(const struct api *api, struct request *request,
                       const struct route_match *match);
void api_take_command(const struct api *api, struct request *request,
                      const struct route_match *match);
void api_show_asset(const struct api *api, struct request *request,
                    const struct route_match *match);
