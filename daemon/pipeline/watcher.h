/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells the log how a machine's link is doing: that it is lost and why, that it is back,
 * and what is wrong with one that works. Rarely, however often it happens. Loop thread.
 */
#pragma once

#include "daemon/base/complaint.h"
#include "drivers/driver.h"

struct watcher {
    struct complaint lost, ailing;
    int64_t attempts; /* of the link, when it was last complained about */
    int64_t well_ns;  /* since when nothing was wrong; 0 = something is */
};

/* To be called about once a second. `room` is whose log it is. */
void watcher_look(struct watcher *watcher, const char *room,
                  const struct link_health *health, struct moment now);
