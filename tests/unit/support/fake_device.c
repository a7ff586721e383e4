/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/fake_device.h"

#include <assert.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAME = 300,
    DRIBBLE_MS = 1,
};

struct fake_connection {
    struct fake_device *device;
    uv_tcp_t tcp;
    uv_timer_t timer; /* of what dribbles */
    int handles;
    uint8_t in[4096];
    size_t in_length;
    uint8_t held[8 * FRAME]; /* late answers, or what dribbles */
    size_t held_length, held_at;
};

uint16_t fake_word(uint8_t unit, unsigned address)
{
    return (uint16_t)(1000U * unit + address);
}

static void on_closed(uv_handle_t *handle)
{
    struct fake_connection *connection = handle->data;

    if (--connection->handles == 0)
        free(connection);
}

static void hang_up(struct fake_connection *connection, bool reset)
{
    struct fake_device *device = connection->device;

    if (device->connection == connection)
        device->connection = NULL;
    if (uv_is_closing((uv_handle_t *)&connection->timer))
        return;
    if (reset)
        (void)uv_tcp_close_reset(&connection->tcp, on_closed);
    else
        uv_close((uv_handle_t *)&connection->tcp, on_closed);
    uv_close((uv_handle_t *)&connection->timer, on_closed);
}

void fake_device_hang_up(struct fake_device *device)
{
    if (device->connection)
        hang_up(device->connection, false);
}

static void write_bytes(struct fake_connection *connection, const uint8_t *bytes,
                        size_t length)
{
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)length);

    (void)uv_try_write((uv_stream_t *)&connection->tcp, &buffer, 1);
}

static size_t seal(uint8_t *frame, const uint8_t *head, size_t body)
{
    memcpy(frame, head, 7);
    frame[4] = (uint8_t)((body + 1) >> 8);
    frame[5] = (uint8_t)(body + 1);
    return 7 + body;
}

static size_t make_answer(const uint8_t *head, const struct fake_request *request,
                          uint8_t *frame)
{
    size_t bytes =
        request->function <= 2 ? (request->count + 7U) / 8 : 2U * request->count;

    frame[7] = request->function;
    frame[8] = (uint8_t)bytes;
    memset(frame + 9, 0, bytes);
    for (unsigned i = 0; i < request->count; i++) {
        unsigned address = request->address + i;
        uint16_t word = fake_word(request->unit, address);
        if (request->function <= 2) {
            frame[9 + i / 8] |= (uint8_t)((address % 3 == 0) << i % 8);
        } else {
            frame[9 + 2 * i] = (uint8_t)(word >> 8);
            frame[10 + 2 * i] = (uint8_t)word;
        }
    }
    return seal(frame, head, 2 + bytes);
}

static size_t make_exception(const uint8_t *head, uint8_t code, uint8_t *frame)
{
    frame[7] = head[7] | 0x80;
    frame[8] = code;
    return seal(frame, head, 2);
}

static void on_dribble(uv_timer_t *timer)
{
    struct fake_connection *connection = timer->data;

    write_bytes(connection, connection->held + connection->held_at++, 1);
    if (connection->held_at == connection->held_length) {
        connection->held_at = connection->held_length = 0;
        (void)uv_timer_stop(timer);
    }
}

static void hold(struct fake_connection *connection, const uint8_t *frame, size_t length)
{
    assert(connection->held_length + length <= sizeof(connection->held));
    memcpy(connection->held + connection->held_length, frame, length);
    connection->held_length += length;
}

/* The answer as it should be is in `frame`; what really goes out is decided here. */
static void misbehave(struct fake_connection *connection, enum fault fault,
                      uint8_t *frame, size_t length)
{
    static const uint8_t garbage[] = {0x55, 0xaa, 0x12, 0x99, 0x01, 0x03, 0x7f, 0xfe,
                                      0x31, 0x41, 0x59, 0x26, 0x53, 0x58, 0x97, 0x93};

    switch (fault) {
    case FAULT_SILENT:
        return;
    case FAULT_LATE:
        hold(connection, frame, length);
        return;
    case FAULT_WRONG_ID:
        frame[0] ^= 0x55;
        break;
    case FAULT_ZERO_ID:
        frame[0] = frame[1] = 0;
        break;
    case FAULT_WRONG_UNIT:
        frame[6] ^= 0x15;
        break;
    case FAULT_WRONG_FUNCTION:
        frame[7] ^= 0x07;
        break;
    case FAULT_SHORT:
        if (length > 11) {
            frame[5] = (uint8_t)(frame[5] - 2);
            frame[8] = (uint8_t)(frame[8] - 2);
            length -= 2;
        }
        break;
    case FAULT_TRUNCATED:
        length /= 2;
        break;
    case FAULT_OVERSIZE:
        frame[4] = 0x40;
        break;
    case FAULT_GARBAGE:
        write_bytes(connection, garbage, sizeof(garbage));
        break;
    case FAULT_DUPLICATE:
        write_bytes(connection, frame, length);
        break;
    case FAULT_DRIBBLE:
        hold(connection, frame, length);
        (void)uv_timer_start(&connection->timer, on_dribble, 0, DRIBBLE_MS);
        return;
    case FAULT_RESET:
        write_bytes(connection, frame, length / 2);
        hang_up(connection, true);
        return;
    default:
        break;
    }
    write_bytes(connection, frame, length);
}

static void answer(struct fake_connection *connection, const uint8_t *head)
{
    struct fake_device *device = connection->device;
    struct fake_request request = {
        .unit = head[6],
        .function = head[7],
        .address = (uint16_t)(head[8] << 8 | head[9]),
        .count = (uint16_t)(head[10] << 8 | head[11]),
    };
    uint8_t frame[FRAME];

    device->requests++;
    device->writes += request.function < 1 || request.function > 4;
    device->exception = 0;
    enum fault fault =
        device->decide ? device->decide(device->owner, device, &request) : FAULT_NONE;
    if (fault == FAULT_BUSY)
        device->exception = 6;
    if (fault == FAULT_GATEWAY)
        device->exception = 0x0b;
    if (connection->held_length && !uv_is_active((uv_handle_t *)&connection->timer)) {
        write_bytes(connection, connection->held, connection->held_length);
        connection->held_length = 0;
    }
    size_t length = device->exception ? make_exception(head, device->exception, frame)
                                      : make_answer(head, &request, frame);
    misbehave(connection, fault, frame, length);
}

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct fake_connection *connection = handle->data;

    (void)suggested;
    *buffer = uv_buf_init((char *)connection->in + connection->in_length,
                          (unsigned)(sizeof(connection->in) - connection->in_length));
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct fake_connection *connection = stream->data;
    size_t at = 0;

    (void)buffer;
    if (length < 0) {
        hang_up(connection, false);
        return;
    }
    connection->in_length += (size_t)length;
    while (connection->in_length - at >= 12 &&
           !uv_is_closing((uv_handle_t *)&connection->timer)) {
        answer(connection, connection->in + at);
        at += 12;
    }
    connection->in_length -= at;
    memmove(connection->in, connection->in + at, connection->in_length);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct fake_device *device = listener->data;
    struct fake_connection *connection = calloc(1, sizeof(*connection));

    assert(connection && status == 0);
    connection->device = device;
    connection->handles = 2;
    (void)uv_tcp_init(device->loop, &connection->tcp);
    (void)uv_timer_init(device->loop, &connection->timer);
    connection->tcp.data = connection->timer.data = connection;
    assert(uv_accept(listener, (uv_stream_t *)&connection->tcp) == 0);
    (void)uv_tcp_nodelay(&connection->tcp, 1);
    (void)uv_read_start((uv_stream_t *)&connection->tcp, on_buffer, on_read);
    device->connection = connection;
    device->connections++;
}

void fake_device_open(struct fake_device *device, uv_loop_t *loop)
{
    struct sockaddr_in address;
    int size = sizeof(address);

    (void)signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    device->loop = loop;
    assert(uv_ip4_addr("127.0.0.1", device->port, &address) == 0);
    assert(uv_tcp_init(loop, &device->listener) == 0);
    device->listener.data = device;
    assert(uv_tcp_bind(&device->listener, (struct sockaddr *)&address, 0) == 0);
    assert(uv_listen((uv_stream_t *)&device->listener, 64, on_connection) == 0);
    assert(uv_tcp_getsockname(&device->listener, (struct sockaddr *)&address, &size) ==
           0);
    device->port = ntohs(address.sin_port);
}

void fake_device_close(struct fake_device *device)
{
    fake_device_hang_up(device);
    uv_close((uv_handle_t *)&device->listener, NULL);
}
