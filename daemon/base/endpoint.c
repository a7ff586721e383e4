/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/endpoint.h"

#include "daemon/base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

enum {
    HOST_MAX = 64
};

int endpoint_read(const char *text, struct sockaddr_storage *ret_address,
                  socklen_t *ret_length)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    const char *colon = strrchr(text, ':');
    char host[HOST_MAX];
    int64_t port;

    if (!colon || text_read_integer(colon + 1, &port) || port < 0 || port > 65535)
        return -EINVAL;
    size_t length = (size_t)(colon - text);
    bool bracketed = length >= 2 && text[0] == '[' && text[length - 1] == ']';
    if (length >= sizeof(host))
        return -EINVAL;
    memcpy(host, bracketed ? text + 1 : text, bracketed ? length - 2 : length);
    host[bracketed ? length - 2 : length] = '\0';
    if (strcmp(host, "localhost") == 0)
        (void)text_copy(host, sizeof(host), "127.0.0.1");

    v4.sin_port = v6.sin6_port = htons((uint16_t)port);
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
        memcpy(ret_address, &v4, sizeof(v4));
        *ret_length = sizeof(v4);
        return 0;
    }
    if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
        memcpy(ret_address, &v6, sizeof(v6));
        *ret_length = sizeof(v6);
        return 0;
    }
    return -EINVAL;
}
