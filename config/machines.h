/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `machines:`: each with its links, which are keys named as drivers are.
 */
#pragma once

#include "config/interpreter.h"
#include "config/sections.h"
#include "daemon/pipeline/settings.h"

struct machine_list {
    struct machine_settings *settings;
    struct machine_options **options; /* what the settings borrow from */
    struct node *nodes;               /* where each stands; while its document lives */
    size_t count;
};

/* Appends the machines of one file. */
void machines_read(struct interpreter *interpreter, struct node value,
                   struct machine_list *list);

/* `shared` is the fingerprint of what all machines depend on. */
void machines_fingerprint(struct machine_list *list, uint64_t shared);
void machines_done(struct machine_list *list);
