/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots are written often and repeat themselves: a third of the bytes says the same.
 */
#pragma once

#include <stddef.h>

/* Gives memory that the caller frees. Returns 0 or -ENOMEM. */
int squeeze_pack(const void *bytes, size_t length, void **ret_packed, size_t *ret_length);

/*
 * The reverse; bytes that were never packed are copied as they are. Gives memory that the
 * caller frees. Returns 0, -ENOMEM, or -EINVAL for what is damaged.
 */
int squeeze_unpack(const void *packed, size_t length, void **ret_bytes,
                   size_t *ret_length);
