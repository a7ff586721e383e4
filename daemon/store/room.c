/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/room.h"

#include <errno.h>
#include <sys/statvfs.h>

#define BALLAST_LEAST INT64_C(262144)
#define BALLAST_MOST  INT64_C(8388608)
#define RESERVE_MOST  INT64_C(16777216)
#define WAL_BYTES     INT64_C(4194304) /* see journal_size_limit */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int room_look(const char *path, struct room *ret_room)
{
    struct statvfs status;

    if (statvfs(path, &status) != 0)
        return -errno;
    ret_room->total = (int64_t)(status.f_blocks * status.f_frsize);
    ret_room->available = (int64_t)(status.f_bavail * status.f_frsize);
    return 0;
}

int64_t room_ballast(const struct room *room, int64_t max_size)
{
    int64_t bytes = least(max_size / 16, BALLAST_MOST);

    return least(bytes > BALLAST_LEAST ? bytes : BALLAST_LEAST, room->total / 8);
}

int64_t room_limit(const struct room *room, int64_t max_size)
{
    int64_t reserve = least(room->total / 4, RESERVE_MOST);
    int64_t bytes = room->file + room->available - reserve;

    return least(bytes > 0 ? bytes : 0, max_size);
}

bool room_suffices(const struct room *room, int64_t max_size)
{
    return room->available >= least(WAL_BYTES, room->total / 16) &&
           room->used <= room_limit(room, max_size);
}
