/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as they are made, as server-sent events: `event: cycle`, `data: {…}`.
 */
#include "daemon/base/json.h"
#include "daemon/status/api.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

enum {
    MACHINE_MAX = RECORD_NAME_MAX
};

/* One client that listens. */
struct subscriber {
    struct pipeline *pipeline;
    struct request *request;
    struct pipeline_listener listener;
    char machine[MACHINE_MAX]; /* "" = all */
    struct text line;
};

static void on_gone(void *owner)
{
    struct subscriber *subscriber = owner;

    pipeline_unlisten(subscriber->pipeline, &subscriber->listener);
    text_done(&subscriber->line);
    free(subscriber);
}

static void on_record(void *owner, const struct record *record)
{
    struct subscriber *subscriber = owner;
    struct text *line = &subscriber->line;

    if (record->kind == RECORD_ARCHIVE || record->kind == RECORD_SIGNAL)
        return;
    if (*subscriber->machine && strcmp(subscriber->machine, record->machine) != 0)
        return;
    text_clear(line);
    text_add(line, "event: ");
    text_add(line, record_kind_names[record->kind]);
    text_add(line, "\ndata: ");
    record_print_json(record, line);
    text_add(line, "\n\n");
    if (!line->failed)
        request_push(subscriber->request, line->data, line->length);
}

void api_stream_events(const struct api *api, struct request *request,
                       const struct route_match *match)
{
    struct subscriber *subscriber = calloc(1, sizeof(*subscriber));
    const char *machine = request_query(request, "machine");

    (void)match;
    if (!subscriber) {
        request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
        return;
    }
    subscriber->pipeline = api->site.pipeline;
    subscriber->request = request;
    subscriber->listener =
        (struct pipeline_listener){.owner = subscriber, .on_record = on_record};
    text_init_heap(&subscriber->line);
    if (machine)
        (void)text_copy(subscriber->machine, sizeof(subscriber->machine), machine);
    request_stream(request, subscriber, on_gone);
    pipeline_listen(subscriber->pipeline, &subscriber->listener);
}
