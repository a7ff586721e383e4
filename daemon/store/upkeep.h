/* SPDX-License-Identifier: Apache-2.0 */
/* What the store thread looks after once a second: age, size, the disk, dead letters. */
#pragma once

#include "daemon/store/writer.h"

void upkeep_look(struct writer *writer, int64_t now_ns);
