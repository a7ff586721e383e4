/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/replay_output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    RUNS_MAX = 1024
};

struct entry {
    int64_t wall_ns;
    uint64_t order;
    size_t offset, length;
};

/* A sorted run in a temporary file, and the line of it that comes next. */
struct run {
    FILE *file;
    int64_t wall_ns;
    size_t length, capacity;
    char *line;
};

struct output {
    size_t memory;
    char *bytes;
    size_t used, capacity;
    struct entry *entries;
    size_t count, entry_capacity;
    uint64_t order;
    struct run runs[RUNS_MAX];
    size_t run_count;
};

int output_create(size_t memory, struct output **ret_output)
{
    struct output *output = calloc(1, sizeof(*output));

    if (!output)
        return -ENOMEM;
    output->memory = memory;
    *ret_output = output;
    return 0;
}

void output_destroy(struct output *output)
{
    if (!output)
        return;
    for (size_t i = 0; i < output->run_count; i++) {
        if (output->runs[i].file)
            (void)fclose(output->runs[i].file);
        free(output->runs[i].line);
    }
    free(output->bytes);
    free(output->entries);
    free(output);
}

static int compare(const void *a, const void *b)
{
    const struct entry *left = a;
    const struct entry *right = b;

    if (left->wall_ns != right->wall_ns)
        return left->wall_ns < right->wall_ns ? -1 : 1;
    return left->order < right->order ? -1 : 1;
}

static void sort(struct output *output)
{
    if (output->count)
        qsort(output->entries, output->count, sizeof(*output->entries), compare);
}

static int write_run(struct output *output, FILE *file)
{
    for (size_t i = 0; i < output->count; i++) {
        const struct entry *entry = &output->entries[i];
        if (fwrite(&entry->wall_ns, sizeof(entry->wall_ns), 1, file) != 1 ||
            fwrite(&entry->length, sizeof(entry->length), 1, file) != 1 ||
            fwrite(output->bytes + entry->offset, 1, entry->length, file) !=
                entry->length)
            return -EIO;
    }
    return fflush(file) ? -EIO : 0;
}

static int spill(struct output *output)
{
    if (output->run_count == RUNS_MAX)
        return -EFBIG;

    FILE *file = tmpfile();
    if (!file)
        return -errno;
    output->runs[output->run_count++] = (struct run){.file = file};
    sort(output);
    int error = write_run(output, file);
    output->count = 0;
    output->used = 0;
    rewind(file);
    return error;
}

static int reserve(struct output *output, size_t length)
{
    if (output->used + length > output->capacity) {
        size_t larger = output->capacity ? output->capacity * 2 : 65536;
        while (larger < output->used + length)
            larger *= 2;
        char *bytes = realloc(output->bytes, larger);
        if (!bytes)
            return -ENOMEM;
        output->bytes = bytes;
        output->capacity = larger;
    }
    if (output->count == output->entry_capacity) {
        size_t larger = output->entry_capacity ? output->entry_capacity * 2 : 1024;
        struct entry *entries = realloc(output->entries, larger * sizeof(*entries));
        if (!entries)
            return -ENOMEM;
        output->entries = entries;
        output->entry_capacity = larger;
    }
    return 0;
}

int output_add(struct output *output, int64_t wall_ns, const char *line, size_t length)
{
    int error = 0;

    if (output->count && output->used + length > output->memory)
        error = spill(output);
    if (!error)
        error = reserve(output, length);
    if (error)
        return error;
    memcpy(output->bytes + output->used, line, length);
    output->entries[output->count++] = (struct entry){
        .wall_ns = wall_ns,
        .order = output->order++,
        .offset = output->used,
        .length = length,
    };
    output->used += length;
    return 0;
}

/* Reads the run's next line; at its end the file is closed. */
static int advance(struct run *run)
{
    size_t got = fread(&run->wall_ns, sizeof(run->wall_ns), 1, run->file);

    if (got == 1 && fread(&run->length, sizeof(run->length), 1, run->file) == 1) {
        if (run->length > run->capacity) {
            char *line = realloc(run->line, run->length);
            if (!line)
                return -ENOMEM;
            run->line = line;
            run->capacity = run->length;
        }
        return fread(run->line, 1, run->length, run->file) == run->length ? 0 : -EIO;
    }
    (void)fclose(run->file);
    run->file = NULL;
    return 0;
}

/* The run whose line is earliest; of equal ones the first, so that order is kept. */
static struct run *earliest(struct output *output)
{
    struct run *best = NULL;

    for (size_t i = 0; i < output->run_count; i++) {
        struct run *run = &output->runs[i];
        if (run->file && (!best || run->wall_ns < best->wall_ns))
            best = run;
    }
    return best;
}

static int merge(struct output *output, FILE *file)
{
    int error = spill(output);

    for (size_t i = 0; !error && i < output->run_count; i++)
        error = advance(&output->runs[i]);
    for (struct run *run; !error && (run = earliest(output));) {
        if (fwrite(run->line, 1, run->length, file) != run->length)
            return -EIO;
        error = advance(run);
    }
    return error;
}

int output_write(struct output *output, FILE *file)
{
    int error = 0;

    if (output->run_count) {
        error = merge(output, file);
    } else {
        sort(output);
        for (size_t i = 0; i < output->count; i++) {
            const struct entry *entry = &output->entries[i];
            if (fwrite(output->bytes + entry->offset, 1, entry->length, file) !=
                entry->length)
                return -EIO;
        }
    }
    return error || fflush(file) ? (error ? error : -EIO) : 0;
}
