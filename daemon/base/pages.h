/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large blocks of zeros that take memory page by page, when a page is first written: a
 * thermometer's tracker has room for 256 charts and never pays for it.
 *
 * For this, who owns such a block leaves alone what is to be zero.
 */
#pragma once

#include <stddef.h>

/* Zeros; NULL when there is no memory. Ends with pages_free(), which accepts NULL. */
void *pages_take(size_t size);
void pages_free(void *block);

/* As memcpy() and memset(…, 0, …) do it, but what is the same is not written. */
void pages_copy(void *to, const void *from, size_t length);
void pages_clear(void *block, size_t length);
