/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/stand_in.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEAD_MAX = 16 * 1024,
    BACKLOG = 16
};

struct stand_in {
    uv_tcp_t listener;
    uv_loop_t *loop;
    void *owner;
    stand_in_script script;
    void (*on_leave)(void *owner, struct stand_in_visitor *visitor);
    struct stand_in_visitor *visitors;
    bool speaks_lines;
    bool is_unplugged;
    bool is_listener_closed;
};

struct stand_in_visitor {
    uv_tcp_t tcp;
    struct stand_in *stand_in;
    struct stand_in_visitor *next, **link;
    char head[HEAD_MAX];
    size_t length;
};

struct letter {
    uv_write_t write;
    char bytes[];
};

static void free_when_empty(struct stand_in *stand_in)
{
    if (stand_in->is_listener_closed && !stand_in->visitors)
        free(stand_in);
}

static void on_visitor_closed(uv_handle_t *handle)
{
    struct stand_in_visitor *visitor = handle->data;
    struct stand_in *stand_in = visitor->stand_in;

    *visitor->link = visitor->next;
    if (visitor->next)
        visitor->next->link = visitor->link;
    free(visitor);
    free_when_empty(stand_in);
}

void visitor_hang_up(struct stand_in_visitor *visitor)
{
    struct stand_in *stand_in = visitor->stand_in;

    if (uv_is_closing((uv_handle_t *)&visitor->tcp))
        return;
    if (stand_in->on_leave)
        stand_in->on_leave(stand_in->owner, visitor);
    uv_close((uv_handle_t *)&visitor->tcp, on_visitor_closed);
}

static void on_written(uv_write_t *write, int status)
{
    (void)status;
    free(write);
}

void visitor_send(struct stand_in_visitor *visitor, const void *bytes, size_t length)
{
    struct letter *letter = malloc(sizeof(*letter) + length);
    uv_buf_t buffer;

    assert(letter);
    memcpy(letter->bytes, bytes, length);
    buffer = uv_buf_init(letter->bytes, (unsigned)length);
    if (uv_is_closing((uv_handle_t *)&visitor->tcp) ||
        uv_write(&letter->write, (uv_stream_t *)&visitor->tcp, &buffer, 1, on_written) <
            0)
        free(letter);
}

void visitor_say(struct stand_in_visitor *visitor, const char *text)
{
    visitor_send(visitor, text, strlen(text));
}

void visitor_answer(struct stand_in_visitor *visitor, const char *status,
                    const char *type, const char *body)
{
    char head[256];

    (void)snprintf(head, sizeof(head),
                   "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                   status, type, strlen(body));
    visitor_say(visitor, head);
    visitor_say(visitor, body);
}

/* Takes one request or line out of what came; false when it is not whole yet. */
static bool take_request(struct stand_in_visitor *visitor, char target[HEAD_MAX])
{
    const char *mark = visitor->stand_in->speaks_lines ? "\n" : "\r\n\r\n";
    char *end = strstr(visitor->head, mark);

    if (!end)
        return false;
    size_t taken = (size_t)(end - visitor->head) + strlen(mark);
    size_t line = strcspn(visitor->head, "\r\n");
    char *words = visitor->head;

    words[line] = '\0';
    if (!visitor->stand_in->speaks_lines) {
        words = strchr(words, ' ');
        words = words ? words + 1 : visitor->head;
        words[strcspn(words, " ")] = '\0';
    }
    (void)snprintf(target, HEAD_MAX, "%s", words);
    visitor->length -= taken;
    memmove(visitor->head, visitor->head + taken, visitor->length + 1);
    return true;
}

static void on_bytes(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct stand_in_visitor *visitor = stream->data;
    char target[HEAD_MAX];

    (void)buffer;
    if (count < 0) {
        visitor_hang_up(visitor);
        return;
    }
    visitor->length += (size_t)count;
    visitor->head[visitor->length] = '\0';
    while (!uv_is_closing((uv_handle_t *)stream) && take_request(visitor, target))
        visitor->stand_in->script(visitor->stand_in->owner, visitor, target);
}

static void on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
    struct stand_in_visitor *visitor = handle->data;

    (void)wanted;
    *buffer = uv_buf_init(visitor->head + visitor->length,
                          (unsigned)(HEAD_MAX - 1 - visitor->length));
}

static void on_visitor(uv_stream_t *listener, int status)
{
    struct stand_in *stand_in = listener->data;
    struct stand_in_visitor *visitor = calloc(1, sizeof(*visitor));

    assert(status == 0 && visitor);
    visitor->stand_in = stand_in;
    visitor->tcp.data = visitor;
    visitor->next = stand_in->visitors;
    visitor->link = &stand_in->visitors;
    if (visitor->next)
        visitor->next->link = &visitor->next;
    stand_in->visitors = visitor;
    (void)uv_tcp_init(stand_in->loop, &visitor->tcp);
    (void)uv_accept(listener, (uv_stream_t *)&visitor->tcp);
    if (stand_in->is_unplugged) {
        visitor_hang_up(visitor);
        return;
    }
    (void)uv_read_start((uv_stream_t *)&visitor->tcp, on_room, on_bytes);
    if (stand_in->speaks_lines)
        stand_in->script(stand_in->owner, visitor, "");
}

struct stand_in *stand_in_open(uv_loop_t *loop, void *owner, stand_in_script script)
{
    struct stand_in *stand_in = calloc(1, sizeof(*stand_in));
    struct sockaddr_in address;

    assert(stand_in);
    stand_in->loop = loop;
    stand_in->owner = owner;
    stand_in->script = script;
    stand_in->listener.data = stand_in;
    (void)uv_ip4_addr("127.0.0.1", 0, &address);
    (void)uv_tcp_init(loop, &stand_in->listener);
    int error = uv_tcp_bind(&stand_in->listener, (struct sockaddr *)&address, 0);
    assert(!error);
    error = uv_listen((uv_stream_t *)&stand_in->listener, BACKLOG, on_visitor);
    assert(!error);
    return stand_in;
}

int stand_in_port(const struct stand_in *stand_in)
{
    struct sockaddr_in address;
    int length = sizeof(address);

    (void)uv_tcp_getsockname(&stand_in->listener, (struct sockaddr *)&address, &length);
    return (int)(((address.sin_port & 0xff) << 8) | (address.sin_port >> 8));
}

static void on_listener_closed(uv_handle_t *handle)
{
    struct stand_in *stand_in = handle->data;

    stand_in->is_listener_closed = true;
    free_when_empty(stand_in);
}

static void hang_up_on_all(struct stand_in *stand_in)
{
    for (struct stand_in_visitor *each = stand_in->visitors; each; each = each->next)
        visitor_hang_up(each);
}

void stand_in_close(struct stand_in *stand_in)
{
    hang_up_on_all(stand_in);
    uv_close((uv_handle_t *)&stand_in->listener, on_listener_closed);
}

void stand_in_unplug(struct stand_in *stand_in)
{
    stand_in->is_unplugged = true;
    hang_up_on_all(stand_in);
}

void stand_in_plug(struct stand_in *stand_in)
{
    stand_in->is_unplugged = false;
}

void stand_in_on_leave(struct stand_in *stand_in,
                       void (*on_leave)(void *owner, struct stand_in_visitor *visitor))
{
    stand_in->on_leave = on_leave;
}

void stand_in_speak_lines(struct stand_in *stand_in)
{
    stand_in->speaks_lines = true;
}
