/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in every topic and series, and where sinks may keep files: copies, since
 * the gateway outlives the settings it was started with.
 */
#pragma once

#include "daemon/pipeline/settings.h"
#include "daemon/sinks/sink.h"

#include <limits.h>

#define GATEWAY_NAME_MAX 128

struct gateway_names {
    struct place place; /* points into the copies below */
    char id[GATEWAY_NAME_MAX], enterprise[GATEWAY_NAME_MAX], site[GATEWAY_NAME_MAX];
    char area[GATEWAY_NAME_MAX];
    char state_folder[PATH_MAX]; /* the store's */
};

/* `names` must not be moved afterwards. */
void gateway_names_copy(struct gateway_names *names, const struct settings *settings);
