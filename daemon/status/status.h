/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page, the JSON API, server-sent events and Prometheus metrics, read only, over TCP
 * on loopback by default; and the same API with commands over the unix control socket,
 * for spindlectl. libmicrohttpd without threads: handlers run on the loop thread and see
 * the live state without a lock; questions to the history wait suspended.
 */
#pragma once

#include "daemon/control/control.h"

struct status;

struct status_site {
    uv_loop_t *loop;
    struct pipeline *pipeline;
    struct control *control;
    const char *version;
};

/* A page that cannot listen is a complaint in the log and to whoever asks by the other
 * way, not a failure: machines come first. */
int status_create(const struct status_site *site, const struct settings *settings,
                  struct status **ret_status);

/* Why the page or the control socket does not listen, in words; "" when both do. */
const char *status_trouble(const struct status *status);

/* Ends every connection; `closed` is called when the loop holds nothing of it any more.
 */
void status_close(struct status *status, void *owner, void (*closed)(void *owner));
