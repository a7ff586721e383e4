/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One Modbus device, whatever line it hangs on: fills its registers when it is asked,
 * answers through libmodbus, and lets its faults have the answer. Loop thread.
 */
#pragma once

#include "tools/cncsim/modbus/fault.h"
#include "tools/cncsim/modbus/responder.h"
#include "tools/cncsim/model/trouble.h"

struct device {
    int unit; /* -1 = any */
    int64_t delay_ns;
    struct trouble trouble;
    modbus_mapping_t *mapping; /* borrowed; refilled before each answer */
    void *owner;
    void (*fill)(void *owner, modbus_mapping_t *mapping);
    /* The simulated day's time. */
    int64_t (*now_ns)(void *owner);
    /* Somebody tried to write; the frame's function code. */
    void (*refused)(void *owner, int function);
};

/* What comes of a whole request; `ret_delivery->silent` when nothing does. */
void device_answer(struct device *device, struct responder *responder, bool is_tcp,
                   const unsigned char *request, size_t length,
                   struct delivery *ret_delivery);
