/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/counter.h"

static int64_t most_credible(const struct counter *counter,
                             const struct counter_rules *rules, struct moment at)
{
    int64_t passed = at.mono_ns - counter->changed_ns;

    if (passed < 0)
        passed = 0;
    return rules->per_cycle * (passed / rules->shortest_ns + 1);
}

/* Parts of a counter that wrapped where it is known, or else where counters usually do.
 */
static int64_t wrapped_parts(const struct counter_rules *rules,
                             const struct counter_step *step, int64_t most)
{
    static const int64_t usual[] = {10000,   32768,    65536,      100000,
                                    1000000, 10000000, 2147483648, 4294967296};

    if (rules->modulus > 0)
        return rules->modulus - step->from + step->to;
    for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
        if (step->from < usual[i] && usual[i] - step->from <= most)
            return usual[i] - step->from + step->to;
    return 0;
}

static void judge(const struct counter *counter, const struct counter_rules *rules,
                  bool is_reset, struct counter_step *step)
{
    int64_t most = most_credible(counter, rules, step->at);
    int64_t wrapped = wrapped_parts(rules, step, most);

    if (is_reset) {
        step->change = COUNTER_RESET;
        step->parts = step->to <= most ? step->to : 0;
    } else if (step->to > step->from) {
        int64_t parts = step->to - step->from;
        bool credible = parts <= most || parts <= rules->due;

        step->change = credible ? COUNTER_INCREMENT : COUNTER_PRESET;
        step->parts = credible ? parts : 0;
    } else if (wrapped > 0 && wrapped <= most) {
        step->change = COUNTER_WRAP;
        step->parts = wrapped;
    } else {
        step->change = step->to <= most ? COUNTER_RESET : COUNTER_PRESET;
        step->parts = step->to <= most ? step->to : 0;
    }
}

/* Is the value near enough to `base` to be the same reading, a part or so later? */
static bool follows(int64_t value, int64_t base, int64_t per_cycle)
{
    return value >= base && value - base <= per_cycle;
}

static bool must_wait(struct counter *counter, const struct counter_rules *rules,
                      int64_t value, struct moment at)
{
    if (!rules->confirms || follows(value, counter->value, rules->per_cycle)) {
        counter->has_candidate = false;
        return false;
    }
    if (counter->has_candidate && follows(value, counter->candidate, rules->per_cycle))
        return false;
    counter->has_candidate = true;
    counter->candidate = value;
    counter->candidate_at = at;
    return true;
}

struct counter_step counter_observe(struct counter *counter,
                                    const struct counter_rules *rules, int64_t value,
                                    struct moment at, bool is_reset)
{
    struct counter_step step = {.at = at, .from = counter->value, .to = value};

    if (!counter->is_known) {
        step.change = COUNTER_FIRST;
        step.from = value;
        counter->is_known = true;
        counter->value = value;
        counter->changed_ns = at.mono_ns;
        counter->has_candidate = false;
        return step;
    }
    if (value == counter->value && !is_reset) {
        counter->has_candidate = false;
        step.change = COUNTER_SAME;
        return step;
    }
    if (!is_reset && must_wait(counter, rules, value, at)) {
        step.change = COUNTER_WAITS;
        return step;
    }
    if (counter->has_candidate)
        step.at = counter->candidate_at;
    judge(counter, rules, is_reset, &step);
    counter->value = value;
    counter->changed_ns = step.at.mono_ns;
    counter->has_candidate = false;
    return step;
}

void counter_forget(struct counter *counter)
{
    *counter = (struct counter){0};
}
