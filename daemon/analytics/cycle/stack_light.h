/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stack light says of the machine: domain.md 1.2, source 3. Pure.
 */
#pragma once

#include "daemon/model/sample.h"

struct lamp {
    bool is_known;
    enum light light;
    int64_t changed_ns, before_ns; /* the last change and the one before it */
};

struct stack_light {
    struct lamp red, amber, green;
};

/* Returns whether a lamp of a known colour changed. */
bool stack_light_hear(struct stack_light *stack, const struct sample *sample);

/* A lamp that changes faster than `flash_ns` is flashing. */
enum execution stack_light_read(const struct stack_light *stack, int64_t flash_ns,
                                int64_t now_ns);
int64_t stack_light_changed_ns(const struct stack_light *stack);
