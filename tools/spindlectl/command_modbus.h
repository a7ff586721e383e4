/* SPDX-License-Identifier: Apache-2.0 */
/* What can be done about Modbus without a daemon; probe knows other protocols too. */
#pragma once

#include "tools/spindlectl/command.h"

enum exit_status run_plan(int argc, char **argv);
enum exit_status run_probe(int argc, char **argv);
enum exit_status run_read(int argc, char **argv);
