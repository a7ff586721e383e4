/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/driver.h"

#include "drivers/modbus/modbus.h"
#include "drivers/mtconnect/mtconnect.h"

const struct driver *const drivers[] = {
    &driver_modbus,
    &driver_mtconnect,
    NULL,
};
