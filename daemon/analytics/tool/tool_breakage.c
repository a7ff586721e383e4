/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/machine_tools.h"

#include <math.h>
#include <stdio.h>

static const char *describe(enum breakage verdict)
{
    switch (verdict) {
    case BREAKAGE_MISSING:
        return "it cut next to nothing: missing, or broken before the cut";
    case BREAKAGE_LOW:
        return "it cut much less than usual: broken?";
    case BREAKAGE_AMID:
        return "its load vanished in the cut while the feed went on: broken?";
    case BREAKAGE_OVERLOAD:
        return "its load peaked far above anything before";
    case BREAKAGE_HIGH:
        return "it cut much harder than even a worn tool";
    case BREAKAGE_NONE:
        break;
    }
    return "";
}

/* It left material that the next tool meets. */
static bool cut_too_little(enum breakage verdict)
{
    return verdict == BREAKAGE_MISSING || verdict == BREAKAGE_LOW ||
           verdict == BREAKAGE_AMID;
}

/* The tool that cut next was loaded far above usual: what the one before it did not cut,
 * it had to. Returns whether that explains its own load. */
static bool confirm(struct machine_tools *tools, const struct edge *edge,
                    const struct breakage_norm *norm, const struct breakage_sign *sign)
{
    uint32_t *suspect = &tools->state.suspect[edge->path - 1];
    struct edge *before = *suspect ? &tools->edges[*suspect - 1] : NULL;

    if (!before || before == edge)
        return false;
    *suspect = 0;
    if (!breakage_is_loaded(norm, sign))
        return false;
    (void)text_copy(before->confirmed_by, sizeof(before->confirmed_by), edge->tool);
    return true;
}

enum breakage tools_judge_segment(const struct tools_scene *scene, struct edge *edge,
                                  const struct breakage_norm *norm,
                                  const struct breakage_sign *sign)
{
    struct machine_tools *tools = scene->tools;

    if (tools->options && !tools->options->monitor)
        return BREAKAGE_NONE;

    enum breakage verdict = breakage_judge(norm, sign);
    bool is_explained = confirm(tools, edge, norm, sign) && !cut_too_little(verdict);
    if (is_explained || (edge->has_verdict && verdict == BREAKAGE_NONE))
        return verdict; /* one bad segment of a cycle is enough */
    if (cut_too_little(verdict))
        tools->state.suspect[edge->path - 1] = (uint32_t)(edge - tools->edges) + 1;
    edge->verdict = verdict;
    edge->verdict_value = sign->energy / norm->median;
    edge->has_verdict = true;
    return verdict;
}

/* Nobody told, but what was worn or broken cuts like new, or is not worn any more: it is
 * new, and was before the last `cycles`. What they used goes from the old edge to the new
 * one. */
void tools_renew(const struct tools_scene *scene, struct edge *edge, uint32_t cycles,
                 const double used[EDGE_UNITS], const char *why)
{
    int64_t parts = edge->cycle_parts, cycle_no = edge->cycle_no;

    edge_forget(edge, cycles);
    for (size_t i = 0; i < EDGE_UNITS; i++)
        edge->used[i] -= fmin(used[i], edge->used[i]);
    tools_end_life(scene, edge, why);
    edge->found_at = scene->at;
    for (size_t i = 0; i < EDGE_UNITS; i++)
        edge->used[i] = used[i];
    edge->cycle_parts = parts;
    edge->cycle_no = cycle_no;
    edge->is_first = edge->is_fresh = false;
}

void tools_renew_cycles(const struct tools_scene *scene, struct edge *edge,
                        uint32_t cycles, const char *why)
{
    const double used[EDGE_UNITS] = {[LIFE_UNIT_PARTS] =
                                         (double)edge->cycle_parts * cycles};

    tools_renew(scene, edge, cycles, used, why);
}

static void announce_broken(const struct tools_scene *scene, struct edge *edge)
{
    char text[RECORD_TEXT_MAX];

    edge->phase = TOOL_PHASE_BROKEN;
    (void)snprintf(text, sizeof(text), "%s%s%.60s%s", describe(edge->verdict),
                   *edge->confirmed_by ? "; tool " : "", edge->confirmed_by,
                   *edge->confirmed_by ? " met what it left: look at both" : "");
    tools_announce(scene, edge, "tool_broken", SEVERITY_ALARM, edge->verdict_value, text);
}

/* Told when the cycle is over: a segment's record cannot carry events. */
void tools_judge_breakage(const struct tools_scene *scene, struct edge *edge)
{
    bool was_first = edge->is_fresh;

    if (!edge->has_verdict)
        return;
    edge->has_verdict = false;
    edge->is_fresh = false;
    if (edge->verdict != BREAKAGE_NONE)
        edge->bad_ago = 0;
    edge->has_been_bad = edge->has_been_bad || edge->verdict != BREAKAGE_NONE;
    edge->bad_ago++;
    switch (
        breakage_watch_add(&edge->watch, edge->verdict, *edge->confirmed_by != '\0')) {
    case BREAKAGE_STEP_SUSPECT:
        tools_announce(scene, edge, was_first ? "tool_wrong" : "tool_suspect",
                       SEVERITY_WARNING, edge->verdict_value,
                       was_first ? "its first part is unlike those before: wrong tool or "
                                   "offset? hold the next cycle"
                                 : describe(edge->verdict));
        break;
    case BREAKAGE_STEP_BROKEN:
        announce_broken(scene, edge);
        break;
    case BREAKAGE_STEP_HEALED:
        tools_renew_cycles(scene, edge, 1, "broken");
        break;
    case BREAKAGE_STEP_CLEARED:
        tools_announce(scene, edge, "tool_cleared", SEVERITY_INFO, edge->verdict_value,
                       "it cuts as before: no longer suspected");
        break;
    case BREAKAGE_STEP_NONE:
        break;
    }
    *edge->confirmed_by = '\0';
}
