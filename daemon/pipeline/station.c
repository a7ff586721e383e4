/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/station.h"

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/pipeline/archive.h"
#include "daemon/pipeline/watcher.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SNAPSHOT_INTERVAL_NS (10 * NS_PER_S)

enum {
    ROOM_MAX = 96,
    POSITION_MAX = 4096
};

/* One connection of the machine, and how far it is known to be. */
struct line {
    struct station *station;
    struct driver_site site;
    struct driver_link *link; /* NULL when it could not start or has stopped */
    char *position;           /* what the driver marked last; NULL = nothing */
    struct watcher watcher;
    bool linked, carries_cycles; /* the latter: its silence is the machine's */
};

struct station {
    struct station_site site;
    const struct machine_settings *machine;
    char room[ROOM_MAX];
    struct line *lines;
    size_t running; /* links that have not stopped */
    bool stopping;
    struct tracker *tracker;
    struct latest *latest;
    struct archive *archive;
    struct record_sink records;
    struct audience audience;
    uint64_t saved; /* hash of the state that was stored last */
    int64_t snapshot_due_ns, advance_due_ns;
    struct moment lead;          /* the machine's time - ours, as its links know it */
    bool is_changed, has_cycled; /* since the snapshot: anything; a cycle's end, a gap */
};

static void on_record(void *owner, const struct record *record)
{
    struct station *station = owner;

    station->has_cycled =
        station->has_cycled || record->kind == RECORD_CYCLE || record->kind == RECORD_GAP;
    (void)station->site.append(station->site.owner, record);
}

/* What was seen is what is remembered: one transaction, and only if it is another. */
static void save_state(struct station *station, const struct text *snapshot)
{
    size_t count = station->machine->link_count;
    uint64_t state = text_hash(TEXT_HASH_START, snapshot->data, snapshot->length);
    const char **positions = calloc(count + 1, sizeof(*positions));

    if (!positions)
        return;
    for (size_t i = 0; i < count; i++) {
        positions[i] = station->lines[i].position;
        if (positions[i])
            state = text_hash(state, positions[i], strlen(positions[i]) + 1);
    }
    if (state != station->saved && store_hold(station->site.store) == 0) {
        archive_flush(station->archive);
        (void)store_snapshot(station->site.store, station->machine->name, snapshot->data,
                             snapshot->length, positions, count);
        store_release(station->site.store);
        station->saved = state;
    }
    free(positions);
}

static void take_snapshot(struct station *station, struct moment now)
{
    struct text *snapshot = station->site.scratch;

    station->has_cycled = store_is_behind(station->site.store) && !station->stopping;
    if (station->has_cycled)
        return; /* soon */
    text_clear(snapshot);
    tracker_save(station->tracker, snapshot);
    station->snapshot_due_ns = now.mono_ns + SNAPSHOT_INTERVAL_NS;
    station->is_changed = false;
    if (!snapshot->failed)
        save_state(station, snapshot);
}

static void note_presence(struct line *line, const struct sample *sample)
{
    struct station *station = line->station;
    bool before = station_is_linked(station);

    line->linked = sample->value.integer != 0;
    if (station_is_linked(station) != before)
        station->site.presence(station->site.owner, station, !before);
}

/* A lost thermometer is not a lost machine: only what cycles are made of counts. */
static void show_tracker(struct line *line, const struct sample *sample)
{
    struct station *station = line->station;

    line->carries_cycles = line->carries_cycles || signal_makes_cycles(sample->signal);
    if (sample->signal == SIGNAL_LINK && !line->carries_cycles &&
        station->machine->link_count > 1)
        return;
    tracker_observe(station->tracker, sample, &station->records);
}

static void accept_sample(struct line *line, const struct sample *sample)
{
    struct station *station = line->station;
    size_t at = (size_t)(line - station->lines);
    struct trimmed_gap room;

    sample = archive_trim_gap(station->archive, at, sample, &room);
    bool changed;
    int index = latest_put(station->latest, sample, &changed);
    if (sample->signal == SIGNAL_LINK)
        note_presence(line, sample);
    if (index >= 0)
        archive_add(station->archive, at,
                    &(struct archive_item){
                        (size_t)index, latest_at(station->latest, (size_t)index)->name,
                        changed, sample});
    show_tracker(line, sample);
    audience_tell(&station->audience, sample);
}

static void on_deliver(void *owner, const struct sample *samples, size_t count)
{
    struct line *line = owner;

    line->station->is_changed = true;
    for (size_t i = 0; i < count; i++)
        accept_sample(line, &samples[i]);
}

static void on_mark(void *owner, const char *position)
{
    struct line *line = owner;
    char *before = line->position;

    line->position = strndup(position, POSITION_MAX);
    free(before);
    archive_mark(line->station->archive, (size_t)(line - line->station->lines), position);
    if (line->station->has_cycled || line->station->saved == 0)
        take_snapshot(line->station, clock_now());
}

static bool on_is_busy(void *owner)
{
    return store_is_busy(((struct line *)owner)->station->site.store);
}

static void settle_stop(struct station *station)
{
    if (station->stopping && station->running == 0)
        station->site.stopped(station->site.owner, station);
}

static void on_stopped(void *owner)
{
    struct line *line = owner;

    line->link = NULL;
    line->station->running--;
    settle_stop(line->station);
}

static int restore(struct station *station)
{
    struct store_resume resume = {0};
    int error = store_load(station->site.store, station->machine->name, &resume);

    if (error)
        return error;
    if (resume.snapshot &&
        tracker_restore(station->tracker, resume.snapshot, resume.length))
        log_write(
            LOG_LEVEL_WARNING, station->room,
            "the stored state is of another version; an open cycle will be partial");
    for (size_t i = 0; i < station->machine->link_count && i < resume.position_count; i++)
        if (resume.positions[i] && *resume.positions[i])
            station->lines[i].position = strdup(resume.positions[i]);
    store_resume_done(&resume);
    return archive_restore(station->archive);
}

static int create_parts(struct station *station, const struct settings *settings)
{
    const struct machine_settings *machine = station->machine;
    const struct tracker_options options = {.cell = machine->cell,
                                            .machine = machine->name,
                                            .cycle = machine->cycle,
                                            .tools = machine->tools,
                                            .thermal = machine->thermal,
                                            .kpi = machine->kpi,
                                            .quality = machine->quality,
                                            .calendar = settings->calendar,
                                            .parts = settings->parts,
                                            .part_count = settings->part_count};
    const struct archive_site archive = {station->site.owner, station->site.append,
                                         station->site.store, machine,
                                         (enum store_signals)settings->store.signals};
    int error = latest_create(&station->latest);

    station->lines = calloc(machine->link_count + 1, sizeof(*station->lines));
    if (error || !station->lines)
        return -ENOMEM;
    for (size_t i = 0; i < machine->link_count; i++)
        station->lines[i].station = station;
    error = tracker_create(&options, &station->tracker);
    return error ? error : archive_create(&archive, clock_now(), &station->archive);
}

int station_create(const struct station_site *site, const struct settings *settings,
                   const struct machine_settings *machine, struct station **ret_station)
{
    struct station *station = calloc(1, sizeof(*station));

    if (!station)
        return -ENOMEM;
    station->snapshot_due_ns =
        clock_now().mono_ns + text_spread(machine->name, SNAPSHOT_INTERVAL_NS);
    station->site = *site;
    station->machine = machine;
    station->records = (struct record_sink){.owner = station, .append = on_record};
    (void)snprintf(station->room, sizeof(station->room), "station %s", machine->name);

    int error = create_parts(station, settings);
    if (!error)
        error = restore(station);
    if (error)
        station_destroy(station);
    else
        *ret_station = station;
    return error;
}

static void start_line(struct station *station, size_t index)
{
    struct line *line = &station->lines[index];
    const struct link_settings *settings = &station->machine->links[index];

    line->site = (struct driver_site){.machine = station->machine->name,
                                      .loop = station->site.loop,
                                      .http = station->site.http,
                                      .slots = station->site.slots,
                                      .owner = line,
                                      .resume = line->position,
                                      .deliver = on_deliver,
                                      .mark = on_mark,
                                      .is_busy = on_is_busy,
                                      .stopped = on_stopped};
    line->site.archived = archive_reached(station->archive, index);
    int error = settings->driver->start(&line->site, settings->options, &line->link);
    if (error) {
        log_write(LOG_LEVEL_ERROR, station->room, "%s link %zu cannot work: %s",
                  settings->driver->name, index + 1, strerror(-error));
        return;
    }
    station->running++;
}

void station_start(struct station *station)
{
    for (size_t i = 0; i < station->machine->link_count; i++)
        start_line(station, i);
}

void station_stop(struct station *station, struct moment now)
{
    tracker_advance(station->tracker, moment_in(now, station->lead), &station->records);
    station->stopping = true;
    for (size_t i = 0; i < station->machine->link_count; i++)
        if (station->lines[i].link)
            station->machine->links[i].driver->stop(station->lines[i].link);
    archive_flush(station->archive);
    take_snapshot(station, now);
    settle_stop(station);
}

void station_destroy(struct station *station)
{
    if (!station)
        return;
    for (size_t i = 0; station->lines && i < station->machine->link_count; i++)
        free(station->lines[i].position);
    free(station->lines);
    audience_dismiss(&station->audience);
    archive_destroy(station->archive);
    tracker_destroy(station->tracker);
    latest_destroy(station->latest);
    free(station);
}

static void look_at_links(struct station *station, struct moment now)
{
    struct link_health health;

    station->lead = (struct moment){0};
    for (size_t i = 0; i < station->machine->link_count; i++) {
        station_describe_link(station, i, &health);
        if (health.lead.mono_ns)
            station->lead = health.lead;
        if (station->lines[i].link)
            watcher_look(&station->lines[i].watcher, station->room, &health, now);
    }
}

void station_advance(struct station *station, struct moment now)
{
    archive_advance(station->archive, now);
    if (now.mono_ns >= station->advance_due_ns) {
        station->advance_due_ns = now.mono_ns + NS_PER_S;
        look_at_links(station, now);
        tracker_advance(station->tracker, moment_in(now, station->lead),
                        &station->records);
    }
    if (station->has_cycled ||
        (station->is_changed && now.mono_ns >= station->snapshot_due_ns))
        take_snapshot(station, now);
}

void station_tell(struct station *station, const struct statement *statement)
{
    struct statement placed = *statement;

    placed.at = moment_in(statement->at, station->lead);
    tracker_tell(station->tracker, &placed, &station->records);
    take_snapshot(station, statement->at);
}

const struct machine_settings *station_settings(const struct station *station)
{
    return station->machine;
}

const struct latest *station_latest(const struct station *station)
{
    return station->latest;
}

const struct context *station_context(const struct station *station)
{
    return tracker_context(station->tracker);
}

const struct tracker *station_tracker(const struct station *station)
{
    return station->tracker;
}

const struct path_view *station_paths(const struct station *station)
{
    return tracker_paths(station->tracker);
}

struct audience *station_audience(struct station *station)
{
    return &station->audience;
}

const struct reception *station_reception(const struct station *station)
{
    return archive_reception(station->archive);
}

bool station_is_linked(const struct station *station)
{
    for (size_t i = 0; i < station->machine->link_count; i++)
        if (!station->lines[i].linked)
            return false;
    return station->machine->link_count > 0;
}

size_t station_link_count(const struct station *station)
{
    return station->machine->link_count;
}

void station_describe_link(const struct station *station, size_t index,
                           struct link_health *ret_health)
{
    struct driver_link *link = station->lines[index].link;

    *ret_health = (struct link_health){.trouble = "this link does not run; see the log"};
    if (link && !station->stopping) /* who was told to stop is not asked any more */
        station->machine->links[index].driver->describe(link, ret_health);
}
