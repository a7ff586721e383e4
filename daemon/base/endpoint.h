/* SPDX-License-Identifier: Apache-2.0 */
/* An address to listen on, as people write it. Pure. */
#pragma once

#include <sys/socket.h>

/*
 * Reads host:port or [v6]:port. Hosts are numeric, or localhost: no name is looked up.
 * Returns 0 or -EINVAL.
 */
int endpoint_read(const char *text, struct sockaddr_storage *ret_address,
                  socklen_t *ret_length);
