/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/machine_cycles.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct state {
    struct context context;
};

struct machine_cycles {
    struct state state;
    struct path_view paths[PATHS_MAX];
};

int machine_cycles_create(const struct tracker_options *options,
                          struct machine_cycles **ret_cycles)
{
    struct machine_cycles *cycles = calloc(1, sizeof(*cycles));

    (void)options;
    if (!cycles)
        return -ENOMEM;
    context_init(&cycles->state.context);
    for (size_t i = 0; i < PATHS_MAX; i++)
        cycles->paths[i].tool = cycles->paths[i].program = "";
    *ret_cycles = cycles;
    return 0;
}

void machine_cycles_destroy(struct machine_cycles *cycles)
{
    free(cycles);
}

void machine_cycles_observe(struct machine_cycles *cycles, const struct sample *sample,
                            const struct record_sink *out)
{
    (void)cycles;
    (void)sample;
    (void)out;
}

void machine_cycles_advance(struct machine_cycles *cycles, struct moment now,
                            const struct record_sink *out)
{
    (void)cycles;
    (void)now;
    (void)out;
}

void machine_cycles_tell(struct machine_cycles *cycles, const struct statement *statement,
                         const struct record_sink *out)
{
    (void)out;
    cycles->state.context = statement->context;
}

const struct context *machine_cycles_context(const struct machine_cycles *cycles)
{
    return &cycles->state.context;
}

const struct path_view *machine_cycles_paths(const struct machine_cycles *cycles)
{
    return cycles->paths;
}

void machine_cycles_save(const struct machine_cycles *cycles, struct text *text)
{
    text_add_bytes(text, (const char *)&cycles->state, sizeof(cycles->state));
}

int machine_cycles_restore(struct machine_cycles *cycles, const void *bytes,
                           size_t length)
{
    if (length != sizeof(cycles->state))
        return -EPROTO;
    memcpy(&cycles->state, bytes, length);
    return 0;
}
