/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MTConnect driver: agents over HTTP, adapters over SHDR.
 */
#pragma once

#include "drivers/driver.h"

extern const struct driver driver_mtconnect;
