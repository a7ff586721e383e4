/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one function in the program that asks the system for the time. Everyone else
 * receives a struct moment, or a sample that carries one.
 */
#pragma once

#include "daemon/base/moment.h"

/* Any thread. Reads the two clocks directly after each other. */
struct moment clock_now(void);
