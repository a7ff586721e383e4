/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows a second and bytes written a row of the store.
 *
 *     bench_store FOLDER ROWS MACHINES BATCH [cycle|state|signal]
 *
 * Appends ROWS cycles (or states, which are about 120 bytes as they are sent, or raw
 * values, 40 to a row) of MACHINES machines to a
 * fresh store in FOLDER and waits for each BATCH to be committed before the next (0 = as
 * fast as it takes them). Bytes are what the kernel was asked to write to storage
 * (write_bytes of /proc/self/io); on a tmpfs that is 0.
 */
#include "daemon/base/clock.h"
#include "daemon/store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bench {
    uv_loop_t loop;
    struct store *store;
    int64_t stored_id;
};

static void on_stored(void *owner, int64_t id)
{
    ((struct bench *)owner)->stored_id = id;
}

static int64_t read_written(void)
{
    char line[128];
    int64_t bytes = 0;
    FILE *file = fopen("/proc/self/io", "r");

    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, "write_bytes: ", 13) == 0)
            bytes = strtoll(line + 13, NULL, 10);
    if (file)
        (void)fclose(file);
    return bytes;
}

static struct record make_cycle(int64_t number, int64_t machines)
{
    struct record record;

    record_init(&record, RECORD_CYCLE,
                (struct moment){.wall_ns = 1790000000 * NS_PER_S + number * NS_PER_MS});
    (void)snprintf(record.machine, sizeof(record.machine), "vmc-%d",
                   (int)(number % machines));
    (void)text_copy(record.context.part, sizeof(record.context.part), "BRKT-7");
    record.cycle.cycle_no = number;
    record.cycle.ct = 60.0 + (double)(number % 100) / 10;
    record.cycle.cut = 41.5;
    record.cycle.noncut = 18.5;
    return record;
}

static struct record make_state(int64_t number, int64_t machines)
{
    struct record record;

    record_init(&record, RECORD_STATE,
                (struct moment){.wall_ns = 1790000000 * NS_PER_S + number * NS_PER_MS});
    (void)snprintf(record.machine, sizeof(record.machine), "vmc-%d",
                   (int)(number % machines));
    record.state.state = (enum execution)(number % 8);
    record.state.dur = 5.2;
    return record;
}

static struct record make_signal(int64_t number, int64_t machines)
{
    static char signals[2048];
    struct record record = make_state(number, machines);
    struct text text;

    text_init_fixed(&text, signals, sizeof(signals));
    text_add(&text, "{");
    for (int i = 0; i < 40; i++)
        text_add_format(&text, "%s\"custom.r%d\":[[0,%d,192]]", i ? "," : "", i,
                        (int)(number + i));
    text_add(&text, "}");
    record.kind = RECORD_SIGNAL;
    record.packed = (struct packed_record){.signals = signals, .count = 40};
    return record;
}

static const struct {
    const char *name;
    struct record (*make)(int64_t number, int64_t machines);
} kinds[] = {
    {"cycle",  make_cycle },
    {"state",  make_state },
    {"signal", make_signal},
};

static void wait_for(struct bench *bench, int64_t id)
{
    while (bench->stored_id < id)
        (void)uv_run(&bench->loop, UV_RUN_ONCE);
}

static int64_t append(struct bench *bench, const struct record *record)
{
    int64_t id = store_append(bench->store, record);

    while (id < 0) {
        (void)uv_run(&bench->loop, UV_RUN_ONCE);
        id = store_append(bench->store, record);
    }
    return id;
}

int main(int argc, char **argv)
{
    struct bench bench = {.stored_id = 0};
    const struct store_site site = {
        .loop = &bench.loop, .owner = &bench, .stored = on_stored};
    char path[512];

    size_t kind = 0;
    while (argc == 6 && kind < 3 && strcmp(argv[5], kinds[kind].name) != 0)
        kind++;
    if ((argc != 5 && argc != 6) || kind == 3) {
        (void)fprintf(stderr, "usage: bench_store FOLDER ROWS MACHINES BATCH "
                              "[cycle|state|signal]\n");
        return 2;
    }
    int64_t rows = strtoll(argv[2], NULL, 10);
    int64_t machines = strtoll(argv[3], NULL, 10);
    int64_t batch = strtoll(argv[4], NULL, 10);
    (void)snprintf(path, sizeof(path), "%.400s/bench-%d.db", argv[1], (int)getpid());
    const struct store_options options = {.path = path,
                                          .keep = 36500 * NS_PER_DAY,
                                          .keep_signals = 36500 * NS_PER_DAY,
                                          .max_size = INT64_C(1) << 40,
                                          .commit =
                                              batch ? 5 * NS_PER_MS : 200 * NS_PER_MS};
    if (uv_loop_init(&bench.loop) || store_open(&options, &site, &bench.store))
        return 1;

    int64_t written = read_written();
    struct moment began = clock_now();
    int64_t id = 0;
    for (int64_t i = 1; i <= rows; i++) {
        struct record record = kinds[kind].make(i, machines);
        id = append(&bench, &record);
        if (batch && i % batch == 0)
            wait_for(&bench, id);
    }
    wait_for(&bench, id);
    double seconds = moment_seconds(began, clock_now());
    struct store_health health;
    store_describe(bench.store, &health);
    store_close(bench.store);
    (void)uv_run(&bench.loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&bench.loop);
    (void)printf("%" PRId64 " rows, %" PRId64 " machines, batch %" PRId64
                 ": %.0f rows/s, "
                 "%.0f bytes written a row, %" PRId64 " commits, longest %.3f s\n",
                 rows, machines, batch, (double)rows / seconds,
                 (double)(read_written() - written) / (double)rows, health.commits,
                 health.commit_max_s);
    (void)printf("file: %s (delete it)\n", path);
    return 0;
}
