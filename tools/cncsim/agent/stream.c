/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/agent/stream.h"

#include <string.h>

#define SPLIT_BYTES 7
#define LOOK_MS     50 /* how often a quiet stream looks for news */

static bool stream_suffers(const struct stream *stream, enum fault_kind kind)
{
    return trouble_find(stream->trouble, *stream->now_ns, kind) != NULL;
}

/* Header names are written differently by the two generations, and clients must not care.
 */
static void part_frame(struct stream *stream, struct text *document)
{
    bool is_old = stream->agent->version < VERSION_2_0;
    size_t length = document->length;

    if (stream_suffers(stream, FAULT_BAD_XML) && length > 40)
        memcpy(document->data + length / 2, "<&<", 3);
    text_clear(&stream->pending);
    stream->said = 0;
    text_add_format(&stream->pending,
                    is_old
                        ? "--%s\r\nContent-type: text/xml\r\nContent-length: %zu\r\n\r\n"
                        : "--%s\r\nContent-Type: application/xml\r\n"
                          "Content-Length: %zu\r\n\r\n",
                    STREAM_BOUNDARY, length);
    if (stream_suffers(stream, FAULT_HALF_DOCUMENT)) {
        length /= 2;
        stream->ended = true;
    }
    text_add_bytes(&stream->pending, document->data, length);
    if (!stream->ended)
        text_add(&stream->pending, "\r\n");
}

/* Read too slowly: the error comes as a part, then the end (mtconnect.md 0.4). */
static void stream_fall_behind(struct stream *stream, struct text *document)
{
    if (stream->agent->version < VERSION_2_0)
        agent_print_error(stream->agent, "OUT_OF_RANGE",
                          "Client can't keep up with event stream, disconnecting",
                          document);
    else
        agent_print_error(stream->agent, "INTERNAL_ERROR",
                          "Client fell too far behind, disconnecting", document);
}

static bool stream_is_due(const struct stream *stream, int64_t now_ms)
{
    int64_t waited = now_ms - stream->last_part_ms;
    bool has_news = stream->is_current || stream->next < stream->agent->next;

    if (stream->last_part_ms == 0)
        return true;
    return waited >= (has_news ? stream->interval_ms : stream->heartbeat_ms);
}

bool stream_compose(struct stream *stream, int64_t now_ms)
{
    struct text document;
    bool fell_behind;

    if (stream->said < stream->pending.length)
        return true;
    if (stream->ended || stream_suffers(stream, FAULT_STALL))
        return false;
    if (stream->instance != stream->agent->instance) {
        stream->ended = true;
        return true;
    }
    if (!stream_is_due(stream, now_ms))
        return false;
    text_init_heap(&document);
    fell_behind = !stream->is_current && stream->next < stream->agent->oldest;
    if (fell_behind)
        stream_fall_behind(stream, &document);
    else if (stream->is_current)
        agent_print_current(stream->agent, &document);
    else
        agent_print_sample(stream->agent, stream->next, stream->count, &document,
                           &stream->next);
    part_frame(stream, &document);
    stream->ended = stream->ended || fell_behind;
    stream->last_part_ms = now_ms;
    text_done(&document);
    return true;
}

ssize_t stream_read(struct stream *stream, char *bytes, size_t room)
{
    size_t left = stream->pending.length - stream->said;

    if (left == 0)
        return stream->ended ? -1 : 0;
    if (stream_suffers(stream, FAULT_SPLIT) && room > SPLIT_BYTES)
        room = SPLIT_BYTES;
    if (left < room)
        room = left;
    memcpy(bytes, stream->pending.data + stream->said, room);
    stream->said += room;
    return (ssize_t)room;
}

int64_t stream_pause_ms(const struct stream *stream, int64_t now_ms)
{
    int64_t waited = now_ms - stream->last_part_ms;
    int64_t left = stream->heartbeat_ms - waited;
    int64_t look = stream->interval_ms > waited ? stream->interval_ms - waited : LOOK_MS;

    if (left < look)
        look = left;
    return look < 1 ? 1 : look;
}
