/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one function in the program that asks the system for the time. Everyone else
 * receives a struct moment, or a sample that carries one.
 */
#pragma once

#include "daemon/base/moment.h"

/*
 * Any thread. Reads the two clocks directly after each other. The monotonic part counts
 * from the wall clock's time when the process started: it never steps, and what was kept
 * from before a restart or a reboot can still be subtracted from it.
 */
struct moment clock_now(void);
