/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/link.h"

#include "drivers/mtconnect/mtconnect.h"

#include <errno.h>

static int link_start(const struct driver_site *site, const void *options,
                      struct driver_link **ret_link)
{
    if (!((const struct mtconnect_options *)options)->url)
        return -EINVAL; /* for replay alone */
    return mtconnect_is_adapter(options) ? adapter_start(site, options, ret_link)
                                         : agent_start(site, options, ret_link);
}

static void link_stop(struct driver_link *link)
{
    link->stop(link);
}

static void link_describe(const struct driver_link *link, struct link_health *ret_health)
{
    *ret_health = link->delivery.health;
    ret_health->lead = timeline_lead(&link->delivery.timeline);
}

const struct driver driver_mtconnect = {
    .name = "mtconnect",
    .options = &mtconnect_section,
    .start = link_start,
    .stop = link_stop,
    .describe = link_describe,
};
