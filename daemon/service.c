/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service.h"

#include "daemon/base/clock.h"
#include "daemon/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum {
    SIGNALS = 3,
    STATUS_INTERVAL_MS = 5000
};

static const char room[] = "service";

struct service {
    struct service_site site;
    uv_signal_t signals[SIGNALS]; /* TERM, INT, HUP */
    uv_timer_t watchdog, status;
    bool stopping;
    int open_handles;
};

static void on_signal(uv_signal_t *handle, int number)
{
    struct service *service = handle->data;

    if (number == SIGHUP) {
        service->site.on_reload(service->site.owner);
    } else if (service->stopping) {
        log_write(LOG_LEVEL_WARNING, room, "asked to stop twice; leaving at once");
        _exit(1);
    } else {
        service->stopping = true;
        service->site.on_stop(service->site.owner);
    }
}

static void on_watchdog(uv_timer_t *timer)
{
    struct service *service = timer->data;

    if (service->site.is_alive(service->site.owner))
        (void)sd_notify(0, "WATCHDOG=1");
}

static void on_status(uv_timer_t *timer)
{
    struct service *service = timer->data;

    (void)sd_notifyf(0, "STATUS=%s", service->site.status(service->site.owner));
}

static void watch_signals(struct service *service)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};

    for (int i = 0; i < SIGNALS; i++) {
        (void)uv_signal_init(service->site.loop, &service->signals[i]);
        service->signals[i].data = service;
        (void)uv_signal_start(&service->signals[i], on_signal, numbers[i]);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
}

/* Half of what systemd waits for, as sd_watchdog_enabled(3) advises. */
static void start_watchdog(struct service *service)
{
    uint64_t limit_us = 0;

    if (sd_watchdog_enabled(0, &limit_us) <= 0)
        return;
    uint64_t interval_ms = limit_us / 2000;
    (void)uv_timer_start(&service->watchdog, on_watchdog, interval_ms, interval_ms);
}

int service_create(const struct service_site *site, struct service **ret_service)
{
    struct service *service = calloc(1, sizeof(*service));

    if (!service)
        return -ENOMEM;
    service->site = *site;
    watch_signals(service);
    (void)uv_timer_init(site->loop, &service->watchdog);
    (void)uv_timer_init(site->loop, &service->status);
    service->watchdog.data = service;
    service->status.data = service;
    start_watchdog(service);
    *ret_service = service;
    return 0;
}

void service_ready(struct service *service)
{
    (void)sd_notifyf(0, "READY=1\nSTATUS=%s", service->site.status(service->site.owner));
    (void)uv_timer_start(&service->status, on_status, STATUS_INTERVAL_MS,
                         STATUS_INTERVAL_MS);
}

void service_reloading(struct service *service)
{
    (void)service;
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
                     clock_now().mono_ns / NS_PER_US);
}

void service_stopping(struct service *service)
{
    (void)service;
    (void)sd_notify(0, "STOPPING=1");
}

static void on_closed(uv_handle_t *handle)
{
    struct service *service = handle->data;

    if (--service->open_handles == 0)
        free(service);
}

void service_close(struct service *service)
{
    service->open_handles = SIGNALS + 2;
    for (int i = 0; i < SIGNALS; i++)
        uv_close((uv_handle_t *)&service->signals[i], on_closed);
    uv_close((uv_handle_t *)&service->watchdog, on_closed);
    uv_close((uv_handle_t *)&service->status, on_closed);
}
