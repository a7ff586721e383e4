/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/control_life.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static bool says(const char *status, const char *word)
{
    size_t length = strlen(word);

    for (; *status; status++)
        if (strncasecmp(status, word, length) == 0)
            return true;
    return false;
}

/* A limit of 0 means that none is set, not that the tool is spent. */
static double real_limit(double limit)
{
    if (limit > 0)
        return limit;
    return NAN;
}

struct count {
    enum life_unit unit;
    bool is_wear;
    double value, limit;
};

static void take(struct control_life *ret_life, const struct count *count,
                 bool counts_down)
{
    ret_life->unit = count->unit;
    ret_life->is_wear = count->is_wear;
    ret_life->limit = real_limit(count->limit);
    ret_life->used = counts_down ? ret_life->limit - count->value : count->value;
    ret_life->remaining = counts_down ? count->value : ret_life->limit - count->value;
    if (ret_life->remaining < 0)
        ret_life->remaining = 0; /* overrun: nothing is left */
}

/* The first count that says what is left, else the first there is. */
static void pick(struct control_life *ret_life, const struct tool_life *life)
{
    const struct count counts[] = {
        {LIFE_UNIT_PARTS,   false, life->parts,   life->parts_limit  },
        {LIFE_UNIT_MINUTES, false, life->minutes, life->minutes_limit},
        {LIFE_UNIT_PARTS,   true,  life->wear_mm, life->wear_limit_mm},
    };
    const struct count *first = NULL;

    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
        if (isnan(counts[i].value))
            continue;
        first = first ? first : &counts[i];
        take(ret_life, &counts[i], life->counts_down);
        if (!isnan(ret_life->remaining))
            return;
    }
    if (first)
        take(ret_life, first, life->counts_down);
}

void control_life_read(const struct tool_life *life, struct control_life *ret_life)
{
    const char *status = life->status ? life->status : "";

    memset(ret_life, 0, sizeof(*ret_life));
    ret_life->used = ret_life->limit = ret_life->remaining = NAN;
    ret_life->is_known = true;
    (void)text_copy(ret_life->asset, sizeof(ret_life->asset),
                    life->asset ? life->asset : "");
    pick(ret_life, life);
    ret_life->is_mapped = life->is_mapped;
    ret_life->is_broken = says(status, "BROKEN");
    ret_life->is_expired = says(status, "EXPIRED") || says(status, "TAGGED_OUT");
    ret_life->is_new = says(status, "NEW") || says(status, "RECONDITIONED");
    if (ret_life->is_expired || ret_life->is_broken)
        ret_life->remaining = 0; /* the status wins over arithmetic */
}

static bool is_same_count(const struct control_life *before,
                          const struct control_life *now)
{
    return before->unit == now->unit && before->is_wear == now->is_wear;
}

/* Less than this is no step back but a count that hardly began. */
static double least_step(const struct control_life *life)
{
    if (!life->is_wear)
        return 1;
    return isnan(life->limit) ? life->remaining / 2 : life->limit / 50;
}

/* What counts down from nobody knows where has gone up: only a new edge does that. */
static bool is_refilled(const struct control_life *before, const struct control_life *now)
{
    return isnan(before->used) && isnan(now->used) &&
           now->remaining > before->remaining + least_step(before);
}

static bool is_back(const struct control_life *before, const struct control_life *now)
{
    return before->used > least_step(before) && now->used < 0.5 * before->used;
}

double control_life_evidence(const struct control_life *before,
                             const struct control_life *now)
{
    double evidence = 0;

    if (!before->is_known)
        return 0;
    if (*before->asset && *now->asset && strcmp(before->asset, now->asset) != 0)
        evidence += 1;
    if (now->is_new && !before->is_new)
        evidence += 1;
    if (is_same_count(before, now) && (is_back(before, now) || is_refilled(before, now)))
        evidence += 1;
    if (before->is_expired && !now->is_expired && !now->is_broken)
        evidence += 0.5;
    return evidence;
}
