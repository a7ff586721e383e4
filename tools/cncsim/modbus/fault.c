/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/modbus/fault.h"

#include <string.h>

#define MBAP           7 /* transaction, protocol, length, unit */
#define DEVICE_FAILURE 4
#define GARBAGE        16

/* The frame, and where the function code stands in it. */
struct frame {
    struct delivery *delivery;
    const struct fault_plan *fault;
    bool is_tcp;
    size_t function_at;
};

uint16_t frame_crc(const unsigned char *bytes, size_t length)
{
    uint16_t crc = 0xFFFF;

    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 1 ? (crc >> 1) ^ 0xA001 : crc >> 1);
    }
    return crc;
}

/* Makes the frame sound again round its changed content. */
static void frame_seal(struct frame *frame)
{
    struct delivery *delivery = frame->delivery;
    uint16_t crc;

    if (frame->is_tcp) {
        delivery->bytes[4] = (unsigned char)((delivery->length - 6) >> 8);
        delivery->bytes[5] = (unsigned char)(delivery->length - 6);
        return;
    }
    crc = frame_crc(delivery->bytes, delivery->length - 2);
    delivery->bytes[delivery->length - 2] = (unsigned char)crc;
    delivery->bytes[delivery->length - 1] = (unsigned char)(crc >> 8);
}

static void fault_late(struct frame *frame)
{
    frame->delivery->delay_ns = frame->fault->delay;
}

static void fault_drop(struct frame *frame)
{
    frame->delivery->silent = true;
}

static void fault_wrong_id(struct frame *frame)
{
    if (frame->is_tcp)
        frame->delivery->bytes[1] ^= 0x55;
    else
        frame->delivery->bytes[frame->delivery->length - 1] ^= 0x55; /* CRC */
}

static void fault_wrong_unit(struct frame *frame)
{
    frame->delivery->bytes[frame->function_at - 1] ^= 0x40;
    frame_seal(frame);
}

static void fault_wrong_function(struct frame *frame)
{
    frame->delivery->bytes[frame->function_at] ^= 0x07;
    frame_seal(frame);
}

static void fault_exception(struct frame *frame)
{
    unsigned char *bytes = frame->delivery->bytes;
    int code = (int)frame->fault->value;

    bytes[frame->function_at] |= 0x80;
    bytes[frame->function_at + 1] = (unsigned char)(code > 0 ? code : DEVICE_FAILURE);
    frame->delivery->length = frame->function_at + (frame->is_tcp ? 2 : 4);
    frame_seal(frame);
}

static void fault_truncated(struct frame *frame)
{
    frame->delivery->length /= 2;
}

static void fault_oversize(struct frame *frame)
{
    if (frame->is_tcp)
        frame->delivery->bytes[4] = 0x01; /* 256 more than there are */
    else
        frame->delivery->bytes[frame->function_at + 1] = 0xFF;
}

static void fault_dribble(struct frame *frame)
{
    frame->delivery->between_ns = frame->fault->delay;
}

static void fault_duplicate(struct frame *frame)
{
    struct delivery *delivery = frame->delivery;

    memcpy(delivery->bytes + delivery->length, delivery->bytes, delivery->length);
    delivery->length *= 2;
}

static void fault_garbage(struct frame *frame)
{
    for (size_t i = 0; i < GARBAGE; i++)
        frame->delivery->bytes[i] = (unsigned char)(0xA5 ^ (i * 37));
    frame->delivery->length = GARBAGE;
}

/* One register less than asked, in a frame that is sound. */
static void fault_short(struct frame *frame)
{
    struct delivery *delivery = frame->delivery;
    unsigned char *count = &delivery->bytes[frame->function_at + 1];

    if (*count < 4 || (delivery->bytes[frame->function_at] & 0x80))
        return;
    *count = (unsigned char)(*count - 2);
    delivery->length -= 2;
    frame_seal(frame);
}

static void fault_reset(struct frame *frame)
{
    frame->delivery->closes = true;
}

static void fault_flap(struct frame *frame)
{
    frame->delivery->closes = true;
    frame->delivery->deaf_ns = frame->fault->delay;
}

static void (*const faults[FAULT_KIND_COUNT])(struct frame *frame) = {
    [FAULT_LATE] = fault_late,
    [FAULT_DROP] = fault_drop,
    [FAULT_WRONG_ID] = fault_wrong_id,
    [FAULT_WRONG_UNIT] = fault_wrong_unit,
    [FAULT_WRONG_FUNCTION] = fault_wrong_function,
    [FAULT_EXCEPTION] = fault_exception,
    [FAULT_TRUNCATED] = fault_truncated,
    [FAULT_OVERSIZE] = fault_oversize,
    [FAULT_DRIBBLE] = fault_dribble,
    [FAULT_DUPLICATE] = fault_duplicate,
    [FAULT_GARBAGE] = fault_garbage,
    [FAULT_SHORT] = fault_short,
    [FAULT_CONNECTION_RESET] = fault_reset,
    [FAULT_BLACK_HOLE] = fault_drop,
    [FAULT_FLAP] = fault_flap,
};

void fault_apply(const struct fault_plan *fault, bool is_tcp, const unsigned char *answer,
                 size_t length, struct delivery *ret_delivery)
{
    struct frame frame = {.delivery = ret_delivery,
                          .fault = fault,
                          .is_tcp = is_tcp,
                          .function_at = is_tcp ? MBAP : 1};

    *ret_delivery = (struct delivery){.length = length};
    if (length > FRAME_MAX / 2)
        ret_delivery->length = FRAME_MAX / 2;
    memcpy(ret_delivery->bytes, answer, ret_delivery->length);
    if (fault && faults[fault->kind] && length > frame.function_at + 2)
        faults[fault->kind](&frame);
}
