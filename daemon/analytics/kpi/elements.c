/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/kpi/elements.h"

#include <math.h>

void kpi_elements_add(struct kpi_elements *elements, const struct kpi_elements *other,
                      double share)
{
    elements->pot += share * other->pot;
    elements->pbt += share * other->pbt;
    elements->net += share * other->net;
    elements->load += share * other->load;
    elements->aust += share * other->aust;
    elements->minor += share * other->minor;
    elements->delay += share * other->delay;
    elements->adot += share * other->adot;
    elements->aoet += share * other->aoet;
    elements->planned += share * other->planned;
    elements->pq += share * other->pq;
    elements->sq += share * other->sq;
    elements->rq += share * other->rq;
    elements->planned_output += share * other->planned_output;
    elements->unpriced += share * other->unpriced;
    elements->failures += share * other->failures;
    elements->repair += share * other->repair;
}

static double ratio(double above, double below)
{
    return below > 0 ? above / below : (double)NAN;
}

static void derive_elements(const struct kpi_elements *elements,
                            const struct kpi_options *options, struct kpi_record *kpi)
{
    bool loads = options->apt_includes_load;
    bool slows = options->minor_stops == MINOR_STOPS_PERFORMANCE;

    kpi->pot = elements->pot;
    kpi->pbt = fmax(0, elements->pbt - elements->planned);
    kpi->apt =
        elements->net + (loads ? elements->load : 0) + (slows ? elements->minor : 0);
    kpi->aust = elements->aust;
    kpi->adet =
        elements->delay + (loads ? 0 : elements->load) + (slows ? 0 : elements->minor);
    kpi->adot = elements->adot;
    kpi->aupt = kpi->apt + kpi->aust;
    kpi->aubt = kpi->aupt + kpi->adet;
    kpi->aoet = elements->aoet;
    kpi->pq = elements->pq;
    kpi->sq = elements->sq;
    kpi->rq = elements->rq;
    kpi->gq = fmax(0, elements->pq - elements->sq - elements->rq);
    kpi->pri = elements->unpriced > 0 ? (double)NAN
                                      : ratio(elements->planned_output, elements->pq);
}

/* OEE's three factors. Without a part there is no quality, and no output: OEE is 0. */
static void derive_effectiveness(const struct kpi_elements *elements,
                                 struct kpi_record *kpi)
{
    bool is_priced = elements->unpriced <= 0;

    kpi->avail = ratio(kpi->apt, kpi->pbt);
    kpi->eff = is_priced ? ratio(elements->planned_output, kpi->apt) : (double)NAN;
    kpi->qual = ratio(kpi->gq, kpi->pq);
    if (!is_priced || !(kpi->pbt > 0))
        return;

    double good = kpi->pq > 0 ? kpi->qual : 0;
    kpi->oee = elements->planned_output * good / kpi->pbt;
    if (kpi->apt > 0)
        kpi->nee = kpi->aupt / kpi->pbt * kpi->eff * good;
}

void kpi_elements_derive(const struct kpi_elements *elements,
                         const struct kpi_options *options, struct kpi_record *kpi)
{
    derive_elements(elements, options, kpi);
    derive_effectiveness(elements, kpi);
    kpi->alloc_eff = ratio(kpi->aubt, kpi->pbt);
    kpi->alloc_ratio = ratio(kpi->aubt, kpi->aoet);
    kpi->util_eff = ratio(kpi->apt, kpi->aubt);
    kpi->tech_eff = ratio(kpi->apt, kpi->apt + kpi->adet);
    kpi->setup_ratio = ratio(kpi->aust, kpi->aupt);
    kpi->process_ratio = ratio(kpi->apt, kpi->aoet);
    kpi->throughput = ratio(kpi->pq, kpi->aoet / 60);
    kpi->scrap_ratio = ratio(kpi->sq, kpi->pq);
    kpi->rework_ratio = ratio(kpi->rq, kpi->pq);
    kpi->mtbf = ratio(kpi->pbt - elements->repair, elements->failures);
    kpi->mttr = ratio(elements->repair, elements->failures);
}
