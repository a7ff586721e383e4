/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Modbus driver, and what its tools share with it. Loop thread.
 */
#pragma once

#include "drivers/driver.h"
#include "drivers/modbus/line.h"
#include "drivers/modbus/options.h"
#include "drivers/modbus/plan.h"

extern const struct driver driver_modbus;

/* How a link of these options uses its line, and divides its points into requests. */
struct line_terms link_terms(const struct link_options *options);
struct plan_limits link_limits(const struct link_options *options, enum line_kind kind);
