/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/influx/influx.h"
#include "daemon/sinks/mqtt/mqtt.h"
#include "daemon/sinks/sink.h"
#include "daemon/sinks/sparkplug/sparkplug.h"

const struct sink *const sinks[] = {
    &sink_influx,
    &sink_mqtt,
    &sink_sparkplug,
    NULL,
};
