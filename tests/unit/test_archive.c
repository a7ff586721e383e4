/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/cycle_options.h"
#include "daemon/pipeline/archive.h"
#include "daemon/pipeline/station.h"
#include "tests/unit/store_scene.h"

#include <inttypes.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

/*
 * A machine whose source numbers its values and hands them out from any number on, as an
 * MTConnect agent does. Time runs a hundred times as fast, so that rows and snapshots are
 * due every few milliseconds.
 */
enum {
    SPEED = 100,
    INSTANCE = 7,
    AT_ONCE_MAX = 40,
    KILLS = 40,
    KILLS_MAX = 400, /* on a machine so slow that none has stored anything */
    LONGEST_US = 80000
};

struct source {
    const struct driver_site *site;
    uint64_t next;
    bool stops_later, has_left;
};

static char machine_name[] = "vmc-1", cell_name[] = "a";

struct machine_scene {
    struct scene scene;
    struct source source;
    struct station *station;
    struct machine_settings machine;
    struct link_settings link;
    struct cycle_options cycle;
    struct settings settings;
};

static int64_t began_ns; /* of the parent; its children go on from there */

static struct moment now_fast(void)
{
    int64_t mono_ns = (clock_now().mono_ns - began_ns) * SPEED;

    return (struct moment){.mono_ns = mono_ns, .wall_ns = SCENE_WALL_NS + mono_ns};
}

static void mark(struct source *source)
{
    char position[64];

    (void)snprintf(position, sizeof(position), "%d %" PRIu64, INSTANCE, source->next);
    source->site->mark(source->site->owner, position);
}

static int source_start(const struct driver_site *site, const void *options,
                        struct driver_link **ret_link)
{
    struct source *source = (struct source *)(uintptr_t)options;

    source->site = site;
    source->next = 1;
    if (site->resume)
        assert_int_equal(sscanf(site->resume, "%*d %" SCNu64, &source->next), 1);
    *ret_link = (struct driver_link *)source;
    mark(source);
    return 0;
}

static void source_stop(struct driver_link *link)
{
    struct source *source = (struct source *)link;

    source->has_left = true;
    if (!source->stops_later)
        source->site->stopped(source->site->owner);
}

static void source_describe(const struct driver_link *link,
                            struct link_health *ret_health)
{
    assert_false(((const struct source *)link)->has_left);
    *ret_health = (struct link_health){.linked = true};
}

static const struct driver source_driver = {.name = "source",
                                            .start = source_start,
                                            .stop = source_stop,
                                            .describe = source_describe};

static void say_some(struct source *source)
{
    long count = random() % AT_ONCE_MAX;

    for (long i = 0; i < count; i++) {
        const struct sample sample = {
            .signal = SIGNAL_SPINDLE_LOAD,
            .quality = QUALITY_GOOD,
            .path = 1,
            .place = "",
            .value = {.kind = VALUE_NUMBER, .number = (double)source->next},
            .at = now_fast(),
            .sequence = source->next++,
        };
        source->site->deliver(source->site->owner, &sample, 1);
    }
    mark(source);
}

static int64_t on_append(void *owner, const struct record *record)
{
    return store_append(((struct machine_scene *)owner)->scene.store, record);
}

static void on_presence(void *owner, const struct station *station, bool linked)
{
    (void)owner;
    (void)station;
    (void)linked;
}

static void on_station_stopped(void *owner, struct station *station)
{
    (void)owner;
    (void)station;
}

static struct text scratch = {.on_heap = true};

static void open_machine(struct machine_scene *self)
{
    const struct station_site site = {
        .loop = &self->scene.loop,
        .store = self->scene.store,
        .scratch = &scratch,
        .owner = self,
        .append = on_append,
        .presence = on_presence,
        .stopped = on_station_stopped,
    };

    cycle_options_init(&self->cycle);
    self->link = (struct link_settings){&source_driver, &self->source};
    self->machine = (struct machine_settings){
        .name = machine_name,
        .cell = cell_name,
        .links = &self->link,
        .link_count = 1,
        .cycle = &self->cycle,
    };
    self->settings.store = self->scene.options;
    assert_int_equal(
        station_create(&site, &self->settings, &self->machine, &self->station), 0);
    station_start(self->station);
}

/* The child: works until it is killed. Says through the pipe that it has begun. */
static void work_until_killed(struct machine_scene *self, int pipe_end)
{
    scene_open(&self->scene);
    open_machine(self);
    (void)!write(pipe_end, "x", 1);
    for (;;) {
        say_some(&self->source);
        station_advance(self->station, now_fast());
        (void)uv_run(&self->scene.loop, UV_RUN_NOWAIT);
        if (random() % 4 == 0)
            uv_sleep(1);
    }
}

/* Within `longest_us` after the child has begun. */
static void kill_at_random(struct machine_scene *self, long longest_us)
{
    int ends[2];
    char byte;

    assert_int_equal(pipe(ends), 0);
    unsigned wait_us = (unsigned)(random() % longest_us);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        srandom((unsigned)getpid());
        work_until_killed(self, ends[1]);
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    (void)usleep(wait_us); /* the moment is what is random; nothing is asserted of it */
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* Every sequence from the first to the newest is in exactly one archive row. */
static int64_t assert_each_once(const struct scene *scene)
{
    static const char count[] =
        "SELECT count(*), count(DISTINCT n), coalesce(max(n),0) FROM (SELECT"
        " json_extract(v.value,'$[3]') AS n FROM archived,"
        " json_each(json_extract(body,'$.signals.spindle_load')) AS v)";
    sqlite3_stmt *query;
    sqlite3 *file;

    assert_int_equal(sqlite3_open(scene->path, &file), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(file, count, -1, &query, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    int64_t values = sqlite3_column_int64(query, 0);
    assert_int_equal(values, sqlite3_column_int64(query, 1));
    assert_int_equal(values, sqlite3_column_int64(query, 2));
    assert_int_equal(sqlite3_finalize(query), SQLITE_OK);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    return values;
}

static void kills_at_random_leave_every_value_in_one_archive_row(void **state)
{
    static struct machine_scene self;
    int64_t values = 0;

    (void)state;
    srandom(11);
    began_ns = clock_now().mono_ns;
    scene_begin(&self.scene);
    for (int i = 0; i < KILLS || (values == 0 && i < KILLS_MAX); i++) {
        kill_at_random(&self, (1 + i / KILLS) * LONGEST_US);
        int64_t after = assert_each_once(&self.scene);
        assert_true(after >= values);
        values = after;
    }
    assert_true(values > 0);
    scene_end(&self.scene);
}

static void what_is_held_together_is_committed_together(void **state)
{
    struct scene scene;
    int64_t first = 0, id = 0;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    assert_int_equal(store_hold(scene.store), 0);
    assert_int_equal(store_hold(scene.store), 0);
    for (int64_t i = 1; i <= 1200; i++) { /* more than a group is otherwise long */
        struct record record = scene_cycle("vmc-1", i);
        id = scene_append(&scene, &record);
        first = first ? first : id;
    }
    store_release(scene.store);
    uv_sleep(100); /* many times the commit interval; were it not held, it would be due */
    (void)uv_run(&scene.loop, UV_RUN_NOWAIT);
    assert_int_equal(scene.stored_id, 0);
    store_release(scene.store);
    scene_wait_stored(&scene, id);
    struct store_health health;
    store_describe(scene.store, &health);
    assert_int_equal(health.commits, 1);
    assert_int_equal(id - first, 1199);
    scene_end(&scene);
}

static void a_hold_in_which_nothing_is_asked_leaves_nothing(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    scene_open(&scene);
    assert_int_equal(store_hold(scene.store), 0);
    store_release(scene.store);
    struct record record = scene_cycle("vmc-1", 1);
    scene_wait_stored(&scene, scene_append(&scene, &record));
    scene_end(&scene);
}

/* The tracker is resumed from before the kill; what the archive has is not lost. */
static void a_gap_begins_behind_what_is_archived(void **state)
{
    static const struct {
        struct gap said, left;
    } cases[] = {
        {{.from = 1, .to = 90, .count = 90}, {.from = 81, .to = 90, .count = 10}},
        {{.from = 1, .to = 50, .count = 50}, {.from = 51, .to = 50, .count = 0} },
        {{.from = 1, .count = -1},           {.from = 81, .count = -1}          },
        {{.from = 100, .count = -1},         {.from = 100, .count = -1}         },
        {{.count = -1},                      {.count = -1}                      },
    };
    static struct machine_scene self;
    static const char *const positions[] = {"7 81"};
    struct archive *archive;

    (void)state;
    self.machine = (struct machine_settings){
        .name = machine_name, .cell = cell_name, .links = &self.link, .link_count = 1};
    scene_begin(&self.scene);
    scene_open(&self.scene);
    struct record record = scene_cycle("vmc-1", 1);
    assert_int_equal(
        store_snapshot(self.scene.store, "vmc-1/archive", NULL, 0, positions, 1), 0);
    scene_wait_stored(&self.scene, scene_append(&self.scene, &record));

    const struct archive_site site = {&self, on_append, self.scene.store, &self.machine,
                                      STORE_SIGNALS_ALL};
    assert_int_equal(archive_create(&site, clock_now(), &archive), 0);
    assert_int_equal(archive_restore(archive), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct sample sample = {
            .signal = SIGNAL_GAP, .value = {.kind = VALUE_GAP, .gap = &cases[i].said}
        };
        struct trimmed_gap room;
        const struct gap *left = archive_trim_gap(archive, 0, &sample, &room)->value.gap;
        assert_int_equal(left->from, cases[i].left.from);
        assert_int_equal(left->to, cases[i].left.to);
        assert_int_equal(left->count, cases[i].left.count);
    }
    archive_destroy(archive);
    scene_end(&self.scene);
}

/* A Modbus link has left its line by then; asking it was a crash. */
static void a_link_that_was_stopped_is_asked_nothing(void **state)
{
    static struct machine_scene self = {.source.stops_later = true};
    struct link_health health;

    (void)state;
    began_ns = clock_now().mono_ns;
    scene_begin(&self.scene);
    scene_open(&self.scene);
    open_machine(&self);
    station_describe_link(self.station, 0, &health);
    assert_true(health.linked);
    station_stop(self.station, now_fast());
    station_describe_link(self.station, 0, &health);
    assert_false(health.linked);
    assert_string_not_equal(health.trouble, "");
    self.source.site->stopped(self.source.site->owner);
    station_destroy(self.station);
    scene_end(&self.scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_held_together_is_committed_together),
        cmocka_unit_test(a_hold_in_which_nothing_is_asked_leaves_nothing),
        cmocka_unit_test(a_gap_begins_behind_what_is_archived),
        cmocka_unit_test(a_link_that_was_stopped_is_asked_nothing),
        cmocka_unit_test(kills_at_random_leave_every_value_in_one_archive_row),
    };

    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    text_done(&scratch);
    return failures;
}
