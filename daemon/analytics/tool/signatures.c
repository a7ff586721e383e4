/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/signatures.h"

#include "daemon/analytics/statistics/order.h"

#include <math.h>
#include <string.h>

#define BREAK_IN     5
#define FRESH        13 /* parts, after which an edge is no longer fresh */
#define ENOUGH       10 /* parts before break-in is left out, and before breakage is told */
#define DENSE        20 /* values: the time of a cut is known to a fiftieth */
#define CHANGED      2  /* times as many or as few values: another way of asking */
#define PACE_FOLLOWS 0.1
#define LEAST_SPREAD 0.025 /* of the median: no load repeats better than this */
#define GROWTH       0.6   /* wear adds 20 to 60 %: domain.md 3.3 */

uint32_t signature_hash(uint32_t sum, const char *text)
{
    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * UINT32_C(16777619);
    return (sum ^ 0xff) * UINT32_C(16777619);
}

struct signature *signatures_find(struct signatures *signatures, uint32_t key,
                                  int64_t now_ns)
{
    struct signature *oldest = &signatures->items[0];

    for (uint32_t i = 0; i < signatures->count; i++) {
        struct signature *item = &signatures->items[i];

        if (item->key == key) {
            item->used_at = now_ns;
            return item;
        }
        if (item->used_at < oldest->used_at)
            oldest = item;
    }
    if (signatures->count < SIGNATURES)
        oldest = &signatures->items[signatures->count++];
    memset(oldest, 0, sizeof(*oldest));
    oldest->key = key;
    oldest->used_at = now_ns;
    return oldest;
}

bool signature_is_final(const struct signature *signature)
{
    return signature->count >= SIGNATURE_PARTS;
}

bool signature_wants_energy(struct signature *signature,
                            const struct signature_part *part)
{
    double most = signature->is_dense ? INFINITY : DENSE * CHANGED;
    double least = signature->is_dense ? (double)DENSE / CHANGED : 0;
    const struct signature before = *signature;

    if (before.count && (before.is_net != part->is_net || before.values > most ||
                         before.values < least)) {
        memset(signature, 0, sizeof(*signature));
        signature->key = before.key;
        signature->used_at = before.used_at;
    }
    if (signature->count == 0) {
        signature->is_dense = part->values >= DENSE;
        signature->is_net = part->is_net;
    }
    return signature->is_dense;
}

void signature_pace(struct signature *signature, const struct signature_part *part)
{
    double weight = signature->seconds > 0 ? PACE_FOLLOWS : 1;

    signature->seconds += weight * (part->seconds - signature->seconds);
    signature->values += weight * (part->values - signature->values);
}

/* Of the parts before `until`. */
static struct robust summarise(const struct signature *signature, const float *first,
                               size_t stride, size_t until)
{
    double values[SIGNATURE_PARTS];
    size_t from = signature->count >= ENOUGH ? BREAK_IN : 0, count = 0;

    for (size_t i = from; i < signature->count && i < until; i++)
        if (!isnan(first[i * stride]))
            values[count++] = (double)first[i * stride];

    struct robust robust = order_robust(values, count);
    robust.sigma = fmax(robust.sigma, LEAST_SPREAD * robust.median);
    return robust;
}

void signature_add(struct signature *signature, const struct signature_part *part)
{
    if (signature_is_final(signature))
        return;
    for (size_t i = 0; i < LOAD_CHANNELS; i++)
        signature->loads[signature->count][i] = (float)part->loads[i];
    signature->means[signature->count] = (float)part->mean;
    signature->energies[signature->count] = (float)part->energy;
    signature->peaks[signature->count++] = (float)part->peak;
    for (size_t i = 0; i < LOAD_CHANNELS; i++)
        signature->reference[i] =
            summarise(signature, &signature->loads[0][i], LOAD_CHANNELS, FRESH).median;

    struct robust peaks = summarise(signature, signature->peaks, 1, SIGNATURE_PARTS);
    signature->peak = peaks.median;
    signature->peak_sigma = peaks.sigma;
    signature->mean = summarise(signature, signature->means, 1, SIGNATURE_PARTS).median;
    signature->tail_s = fmax(signature->tail_s, part->tail_s);
}

bool signature_norm(const struct signature *signature, double index,
                    struct breakage_norm *ret_norm)
{
    double worn = isnan(index) ? 1 : fmin(1 + GROWTH, fmax(1, index));

    if (signature->count < ENOUGH)
        return false;

    struct robust loads = summarise(signature, signature->energies, 1, SIGNATURE_PARTS);
    *ret_norm = (struct breakage_norm){
        .median = loads.median,
        .sigma = loads.sigma,
        .worn = worn,
        .growth = GROWTH,
        .peak = signature->peak,
        .peak_sigma = signature->peak_sigma,
        .tail_s = signature->tail_s,
        .seconds = signature->seconds,
    };
    return true;
}
