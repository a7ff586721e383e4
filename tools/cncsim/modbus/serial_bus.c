/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/modbus/serial_bus.h"

#include "daemon/base/moment.h"
#include "tools/cncsim/modbus/speaker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define READ_REQUEST  8 /* unit, function, address, count, CRC */
#define BITS_A_BYTE   11
#define SILENCE_MS    100 /* what was begun before that long is forgotten */
#define RTU_FRAME_MAX 256

struct serial_bus {
    const char *name;
    int master, slave; /* the slave is held open, so that the line stays up */
    char path[64];
    int64_t baud;
    uv_poll_t poll;
    struct speaker speaker;
    struct responder *responder;
    struct device *devices[BUS_UNITS_MAX];
    size_t device_count;
    unsigned char request[RTU_FRAME_MAX];
    size_t used;
    uint64_t heard_ms;
    int open_handles;
};

static void on_say(void *owner, const unsigned char *bytes, size_t length)
{
    struct serial_bus *bus = owner;

    /* A line nobody reads loses what is said. */
    if (write(bus->master, bytes, length) < 0)
        return;
}

static struct device *bus_device(struct serial_bus *bus, int unit)
{
    for (size_t i = 0; i < bus->device_count; i++) {
        if (bus->devices[i]->unit == unit)
            return bus->devices[i];
    }
    return NULL;
}

static void bus_serve(struct serial_bus *bus)
{
    struct device *device = bus_device(bus, bus->request[0]);
    uint16_t crc = frame_crc(bus->request, READ_REQUEST - 2);
    struct delivery delivery;

    if (!device || bus->request[6] != (crc & 0xFF) || bus->request[7] != crc >> 8)
        return;
    device_answer(device, bus->responder, false, bus->request, READ_REQUEST, &delivery);
    if (delivery.closes) { /* a bus cannot hang up: it falls silent */
        delivery.closes = false;
        delivery.silent = true;
    }
    delivery.delay_ns +=
        (int64_t)(delivery.length + READ_REQUEST) * BITS_A_BYTE * NS_PER_S / bus->baud;
    speaker_add(&bus->speaker, &delivery);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct serial_bus *bus = poll->data;
    uint64_t now_ms = uv_now(poll->loop);
    ssize_t length;

    (void)events;
    if (status < 0)
        return;
    if (now_ms - bus->heard_ms > SILENCE_MS)
        bus->used = 0;
    bus->heard_ms = now_ms;
    length =
        read(bus->master, bus->request + bus->used, sizeof(bus->request) - bus->used);
    if (length <= 0)
        return;
    bus->used += (size_t)length;
    if (bus->used < READ_REQUEST)
        return;
    /* Reads are the only requests of this length that are served; the rest is dropped, as
       a unit does that finds no sound frame. */
    bus_serve(bus);
    bus->used = 0;
}

static int bus_open(struct serial_bus *bus)
{
    struct termios settings;

    bus->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (bus->master < 0 || grantpt(bus->master) < 0 || unlockpt(bus->master) < 0 ||
        ptsname_r(bus->master, bus->path, sizeof(bus->path)) != 0)
        return -errno;
    bus->slave = open(bus->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (bus->slave < 0 || tcgetattr(bus->slave, &settings) < 0)
        return -errno;
    cfmakeraw(&settings);
    return tcsetattr(bus->slave, TCSANOW, &settings) < 0 ? -errno : 0;
}

int serial_bus_create(uv_loop_t *loop, const char *name, int64_t baud,
                      struct responder *responder, struct serial_bus **ret_bus)
{
    struct serial_bus *bus = calloc(1, sizeof(*bus));
    int error;

    if (!bus)
        return -ENOMEM;
    *bus = (struct serial_bus){.name = name,
                               .baud = baud,
                               .responder = responder,
                               .master = -1,
                               .slave = -1,
                               .open_handles = 2};
    error = bus_open(bus);
    if (error == 0)
        error = uv_poll_init(loop, &bus->poll, bus->master);
    if (error < 0) {
        if (bus->master >= 0)
            close(bus->master);
        if (bus->slave >= 0)
            close(bus->slave);
        free(bus);
        return error;
    }
    bus->poll.data = bus;
    speaker_init(&bus->speaker, loop, bus);
    bus->speaker.say = on_say;
    uv_poll_start(&bus->poll, UV_READABLE, on_readable);
    *ret_bus = bus;
    return 0;
}

int serial_bus_join(struct serial_bus *bus, struct device *device)
{
    if (bus->device_count == BUS_UNITS_MAX)
        return -ENOSPC;
    if (bus_device(bus, device->unit))
        return -EEXIST;
    bus->devices[bus->device_count++] = device;
    return 0;
}

const char *serial_bus_path(const struct serial_bus *bus)
{
    return bus->path;
}

const char *serial_bus_name(const struct serial_bus *bus)
{
    return bus->name;
}

static void bus_free_when_closed(struct serial_bus *bus)
{
    if (--bus->open_handles > 0)
        return;
    close(bus->master);
    close(bus->slave);
    free(bus);
}

static void on_poll_closed(uv_handle_t *handle)
{
    bus_free_when_closed(handle->data);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct speaker *speaker = handle->data;

    bus_free_when_closed(speaker->owner);
}

void serial_bus_close(struct serial_bus *bus)
{
    if (!bus)
        return;
    uv_close((uv_handle_t *)&bus->poll, on_poll_closed);
    uv_close((uv_handle_t *)&bus->speaker.timer, on_timer_closed);
}
