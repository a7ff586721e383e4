/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/transport.h"

#include <errno.h>
#include <linux/serial.h>
#include <modbus.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/*
 * libmodbus opens, configures and restores the port. Its framing is not used: it waits in
 * select() and keeps no silence (docs/modbus.md), so bytes are read and written here.
 */
struct serial {
    struct transport transport;
    struct transport_events events;
    modbus_t *port;
    int descriptor;
    uv_poll_t poll;
    uv_timer_t announce; /* says "opened" from the loop, not from within open */
    int handles;         /* still to be closed */
    bool closing;
};

/* libmodbus invents errno values of its own above MODBUS_ENOBASE. */
static int last_error(void)
{
    return errno >= MODBUS_ENOBASE ? -EPROTO : -errno;
}

static void on_closed(uv_handle_t *handle)
{
    struct serial *serial = handle->data;

    if (--serial->handles == 0) {
        modbus_close(serial->port);
        modbus_free(serial->port);
        free(serial);
    }
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct serial *serial = poll->data;
    uint8_t bytes[FRAME_MAX];

    (void)events;
    ssize_t length = status < 0 ? status : read(serial->descriptor, bytes, sizeof(bytes));
    if (length > 0) {
        serial->events.received(serial->events.owner, bytes, (size_t)length);
        return;
    }
    if (status == 0 && length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    (void)uv_poll_stop(poll);
    serial->events.lost(serial->events.owner, length < 0 && !status ? -errno : -EIO);
}

static void on_announce(uv_timer_t *timer)
{
    struct serial *serial = timer->data;

    if (!serial->closing)
        serial->events.opened(serial->events.owner);
}

/* What the driver does not know comes back in many ways; here it is one. */
static int switch_direction(int descriptor, enum rs485 rs485)
{
    struct serial_rs485 port;

    if (ioctl(descriptor, TIOCGRS485, &port) < 0)
        return -ENOSYS;
    port.flags = line_rs485_flags(rs485, port.flags);
    return ioctl(descriptor, TIOCSRS485, &port) < 0 ? -ENOSYS : 0;
}

static int open_port(const struct line_address *address, modbus_t **ret_port)
{
    modbus_t *port = modbus_new_rtu(address->name, address->baud, address->parity,
                                    address->data_bits, address->stop_bits);
    if (!port)
        return last_error();

    int error = modbus_connect(port) ? last_error() : 0;
    if (!error && address->rs485 != RS485_NONE) {
        error = switch_direction(modbus_get_socket(port), address->rs485);
        if (error)
            modbus_close(port);
    }
    if (error) {
        modbus_free(port);
        return error;
    }
    *ret_port = port;
    return 0;
}

static int serial_open(uv_loop_t *loop, const struct line_address *address,
                       const struct transport_events *events,
                       struct transport **ret_transport)
{
    struct serial *serial = calloc(1, sizeof(*serial));
    if (!serial)
        return -ENOMEM;

    serial->transport.kind = &transport_serial;
    serial->events = *events;
    int error = open_port(address, &serial->port);
    if (error) {
        free(serial);
        return error;
    }
    serial->descriptor = modbus_get_socket(serial->port);
    error = uv_poll_init(loop, &serial->poll, serial->descriptor);
    if (error) {
        modbus_close(serial->port);
        modbus_free(serial->port);
        free(serial);
        return error;
    }
    (void)uv_timer_init(loop, &serial->announce);
    serial->poll.data = serial->announce.data = serial;
    serial->handles = 2;
    (void)uv_poll_start(&serial->poll, UV_READABLE, on_readable);
    (void)uv_timer_start(&serial->announce, on_announce, 0, 0);
    *ret_transport = &serial->transport;
    return 0;
}

/* A request is 8 bytes; the port's buffer holds far more. */
static int serial_write(struct transport *transport, const uint8_t *bytes, size_t length)
{
    struct serial *serial = (struct serial *)transport;

    ssize_t written = write(serial->descriptor, bytes, length);
    if (written < 0)
        return -errno;
    return (size_t)written == length ? 0 : -EIO;
}

static void serial_flush(struct transport *transport)
{
    struct serial *serial = (struct serial *)transport;

    (void)tcflush(serial->descriptor, TCIFLUSH);
}

static void serial_close(struct transport *transport)
{
    struct serial *serial = (struct serial *)transport;

    serial->closing = true;
    (void)uv_poll_stop(&serial->poll);
    uv_close((uv_handle_t *)&serial->poll, on_closed);
    uv_close((uv_handle_t *)&serial->announce, on_closed);
}

const struct transport_kind transport_serial = {
    .open = serial_open,
    .write = serial_write,
    .flush = serial_flush,
    .close = serial_close,
};
