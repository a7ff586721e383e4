/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/machine_tools.h"

#include "daemon/base/pages.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define LAYOUT        UINT32_C(7)
#define ONLY_TOOL     "1"  /* of a machine that shows none and has limits for all */
#define LONG_WINDOW_S 60.0 /* a segment longer than this is looked at in pieces */
#define SETTLED_NS    (10 * NS_PER_S) /* by then a cycle's record has come */
#define AMID_NS       NS_PER_S        /* a cycle that goes on so long was not the end */

static int create(const struct tracker_options *options, void **ret_self)
{
    struct machine_tools *tools = pages_take(sizeof(*tools));

    if (!tools)
        return -ENOMEM;
    tools->options = options->tools;
    tools->parts = options->parts;
    tools->part_count = options->part_count;
    tools->master = options->cycle ? options->cycle->master_path : 1;
    tools->state.layout = LAYOUT;
    tools->state.size = sizeof(*tools);
    *ret_self = tools;
    return 0;
}

static uint32_t find_memory(struct machine_tools *tools, const char *type)
{
    for (uint32_t i = 0; i < tools->state.memory_count; i++)
        if (strcmp(tools->memories[i].type, type) == 0)
            return i;
    if (tools->state.memory_count == MEMORIES_MAX)
        return MEMORIES_MAX - 1; /* the last one is shared by all that came too late */
    tool_memory_init(&tools->memories[tools->state.memory_count], type);
    return tools->state.memory_count++;
}

struct edge *tools_edge(const struct tools_scene *scene, const char *tool, int64_t path)
{
    struct machine_tools *tools = scene->tools;
    struct tool_setting setting;

    for (uint32_t i = 0; i < tools->state.edge_count; i++)
        if (strcmp(tools->edges[i].tool, tool) == 0 && tools->edges[i].path == path)
            return &tools->edges[i];
    if (!*tool || tools->state.edge_count == TOOLS_MAX)
        return NULL;

    struct edge *edge = &tools->edges[tools->state.edge_count++];
    tool_setting_find(tools->options, tool, &setting);
    edge_init(edge, tool, path, find_memory(tools, setting.type), scene->at);
    return edge;
}

struct tool_memory *tools_memory(struct machine_tools *tools, const struct edge *edge)
{
    return &tools->memories[edge->memory];
}

void tools_setting(const struct machine_tools *tools, const struct edge *edge,
                   struct tool_setting *ret_setting)
{
    tool_setting_find(tools->options, edge->tool, ret_setting);
    if (ret_setting->is_unit_open && !isnan(tools_feature_limit(tools, edge)))
        ret_setting->unit = LIFE_UNIT_MINUTES; /* as with a wear limit of its own */
}

const char *tools_current(const struct tools_scene *scene, int64_t path)
{
    const struct machine_tools *tools = scene->tools;
    const char *shown = scene->view->paths[path - 1].tool;

    if (shown && *shown)
        return shown;
    if (*tools->state.tool[path - 1])
        return tools->state.tool[path - 1];
    if (path != 1 || !tools->options)
        return "";
    if (tools->options->list.count == 1)
        return ((const struct tool_entry *)tools->options->list.items)->tool;
    return tools->options->list.count == 0 && tools->options->life ? ONLY_TOOL : "";
}

int tools_main_channel(const struct machine_tools *tools, int64_t path)
{
    static const enum signal order[] = {SIGNAL_SPINDLE_POWER, SIGNAL_SPINDLE_LOAD,
                                        SIGNAL_SPINDLE_CURRENT, SIGNAL_AXIS_LOAD,
                                        SIGNAL_AXIS_CURRENT};

    for (size_t k = 0; k < sizeof(order) / sizeof(*order); k++)
        for (uint32_t i = 0; i < tools->state.load.count; i++)
            if (tools->state.load.channels[i].signal == order[k] &&
                tools->state.load.channels[i].path == path)
                return (int)i;
    return -1;
}

static struct tools_scene set(void *self, const struct machine_view *view,
                              const struct record_sink *out)
{
    struct machine_tools *tools = self;

    return (struct tools_scene){tools, view, out, tools->state.now};
}

static void move_to(struct machine_tools *tools, struct moment at)
{
    if (at.mono_ns > tools->state.now.mono_ns)
        tools->state.now = at;
}

/* Measured in the middle of a cycle: what was cut so far counts. */
static void measure_amid(const struct tools_scene *scene)
{
    const struct tools_state *state = &scene->tools->state;
    int64_t until_ns = scene->at.mono_ns - AMID_NS;
    bool is_due = false;

    for (uint32_t i = 0; i < state->waiting_count; i++)
        is_due = is_due || state->waiting[i].at.mono_ns <= until_ns;
    if (!is_due)
        return;
    for (int64_t path = 1; path <= PATHS_MAX; path++)
        if (scene->view->paths[path - 1].in_cycle)
            tools_harvest(scene, path);
    tools_measure(scene, until_ns);
}

static void observe(void *self, const struct machine_view *view,
                    const struct sample *sample, const struct record_sink *out)
{
    struct machine_tools *tools = self;

    if (sample->path < 1 || sample->path > PATHS_MAX)
        return;
    move_to(tools, sample->at);

    const struct path_view *path = &view->paths[sample->path - 1];
    bool is_changing = !*path->tool && *tools->state.tool[sample->path - 1];
    bool is_running = path->in_cycle && path->execution == EXECUTION_RUN && !is_changing;
    struct tools_scene scene = set(self, view, out);
    cut_load_observe(&tools->state.load, sample, path->speed, is_running,
                     path->is_cutting);
    tools_hear(&scene, sample);
    if (path->in_cycle && cut_load_span(&tools->state.load, sample->path) > LONG_WINDOW_S)
        tools_harvest(&scene, sample->path);
    if (path->in_cycle)
        measure_amid(&scene);
}

static void refine(void *self, const struct machine_view *view, struct record *record)
{
    struct tools_scene scene = set(self, view, NULL);

    if (record->kind != RECORD_SEGMENT)
        return;
    scene.at = moment_plus(scene.at, record->wall_ns - scene.at.wall_ns);
    tools_segment(&scene, record);
}

static void hear(void *self, const struct machine_view *view, const struct record *record,
                 const struct record_sink *out)
{
    struct machine_tools *tools = self;
    struct tools_scene scene = set(self, view, out);

    if (record->kind == RECORD_STATE && record->path == tools->master)
        uptime_hear(&tools->state.uptime, record);
    if (record->kind != RECORD_CYCLE)
        return;
    scene.at = moment_plus(tools->state.now, record->wall_ns - tools->state.now.wall_ns);
    tools_cycle(&scene, record);
    tools_measure(&scene, tools->state.now.mono_ns);
}

static void tell(void *self, const struct machine_view *view,
                 const struct statement *statement, const struct record_sink *out)
{
    struct tools_scene scene;

    move_to(self, statement->at);
    scene = set(self, view, out);
    scene.at = statement->at;
    tools_tell(&scene, statement);
}

static void advance(void *self, const struct machine_view *view, struct moment now,
                    const struct record_sink *out)
{
    struct machine_tools *tools = self;
    struct tools_scene scene = set(self, view, out);

    (void)now;
    if (tools->state.waiting_count)
        tools_measure(&scene, now.mono_ns - SETTLED_NS);
}

static void save(const void *self, struct text *text)
{
    const struct machine_tools *tools = self;
    const struct tools_state *state = &tools->state;

    text_add_bytes(text, (const char *)state, sizeof(*state));
    text_add_bytes(text, (const char *)tools->edges,
                   state->edge_count * sizeof(tools->edges[0]));
    text_add_bytes(text, (const char *)tools->memories,
                   state->memory_count * sizeof(tools->memories[0]));
    text_add_bytes(text, (const char *)&tools->signatures.count,
                   sizeof(tools->signatures.count));
    text_add_bytes(text, (const char *)tools->signatures.items,
                   tools->signatures.count * sizeof(tools->signatures.items[0]));
}

/* Takes `length` bytes off the front; false when there are not so many. */
static bool take(const char **bytes, size_t *left, void *ret_copy, size_t length)
{
    if (*left < length)
        return false;
    memcpy(ret_copy, *bytes, length);
    *bytes += length;
    *left -= length;
    return true;
}

static bool read_back(struct machine_tools *tools, const char *bytes, size_t left)
{
    struct tools_state *state = &tools->state;
    uint32_t *signatures = &tools->signatures.count;

    return take(&bytes, &left, state, sizeof(*state)) && state->layout == LAYOUT &&
           state->size == sizeof(*tools) && state->edge_count <= TOOLS_MAX &&
           state->memory_count <= MEMORIES_MAX &&
           take(&bytes, &left, tools->edges,
                state->edge_count * sizeof(tools->edges[0])) &&
           take(&bytes, &left, tools->memories,
                state->memory_count * sizeof(tools->memories[0])) &&
           take(&bytes, &left, signatures, sizeof(*signatures)) &&
           *signatures <= SIGNATURES &&
           take(&bytes, &left, tools->signatures.items,
                *signatures * sizeof(tools->signatures.items[0])) &&
           left == 0;
}

static int restore(void *self, const void *bytes, size_t length)
{
    struct machine_tools *tools = self;

    if (read_back(tools, bytes, length))
        return 0;
    memset(&tools->state, 0, sizeof(tools->state));
    memset(&tools->signatures, 0, sizeof(tools->signatures));
    tools->state.layout = LAYOUT;
    tools->state.size = sizeof(*tools);
    return -EPROTO;
}

const struct analytic analytic_tools = {
    .name = "tools",
    .create = create,
    .destroy = pages_free,
    .observe = observe,
    .refine = refine,
    .hear = hear,
    .tell = tell,
    .advance = advance,
    .save = save,
    .restore = restore,
};
