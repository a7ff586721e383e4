/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink `influx`: line protocol over HTTP to InfluxDB 1.x, 2.x, 3.x and
 * VictoriaMetrics. Every batch is sent in requests of at most `batch_bytes`; a verdict is
 * given when the last is answered. Loop thread.
 */
#pragma once

#include "daemon/sinks/sink.h"

extern const struct sink sink_influx;
