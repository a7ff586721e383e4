/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon as systemd sees it: ready, a status line, the watchdog, reloading, stopping;
 * and the signals that ask for it. Without systemd every notification does nothing. Loop
 * thread.
 */
#pragma once

#include <stdbool.h>
#include <uv.h>

struct service;

struct service_site {
    uv_loop_t *loop;
    void *owner;
    void (*on_stop)(
        void *owner); /* SIGTERM, SIGINT; a second one ends the process at once */
    void (*on_reload)(void *owner); /* SIGHUP */

    /* Is everything that must move moving? The watchdog is fed only while it is. */
    bool (*is_alive)(void *owner);

    /* What to show in `systemctl status`; lives until the next call. */
    const char *(*status)(void *owner);
};

int service_create(const struct service_site *site, struct service **ret_service);
void service_ready(struct service *service);
void service_reloading(struct service *service);
void service_stopping(struct service *service);

/* Closes its handles; the memory goes with the last of them. */
void service_close(struct service *service);
