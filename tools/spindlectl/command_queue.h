/* SPDX-License-Identifier: Apache-2.0 */
/* What is owed to the sinks, for `queue` and `status`. */
#pragma once

#include "tools/spindlectl/command.h"

enum exit_status queue_show(void);
