/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/retreat.h"

#include "daemon/base/clock.h"
#include "daemon/store/report.h"

#include <errno.h>
#include <stdio.h>

#define FIRST_WAIT_NS (2 * NS_PER_S)
#define WAIT_CAP_NS   (60 * NS_PER_S)

const char *writer_file(const struct writer *writer)
{
    return writer->in_refuge ? writer->refuge : writer->path;
}

static void settle_in(struct writer *writer, int64_t first_id)
{
    writer->in_refuge = true;
    writer->first_id = first_id;
    writer->disk_full = false;
    writer->return_wait_ns = FIRST_WAIT_NS;
    writer->next_return_ns = clock_now().mono_ns + FIRST_WAIT_NS;
}

int retreat_begin(struct writer *writer, int error, int64_t floor_id,
                  struct rescue *rescue)
{
    struct database refuge;
    char words[sizeof(rescue->sentence)];

    bool is_disks = error == -EIO || error == -EROFS || error == -ENOSPC;
    if (!is_disks || !writer->refuge[0] ||
        refuge_open(writer->refuge, false, floor_id + 1, &refuge))
        return error;
    writer->database = refuge;
    settle_in(writer, database_ask(&refuge, "SELECT first_id FROM refuge", floor_id + 1));
    (void)text_copy(words, sizeof(words), rescue->sentence);
    (void)snprintf(rescue->sentence, sizeof(rescue->sentence),
                   "%.180s; rows are kept in memory until it can be", words);
    return 0;
}

int retreat_resume(struct writer *writer, bool was_damaged)
{
    if (!writer->refuge[0] || !refuge_exists(writer->refuge))
        return 0;
    int error = refuge_bring_home(&writer->database, writer->refuge, was_damaged);
    if (error != 0 && error != -EUCLEAN)
        return error;
    refuge_remove(writer->refuge); /* one that is damaged holds nothing to be had */
    return 0;
}

int retreat_enter(struct writer *writer)
{
    struct database refuge;

    if (writer->in_refuge || !writer->refuge[0])
        return -EALREADY;
    int error = refuge_open(writer->refuge, true, writer->committed_id + 1, &refuge);
    if (error)
        return error;
    database_close(&writer->database);
    writer->database = refuge;
    settle_in(writer, writer->committed_id + 1);
    book_touch(&writer->book);
    writer->generation++;
    report_move(writer, true,
                "the store %s cannot be written (%s); rows are kept in memory until it "
                "can be",
                writer->path, writer->words);
    return 0;
}

static int go_home(struct writer *writer)
{
    struct database home;
    struct rescue rescue;

    int error = rescue_open(writer->path, clock_now().wall_ns, &home, &rescue);
    if (error)
        return error;
    error = refuge_bring_home(&home, writer->refuge, rescue.set_aside);
    if (error) {
        database_close(&home);
        return error;
    }
    database_close(&writer->database);
    writer->database = home;
    (void)book_reload(&writer->book, &home);
    return 0;
}

void retreat_end(struct writer *writer, int64_t now_ns)
{
    int error = go_home(writer);

    if (error == -ENOSPC)
        ballast_drop(writer->path);
    if (error) {
        writer->return_wait_ns *= writer->return_wait_ns < WAIT_CAP_NS ? 2 : 1;
        writer->next_return_ns = now_ns + writer->return_wait_ns;
        return;
    }
    writer->in_refuge = false;
    writer->first_id = 0;
    writer->generation++;
    writer->version++;
    refuge_remove(writer->refuge);
    report_move(writer, false,
                "the store %s is written to again, with all that was "
                "kept in memory meanwhile",
                writer->path);
}

int64_t retreat_limit(const struct writer *writer)
{
    bool is_small = writer->options.max_size < REFUGE_BYTES;

    return writer->in_refuge && !is_small ? REFUGE_BYTES : writer->options.max_size;
}
