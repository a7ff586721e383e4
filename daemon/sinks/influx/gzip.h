/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compresses a request's body. Allocates; otherwise pure.
 */
#pragma once

#include "daemon/base/text.h"

/* Replaces `packed` by `plain` as gzip at the fastest level. Returns 0 or -ENOMEM. */
int gzip_pack(const struct text *plain, struct text *packed);
