/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/frame.h"

#include "drivers/modbus/registers.h"

#include <errno.h>
#include <string.h>

enum {
    HEADER = 7, /* transaction, protocol, length, unit */
    PDU = 5,    /* of a request */
    CRC = 2,
    EXCEPTION_BIT = 0x80,
};

uint8_t frame_function(enum area area)
{
    static const uint8_t functions[AREA_COUNT] = {
        [AREA_HOLDING] = FUNCTION_READ_HOLDING,
        [AREA_INPUT] = FUNCTION_READ_INPUT,
        [AREA_COIL] = FUNCTION_READ_COILS,
        [AREA_DISCRETE] = FUNCTION_READ_DISCRETE,
    };

    return functions[area];
}

uint16_t frame_crc(const uint8_t *bytes, size_t length)
{
    unsigned crc = 0xffff;

    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
    }
    return (uint16_t)crc;
}

bool frame_bit(const uint8_t *data, size_t index)
{
    return data[index / 8] >> (index % 8) & 1;
}

static void put(uint8_t *bytes, uint16_t word)
{
    bytes[0] = (uint8_t)(word >> 8);
    bytes[1] = (uint8_t)word;
}

static size_t data_length(const struct frame_request *request)
{
    return request->function <= FUNCTION_READ_DISCRETE ? (request->count + 7U) / 8
                                                       : 2U * request->count;
}

size_t frame_request_length(enum framing framing)
{
    return framing == FRAMING_TCP ? HEADER + PDU : 1 + PDU + CRC;
}

size_t frame_answer_length(enum framing framing, const struct frame_request *request)
{
    return (framing == FRAMING_TCP ? HEADER + 2 : 1 + 2 + CRC) + data_length(request);
}

int frame_encode(enum framing framing, const struct frame_request *request,
                 uint8_t ret_bytes[FRAME_REQUEST_MAX])
{
    bool bits = request->function <= FUNCTION_READ_DISCRETE;
    uint8_t *unit = framing == FRAMING_TCP ? ret_bytes + HEADER - 1 : ret_bytes;

    if (request->function < FUNCTION_READ_COILS ||
        request->function > FUNCTION_READ_INPUT)
        return -EPERM;
    if (request->count == 0 || request->count > (bits ? PLAN_MAX_BITS : PLAN_MAX_WORDS) ||
        request->address + request->count > 0x10000)
        return -EINVAL;

    unit[0] = request->unit;
    unit[1] = request->function;
    put(unit + 2, request->address);
    put(unit + 4, request->count);
    if (framing == FRAMING_TCP) {
        put(ret_bytes, request->transaction);
        put(ret_bytes + 2, 0);
        put(ret_bytes + 4, 1 + PDU);
    } else {
        uint16_t crc = frame_crc(unit, 1 + PDU);
        unit[1 + PDU] = (uint8_t)crc;
        unit[2 + PDU] = (uint8_t)(crc >> 8);
    }
    return (int)frame_request_length(framing);
}

/*
 * Unit, function, amount and data. Returns the length by what the function says, 0 when
 * it is not known yet, or -EPROTO.
 */
static int read_body(const uint8_t *body, size_t length, struct frame_answer *answer)
{
    if (length < 2)
        return 0;
    uint8_t function = body[1] & (uint8_t)~EXCEPTION_BIT;
    if (function < FUNCTION_READ_COILS || function > FUNCTION_READ_INPUT)
        return -EPROTO;
    if (length < 3)
        return 0;

    answer->unit = body[0];
    answer->function = function;
    answer->exception = 0;
    answer->data = body + 3;
    answer->length = 0;
    if (body[1] & EXCEPTION_BIT) {
        answer->exception = body[2];
        return body[2] ? 3 : -EPROTO;
    }
    bool words = function >= FUNCTION_READ_HOLDING;
    if (body[2] == 0 || body[2] > 250 || (words && body[2] % 2))
        return -EPROTO;
    answer->length = body[2];
    return 3 + body[2];
}

/* A function nobody asked for, in a header that is sound: nobody's answer. */
static bool is_foreign(const uint8_t *body)
{
    uint8_t function = body[1] & (uint8_t)~EXCEPTION_BIT;

    return function < FUNCTION_READ_COILS || function > FUNCTION_READ_INPUT;
}

/* Two lengths are given, by the header and by the body; they have to agree. */
static int parse_tcp(const uint8_t *bytes, size_t length, struct frame_answer *answer)
{
    static const uint8_t protocol[2] = {0, 0};
    size_t known = length < 4 ? length : 4;

    if (known > 2 && memcmp(bytes + 2, protocol, known - 2) != 0)
        return -EPROTO;
    if (length < HEADER - 1)
        return 0;
    size_t announced = register_word(bytes + 4);
    if (announced < 3 || announced > FRAME_MAX - HEADER + 1)
        return -EPROTO;

    const uint8_t *body = bytes + HEADER - 1;
    size_t whole = HEADER - 1 + announced;
    answer->transaction = register_word(bytes);
    if (length > HEADER && is_foreign(body)) {
        answer->function = 0;
        answer->length = 0;
        return length < whole ? 0 : (int)whole;
    }
    int size = read_body(body, length - (HEADER - 1), answer);
    if (size <= 0)
        return size;
    if ((size_t)size != announced)
        return -EPROTO;
    return length < whole ? 0 : (int)whole;
}

static int parse_rtu(const uint8_t *bytes, size_t length, struct frame_answer *answer)
{
    int body = read_body(bytes, length, answer);
    if (body <= 0)
        return body;

    size_t whole = (size_t)body + CRC;
    if (length < whole)
        return 0;
    uint16_t crc = (uint16_t)(bytes[body] | bytes[body + 1] << 8);
    if (crc != frame_crc(bytes, (size_t)body))
        return -EPROTO;
    answer->transaction = 0;
    return (int)whole;
}

int frame_parse(enum framing framing, const uint8_t *bytes, size_t length,
                struct frame_answer *ret_answer)
{
    return framing == FRAMING_TCP ? parse_tcp(bytes, length, ret_answer)
                                  : parse_rtu(bytes, length, ret_answer);
}

bool frame_answers(const struct frame_answer *answer, const struct frame_request *request)
{
    if (answer->unit != request->unit || answer->function != request->function)
        return false;
    return answer->exception || answer->length == data_length(request);
}
