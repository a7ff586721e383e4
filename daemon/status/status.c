/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/status.h"

#include "daemon/base/log.h"
#include "daemon/base/text.h"
#include "daemon/status/api.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char room[] = "status";

enum {
    SERVERS = 2
};

struct status {
    struct api apis[SERVERS]; /* page, control socket */
    struct server *servers[SERVERS];
    struct portions portions;
    char trouble[192]; /* why one of them does not listen; "" when both do */
    size_t open;
    void *owner;
    void (*closed)(void *owner);
};

static void on_request(void *owner, struct request *request)
{
    api_handle(owner, request);
}

static void say_why(struct status *status, const char *address, int error)
{
    (void)snprintf(status->trouble, sizeof(status->trouble),
                   error == -EINVAL ? "'%s' is not an address to listen on; write "
                                      "127.0.0.1:8480 or [::1]:8480"
                                    : "cannot listen on %s: %s",
                   address, strerror(-error));
}

static void listen_on(struct status *status, size_t index, const char *address)
{
    struct api *api = &status->apis[index];
    const struct server_site site = {
        .loop = api->site.loop,
        .owner = api,
        .takes_commands = api->takes_commands,
        .handle = on_request,
    };
    int error = server_create(&site, address, &status->servers[index]);

    if (error) {
        say_why(status, address, error);
        log_write(LOG_LEVEL_ERROR, room, "%s; carrying on without", status->trouble);
    } else if (server_port(status->servers[index])) {
        log_write(LOG_LEVEL_INFO, room, "status page at http://%.*s:%u/",
                  (int)(strrchr(address, ':') - address), address,
                  server_port(status->servers[index]));
    }
}

const char *status_trouble(const struct status *status)
{
    return status->trouble;
}

int status_create(const struct status_site *site, const struct settings *settings,
                  struct status **ret_status)
{
    struct status *status = calloc(1, sizeof(*status));
    const char *page = settings->http.listen;
    const char *socket = settings->control.socket;
    char local[128];

    if (!status)
        return -ENOMEM;
    portions_init(&status->portions, site->loop);
    for (size_t i = 0; i < SERVERS; i++)
        status->apis[i] = (struct api){.site = *site,
                                       .status = status,
                                       .portions = &status->portions,
                                       .takes_commands = i == 1};
    if (page && *page)
        listen_on(status, 0, page);
    if (socket && *socket) {
        struct text text;
        text_init_fixed(&text, local, sizeof(local));
        text_add(&text, "unix:");
        text_add(&text, socket);
        listen_on(status, 1, local);
    }
    *ret_status = status;
    return 0;
}

static void on_part_closed(void *owner)
{
    struct status *status = owner;

    if (--status->open > 0)
        return;
    status->closed(status->owner);
    free(status);
}

void status_close(struct status *status, void *owner, void (*closed)(void *owner))
{
    status->owner = owner;
    status->closed = closed;
    status->open = 1;
    for (size_t i = 0; i < SERVERS; i++) {
        if (!status->servers[i])
            continue;
        status->open++;
        server_close(status->servers[i], status, on_part_closed);
    }
    portions_close(&status->portions, status, on_part_closed);
}
