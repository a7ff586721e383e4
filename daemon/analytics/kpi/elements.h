/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The elements of ISO 22400-2 and the key figures made of them (domain.md 1.9). Pure.
 * Elements add up, over windows and over machines; ratios are made last and never
 * averaged. What would divide by nothing is NAN, which goes out as null.
 */
#pragma once

#include "daemon/analytics/kpi/kpi_options.h"
#include "daemon/model/record.h"

/* Seconds and parts. */
struct kpi_elements {
    double pot, pbt;       /* scheduled; scheduled without what is planned */
    double net;            /* of production cycles */
    double load;           /* loading between them */
    double aust;           /* setting up */
    double minor;          /* minor stops, part of ADET */
    double delay;          /* the rest of ADET */
    double adot;           /* down without an order */
    double aoet;           /* orders */
    double planned;        /* a person said it was planned: not in PBT either */
    double pq, sq, rq;     /* produced, scrap, rework */
    double planned_output; /* sum of PRI times PQ */
    double unpriced;       /* parts whose PRI nobody gave */
    double failures, repair;
};

/* Adds `share` times `other`; a share of -1 takes back what was added. */
void kpi_elements_add(struct kpi_elements *elements, const struct kpi_elements *other,
                      double share);

/* All figures but window, from and label. */
void kpi_elements_derive(const struct kpi_elements *elements,
                         const struct kpi_options *options, struct kpi_record *kpi);
