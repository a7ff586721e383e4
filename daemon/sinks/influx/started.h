/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a VictoriaMetrics was started, as its /metrics say ("vm_app_start_timestamp
 * 1795851472", seconds since 1970): whether it is still the process that answered before.
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct started {
    int64_t known_s, heard_s; /* 0 = it did not say */
    char line[64];            /* the beginning of the one that is being read */
    size_t length;
};

/* The next bytes of /metrics, cut anywhere. */
void started_read(struct started *started, const char *bytes, size_t length);

/* All of it was read: is it another process than before? What was heard is known now. */
bool started_anew(struct started *started);
