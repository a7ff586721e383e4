/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two kinds of link of the MTConnect driver: a session with an agent, a line from an
 * adapter. What driver.h promises of a link holds for both.
 */
#pragma once

#include "drivers/mtconnect/delivery.h"

/* The first member of each kind. */
struct driver_link {
    void (*stop)(struct driver_link *link);
    struct delivery delivery;
};

int agent_start(const struct driver_site *site, const struct mtconnect_options *options,
                struct driver_link **ret_link);
int adapter_start(const struct driver_site *site, const struct mtconnect_options *options,
                  struct driver_link **ret_link);
