/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/tool_memory.h"

#include "daemon/analytics/statistics/line.h"

#include <math.h>
#include <string.h>

#define TEMPER       3.0
#define TEMPER_LEAST 1.0
#define TEMPER_MOST  10.0
#define INFORMS      0.3 /* correlation below which the index says nothing */
#define TEACHERS     3   /* lives before what they teach is believed */
#define TRACE_MAX    64
#define LEAST_TRACE  5

void tool_memory_init(struct tool_memory *memory, const char *type)
{
    memset(memory, 0, sizeof(*memory));
    (void)text_copy(memory->type, sizeof(memory->type), type);
    memory->temper = TEMPER;
}

static void learn_coverage(struct tool_memory *memory, double age,
                           const struct trace_point *trace, size_t count)
{
    static const double checks[] = {0.5, 0.7, 0.8, 0.9};

    for (size_t c = 0; c < sizeof(checks) / sizeof(*checks); c++) {
        const struct trace_point *given = NULL;

        for (size_t i = 0; i < count && (double)trace[i].age <= checks[c] * age; i++)
            given = &trace[i];
        if (!given || isnan(given->q10) || (double)given->age < (checks[c] - 0.1) * age)
            continue;

        double left = age - (double)given->age;
        memory->covered[memory->covered_next] =
            (double)given->q10 <= left && left <= (double)given->q90;
        memory->covered_next = (memory->covered_next + 1) % MEMORY_COVERAGE;
        if (memory->covered_count < MEMORY_COVERAGE)
            memory->covered_count++;
    }

    double coverage = tool_memory_coverage(memory);
    if (memory->covered_count < MEMORY_COVERAGE / 4)
        return;
    if (coverage < 0.70)
        memory->temper = fmin(TEMPER_MOST, memory->temper * 1.5);
    else if (coverage > 0.92)
        memory->temper = fmax(TEMPER_LEAST, memory->temper / 1.25);
}

static void learn_channel(struct tool_memory *memory, size_t channel, double age,
                          const struct trace_point *trace, size_t count)
{
    double ages[TRACE_MAX], indices[TRACE_MAX];
    size_t kept = 0;

    for (size_t i = 0; i < count && kept < TRACE_MAX; i++) {
        double index = (double)trace[i].index[channel], u = (double)trace[i].age / age;

        if (isnan(index))
            continue;
        ages[kept] = u;
        indices[kept++] = index;
        size_t bin = (size_t)(u * LIFE_TEMPLATE);
        moments_add(&memory->bins[channel][bin < LIFE_TEMPLATE ? bin : LIFE_TEMPLATE - 1],
                    index);
    }
    if (kept < LEAST_TRACE)
        return;

    struct line line = line_fit(ages, indices, kept);
    if (!isnan(line.correlation))
        moments_add(&memory->informs[channel], line.correlation);
    if (!isnan(line.deviation))
        moments_add(&memory->noise, line.deviation);
    if (channel == 0)
        moments_add(&memory->last_index, indices[kept - 1]);
}

void tool_memory_learn(struct tool_memory *memory, double age, bool was_worn,
                       const struct trace_point *trace, size_t count)
{
    if (!(age > 0))
        return;
    memory->ends[memory->end_next] = (struct life_end){age, was_worn};
    memory->end_next = (memory->end_next + 1) % MEMORY_LIVES;
    if (memory->end_count < MEMORY_LIVES)
        memory->end_count++;
    if (!was_worn)
        return;
    learn_coverage(memory, age, trace, count);
    for (size_t i = 0; i < LOAD_CHANNELS; i++)
        learn_channel(memory, i, age, trace, count);
}

double tool_memory_prior(const struct tool_memory *memory, struct life_prior *ret_prior)
{
    struct moments logs = {0};

    for (uint32_t i = 0; i < memory->end_count; i++)
        if (memory->ends[i].was_worn)
            moments_add(&logs, log(memory->ends[i].life));

    double sigma = moments_deviation(&logs);
    *ret_prior = (struct life_prior){
        .log_mean = logs.mean,
        .log_sigma = isnan(sigma) ? 0.4 : sigma,
        .lives = (double)logs.count,
    };
    return ret_prior->lives;
}

int tool_memory_channel(const struct tool_memory *memory)
{
    int best = -1;
    double most = INFORMS;

    for (int i = 0; i < LOAD_CHANNELS; i++) {
        const struct moments *informs = &memory->informs[i];

        if (informs->count >= TEACHERS && informs->mean > most) {
            most = informs->mean;
            best = i;
        }
    }
    return best;
}

void tool_memory_template(const struct tool_memory *memory, int channel,
                          struct life_template *ret_template)
{
    double high = 0;

    life_template_init(ret_template);
    if (channel < 0)
        return;
    for (size_t i = 0; i < LIFE_TEMPLATE; i++) {
        const struct moments *bin = &memory->bins[channel][i];

        if (bin->count)
            high = fmax(high, bin->mean);
        ret_template->bins[i] = high > 0 ? high : 1;
    }
}

double tool_memory_coverage(const struct tool_memory *memory)
{
    double held = 0;

    if (memory->covered_count == 0)
        return NAN;
    for (uint32_t i = 0; i < memory->covered_count; i++)
        held += memory->covered[i];
    return held / memory->covered_count;
}

double tool_memory_act(const struct tool_memory *memory, double fallback)
{
    double sigma = moments_deviation(&memory->last_index);

    if (memory->last_index.count < TEACHERS || isnan(sigma))
        return fallback;
    return fmax(1.05, memory->last_index.mean - sigma);
}
