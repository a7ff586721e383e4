/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of which most are zero, written without the zeros: what a tracker remembers is
 * mostly room for what has not happened yet. Pure.
 *
 * The form is a row of runs, each two 32-bit numbers, how many bytes follow and how many
 * zeros after those, and the bytes.
 */
#pragma once

#include "daemon/base/text.h"

/* What sparse_pack() needs before the bytes, so that they can be packed where they stand.
 */
#define SPARSE_ROOM 8

/*
 * Packs everything in `text` after position `at`: SPARSE_ROOM bytes of no meaning and the
 * bytes, less than 4 GiB. Nothing happens when the text has failed.
 */
void sparse_pack(struct text *text, size_t at);

/* Appends the bytes that were packed. Returns 0, or -EPROTO when this was not packed or
 * would make more than `most` bytes. */
int sparse_unpack(const char *bytes, size_t length, size_t most, struct text *text);
