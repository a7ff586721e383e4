/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/archive.h"

#include "daemon/pipeline/packer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARCHIVE_INTERVAL_NS NS_PER_S
#define VALUES_MAX          2000 /* a row is written at the latest with this many values */

enum {
    KEY_MAX = 160,
    POSITION_MAX = 64
};

/* How far the values of one source are in the archive. */
struct mark {
    uint64_t instance;
    uint64_t archived_instance, archived_next; /* on disk: skip what lies before */
    uint64_t next;               /* handed over: what the next row ends with */
    char restored[POSITION_MAX]; /* what the disk said at the start */
};

/* One kind of row that is being packed. */
struct stream {
    struct packer *packer;
    enum record_kind kind;
    int64_t interval_ns;
    struct moment opened; /* the row's time; no two rows of a machine have the same */
};

struct archive {
    struct archive_site site;
    struct mark *marks;
    bool has_moved; /* a mark, since it was saved */
    struct stream stored, published;
    signed char *is_published; /* by signal index: 1 yes, 0 no, -1 not yet asked */
    size_t known;
    struct moment now;
    struct reception reception;
};

int archive_create(const struct archive_site *site, struct moment now,
                   struct archive **ret_archive)
{
    struct archive *archive = calloc(1, sizeof(*archive));
    if (!archive)
        return -ENOMEM;

    archive->site = *site;
    archive->now = now;
    archive->stored =
        (struct stream){.kind = RECORD_ARCHIVE, .interval_ns = ARCHIVE_INTERVAL_NS};
    archive->published = (struct stream){
        .kind = RECORD_SIGNAL,
        .interval_ns = site->machine->publish_every ? site->machine->publish_every
                                                    : ARCHIVE_INTERVAL_NS,
    };
    archive->marks = calloc(site->machine->link_count + 1, sizeof(*archive->marks));
    if (!archive->marks || packer_create(true, &archive->stored.packer) ||
        packer_create(false, &archive->published.packer)) {
        archive_destroy(archive);
        return -ENOMEM;
    }
    *ret_archive = archive;
    return 0;
}

void archive_destroy(struct archive *archive)
{
    if (!archive)
        return;
    packer_destroy(archive->stored.packer);
    packer_destroy(archive->published.packer);
    free(archive->is_published);
    free(archive->marks);
    free(archive);
}

/* The store keeps the archive's position beside the tracker's, under a name of its own.
 */
static void print_key(const struct archive *archive, char ret_key[KEY_MAX])
{
    (void)snprintf(ret_key, KEY_MAX, "%s/archive", archive->site.machine->name);
}

int archive_restore(struct archive *archive)
{
    struct store_resume resume = {0};
    char key[KEY_MAX];

    print_key(archive, key);
    int error = store_load(archive->site.store, key, &resume);
    if (error)
        return error;
    for (size_t i = 0; i < archive->site.machine->link_count && i < resume.position_count;
         i++) {
        struct mark *mark = &archive->marks[i];
        if (!resume.positions[i])
            continue;
        (void)text_copy(mark->restored, sizeof(mark->restored), resume.positions[i]);
        (void)sscanf(mark->restored, "%" SCNu64 " %" SCNu64, &mark->archived_instance,
                     &mark->archived_next);
        mark->instance = mark->archived_instance; /* until the source says otherwise */
    }
    store_resume_done(&resume);
    return 0;
}

const char *archive_reached(const struct archive *archive, size_t line)
{
    const char *restored = archive->marks[line].restored;

    return *restored ? restored : NULL;
}

const struct sample *archive_trim_gap(const struct archive *archive, size_t line,
                                      const struct sample *sample,
                                      struct trimmed_gap *room)
{
    const struct mark *mark = &archive->marks[line];
    struct gap *gap = &room->gap;

    if (sample->value.kind != VALUE_GAP || sample->value.gap->from <= 0 ||
        mark->instance != mark->archived_instance ||
        sample->value.gap->from >= (int64_t)mark->archived_next)
        return sample;
    *room = (struct trimmed_gap){*sample, *sample->value.gap};
    room->sample.value.gap = gap;
    gap->from = (int64_t)mark->archived_next;
    if (gap->count < 0) /* nobody knows how far it goes */
        return &room->sample;
    if (gap->from > gap->to)
        gap->from = gap->to + 1;
    gap->count = gap->to - gap->from + 1;
    return &room->sample;
}

/* A source that was taken up earlier than it was archived has not come that far again. */
static uint64_t reached(const struct mark *mark)
{
    bool is_behind =
        mark->instance == mark->archived_instance && mark->next < mark->archived_next;

    return is_behind ? mark->archived_next : mark->next;
}

static void save_marks(struct archive *archive)
{
    size_t count = archive->site.machine->link_count;
    char(*texts)[POSITION_MAX] = calloc(count + 1, sizeof(*texts));
    const char **positions = calloc(count + 1, sizeof(*positions));
    char key[KEY_MAX];

    if (texts && positions) {
        for (size_t i = 0; i < count; i++) {
            const struct mark *mark = &archive->marks[i];
            (void)snprintf(texts[i], POSITION_MAX, "%" PRIu64 " %" PRIu64, mark->instance,
                           reached(mark));
            positions[i] = texts[i];
        }
        print_key(archive, key);
        (void)store_snapshot(archive->site.store, key, NULL, 0, positions, count);
    }
    free(positions);
    free(texts);
}

static void write_row(struct archive *archive, struct stream *stream)
{
    int64_t count = packer_count(stream->packer);
    struct record record;

    if (count == 0)
        return;
    record_init(&record, stream->kind, packer_start(stream->packer));
    (void)text_copy(record.machine, sizeof(record.machine), archive->site.machine->name);
    (void)text_copy(record.cell, sizeof(record.cell), archive->site.machine->cell);
    record.packed.count = count;
    record.packed.signals = packer_take(stream->packer);

    int64_t id = record.packed.signals
                     ? archive->site.append(archive->site.owner, &record)
                     : -ENOMEM;
    if (stream->kind == RECORD_SIGNAL)
        return;
    archive->reception.waiting -= count;
    if (id < 0)
        archive->reception.dropped += count;
    else
        archive->reception.stored += count;
}

/*
 * A row has the time it was opened, not that of its first value: after a reconnect the
 * first value may be hours old, and the same as last time, and the row before would be
 * overwritten.
 */
static void open_row(struct stream *stream, struct moment now)
{
    if (now.wall_ns <= stream->opened.wall_ns)
        now.wall_ns = stream->opened.wall_ns + 1;
    stream->opened = now;
    packer_begin(stream->packer, now);
}

static void add_to(struct archive *archive, struct stream *stream,
                   const struct archive_item *item)
{
    if (packer_count(stream->packer) == 0)
        open_row(stream, archive->now);
    if (packer_add(stream->packer, item->index, item->name, item->sample)) {
        archive->reception.dropped += stream->kind == RECORD_ARCHIVE;
        return;
    }
    archive->reception.waiting += stream->kind == RECORD_ARCHIVE;
}

static bool wants_publishing(const struct archive *archive, const char *name)
{
    const struct option_list *patterns = &archive->site.machine->publish;

    for (size_t i = 0; i < patterns->count; i++)
        if (text_match(((char *const *)patterns->items)[i], name))
            return true;
    return false;
}

/* Patterns are matched once a signal, not once a value. */
static bool is_published(struct archive *archive, const struct archive_item *item)
{
    if (item->index >= archive->known) {
        size_t known = (item->index + 1) * 2;
        signed char *grown = realloc(archive->is_published, known);
        if (!grown)
            return false;
        memset(grown + archive->known, -1, known - archive->known);
        archive->is_published = grown;
        archive->known = known;
    }
    signed char *answer = &archive->is_published[item->index];
    if (*answer < 0)
        *answer = wants_publishing(archive, item->name);
    return *answer == 1;
}

static bool is_level(const struct sample *sample)
{
    return sample->value.kind != VALUE_GAP && sample->value.kind != VALUE_CONDITION &&
           sample->value.kind != VALUE_TOOL_LIFE;
}

static bool wants_storing(const struct archive *archive, const struct archive_item *item,
                          bool published)
{
    if (archive->site.signals == STORE_SIGNALS_NONE)
        return false;
    if (archive->site.signals == STORE_SIGNALS_PUBLISHED && !published)
        return false;
    return item->changed || packer_sequence(item->sample) != 0;
}

static bool is_archived_already(const struct mark *mark, const struct sample *sample)
{
    return sample->sequence != 0 && mark->instance == mark->archived_instance &&
           sample->sequence < mark->archived_next;
}

void archive_add(struct archive *archive, size_t line, const struct archive_item *item)
{
    const struct sample *sample = item->sample;

    if (sample->signal == SIGNAL_GAP && sample->value.kind == VALUE_GAP &&
        sample->value.gap->count > 0)
        archive->reception.gap += sample->value.gap->count;
    if (sample->signal == SIGNAL_LINK || sample->signal == SIGNAL_GAP)
        return;
    if (is_archived_already(&archive->marks[line], sample))
        return;

    bool published = is_published(archive, item);
    archive->reception.observed++;
    if (published && is_level(sample))
        add_to(archive, &archive->published, item);
    if (wants_storing(archive, item, published))
        add_to(archive, &archive->stored, item);
    else
        archive->reception.unchanged++;
}

static void flush_full(struct archive *archive)
{
    bool is_full = packer_count(archive->stored.packer) >= VALUES_MAX;

    if (packer_count(archive->published.packer) >= VALUES_MAX)
        write_row(archive, &archive->published);
    if (is_full)
        archive_flush(archive);
}

void archive_mark(struct archive *archive, size_t line, const char *position)
{
    struct mark *mark = &archive->marks[line];
    uint64_t instance, next;

    if (sscanf(position, "%" SCNu64 " %" SCNu64, &instance, &next) != 2)
        return;
    archive->has_moved =
        archive->has_moved || mark->instance != instance || mark->next != next;
    if (mark->instance == instance && next < mark->next)
        mark->archived_next = 0; /* the same name, but numbers that began anew */
    mark->instance = instance;
    mark->next = next;
    flush_full(archive);
}

static bool is_due(const struct stream *stream, struct moment now)
{
    return packer_count(stream->packer) > 0 &&
           now.mono_ns - stream->opened.mono_ns >= stream->interval_ns;
}

void archive_advance(struct archive *archive, struct moment now)
{
    archive->now = now;
    if (is_due(&archive->stored, now) || is_due(&archive->published, now))
        archive_flush(archive);
    else
        flush_full(archive);
}

/*
 * Rows and marks in one transaction: a kill between them would archive values twice. When
 * that cannot be had, marks that lag behind are the lesser evil.
 */
void archive_flush(struct archive *archive)
{
    bool is_held = store_hold(archive->site.store) == 0;

    write_row(archive, &archive->published);
    write_row(archive, &archive->stored);
    if (archive->has_moved && is_held)
        save_marks(archive);
    archive->has_moved = archive->has_moved && !is_held;
    if (is_held)
        store_release(archive->site.store);
}

const struct reception *archive_reception(const struct archive *archive)
{
    return &archive->reception;
}
