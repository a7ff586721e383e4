/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/driver.h"

#include "drivers/modbus/modbus.h"

const struct driver *const drivers[] = {
    &driver_modbus,
    NULL,
};
