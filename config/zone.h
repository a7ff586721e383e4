/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of time zones as POSIX rules, which analytics can apply without any file.
 */
#pragma once

#include "daemon/base/text.h"

/*
 * "Europe/Berlin" becomes "CET-1CEST,M3.5.0,M10.5.0/3", as the system's zone files say; a
 * rule stays as it is. Returns 0, or -EINVAL when it is neither.
 */
int zone_find_rule(const char *name, struct text *rule);
