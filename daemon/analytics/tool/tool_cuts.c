/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/machine_tools.h"

#include <math.h>
#include <string.h>

#define SHORTEST_S   0.3 /* of cutting, or */
#define FEWEST       3   /* values, before a load means anything */
#define EMPTY_VALUES 10  /* that there usually are: only then does none say anything */
#define UNSURE       2   /* values: by so much may either end of a segment be missed */
#define KIENZLE      0.25
#define PROVISIONAL  3   /* parts before an index is formed */
#define USUAL_LEAST  0.7 /* of the usual time: shorter was not the whole segment */
#define USUAL_MOST   1.5
#define PI           3.14159265358979323846

/* The key signatures are learned by: program, tool or its sisters, visit, path. */
static uint32_t make_key(const struct tools_scene *scene, const char *tool, int64_t path,
                         int64_t seg)
{
    const char *program = scene->view->paths[path - 1].program;
    struct tool_setting setting;
    uint32_t key = signature_hash(UINT32_C(2166136261), program ? program : "");

    tool_setting_find(scene->tools->options, tool, &setting);
    key = signature_hash(key, *setting.group ? setting.group : tool);
    return (key ^ (uint32_t)seg ^ (uint32_t)path << 16) * UINT32_C(16777619);
}

/* Loads as they would have been at 100 % feed: domain.md 3.2, item 4. */
static void normalise(const struct load_feature features[LOAD_CHANNELS], double override,
                      double ret_means[LOAD_CHANNELS], double ret_energies[LOAD_CHANNELS])
{
    double ratio = override > 1 ? override / 100 : 1;

    for (size_t i = 0; i < LOAD_CHANNELS; i++) {
        const struct load_feature *feature = &features[i];

        ret_means[i] = ret_energies[i] = NAN;
        if (!(feature->seconds > SHORTEST_S) && feature->values < FEWEST)
            continue;
        ret_means[i] = feature->mean / pow(ratio, 1 - KIENZLE);
        ret_energies[i] = feature->energy * pow(ratio, KIENZLE);
    }
}

static void fill_loads(struct segment_record *segment, const struct load_feature *feature)
{
    if (!isnan(segment->load_mean) || isnan(feature->mean))
        return;
    segment->load_mean = feature->mean;
    segment->load_p95 = feature->p95;
    segment->load_peak = feature->peak;
    segment->e_cut = feature->energy;
}

static void count_use(struct edge *edge, const struct tool_setting *setting,
                      double seconds, double speed, double energy)
{
    edge->used[LIFE_UNIT_MINUTES] += seconds / 60;
    if (speed > 0) {
        edge->turns += speed * seconds / 60;
        edge->turning_min += seconds / 60;
    }
    if (!isnan(speed) && !isnan(setting->diameter))
        edge->used[LIFE_UNIT_METRES] +=
            PI * setting->diameter / 1000 * speed * seconds / 60;
    if (!isnan(energy))
        edge->used[LIFE_UNIT_ENERGY] += energy;
    edge->pending_min = 0;
}

struct cut {
    struct edge *edge;
    struct signature *signature;
    uint32_t key;
    int64_t path;
    int channel;    /* the main one; -1 = none */
    double seconds; /* the segment took */
    double override;
    double tail_s, sample_s; /* breakage_sign */
    struct load_feature features[LOAD_CHANNELS];
};

/* Reads the loads of what has just been cut; their windows begin anew. */
static void harvest(const struct tools_scene *scene, struct cut *cut)
{
    struct cut_load *load = &scene->tools->state.load;

    cut->channel = tools_main_channel(scene->tools, cut->path);
    cut->signature =
        signatures_find(&scene->tools->signatures, cut->key, scene->at.mono_ns);
    if (cut->channel >= 0 && cut_load_hears(load, cut->path))
        cut->tail_s = cut_load_tail(load, (uint32_t)cut->channel, scene->at,
                                    cut->signature->mean, &cut->sample_s);
    cut_load_take(load, (uint16_t)cut->path, scene->at, cut->features);
}

/* It took as long as it usually does, as far as the values let us see: only then may it
 * be compared. */
static bool is_usual(const struct cut *cut)
{
    const struct signature *signature = cut->signature;
    double usual = signature->seconds;
    double unsure = signature->values > 0 ? UNSURE * usual / signature->values : 0;

    return cut->seconds > fmin(USUAL_LEAST * usual, usual - unsure) &&
           cut->seconds < fmax(USUAL_MOST * usual, usual + unsure);
}

/* The usual time passed and nothing was cut: that says as much as a load. */
static void judge_empty(const struct tools_scene *scene, const struct cut *cut)
{
    const struct cut_load *load = &scene->tools->state.load;
    struct breakage_norm norm;

    if (cut_load_hears(load, cut->path) && !isnan(load->channels[cut->channel].value) &&
        is_usual(cut) && cut->signature->values >= EMPTY_VALUES &&
        cut->features[cut->channel].heard >= EMPTY_VALUES &&
        signature_norm(cut->signature, NAN, &norm))
        (void)tools_judge_segment(
            scene, cut->edge, &norm,
            &(struct breakage_sign){.values = cut->signature->values});
}

/* Where cutting is told from the load, a broken tool has few values that cut; how many
 * there could have been is seen from all that came. */
static enum breakage judge_cut(const struct tools_scene *scene, const struct cut *cut,
                               const struct signature_part *part)
{
    double heard = cut->features[cut->channel].heard;
    double values = fmax(part->values, fmin(heard, cut->signature->values));
    struct breakage_norm norm;
    struct breakage_sign sign = {part->energy, part->peak, cut->tail_s, cut->sample_s,
                                 values};

    if (!signature_norm(cut->signature, cut->edge->index[cut->channel], &norm))
        return BREAKAGE_NONE;
    return tools_judge_segment(scene, cut->edge, &norm, &sign);
}

/* The loads of one cut as they are compared: energies, or means where values are few or
 * nothing tells how long it cut. */
static void describe(const struct tools_scene *scene, struct cut *cut,
                     struct signature_part *ret_part)
{
    const struct load_feature *feature = &cut->features[cut->channel];
    bool hears = cut_load_hears(&scene->tools->state.load, cut->path);
    double means[LOAD_CHANNELS];

    normalise(cut->features, cut->override, means, ret_part->loads);
    ret_part->peak = feature->peak;
    ret_part->mean = means[cut->channel];
    ret_part->energy = hears ? ret_part->loads[cut->channel] : ret_part->mean;
    ret_part->tail_s = cut->tail_s;
    ret_part->seconds = cut->seconds;
    ret_part->values = feature->values;
    ret_part->is_net = feature->is_net;
    if (isnan(ret_part->mean))
        return;
    edge_read(cut->edge, cut->key, means);
    if (!signature_wants_energy(cut->signature, ret_part) || !hears)
        memcpy(ret_part->loads, means, sizeof(means));
}

/* What the loads of one cut say; returns the main channel's index, NAN = not yet. */
static double learn(const struct tools_scene *scene, struct cut *cut)
{
    struct signature *signature = cut->signature;
    struct edge *edge = cut->edge;
    struct signature_part part;

    if (cut->channel < 0)
        return NAN;
    describe(scene, cut, &part);
    if (isnan(part.mean)) {
        judge_empty(scene, cut);
        return NAN;
    }

    bool is_whole = signature->seconds <= 0 || is_usual(cut);
    enum breakage verdict = is_whole ? judge_cut(scene, cut, &part) : BREAKAGE_NONE;
    if (!edge->watch.is_suspect && verdict == BREAKAGE_NONE)
        signature_add(signature, &part);
    signature_pace(signature, &part);
    if (signature->count < PROVISIONAL || !is_whole)
        return NAN;
    for (size_t i = 0; i < LOAD_CHANNELS; i++) {
        if (isnan(part.loads[i]) || !(signature->reference[i] > 0))
            continue;
        edge->cycle_load[i] += part.loads[i];
        edge->cycle_reference[i] += signature->reference[i];
    }
    return part.loads[cut->channel] / signature->reference[cut->channel];
}

void tools_segment(const struct tools_scene *scene, struct record *record)
{
    struct segment_record *segment = &record->segment;
    struct machine_tools *tools = scene->tools;
    int64_t path = record->path;
    struct tool_setting setting;

    if (path < 1 || path > PATHS_MAX)
        return;

    struct edge *edge = tools_edge(scene, segment->tool, path);
    if (!edge)
        return;

    bool knows = cut_load_hears(&tools->state.load, path);
    struct cut cut = {
        .edge = edge,
        .key = make_key(scene, segment->tool, path, segment->seg),
        .path = path,
        .seconds = segment->dur,
        .override = segment->fovr_mean,
    };
    tools_setting(tools, edge, &setting);
    (void)text_copy(tools->state.tool[path - 1], RECORD_NAME_MAX, segment->tool);
    harvest(scene, &cut);
    segment->index = learn(scene, &cut);
    if (cut.channel >= 0)
        fill_loads(segment, &cut.features[cut.channel]);
    count_use(edge, &setting, knows && segment->cut > 0 ? segment->cut : segment->dur,
              segment->spd, segment->e_cut);
    edge->is_in_cycle = true;
    segment->life_no = edge->life_no;
    segment->age = (int64_t)edge->used[LIFE_UNIT_PARTS];
}

/* A long segment, or a measurement in the middle of one: what is known until now. */
void tools_harvest(const struct tools_scene *scene, int64_t path)
{
    struct load_feature features[LOAD_CHANNELS];
    const char *tool = tools_current(scene, path);
    double means[LOAD_CHANNELS], loads[LOAD_CHANNELS], longest = 0;
    struct edge *edge = *tool ? tools_edge(scene, tool, path) : NULL;

    if (!edge)
        return;
    cut_load_harvest(&scene->tools->state.load, (uint16_t)path, scene->at, features);
    normalise(features, scene->view->paths[path - 1].feed_override, means, loads);
    for (size_t i = 0; i < LOAD_CHANNELS; i++)
        longest = fmax(longest, features[i].seconds);
    if (!(longest > SHORTEST_S))
        return;
    edge->pending_min += longest / 60;
    edge_read(edge, make_key(scene, tool, path, 0), means);
}

/* Without tool numbers the only tool there is has cut. */
void tools_cut_without_segment(const struct tools_scene *scene,
                               const struct record *record)
{
    const struct cycle_record *cycle = &record->cycle;
    struct machine_tools *tools = scene->tools;
    const char *tool = tools_current(scene, record->path);
    struct edge *edge = *tool ? tools_edge(scene, tool, record->path) : NULL;
    struct tool_setting setting;

    if (!edge)
        return;

    struct cut cut = {
        .edge = edge,
        .key = make_key(scene, tool, record->path, 0),
        .path = record->path,
        .seconds = isnan(cycle->net) ? cycle->ct : cycle->net,
        .override = NAN,
    };
    tools_setting(tools, edge, &setting);
    harvest(scene, &cut);
    (void)learn(scene, &cut);

    double energy = NAN;
    if (cut.channel >= 0)
        energy = cut.features[cut.channel].energy;
    count_use(edge, &setting, cycle->cut > 0 ? cycle->cut : cut.seconds, NAN, energy);
    edge->is_in_cycle = true;
}
