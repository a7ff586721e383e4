/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/mqtt/options.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"

#include <errno.h>
#include <string.h>

static const char *const qualities[] = {"0", "1", "2", NULL};

static const struct option rows[] = {
    BROKER_ROWS(mqtt_options),
    OPTION(mqtt_options, prefix, .fallback.text = "", .example = "uns/v1",
           .help = "levels before enterprise/site/area"),
    OPTION(mqtt_options, qos, .choices = qualities, .fallback.choice = 1,
           .help = "quality of service of records; at 0 nothing is ever confirmed"),
    OPTION(mqtt_options, qos_raw, .choices = qualities, .fallback.choice = 1,
           .help = "quality of service of raw signals"),
    OPTION(mqtt_options, live_expiry, .measure = MEASURE_DURATION,
           .fallback.integer = NS_PER_HOUR, .min = 0, .max = 30.0 * 86400e9,
           .help = "how long the broker may keep what is not retained for a subscriber "
                   "that is away (MQTT 5); 0s = for ever"),
    OPTION(mqtt_options, commands,
           .help = "take commands that change context: run-start, lot, tool-changed …"),
    OPTION(mqtt_options, command_age, .measure = MEASURE_DURATION,
           .fallback.integer = NS_PER_MINUTE, .min = NS_PER_S, .max = 86400e9,
           .help = "commands whose `t` is older than this are ignored"),
    {0},
};

static int check(const void *record, char reterr_sentence[256])
{
    const struct mqtt_options *options = record;

    int error = broker_check(&options->broker, reterr_sentence);
    if (error || !options->prefix)
        return error;
    if (strpbrk(options->prefix, "+#")) {
        (void)text_copy(reterr_sentence, 256, "prefix may not contain + or #");
        return -EINVAL;
    }
    return 0;
}

const struct section mqtt_section = {
    .name = "mqtt",
    .help = "JSON to an MQTT broker, retained state and events (docs/mqtt.md)",
    .size = sizeof(struct mqtt_options),
    .options = rows,
    .check = check,
};
