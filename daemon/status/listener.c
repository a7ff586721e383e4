/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/listener.h"

#include "daemon/base/endpoint.h"
#include "daemon/base/text.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    BACKLOG = 64,
    SEND_BYTES = 64 << 10, /* what a turn of the loop may give to each reader */
};

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage inet;
    struct sockaddr_un local;
};

/* A socket file nobody listens on is left from a crash. */
static bool is_stale(const union address *address, socklen_t length)
{
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return false;

    bool refused = connect(probe, &address->any, length) < 0 && errno == ECONNREFUSED;
    (void)close(probe);
    return refused;
}

static int read_local(const char *path, union address *address, socklen_t *ret_length)
{
    address->local.sun_family = AF_UNIX;
    *ret_length = sizeof(address->local);
    if (!text_copy(address->local.sun_path, sizeof(address->local.sun_path), path))
        return -ENAMETOOLONG;
    if (is_stale(address, *ret_length))
        (void)unlink(path);
    return 0;
}

static unsigned port_of(int descriptor)
{
    union address address = {.any = {0}};
    socklen_t length = sizeof(address);

    if (getsockname(descriptor, &address.any, &length) < 0)
        return 0;
    return address.any.sa_family == AF_INET6 ? ntohs(address.v6.sin6_port)
                                             : ntohs(address.v4.sin_port);
}

static int bind_and_listen(int descriptor, const union address *address, socklen_t length)
{
    int on = 1, send_bytes = SEND_BYTES;
    mode_t before = umask(0117); /* a control socket is for owner and group */

    (void)setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof(send_bytes));
    int result = bind(descriptor, &address->any, length);
    int error = result < 0 ? -errno : 0;
    (void)umask(before);
    if (!error && listen(descriptor, BACKLOG) < 0)
        error = -errno;
    return error;
}

int listener_open(const char *address_text, bool *ret_is_unix, unsigned *ret_port)
{
    union address address = {0};
    socklen_t length;
    bool is_unix = strncmp(address_text, "unix:", 5) == 0;
    int error = is_unix ? read_local(address_text + 5, &address, &length)
                        : endpoint_read(address_text, &address.inet, &length);
    if (error)
        return error;

    int descriptor =
        socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return -errno;
    error = bind_and_listen(descriptor, &address, length);
    if (error) {
        (void)close(descriptor);
        return error;
    }
    *ret_is_unix = is_unix;
    *ret_port = is_unix ? 0 : port_of(descriptor);
    return descriptor;
}
