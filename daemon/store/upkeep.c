/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/upkeep.h"

#include "daemon/base/clock.h"
#include "daemon/store/letters.h"
#include "daemon/store/placing.h"
#include "daemon/store/report.h"
#include "daemon/store/retreat.h"
#include "daemon/store/room.h"

#define UPKEEP_NS NS_PER_S
#define AGE_NS    (10 * NS_PER_S)

/* The raw history gives way before the disk is full; after that, it may be well again. */
static void look_at_disk(struct writer *writer)
{
    struct room room = {
        .file = retention_size(&writer->database),
        .used = retention_used(&writer->database),
    };
    int64_t max_size = writer->options.max_size;

    if (writer->in_refuge || room_look(writer->path, &room))
        return;
    for (int i = 0; i < WRITER_SHRINK_STEPS && room.used > room_limit(&room, max_size);
         i++) {
        if (retention_shrink_raw(&writer->database, &writer->book,
                                 writer->committed_id) <= 0)
            break;
        room.used = retention_used(&writer->database);
    }
    int error = ballast_make(writer->path, room_ballast(&room, max_size));
    if (!writer->disk_full || (error && !room_suffices(&room, max_size)))
        return;
    writer->disk_full = false;
    report_trouble(writer, false, "the disk has room again; raw values are kept again");
}

static void keep_in_bounds(struct writer *writer, int64_t now_ns)
{
    if (!writer->database.handle)
        return;
    look_at_disk(writer);
    for (int i = 0; i < WRITER_SHRINK_STEPS &&
                    retention_used(&writer->database) > retreat_limit(writer);
         i++)
        if (retention_shrink(&writer->database, &writer->book, writer->committed_id,
                             LEDGER_DROPPED_SIZE) <= 0)
            break;
    if (now_ns >= writer->next_age_ns &&
        retention_age(&writer->database, &writer->book, &writer->options,
                      age_clock_read(&writer->age_clock, clock_now())) <= 0)
        writer->next_age_ns = now_ns + AGE_NS;
    (void)letters_trim(&writer->database, &writer->book);
    (void)placing_look(&writer->database);
}

void upkeep_look(struct writer *writer, int64_t now_ns)
{
    writer->next_upkeep_ns = now_ns + UPKEEP_NS;
    keep_in_bounds(writer, now_ns);
    if (writer->in_refuge && now_ns >= writer->next_return_ns)
        retreat_end(writer, now_ns);
    if (writer->database.handle) {
        writer->health.bytes = retention_used(&writer->database);
        writer->health.rows =
            writer->committed_id -
            database_ask(&writer->database, "SELECT min(id) FROM record",
                         writer->committed_id + 1) +
            1;
        report_publish(writer, true);
    }
}
