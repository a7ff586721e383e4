/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/tool_memory.h"

#include "daemon/analytics/statistics/line.h"
#include "daemon/analytics/statistics/normal.h"

#include <math.h>
#include <string.h>

#define TEMPER       3.0
#define TEMPER_LEAST 1.0
#define TEMPER_MOST  10.0
#define INFORMS      0.3 /* correlation below which the index says nothing */
#define TEACHERS     3   /* lives before what they teach is believed */
#define TRACE_MAX    64
#define LEAST_TRACE  5
#define LEAST_NOISE  0.01
#define LEAST_ACT    1.05 /* of an index that says worn */
#define WARN_AGE     0.65 /* share of life: in time for 0.8 when this edge is a quick one */
#define BLOCK        8    /* trace points that may be off together */
#define USUAL_SPREAD 0.2 /* of ln life, before lives have shown theirs */
#define SPREAD_LIVES 2.0 /* that this belief is worth */
#define MOST_STEPS   100
#define SETTLED      1e-6
#define TWO_PI       6.28318530717958647692

void tool_memory_init(struct tool_memory *memory, const char *type)
{
    memset(memory, 0, sizeof(*memory));
    (void)text_copy(memory->type, sizeof(memory->type), type);
    memory->temper = TEMPER;
}

static void learn_coverage(struct tool_memory *memory, double age,
                           const struct life_trace *history)
{
    const struct trace_point *trace = history->points;
    size_t count = history->count;
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

/* Points of one channel that are known, as shares of life; not what was cut after it. */
static size_t gather(const struct life_trace *trace, size_t channel, double age,
                     double ret_u[TRACE_MAX], double ret_index[TRACE_MAX])
{
    size_t kept = 0;

    for (size_t i = 0; i < trace->count && kept < TRACE_MAX; i++) {
        double index = (double)trace->points[i].index[channel];

        if (isnan(index) || trace->points[i].age > (float)age)
            continue;
        ret_u[kept] = (double)trace->points[i].age / age;
        ret_index[kept++] = index;
    }
    return kept;
}

/* What is left when the template is taken away: how large, and for how long alike. */
static void learn_noise(struct tool_memory *memory, size_t channel, const double *u,
                        const double *index, size_t count, uint32_t stride)
{
    double squares = 0, block = 0, blocks = 0;
    size_t whole = count / BLOCK * BLOCK;
    struct life_template template;

    tool_memory_template(memory, (int)channel, &template);
    for (size_t i = 0; i < count; i++) {
        double rest = index[i] - life_template_at(&template, u[i]);

        squares += rest * rest;
        block += rest;
        if ((i + 1) % BLOCK == 0) {
            blocks += block * block;
            block = 0;
        }
    }
    if (whole == 0 || !(squares > 0))
        return;

    double ratio = blocks / (double)whole / (squares / (double)count);
    moments_add(&memory->noise[channel], squares / (double)count);
    moments_add(&memory->long_run[channel], 1 + fmax(0, ratio - 1) * fmax(1, stride));
}

static void learn_channel(struct tool_memory *memory, size_t channel, double age,
                          const struct life_trace *trace)
{
    double u[TRACE_MAX], index[TRACE_MAX];
    size_t count = gather(trace, channel, age, u, index);

    if (count < LEAST_TRACE)
        return;
    for (size_t i = 0; i < count; i++) {
        size_t bin = (size_t)(u[i] * LIFE_TEMPLATE);
        moments_add(&memory->bins[channel][bin < LIFE_TEMPLATE ? bin : LIFE_TEMPLATE - 1],
                    index[i]);
    }

    struct line line = line_fit(u, index, count);
    if (!isnan(line.correlation))
        moments_add(&memory->informs[channel], line.correlation);
    moments_add(&memory->last_index[channel],
                (index[count - 1] + index[count - 2] + index[count - 3]) / 3);
    learn_noise(memory, channel, u, index, count, trace->stride);
}

void tool_memory_learn(struct tool_memory *memory, double age, bool was_worn,
                       const struct life_trace *trace)
{
    if (!(age > 0))
        return;
    memory->ends[memory->end_next] = (struct life_end){age, was_worn};
    memory->paces[memory->end_next] = trace->pace;
    memory->end_next = (memory->end_next + 1) % MEMORY_LIVES;
    if (memory->end_count < MEMORY_LIVES)
        memory->end_count++;
    if (!was_worn)
        return;
    learn_coverage(memory, age, trace);
    for (size_t i = 0; i < LOAD_CHANNELS; i++)
        learn_channel(memory, i, age, trace);
}

double tool_memory_noise(const struct tool_memory *memory, int channel, double fallback)
{
    const struct moments *noise = &memory->noise[channel];

    return noise->count ? fmax(LEAST_NOISE, sqrt(noise->mean)) : fallback;
}

double tool_memory_temper(const struct tool_memory *memory, int channel)
{
    return memory->temper * fmax(1, memory->long_run[channel].mean);
}

/* A life that was cut short at `log_end` would have gone on: its expected ln, and the
 * expected square of that against the mean (lognormal lives). */
static void expect_longer(double log_end, const struct life_prior *prior, double *ret_log,
                          double *ret_square)
{
    double sigma = prior->log_sigma, z = (log_end - prior->log_mean) / sigma;
    double hazard = exp(-0.5 * (z * z + log(TWO_PI)) - normal_log_below(-z));

    *ret_log = prior->log_mean + sigma * hazard;
    *ret_square = sigma * sigma * (1 + z * hazard);
}

/* One step of expectation and maximisation over ended lives and those cut short. The
 * spread of a few lives is hardly known: what is usual counts, too. */
static struct life_prior approach(const struct tool_memory *memory,
                                  const struct life_prior *prior)
{
    struct life_prior next = {.lives = 0};
    double squares = SPREAD_LIVES * USUAL_SPREAD * USUAL_SPREAD;

    for (uint32_t i = 0; i < memory->end_count; i++) {
        double log_life = log(memory->ends[i].life);
        double square = pow(log_life - prior->log_mean, 2);

        if (memory->ends[i].was_worn)
            next.lives++;
        else
            expect_longer(log_life, prior, &log_life, &square);
        next.log_mean += log_life / memory->end_count;
        squares += square;
    }
    next.log_sigma = sqrt(squares / (SPREAD_LIVES + memory->end_count - 1));
    return next;
}

double tool_memory_prior(const struct tool_memory *memory, struct life_prior *ret_prior)
{
    struct life_prior prior = {.log_sigma = USUAL_SPREAD};
    double moved = INFINITY;

    if (memory->end_count == 0)
        moved = 0;
    for (int i = 0; i < MOST_STEPS && moved > SETTLED; i++) {
        struct life_prior next = approach(memory, &prior);

        moved =
            fabs(next.log_mean - prior.log_mean) + fabs(next.log_sigma - prior.log_sigma);
        prior = next;
    }
    *ret_prior = prior;
    return prior.lives;
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

double tool_memory_act(const struct tool_memory *memory, int channel, double fallback)
{
    const struct moments *last = &memory->last_index[channel];
    double sigma = moments_deviation(last);

    if (last->count < TEACHERS || isnan(sigma))
        return fallback;
    return fmax(LEAST_ACT, last->mean - sigma);
}

double tool_memory_warn(const struct tool_memory *memory, int channel, double fallback)
{
    const struct moments *informs = &memory->informs[channel];
    struct life_template template;

    if (informs->count == 0 || informs->mean <= INFORMS)
        return fallback;
    tool_memory_template(memory, channel, &template);
    return life_template_at(&template, WARN_AGE);
}
