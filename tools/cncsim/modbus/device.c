/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/modbus/device.h"

void device_answer(struct device *device, struct responder *responder, bool is_tcp,
                   const unsigned char *request, size_t length,
                   struct delivery *ret_delivery)
{
    unsigned char answer[MODBUS_MAX_ADU_LENGTH];
    const struct fault_plan *fault =
        trouble_next(&device->trouble, device->now_ns(device->owner));
    size_t answered;

    if (request_writes(is_tcp, request))
        device->refused(device->owner, request[is_tcp ? 7 : 1]);
    device->fill(device->owner, device->mapping);
    answered = responder_answer(responder, request, length, device->mapping, answer);
    fault_apply(fault, is_tcp, answer, answered, ret_delivery);
    ret_delivery->delay_ns += device->delay_ns;
    ret_delivery->silent = ret_delivery->silent || answered == 0;
}
