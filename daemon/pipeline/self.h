/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the daemon says of itself: a `self` record a machine and one for the gateway.
 */
#pragma once

#include "daemon/pipeline/pipeline.h"

/* Appends the records for `now`. */
void self_report(struct pipeline *pipeline, struct moment now);
