/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/spindle_level.h"

#include <math.h>
#include <string.h>

/* Lower than the rule of domain.md 1.2, so that light cuts among heavy ones are seen as
 * they begin; the date does not depend on it. */
#define OFF_SHARE 0.08
#define ON_SHARE  0.15
#define MANY      UINT32_C(200000) /* then old values weigh half */

#define OUTSHINES 8 /* a value so many times as large as all before it */

/* Turning in air takes more than this share of what a cut does; standing takes less. */
#define REST_SHARE 0.1

/* Of what a cut draws: a spindle that runs down trembles by more, at rest it is a tenth.
 */
#define TREMBLE 1e-3
#define LOW_MIN 10 /* values at rest, before they are believed */

void spindle_level_init(struct spindle_level *level)
{
    *level = (struct spindle_level){.least = INFINITY};
}

/* Speed says most, load least: it also moves when nothing is cut. */
static int rank(enum signal signal)
{
    switch (signal) {
    case SIGNAL_SPINDLE_SPEED:
        return 4;
    case SIGNAL_SPINDLE_POWER:
        return 3;
    case SIGNAL_SPINDLE_CURRENT:
        return 2;
    default:
        return 1;
    }
}

static void halve(struct spindle_level *level)
{
    level->seen = 0;
    for (size_t i = 0; i < SPINDLE_BINS; i++)
        level->seen += level->bins[i] /= 2;
}

/* Beside a value many times as large, what was learned before was noise. */
static void widen(struct spindle_level *level, double value)
{
    if (level->most <= 0)
        level->most = value * 1.5;
    level->is_known &= value < OUTSHINES * level->most;
    while (value >= level->most) {
        for (size_t i = 0; i < SPINDLE_BINS / 2; i++)
            level->bins[i] = level->bins[2 * i] + level->bins[2 * i + 1];
        memset(level->bins + SPINDLE_BINS / 2, 0, sizeof(level->bins) / 2);
        level->most *= 2;
    }
}

static double centre(const struct spindle_level *level, size_t bin)
{
    return ((double)bin + 0.5) * level->most / SPINDLE_BINS;
}

/* The value below which `share` of the bins' content from `from` to `until` lies. */
static double quantile(const struct spindle_level *level, size_t from, size_t until,
                       double share)
{
    double total = 0, below = 0;

    for (size_t i = from; i < until; i++)
        total += level->bins[i];
    for (size_t i = from; i < until; i++) {
        if (level->bins[i] && below + level->bins[i] >= share * total)
            return ((double)i + (share * total - below) / level->bins[i]) * level->most /
                   SPINDLE_BINS;
        below += level->bins[i];
    }
    return NAN;
}

/* Otsu: the border that separates the bins below `until` best; 0 = there is none. */
static size_t find_border(const struct spindle_level *level, size_t until,
                          double *ret_below)
{
    double total = 0, sum = 0, below = 0, sum_below = 0, best = 0;
    size_t border = 0;

    for (size_t i = 0; i < until; i++) {
        total += level->bins[i];
        sum += level->bins[i] * centre(level, i);
    }
    for (size_t i = 0; i + 1 < until; i++) {
        below += level->bins[i];
        sum_below += level->bins[i] * centre(level, i);
        if (below <= 0 || below >= total)
            continue;
        double apart = sum_below / below - (sum - sum_below) / (total - below);
        double between = below * (total - below) * apart * apart;
        if (between > best) {
            best = between;
            border = i + 1;
            *ret_below = below;
        }
    }
    return border;
}

/* Are the bins below `border` idle, and those up to `until` not? */
static bool separates(const struct spindle_level *level, size_t border, size_t until)
{
    double idle = quantile(level, 0, border, 0.5);
    double cut = quantile(level, border, until, 0.5);
    double apart = cut - idle;

    return apart > 6 * level->noise && apart > 3 * level->unrest && apart > 0.2 * cut &&
           quantile(level, 0, border, 0.95) < cut;
}

/*
 * Light and heavy cuts are clusters of their own, so the lower part is split again for as
 * long as it falls into two; the lowest is idle.
 */
static size_t find_idle(const struct spindle_level *level)
{
    size_t border = 0, until = SPINDLE_BINS;

    for (int split = 0; split < 4; split++) {
        double below = 0;
        size_t next = find_border(level, until, &below);

        if (!next || below < fmax(5, 0.02 * level->seen) || level->seen - below < 3 ||
            !separates(level, next, until))
            break;
        border = until = next;
    }
    return border;
}

/* An idle spindle draws the same all the time; what cuts does not. */
static bool is_quiet(const struct spindle_level *level, size_t border)
{
    double spread = quantile(level, 0, border, 0.95) - quantile(level, 0, border, 0.05);
    double apart =
        quantile(level, border, SPINDLE_BINS, 0.5) - quantile(level, 0, border, 0.5);

    return spread < 0.2 * apart;
}

/* Zeros are stale records where a spindle at rest draws something, and idle where not. */
static void learn(struct spindle_level *level)
{
    size_t border = find_idle(level);

    if (level->zeros && (!border || !is_quiet(level, border))) {
        level->bins[0] += level->zeros;
        level->seen += level->zeros;
        level->zeros = 0;
        border = find_idle(level);
    }
    if (!border)
        return;

    double idle = quantile(level, 0, border, 0.5);
    double idle_high = quantile(level, 0, border, 0.95);
    double apart = quantile(level, border, SPINDLE_BINS, 0.5) - idle;
    level->idle = idle;
    level->apart = apart;
    level->rests = idle < REST_SHARE * apart;
    level->off = idle_high + OFF_SHARE * apart;
    level->on = idle_high + ON_SHARE * apart;
    level->is_known = true;
}

static bool rests_still(const struct spindle_level *level)
{
    return level->rests && level->low >= LOW_MIN && level->still > level->low / 2;
}

/* What is seen while nothing is drawn tells what rest is. What decays in a filter only
 * falls; what trembles rises again. */
void spindle_level_recall(struct spindle_level *level, double value, double before)
{
    double little = TREMBLE * level->apart;
    bool is_between = value >= little && value < level->off;
    bool was_between = before >= little && before < level->off;

    level->low += value < level->off;
    level->still += value < 0.1 * little;
    level->has_stood |= value < little && before >= little;
    level->trembles |= is_between && was_between && level->dips && value > before;
    level->dips = is_between && was_between && (level->dips || value < before);
}

bool spindle_level_sees_turning(const struct spindle_level *level)
{
    return rests_still(level) && (level->trembles || !level->has_stood);
}

double spindle_level_turns(const struct spindle_level *level)
{
    return rests_still(level) ? TREMBLE * level->apart : level->off;
}

void spindle_level_observe(struct spindle_level *level, enum signal signal, double value)
{
    value = fabs(value);
    if (!isfinite(value) || value > 1e9)
        return;
    if (!level->has_signal || rank(signal) > rank(level->signal)) {
        spindle_level_init(level);
        level->has_signal = true;
        level->signal = signal;
        level->previous = value;
    }
    if (signal != level->signal)
        return;
    if (signal == SIGNAL_SPINDLE_SPEED) {
        level->most = fmax(level->most, value);
        level->on = level->off = fmax(1, 0.02 * level->most);
        level->is_known = true;
        return;
    }

    /* The noise is that of small steps: a step into the cut must not raise it much. */
    double step = fabs(value - level->previous);
    double weight = level->seen < 20 ? 1.0 / (level->seen + 1.0) : 0.05;
    level->noise += weight * (fmin(step, 3 * level->noise + 0.02 * value) - level->noise);
    level->unrest += (step - level->unrest) / fmin(level->seen + level->zeros + 1.0, 200);
    if (level->is_known)
        spindle_level_recall(level, value, level->previous);
    level->previous = value;
    widen(level, fmax(value, 1e-6));
    if (value > 0) {
        level->bins[(size_t)(value / level->most * SPINDLE_BINS)]++;
        level->seen++;
    } else {
        level->zeros++;
    }
    if (level->seen > MANY)
        halve(level);
    if (level->seen < 512 || level->seen % 32 == 0)
        learn(level);
}
