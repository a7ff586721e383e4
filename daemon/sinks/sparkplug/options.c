/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/sparkplug/options.h"

#include "daemon/base/text.h"

#include <errno.h>
#include <string.h>

static const struct option rows[] = {
    BROKER_ROWS(sparkplug_options),
    OPTION(sparkplug_options, group, .help = "group id; the site when absent"),
    OPTION(sparkplug_options, edge, .help = "edge node id; the gateway's id when absent"),
    OPTION(sparkplug_options, primary_host,
           .help = "host application without which nothing is sent"),
    {0},
};

static bool is_sound(const char *id)
{
    return !id || (*id && !strpbrk(id, "+#/"));
}

static int check(const void *record, char reterr_sentence[256])
{
    const struct sparkplug_options *options = record;

    int error = broker_check(&options->broker, reterr_sentence);
    if (error)
        return error;
    if (!is_sound(options->group) || !is_sound(options->edge) ||
        !is_sound(options->primary_host)) {
        (void)text_copy(reterr_sentence, 256,
                        "group, edge and primary_host are not empty and without + # /");
        return -EINVAL;
    }
    return 0;
}

const struct section sparkplug_section = {
    .name = "sparkplug",
    .help = "Sparkplug B edge node (docs/sparkplug.md)",
    .size = sizeof(struct sparkplug_options),
    .options = rows,
    .check = check,
};
