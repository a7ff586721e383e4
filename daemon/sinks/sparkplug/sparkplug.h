/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink `sparkplug`: a Sparkplug B 3.0 edge node, one device a machine. Data go at QoS
 * 0 as the standard demands; a batch counts as delivered when a QoS 1 message sent behind
 * it on the same connection is acknowledged. What was not is sent again as historical.
 */
#pragma once

#include "daemon/sinks/sink.h"

extern const struct sink sink_sparkplug;
