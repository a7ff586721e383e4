/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/rules.h"

#include <math.h>

/* The last `length` of z; NULL when there are fewer. */
static const double *tail(const double *z, size_t count, size_t length)
{
    return count < length ? NULL : z + count - length;
}

/* The newest and at least `wanted` of the last `of` are beyond `limit`, on one side. */
static bool some_beyond(const double *z, size_t count, size_t wanted, size_t of,
                        double limit)
{
    const double side = count && z[count - 1] < 0 ? -1 : 1;
    size_t found = 0;

    if (count < wanted || !(side * z[count - 1] > limit))
        return false;
    for (size_t i = count > of ? count - of : 0; i < count; i++)
        found += side * z[i] > limit;
    return found >= wanted;
}

static bool all_on_one_side(const double *z, size_t count, size_t length)
{
    return some_beyond(z, count, length, length, 0);
}

static bool is_trend(const double *z, size_t count)
{
    const double *last = tail(z, count, 6);
    int rising = 0, falling = 0;

    for (size_t i = 1; last && i < 6; i++) {
        rising += last[i] > last[i - 1];
        falling += last[i] < last[i - 1];
    }
    return rising == 5 || falling == 5;
}

static bool is_alternating(const double *z, size_t count)
{
    const double *last = tail(z, count, 14);

    for (size_t i = 2; last && i < 14; i++)
        if (!((last[i] - last[i - 1]) * (last[i - 1] - last[i - 2]) < 0))
            return false;
    return last != NULL;
}

static bool all_within(const double *z, size_t count)
{
    const double *last = tail(z, count, 15);

    for (size_t i = 0; last && i < 15; i++)
        if (!(fabs(last[i]) < 1))
            return false;
    return last != NULL;
}

/* On both sides: eight on one side would be rule 2 or 6. */
static bool all_outside(const double *z, size_t count)
{
    const double *last = tail(z, count, 8);
    int above = 0, below = 0;

    for (size_t i = 0; last && i < 8; i++) {
        above += last[i] > 1;
        below += last[i] < -1;
    }
    return above > 0 && below > 0 && above + below == 8;
}

unsigned rules_find(const double *z, size_t count)
{
    unsigned rules = 0;

    if (count == 0)
        return 0;
    rules |= fabs(z[count - 1]) > 3 ? RULE_N1 : 0;
    rules |= all_on_one_side(z, count, 9) ? RULE_N2 : 0;
    rules |= is_trend(z, count) ? RULE_N3 : 0;
    rules |= is_alternating(z, count) ? RULE_N4 : 0;
    rules |= some_beyond(z, count, 2, 3, 2) ? RULE_N5 : 0;
    rules |= some_beyond(z, count, 4, 5, 1) ? RULE_N6 : 0;
    rules |= all_within(z, count) ? RULE_N7 : 0;
    rules |= all_outside(z, count) ? RULE_N8 : 0;
    rules |= all_on_one_side(z, count, 8) ? RULE_W4 : 0;
    return rules;
}

void rules_print(unsigned rules, struct text *text)
{
    static const char *const names[] = {"N1", "N2", "N3", "N4", "N5",
                                        "N6", "N7", "N8", "W4"};
    const char *between = "";

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (!(rules & (1U << i)))
            continue;
        text_add(text, between);
        text_add(text, names[i]);
        between = " ";
    }
}
