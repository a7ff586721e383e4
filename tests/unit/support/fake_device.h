/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Modbus TCP device for tests, on the loop of the test, on a port the kernel gives.
 * Every register holds 1000 * unit + address, every bit is address % 3 == 0, so that an
 * answer proves itself; how it misbehaves is decided request by request.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

enum fault {
    FAULT_NONE,
    FAULT_SILENT,
    FAULT_LATE, /* together with the answer to the next request */
    FAULT_WRONG_ID,
    FAULT_ZERO_ID,
    FAULT_WRONG_UNIT,
    FAULT_WRONG_FUNCTION,
    FAULT_SHORT,     /* one word too few, consistently */
    FAULT_TRUNCATED, /* half the frame, then nothing */
    FAULT_OVERSIZE,  /* a length that cannot be */
    FAULT_GARBAGE,
    FAULT_DUPLICATE,
    FAULT_DRIBBLE, /* byte by byte */
    FAULT_RESET,   /* half the frame, then RST */
    FAULT_BUSY,    /* exception 6 */
    FAULT_GATEWAY, /* exception 0x0b */
    FAULT_COUNT,
};

struct fake_request {
    uint8_t unit, function;
    uint16_t address, count;
};

struct fake_device {
    uv_loop_t *loop;
    uv_tcp_t listener;
    int port;
    struct fake_connection *connection;    /* the newest */
    int64_t connections, requests, writes; /* writes: any function but 1 to 4 */
    uint8_t exception; /* what decide() wants instead of an answer; 0 = none */

    void *owner;
    /* May be NULL: no faults. */
    enum fault (*decide)(void *owner, struct fake_device *device,
                         const struct fake_request *request);
};

void fake_device_open(struct fake_device *device, uv_loop_t *loop);
void fake_device_close(struct fake_device *device);

/* Hangs up on whoever is connected. */
void fake_device_hang_up(struct fake_device *device);

uint16_t fake_word(uint8_t unit, unsigned address);
