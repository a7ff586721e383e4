/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds out what a Modbus device has, with reading functions only, paced, and never with
 * more than PROBE_BUDGET requests.
 */
#pragma once

#include "tools/spindlectl/command.h"

#define PROBE_BUDGET 400

/* Prints a configuration to paste. `options`: words until NULL: "--unit",
 * "1", "--expect", "14=21.5" … */
enum exit_status probe_modbus(const char *url, char **options);
