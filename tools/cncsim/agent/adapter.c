/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/agent/adapter.h"

#include "daemon/base/moment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PONG           "* PONG 10000\n"
#define LINE_MAX_BYTES 128

struct adapter {
    uv_tcp_t listener;
    const struct agent *agent;
    struct listener *listeners;
};

struct listener {
    uv_tcp_t socket;
    struct adapter *adapter;
    struct listener *next, **link;
    char line[LINE_MAX_BYTES];
};

static void adapter_print_condition(const struct item_row *row,
                                    const struct panel_value *value, struct text *text)
{
    static const char *const levels[] = {"NORMAL", "WARNING", "FAULT"};
    const char *words = strchr(value->text, '|');

    text_add_format(text, "|%s|%s|", row->id, levels[(size_t)value->number]);
    if (words)
        text_add_format(text, "%.*s|||%s", (int)(words - value->text), value->text,
                        words + 1);
    else
        text_add(text, "|||");
    text_add_char(text, '\n');
}

void adapter_print(enum panel_item item, const struct panel_value *value,
                   enum agent_version version, int64_t wall_ns, struct text *text)
{
    for (size_t i = 0; i < item_count; i++) {
        const struct item_row *row = &item_rows[i];
        char time[RFC3339_MAX];

        if (row->item != (int)item || !item_speaks(row, version))
            continue;
        moment_print(wall_ns, time);
        text_add(text, time);
        if (row->category == CATEGORY_CONDITION) {
            adapter_print_condition(row, value, text);
            continue;
        }
        text_add_format(text, "|%s|", row->id);
        item_print_value(row, version, value, text);
        text_add_char(text, '\n');
    }
}

static void on_listener_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void listener_close(struct listener *listener)
{
    if (uv_is_closing((uv_handle_t *)&listener->socket))
        return;
    *listener->link = listener->next;
    if (listener->next)
        listener->next->link = listener->link;
    uv_close((uv_handle_t *)&listener->socket, on_listener_closed);
}

static void listener_say(struct listener *listener, const char *string, size_t length)
{
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)string, (unsigned)length);

    (void)uv_try_write((uv_stream_t *)&listener->socket, &buffer, 1);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct listener *listener = handle->data;

    (void)suggested;
    *buffer = uv_buf_init(listener->line, sizeof(listener->line));
}

/* The only thing a client says is PING. */
static void on_words(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct listener *listener = stream->data;

    if (length < 0)
        listener_close(listener);
    else if (memmem(buffer->base, (size_t)length, "* PING", 6))
        listener_say(listener, PONG, strlen(PONG));
}

static void listener_greet(struct listener *listener)
{
    const struct agent *agent = listener->adapter->agent;
    struct text text;

    text_init_heap(&text);
    text_add(&text, "* adapterVersion: 1.0\n");
    for (int i = 0; i < ITEM_COUNT; i++)
        adapter_print((enum panel_item)i, &agent->machine->panel.values[i],
                      agent->version, agent->wall_ns, &text);
    listener_say(listener, text.data, text.length);
    text_done(&text);
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct adapter *adapter = stream->data;
    struct listener *listener = status < 0 ? NULL : calloc(1, sizeof(*listener));

    if (!listener)
        return;
    uv_tcp_init(stream->loop, &listener->socket);
    listener->socket.data = listener;
    listener->adapter = adapter;
    listener->next = adapter->listeners;
    listener->link = &adapter->listeners;
    if (listener->next)
        listener->next->link = &listener->next;
    adapter->listeners = listener;
    if (uv_accept(stream, (uv_stream_t *)&listener->socket) < 0) {
        listener_close(listener);
        return;
    }
    uv_read_start((uv_stream_t *)&listener->socket, on_room, on_words);
    listener_greet(listener);
}

int adapter_port(const struct adapter *adapter)
{
    struct sockaddr_in address = {0};
    int length = sizeof(address);

    uv_tcp_getsockname(&adapter->listener, (struct sockaddr *)&address, &length);
    return ntohs(address.sin_port);
}

void adapter_observe(struct adapter *adapter, enum panel_item item,
                     const struct panel_value *value, int64_t wall_ns)
{
    struct text text;

    if (!adapter->listeners)
        return;
    text_init_heap(&text);
    adapter_print(item, value, adapter->agent->version, wall_ns, &text);
    for (struct listener *listener = adapter->listeners; listener && text.length > 0;
         listener = listener->next)
        listener_say(listener, text.data, text.length);
    text_done(&text);
}

static void on_adapter_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void adapter_close(struct adapter *adapter)
{
    if (!adapter)
        return;
    while (adapter->listeners)
        listener_close(adapter->listeners);
    uv_close((uv_handle_t *)&adapter->listener, on_adapter_closed);
}

int adapter_create(uv_loop_t *loop, const char *address, int port,
                   const struct agent *agent, struct adapter **ret_adapter)
{
    struct adapter *adapter = calloc(1, sizeof(*adapter));
    struct sockaddr_in where;
    int error;

    if (!adapter)
        return -ENOMEM;
    adapter->agent = agent;
    uv_tcp_init(loop, &adapter->listener);
    adapter->listener.data = adapter;
    error = uv_ip4_addr(address, port, &where);
    if (error == 0)
        error = uv_tcp_bind(&adapter->listener, (struct sockaddr *)&where, 0);
    if (error == 0)
        error = uv_listen((uv_stream_t *)&adapter->listener, 8, on_connection);
    if (error < 0) {
        adapter_close(adapter);
        return error;
    }
    *ret_adapter = adapter;
    return 0;
}
