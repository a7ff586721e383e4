/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modbus frames, byte by byte: requests that read, and what comes back. Pure.
 *
 * Modbus Application Protocol 1.1b3, Modbus Messaging on TCP/IP 1.0b, Modbus over Serial
 * Line 1.02. Only the four reading functions can be written; there is no other encoder in
 * this program.
 */
#pragma once

#include "drivers/modbus/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum framing {
    FRAMING_TCP, /* MBAP header */
    FRAMING_RTU, /* CRC */
};

enum read_function {
    FUNCTION_READ_COILS = 1,
    FUNCTION_READ_DISCRETE = 2,
    FUNCTION_READ_HOLDING = 3,
    FUNCTION_READ_INPUT = 4,
};

/* Exceptions that are treated each in its own way. */
enum exception {
    EXCEPTION_FUNCTION = 1,
    EXCEPTION_ADDRESS = 2,
    EXCEPTION_VALUE = 3,
    EXCEPTION_FAILURE = 4,
    EXCEPTION_ACKNOWLEDGE = 5,
    EXCEPTION_BUSY = 6,
    EXCEPTION_GATEWAY_PATH = 0x0a,
    EXCEPTION_GATEWAY_TARGET = 0x0b,
};

#define FRAME_REQUEST_MAX 12
#define FRAME_MAX         260

struct frame_request {
    uint16_t transaction; /* TCP only */
    uint8_t unit;
    uint8_t function; /* enum read_function */
    uint16_t address;
    uint16_t count;
};

/* One whole answer; `data` points into the bytes it was read from. */
struct frame_answer {
    uint16_t transaction;
    uint8_t unit;
    uint8_t function;  /* without the bit of exceptions; 0 = none that reads */
    uint8_t exception; /* 0 = none */
    const uint8_t *data;
    size_t length; /* bytes of data */
};

uint8_t frame_function(enum area area);

/*
 * Returns the length, or -EPERM for a function that does not read, or -EINVAL for a count
 * that no answer can carry.
 */
int frame_encode(enum framing framing, const struct frame_request *request,
                 uint8_t ret_bytes[FRAME_REQUEST_MAX]);

/*
 * The first answer in `bytes`. Returns the bytes it takes, 0 when more must come, or
 * -EPROTO when this can never become an answer: what follows cannot be trusted either.
 */
int frame_parse(enum framing framing, const uint8_t *bytes, size_t length,
                struct frame_answer *ret_answer);

/* Does it carry what was asked: unit, function, amount? Transactions are the caller's. */
bool frame_answers(const struct frame_answer *answer,
                   const struct frame_request *request);

/* Length of the normal answer to a request, and of the request. */
size_t frame_answer_length(enum framing framing, const struct frame_request *request);
size_t frame_request_length(enum framing framing);

/* CRC-16/MODBUS: polynomial 0xA001 reflected, start 0xFFFF; 0x4B37 of "123456789". */
uint16_t frame_crc(const uint8_t *bytes, size_t length);

/* The bit at `index` of an answer's data. */
bool frame_bit(const uint8_t *data, size_t index);
