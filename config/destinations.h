/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `sinks:`: a map of names; the name is the kind of sink unless `driver:` says otherwise.
 */
#pragma once

#include "config/interpreter.h"
#include "daemon/pipeline/settings.h"

struct sink_list {
    struct sink_settings *settings;
    struct node *keys; /* where each stands; while its document lives */
    size_t count;
};

/* Appends the sinks of one file. */
void destinations_read(struct interpreter *interpreter, struct node value,
                       struct sink_list *list);
void destinations_fingerprint(struct sink_list *list, uint64_t shared);
void destinations_done(struct sink_list *list);
