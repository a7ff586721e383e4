/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void parse_all(enum framing framing, const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length ? length : 1);
    assert(copy);
    memcpy(copy, bytes, length);

    for (size_t at = 0; at < length;) {
        struct frame_answer answer;
        int taken = frame_parse(framing, copy + at, length - at, &answer);
        if (taken <= 0)
            break;
        assert((size_t)taken <= length - at);
        if (answer.function)
            assert(answer.exception || answer.data + answer.length <= copy + at + taken);
        at += (size_t)taken;
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    parse_all(FRAMING_TCP, bytes, length);
    parse_all(FRAMING_RTU, bytes, length);
    return 0;
}
