/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/monitor.h"

#include "daemon/analytics/statistics/series.h"

#include <math.h>
#include <string.h>

#define WHEN_KEPT 64

static unsigned annotate(const struct monitor *monitor)
{
    double ordered[RULES_LOOK_BACK];
    int64_t known = monitor->count < RULES_LOOK_BACK ? monitor->count : RULES_LOOK_BACK;

    for (int64_t i = 0; i < known; i++)
        ordered[i] = monitor->recent[(monitor->count - known + i) % RULES_LOOK_BACK];
    return rules_find(ordered, (size_t)known);
}

/* When the shift began, as far as times are remembered. */
static int64_t find_onset(const struct monitor *monitor, const struct cusum *cusum)
{
    int64_t back = cusum_onset(cusum);

    if (back > WHEN_KEPT)
        back = WHEN_KEPT;
    if (back > monitor->count)
        back = monitor->count;
    return monitor->when_ns[(monitor->count - (back > 0 ? back : 1)) % WHEN_KEPT];
}

static void raise_to(struct monitor *monitor, enum monitor_tier tier,
                     const struct cusum *cusum, double inflation)
{
    if (monitor->tier == TIER_NONE) {
        monitor->onset_ns = find_onset(monitor, cusum);
        monitor->since = 0;
    }
    monitor->shift = cusum_shift(cusum, MONITOR_K) * inflation;
    monitor->tier = tier;
    monitor->quiet = 0;
}

static void forget(struct monitor *monitor)
{
    memset(&monitor->notice, 0, sizeof(monitor->notice));
    memset(&monitor->page, 0, sizeof(monitor->page));
    monitor->tier = TIER_NONE;
}

/* The sum begins anew at each signal, so that it says whether the shift is still there.
 */
static enum monitor_change judge(struct monitor *monitor, double inflation,
                                 const struct quality_options *options, double notice)
{
    struct cusum signal = monitor->notice;
    bool signals = cusum_size(&signal) > notice;
    bool lasts =
        signals && monitor->tier == TIER_NOTICE && monitor->since >= options->persist;

    if (signals)
        memset(&monitor->notice, 0, sizeof(monitor->notice));
    if (monitor->tier < TIER_PAGE &&
        (lasts || cusum_size(&monitor->page) > fmax(options->page, notice))) {
        raise_to(monitor, TIER_PAGE, &monitor->page, inflation);
        memset(&monitor->page, 0, sizeof(monitor->page));
        return MONITOR_RAISED;
    }
    if (monitor->tier == TIER_NONE && signals) {
        raise_to(monitor, TIER_NOTICE, &signal, inflation);
        return MONITOR_RAISED;
    }
    if (monitor->tier == TIER_NONE)
        return MONITOR_SAME;

    monitor->since++;
    monitor->quiet = signals ? 0 : monitor->quiet + 1;
    if (monitor->quiet < MONITOR_QUIET)
        return MONITOR_SAME;
    forget(monitor);
    return MONITOR_CLEARED;
}

struct finding monitor_add(struct monitor *monitor, const struct baseline *baseline,
                           const struct quality_options *options, double value,
                           int64_t wall_ns)
{
    struct finding finding = {.z = baseline_z(baseline, value)};
    double clipped = cusum_winsorise(finding.z, options->winsorise);
    double notice = baseline->count < options->enough
                        ? fmax(options->notice, MONITOR_WIDENED)
                        : options->notice;

    monitor->recent[monitor->count % RULES_LOOK_BACK] = finding.z;
    monitor->when_ns[monitor->count % WHEN_KEPT] = wall_ns;
    monitor->count++;
    cusum_add(&monitor->notice, clipped, MONITOR_K);
    cusum_add(&monitor->page, clipped, MONITOR_K);
    ewma_add(&monitor->ewma, clipped, MONITOR_EWMA);
    finding.rules = annotate(monitor);
    finding.change = judge(monitor, series_inflation(baseline->lag1), options, notice);
    return finding;
}

bool monitor_acknowledge(struct monitor *monitor)
{
    bool had = monitor->tier != TIER_NONE;

    forget(monitor);
    return had;
}
