/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of its file system the store may take. A disk smaller than `max_size`, or one
 * that others fill, is a limit like max_size: the oldest raw history gives way to what is
 * new. Pure but for room_look().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct room {
    int64_t total, available; /* bytes of the file system */
    int64_t file;             /* bytes of our file, free pages included */
    int64_t used;             /* bytes of it that hold something */
};

/* `total` and `available`. Returns 0 or a negative errno. */
int room_look(const char *path, struct room *ret_room);

/* Bytes of the ballast: a sixteenth of max_size, 256 KiB to 8 MiB, an eighth of the disk
 * at most. */
int64_t room_ballast(const struct room *room, int64_t max_size);

/* So many bytes may be in use, so that the WAL and the ballast have room beside it. */
int64_t room_limit(const struct room *room, int64_t max_size);

/* After a full disk: is there room again for raw values? */
bool room_suffices(const struct room *room, int64_t max_size);
