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

static bool pick(struct control_life *ret_life, enum life_unit unit, double value,
                 double limit, bool counts_down)
{
    if (isnan(value))
        return false;
    ret_life->unit = unit;
    ret_life->limit = real_limit(limit);
    ret_life->used = counts_down ? ret_life->limit - value : value;
    ret_life->remaining = counts_down ? value : ret_life->limit - value;
    if (ret_life->remaining < 0)
        ret_life->remaining = 0; /* overrun: nothing is left */
    return true;
}

void control_life_read(const struct tool_life *life, struct control_life *ret_life)
{
    const char *status = life->status ? life->status : "";

    memset(ret_life, 0, sizeof(*ret_life));
    ret_life->used = ret_life->limit = ret_life->remaining = NAN;
    ret_life->is_known = true;
    (void)text_copy(ret_life->asset, sizeof(ret_life->asset),
                    life->asset ? life->asset : "");
    if (!pick(ret_life, LIFE_UNIT_PARTS, life->parts, life->parts_limit,
              life->counts_down))
        (void)pick(ret_life, LIFE_UNIT_MINUTES, life->minutes, life->minutes_limit,
                   life->counts_down);
    ret_life->is_mapped = life->is_mapped;
    ret_life->is_broken = says(status, "BROKEN");
    ret_life->is_expired = says(status, "EXPIRED") || says(status, "TAGGED_OUT");
    ret_life->is_new = says(status, "NEW") || says(status, "RECONDITIONED");
    if (ret_life->is_expired || ret_life->is_broken)
        ret_life->remaining = 0; /* the status wins over arithmetic */
}

/* What counts down from nobody knows where has gone up: only a new edge does that. */
static bool is_refilled(const struct control_life *before, const struct control_life *now)
{
    return before->unit == now->unit && isnan(before->used) && isnan(now->used) &&
           now->remaining > before->remaining + 1;
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
    if (before->unit == now->unit && before->used > 1 && now->used < 0.5 * before->used)
        evidence += 1;
    if (is_refilled(before, now))
        evidence += 1;
    if (before->is_expired && !now->is_expired && !now->is_broken)
        evidence += 0.5;
    return evidence;
}
