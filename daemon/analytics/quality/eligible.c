/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/eligible.h"

#include <math.h>

const char *const cycle_metric_names[CYCLE_METRICS] = {"ct100", "net", "gap", "load"};
const char *const segment_metric_names[SEGMENT_METRICS] = {"dur", "energy", "load", "p95",
                                                           "peak"};

bool cycle_is_eligible(const struct record *record)
{
    const struct cycle_record *cycle = &record->cycle;
    const int64_t disturbed =
        CYCLE_PARTIAL | CYCLE_GAP | CYCLE_CLOCK | CYCLE_COUNTER_JUMP | CYCLE_OVERRIDE |
        CYCLE_FIRST_AFTER_SETUP | CYCLE_COLD | CYCLE_ESTIMATED | CYCLE_CORRECTED |
        CYCLE_ALARM | CYCLE_RESUMED_MIDPROGRAM | CYCLE_SUPERSEDED;

    return cycle->kind == CYCLE_KIND_PROD && cycle->outcome == CYCLE_CLASS_COMPLETE &&
           (cycle->flags & disturbed) == 0 && cycle->count <= 1 &&
           cycle->hold + cycle->ostop + cycle->pstop + cycle->wait + cycle->unknown <= 0;
}

void cycle_metrics(const struct cycle_record *cycle, double longest_gap,
                   double ret_values[CYCLE_METRICS])
{
    bool is_stop = !(cycle->gap <= longest_gap);

    ret_values[0] = cycle->ct100;
    ret_values[1] = cycle->net;
    ret_values[2] = is_stop ? (double)NAN : cycle->gap;
    ret_values[3] = is_stop ? (double)NAN : cycle->load;
}

void segment_metrics(const struct segment_record *segment,
                     double ret_values[SEGMENT_METRICS])
{
    ret_values[0] = segment->dur;
    ret_values[1] = segment->e_cut;
    ret_values[2] = segment->load_mean;
    ret_values[3] = segment->load_p95;
    ret_values[4] = segment->load_peak;
}

static uint64_t mix(uint64_t sum, const char *text)
{
    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (sum ^ 0xff) * UINT64_C(1099511628211);
}

uint64_t part_hash(const struct context *context)
{
    return mix(mix(UINT64_C(14695981039346656037), context->part), context->op);
}

uint64_t context_hash(const struct record *record)
{
    uint64_t sum = mix(part_hash(&record->context), record->context.revision);

    sum = mix(sum, record->cycle.program) ^ (uint64_t)record->path;
    return sum ? sum : 1;
}
