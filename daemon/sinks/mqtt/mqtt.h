/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink `mqtt`: records as JSON in a unified namespace, docs/mqtt.md. A verdict is
 * given when the last message of a batch is acknowledged. Loop thread.
 */
#pragma once

#include "daemon/sinks/sink.h"

extern const struct sink sink_mqtt;
