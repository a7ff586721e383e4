/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/readiness/readiness.h"

#include "daemon/analytics/cycle/cycle_options.h"
#include "daemon/analytics/readiness/stock.h"
#include "daemon/analytics/run/part_options.h"
#include "daemon/analytics/tool/economics.h"
#include "daemon/base/pages.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define LAYOUT         UINT32_C(1)
#define MARGINS_MAX    32
#define MARGIN_STALE_S 600.0 /* heat is reported each minute */

/* How long a dimension stays within its limits, as heat and wear were last judged. */
struct margin {
    char feature[RECORD_NAME_MAX];
    double seconds; /* NAN = not known */
    struct moment at;
};

struct readiness_state {
    uint32_t layout, size;
    struct stock stock;
    struct margin margins[MARGINS_MAX];
    uint32_t margin_count;
    struct moment now;
    int64_t cycle_no; /* the newest accounted for */
};

struct readiness {
    const struct tool_options *tools;
    const struct part_options *parts;
    size_t part_count;
    int64_t master;
    bool is_needed[NEED_COUNT];
    struct readiness_state state;
};

static void begin(struct readiness_state *state)
{
    memset(state, 0, sizeof(*state));
    state->layout = LAYOUT;
    state->size = sizeof(*state);
    stock_init(&state->stock);
}

static bool is_listed(const struct option_list *list, const char *name)
{
    char *const *items = list->items;

    for (size_t i = 0; i < list->count; i++)
        if (strcmp(items[i], name) == 0)
            return true;
    return list->count == 0;
}

static int create(const struct tracker_options *options, void **ret_self)
{
    struct readiness *readiness = pages_take(sizeof(*readiness));

    if (!readiness)
        return -ENOMEM;
    readiness->tools = options->tools;
    readiness->parts = options->parts;
    readiness->part_count = options->part_count;
    readiness->master = options->cycle ? options->cycle->master_path : 1;
    for (int i = 0; i < NEED_COUNT; i++)
        readiness->is_needed[i] =
            !options->tools || is_listed(&options->tools->needs, need_names[i]);
    begin(&readiness->state);
    *ret_self = readiness;
    return 0;
}

static void observe(void *self, const struct machine_view *view,
                    const struct sample *sample, const struct record_sink *out)
{
    struct readiness *readiness = self;

    (void)view;
    (void)out;
    readiness->state.now = sample->at;
    if (sample->signal == SIGNAL_PARTS_READY && sample->path != readiness->master)
        return; /* of the other half of the machine */
    stock_observe(&readiness->state.stock, sample);
}

static void keep_margin(struct readiness_state *state, const struct thermal_record *heat,
                        struct moment at)
{
    uint32_t i = 0;

    while (i < state->margin_count && strcmp(state->margins[i].feature, heat->axis) != 0)
        i++;
    if (i == MARGINS_MAX)
        return;
    if (i == state->margin_count)
        state->margin_count++;
    (void)text_copy(state->margins[i].feature, sizeof(state->margins[i].feature),
                    heat->axis);
    state->margins[i].seconds = heat->margin_s;
    state->margins[i].at = at;
}

static void hear(void *self, const struct machine_view *view, const struct record *record,
                 const struct record_sink *out)
{
    struct readiness_state *state = &((struct readiness *)self)->state;

    (void)view;
    (void)out;
    if (record->kind == RECORD_THERMAL)
        keep_margin(state, &record->thermal,
                    moment_plus(state->now, record->wall_ns - state->now.wall_ns));
}

/* Corrections come with a number that was heard before. */
static void produce(struct readiness *readiness, const struct record *record)
{
    struct readiness_state *state = &readiness->state;

    if (record->path != readiness->master || record->cycle.cycle_no <= state->cycle_no ||
        !(record->cycle.ct > 0))
        return;
    state->cycle_no = record->cycle.cycle_no;
    stock_run(&state->stock, (record->cycle.ct + fmax(record->cycle.load, 0)) / 3600,
              record->wall_ns);
}

static const struct part_options *part_at_work(const struct readiness *readiness,
                                               const struct machine_view *view)
{
    for (size_t i = 0; i < readiness->part_count; i++)
        if (readiness->part_count == 1 ||
            strcmp(readiness->parts[i].part, view->context->part) == 0)
            return &readiness->parts[i];
    return NULL;
}

static double margin_of(const struct readiness_state *state, const char *feature)
{
    for (uint32_t i = 0; i < state->margin_count; i++) {
        const struct margin *margin = &state->margins[i];
        double since = moment_seconds(margin->at, state->now);

        if (strcmp(margin->feature, feature) != 0)
            continue;
        if (isnan(margin->seconds) || since > MARGIN_STALE_S)
            return NAN;
        return fmax(margin->seconds - since, 0) / 3600;
    }
    return NAN;
}

/* Hours until the first toleranced dimension of the part at work may leave its limits;
 * NAN while one of them is not known, and when none has limits. */
static double drift_lasts(const struct readiness *readiness,
                          const struct machine_view *view)
{
    const struct part_options *part = part_at_work(readiness, view);
    const struct feature_options *features = part ? part->features.items : NULL;
    double least = INFINITY;

    for (size_t i = 0; part && i < part->features.count; i++) {
        if (features[i].artefact ||
            (isnan(features[i].lower) && isnan(features[i].upper)))
            continue;
        double lasts = margin_of(&readiness->state, features[i].name);
        if (isnan(lasts))
            return NAN;
        least = fmin(least, lasts);
    }
    return isfinite(least) ? least : (double)NAN;
}

void readiness_conclude(const double hours[NEED_COUNT], const bool is_needed[NEED_COUNT],
                        double now_s, struct tool_record *tool)
{
    struct text unknown;

    text_init_fixed(&unknown, tool->alone_unknown, sizeof(tool->alone_unknown));
    for (int i = 0; i < NEED_COUNT; i++) {
        if (!is_needed[i])
            continue;
        if (isnan(hours[i])) {
            text_add_format(&unknown, "%s%s", unknown.length ? ", " : "", need_names[i]);
            continue;
        }
        if (hours[i] >= tool->alone_h)
            continue;
        tool->alone_h = hours[i];
        (void)text_copy(tool->alone_by, sizeof(tool->alone_by), need_names[i]);
    }
    if (isnan(tool->alone_h))
        return;
    tool->alone_until_s = now_s + 3600 * tool->alone_h;
    tool->p_alone = economics_undisturbed(tool->mtbf_h, tool->alone_h);
    tool->p_alone_low = economics_undisturbed(tool->mtbf_low_h, tool->alone_h);
    if (tool->alone_h < tool->unattended_h)
        tool->alone_ok = 0;
    else if (unknown.length == 0)
        tool->alone_ok = 1;
}

static void fill(const struct readiness *readiness, const struct machine_view *view,
                 struct record *record)
{
    struct tool_record *tool = &record->tool;
    double hours[NEED_COUNT] = {
        [NEED_TOOLS] = tool->lights_out_h, [NEED_DRIFT] = drift_lasts(readiness, view)};
    stock_lasts(&readiness->state.stock, readiness->tools, record->wall_ns, hours);
    tool->stock_h = hours[NEED_STOCK];
    tool->coolant_h = hours[NEED_COOLANT];
    tool->chips_h = hours[NEED_CHIPS];
    tool->drift_h = hours[NEED_DRIFT];
    readiness_conclude(hours, readiness->is_needed, (double)record->wall_ns / 1e9, tool);
}

/* A cycle counts before the tools that cut in it are told of. */
static void refine(void *self, const struct machine_view *view, struct record *record)
{
    if (record->kind == RECORD_CYCLE)
        produce(self, record);
    if (record->kind == RECORD_TOOL)
        fill(self, view, record);
}

static void save(const void *self, struct text *text)
{
    const struct readiness *readiness = self;

    text_add_bytes(text, (const char *)&readiness->state, sizeof(readiness->state));
}

static int restore(void *self, const void *bytes, size_t length)
{
    struct readiness *readiness = self;
    uint32_t head[2];

    if (length != sizeof(readiness->state))
        return -EPROTO;
    memcpy(head, bytes, sizeof(head));
    if (head[0] != LAYOUT || head[1] != sizeof(readiness->state))
        return -EPROTO;
    pages_copy(&readiness->state, bytes, length);
    return 0;
}

const struct analytic analytic_readiness = {
    .name = "readiness",
    .create = create,
    .destroy = pages_free,
    .observe = observe,
    .refine = refine,
    .hear = hear,
    .save = save,
    .restore = restore,
};
