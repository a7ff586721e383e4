/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/sink.h"

const struct sink *const sinks[] = {
    NULL,
};
