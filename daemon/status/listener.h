/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens what a server listens on.
 */
#pragma once

#include <stdbool.h>

/*
 * `address` is host:port, [v6]:port or unix:/path (made 0660; a stale one is replaced).
 * Hosts are numeric, or localhost: no name is looked up. Returns the descriptor or
 * -errno.
 */
int listener_open(const char *address_text, bool *ret_is_unix, unsigned *ret_port);
