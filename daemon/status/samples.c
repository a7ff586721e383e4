/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /v1/samples?machine=: every sample as it comes, as server-sent events whose data are
 * lines of a tape (docs/replay.md).
 */
#include "daemon/pipeline/roster.h"
#include "daemon/status/api.h"
#include "drivers/tape/tape.h"

#include <microhttpd.h>
#include <stdlib.h>

/* One client that records. */
struct recorder {
    struct station *station; /* NULL when it has gone: a reload, the end */
    struct request *request;
    struct listener listener;
    struct text line;
};

static void on_left(void *owner)
{
    struct recorder *recorder = owner;

    if (recorder->station)
        audience_leave(station_audience(recorder->station), &recorder->listener);
    text_done(&recorder->line);
    free(recorder);
}

static void on_sample(void *owner, const struct sample *sample)
{
    struct recorder *recorder = owner;
    struct text *line = &recorder->line;

    text_clear(line);
    text_add(line, "data: ");
    tape_print(sample, line);
    text_add_char(line, '\n');
    if (!line->failed)
        request_push(recorder->request, line->data, line->length);
}

static void on_station_gone(void *owner)
{
    struct recorder *recorder = owner;

    recorder->station = NULL;
}

void api_stream_samples(const struct api *api, struct request *request,
                        const struct route_match *match)
{
    const char *machine = request_query(request, "machine");
    struct station *station =
        machine ? roster_find_station(pipeline_roster(api->site.pipeline), machine)
                : NULL;
    struct recorder *recorder = station ? calloc(1, sizeof(*recorder)) : NULL;

    (void)match;
    if (!station) {
        request_refuse(request, MHD_HTTP_NOT_FOUND,
                       "which machine? /v1/samples?machine=NAME; see /v1/machines");
        return;
    }
    if (!recorder) {
        request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
        return;
    }
    recorder->station = station;
    recorder->request = request;
    recorder->listener = (struct listener){
        .owner = recorder, .on_sample = on_sample, .on_gone = on_station_gone};
    text_init_heap(&recorder->line);
    request_stream(request, recorder, on_left);
    audience_join(station_audience(station), &recorder->listener);
}
