/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line from an adapter, without an agent between: no sequences and no buffer, so a lost
 * connection is a gap of unknown size, and the first thing an adapter says is how things
 * stand (mtconnect.md 10).
 */
#include "daemon/base/backoff.h"
#include "daemon/base/clock.h"
#include "daemon/loop/slots.h"
#include "drivers/mtconnect/adapter_tools.h"
#include "drivers/mtconnect/lines.h"
#include "drivers/mtconnect/link.h"
#include "drivers/mtconnect/shdr.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_MAX = 64 << 20,
    NAME_ROOM = 256,
};

static const int64_t CONNECT_NS = 5 * NS_PER_S;
static const int64_t SNAPSHOT_NS = 1 * NS_PER_S; /* what comes first is the state */
static const int64_t PONG_NS = 10 * NS_PER_S;
static const int64_t NO_PONG_NS = 600 * NS_PER_S; /* adapters that never answer a PING */
static const int64_t FIRST_RETRY_NS = 1 * NS_PER_S, LAST_RETRY_NS = 30 * NS_PER_S;

struct adapter {
    struct driver_link link;
    struct shdr *shdr;
    struct adapter_tools *tools;
    char host[NAME_ROOM], port[16];
    uv_getaddrinfo_t resolve;
    uv_connect_t connect;
    uv_tcp_t *tcp; /* NULL when there is none; freed by its close */
    bool is_resolving;
    struct slot_task *retry, *watch;
    struct backoff backoff;
    struct lines lines;
    bool has_pong, was_linked, is_stopping;
    int64_t period_ns;
    struct moment since, heard, asked; /* connected, last bytes, last PING */
    int handles;
};

static void begin(struct adapter *adapter);

static void finish_stop(struct adapter *adapter)
{
    const struct driver_site *site = adapter->link.delivery.site;

    if (!adapter->is_stopping || adapter->handles > 0 || adapter->is_resolving)
        return;
    shdr_destroy(adapter->shdr);
    adapter_tools_destroy(adapter->tools);
    delivery_done(&adapter->link.delivery);
    lines_done(&adapter->lines);
    free(adapter);
    site->stopped(site->owner);
}

static void on_retry(void *owner, struct moment due, int64_t missed)
{
    struct adapter *adapter = owner;

    (void)due;
    (void)missed;
    adapter->retry = NULL;
    begin(adapter);
}

static void retry_in(struct adapter *adapter, int64_t delay_ns)
{
    if (!adapter->is_stopping && !adapter->retry)
        (void)slots_once(adapter->link.delivery.site->slots, delay_ns, adapter, on_retry,
                         &adapter->retry);
}

static void on_closed(uv_handle_t *handle)
{
    struct adapter *adapter = handle->data;

    free(handle);
    adapter->handles--;
    finish_stop(adapter);
}

static void close_socket(struct adapter *adapter)
{
    slots_cancel(adapter->watch);
    adapter->watch = NULL;
    if (adapter->tcp)
        uv_close((uv_handle_t *)adapter->tcp, on_closed);
    adapter->tcp = NULL;
}

static void lose(struct adapter *adapter, const char *reason)
{
    struct delivery *delivery = &adapter->link.delivery;
    struct moment now = clock_now();

    close_socket(adapter);
    delivery_trouble(delivery, "cannot hear the adapter: %s", reason);
    delivery_link(delivery, false, now);
    delivery->health.reconnects++;
    adapter->was_linked = adapter->was_linked || adapter->has_pong;
    retry_in(adapter, backoff_next(&adapter->backoff));
}

static void on_observation(void *owner, const struct observation *observation)
{
    struct adapter *adapter = owner;
    bool is_news = adapter->heard.mono_ns - adapter->since.mono_ns > SNAPSHOT_NS;

    delivery_observation(&adapter->link.delivery, observation, adapter->heard, is_news);
}

static void emit_tool(void *owner, const struct sample *sample)
{
    struct delivery *delivery = owner;

    delivery->health.samples++;
    delivery->site->deliver(delivery->site->owner, sample, 1);
}

/* Assets have old stamps by nature: they hold from when they are heard. */
static void on_asset(void *owner, const struct shdr_asset *asset)
{
    struct adapter *adapter = owner;
    bool is_news = adapter->heard.mono_ns - adapter->since.mono_ns > SNAPSHOT_NS;
    const struct hearing hearing = {.at = adapter->heard,
                                    .flags = is_news ? 0 : SAMPLE_SNAPSHOT};
    const struct mapping_sink sink = {&adapter->link.delivery, emit_tool};

    (void)adapter_tools_change(adapter->tools, asset, &hearing, &sink);
}

/* "* PONG 10000": from now on silence means something. */
static void read_pong(struct adapter *adapter, const char *line)
{
    int64_t period_ms;

    if (strncmp(line, "* PONG", 6) != 0)
        return;
    adapter->has_pong = true;
    if (text_read_integer(line + 6, &period_ms) == 0 && period_ms >= 1000 &&
        period_ms <= 600000)
        adapter->period_ns = period_ms * NS_PER_MS;
}

static void on_line(void *owner, char *line)
{
    struct adapter *adapter = owner;
    const struct shdr_sink sink = {
        .owner = adapter, .observe = on_observation, .change_asset = on_asset};

    if (!line) {
        adapter->link.delivery.health.malformed++;
        return;
    }
    adapter->link.delivery.health.answered++;
    read_pong(adapter, line);
    shdr_read_line(adapter->shdr, line, &sink);
}

static void on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
    static char room[64 * 1024]; /* used up before the next read */

    (void)handle;
    (void)wanted;
    *buffer = uv_buf_init(room, sizeof(room));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct adapter *adapter = stream->data;
    const struct lines_sink sink = {adapter, on_line};

    if ((uv_tcp_t *)stream != adapter->tcp)
        return;
    if (count < 0) {
        lose(adapter, count == UV_EOF ? "it hung up" : uv_strerror((int)count));
        return;
    }
    adapter->heard = clock_now();
    if (count > 0 && !adapter->link.delivery.health.linked)
        backoff_reset(&adapter->backoff);
    delivery_link(&adapter->link.delivery, true, adapter->heard);
    delivery_alive(&adapter->link.delivery, adapter->heard);
    lines_feed(&adapter->lines, buffer->base, (size_t)count, &sink);
}

static void on_pinged(uv_write_t *write, int status)
{
    (void)status;
    free(write);
}

static void ping(struct adapter *adapter)
{
    static char words[] = "* PING\n";
    uv_buf_t buffer = uv_buf_init(words, sizeof(words) - 1);
    uv_write_t *write = malloc(sizeof(*write));

    adapter->asked = clock_now();
    if (write && uv_write(write, (uv_stream_t *)adapter->tcp, &buffer, 1, on_pinged) < 0)
        free(write);
    adapter->link.delivery.health.asked++;
}

/* Twice a second: is it time to ask, has it been silent too long? */
static void on_watch(void *owner, struct moment due, int64_t missed)
{
    struct adapter *adapter = owner;
    struct moment now = clock_now();
    bool is_connected = adapter->since.mono_ns != 0;
    int64_t limit_ns = adapter->has_pong ? 2 * adapter->period_ns : NO_PONG_NS;

    (void)due;
    (void)missed;
    if (now.mono_ns - adapter->heard.mono_ns > (is_connected ? limit_ns : CONNECT_NS)) {
        adapter->link.delivery.health.timeouts++;
        lose(adapter, is_connected ? "silent too long" : "no connection in time");
    } else if (is_connected &&
               now.mono_ns - adapter->asked.mono_ns > adapter->period_ns) {
        ping(adapter);
    }
}

/* What was said meanwhile is lost, and nobody knows how much it was. */
static void tell_gap(struct adapter *adapter, struct moment now)
{
    const struct position_gap gap = {0};

    if (adapter->was_linked)
        delivery_gap(&adapter->link.delivery, &gap, "no connection to the adapter", now);
    adapter->was_linked = true;
}

static void on_connected(uv_connect_t *connect, int status)
{
    struct adapter *adapter = connect->data;

    if (status == UV_ECANCELED || (uv_tcp_t *)connect->handle != adapter->tcp)
        return;
    if (status < 0) {
        lose(adapter, uv_strerror(status));
        return;
    }
    adapter->since = adapter->heard = clock_now();
    adapter->has_pong = false;
    adapter->period_ns = PONG_NS;
    lines_reset(&adapter->lines);
    tell_gap(adapter, adapter->since);
    (void)uv_read_start((uv_stream_t *)adapter->tcp, on_room, on_read);
    ping(adapter);
}

static void on_resolved(uv_getaddrinfo_t *resolve, int status, struct addrinfo *found)
{
    struct adapter *adapter = resolve->data;

    adapter->is_resolving = false;
    if (adapter->is_stopping) {
        uv_freeaddrinfo(found);
        finish_stop(adapter);
        return;
    }
    adapter->tcp = status < 0 ? NULL : calloc(1, sizeof(*adapter->tcp));
    if (!adapter->tcp) {
        lose(adapter, status < 0 ? uv_strerror(status) : "out of memory");
        uv_freeaddrinfo(found);
        return;
    }
    (void)uv_tcp_init(adapter->link.delivery.site->loop, adapter->tcp);
    adapter->handles++;
    adapter->tcp->data = adapter;
    adapter->connect.data = adapter;
    adapter->since = (struct moment){0};
    adapter->heard = clock_now();
    (void)slots_every(adapter->link.delivery.site->slots, NS_PER_S / 2, adapter, on_watch,
                      &adapter->watch);
    int error =
        uv_tcp_connect(&adapter->connect, adapter->tcp, found->ai_addr, on_connected);
    uv_freeaddrinfo(found);
    if (error)
        lose(adapter, uv_strerror(error));
}

/* Names are asked for again each time: adapters move with DHCP. */
static void begin(struct adapter *adapter)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};

    adapter->resolve.data = adapter;
    int error = uv_getaddrinfo(adapter->link.delivery.site->loop, &adapter->resolve,
                               on_resolved, adapter->host, adapter->port, &hints);
    adapter->is_resolving = error == 0;
    if (error)
        lose(adapter, uv_strerror(error));
}

static void adapter_stop(struct driver_link *link)
{
    struct adapter *adapter = (struct adapter *)link;

    adapter->is_stopping = true;
    slots_cancel(adapter->retry);
    adapter->retry = NULL;
    if (adapter->is_resolving)
        (void)uv_cancel((uv_req_t *)&adapter->resolve);
    if (!adapter->tcp && adapter->handles == 0 && !adapter->is_resolving) {
        adapter->tcp = calloc(1, sizeof(*adapter->tcp)); /* to end only on a later turn */
        if (adapter->tcp) {
            (void)uv_tcp_init(link->delivery.site->loop, adapter->tcp);
            adapter->tcp->data = adapter;
            adapter->handles++;
        }
    }
    close_socket(adapter);
    finish_stop(adapter);
}

/* "shdr://host:7878", "shdr://[::1]:7878/". */
static int read_url(struct adapter *adapter, const char *url)
{
    const char *host = url + strlen("shdr://");
    bool is_bracketed = *host == '[';

    host += is_bracketed;
    size_t length = strcspn(host, is_bracketed ? "]" : ":/");
    const char *rest = host + length + (is_bracketed && host[length] == ']');
    if (!length || length >= sizeof(adapter->host))
        return -EINVAL;
    (void)snprintf(adapter->host, sizeof(adapter->host), "%.*s", (int)length, host);
    (void)text_copy(adapter->port, sizeof(adapter->port),
                    *rest == ':' ? rest + 1 : "7878");
    adapter->port[strcspn(adapter->port, "/")] = '\0';
    return *adapter->port ? 0 : -EINVAL;
}

/* A small local file, once, before the link runs. */
static int read_devices(struct adapter *adapter)
{
    const char *path = adapter->link.delivery.options->devices;
    FILE *file = path ? fopen(path, "rb") : NULL;
    char chunk[4096], sentence[160] = "cannot read the devices file";
    struct devices *devices;
    struct text xml;
    size_t count;

    if (!file)
        return path ? -errno : -EINVAL;
    text_init_heap(&xml);
    while (xml.length < FILE_MAX && (count = fread(chunk, 1, sizeof(chunk), file)) > 0)
        text_add_bytes(&xml, chunk, count);
    (void)fclose(file);
    int error = xml.failed ? -ENOMEM
                           : devices_read(xml.data ? xml.data : "", xml.length, &devices,
                                          sentence);
    text_done(&xml);
    if (!error)
        error = delivery_map(&adapter->link.delivery, devices, sentence);
    return error ? error : shdr_create(adapter->link.delivery.mapping, &adapter->shdr);
}

int adapter_start(const struct driver_site *site, const struct mtconnect_options *options,
                  struct driver_link **ret_link)
{
    struct adapter *adapter = calloc(1, sizeof(*adapter));

    if (!adapter)
        return -ENOMEM;
    adapter->link.stop = adapter_stop;
    delivery_init(&adapter->link.delivery, site, options);
    backoff_init(&adapter->backoff, FIRST_RETRY_NS, LAST_RETRY_NS,
                 (uint32_t)strlen(site->machine) * 2654435761u);
    int error = read_url(adapter, options->url);
    if (!error)
        error = adapter_tools_create(&adapter->tools);
    if (!error)
        error = read_devices(adapter);
    if (!error)
        error = slots_once(site->slots, SLOT_NS, adapter, on_retry, &adapter->retry);
    if (error) {
        shdr_destroy(adapter->shdr);
        adapter_tools_destroy(adapter->tools);
        delivery_done(&adapter->link.delivery);
        free(adapter);
        return error;
    }
    *ret_link = &adapter->link;
    return 0;
}
