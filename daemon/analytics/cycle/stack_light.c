/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/stack_light.h"

#include <string.h>

static bool is_flashing(const struct lamp *light, int64_t flash_ns, int64_t now_ns)
{
    if (light->light == LIGHT_FLASHING)
        return true;
    return light->before_ns && now_ns - light->changed_ns < flash_ns &&
           light->changed_ns - light->before_ns < flash_ns;
}

static bool is_lit(const struct lamp *light, int64_t flash_ns, int64_t now_ns)
{
    return light->is_known &&
           (light->light == LIGHT_ON || is_flashing(light, flash_ns, now_ns));
}

/* domain.md 1.2, source 3 */
enum execution stack_light_read(const struct stack_light *stack, int64_t flash_ns,
                                int64_t now_ns)
{
    if (is_lit(&stack->red, flash_ns, now_ns) || is_lit(&stack->amber, flash_ns, now_ns))
        return EXECUTION_HOLD;
    if (is_flashing(&stack->green, flash_ns, now_ns))
        return EXECUTION_WAIT;
    return stack->green.light == LIGHT_ON ? EXECUTION_RUN : EXECUTION_IDLE;
}

int64_t stack_light_changed_ns(const struct stack_light *stack)
{
    int64_t last = stack->green.changed_ns;

    last = stack->red.changed_ns > last ? stack->red.changed_ns : last;
    return stack->amber.changed_ns > last ? stack->amber.changed_ns : last;
}

bool stack_light_hear(struct stack_light *stack, const struct sample *sample)
{
    struct lamp *light =
        strcmp(sample->place, "red") == 0     ? &stack->red
        : strcmp(sample->place, "green") == 0 ? &stack->green
        : strcmp(sample->place, "amber") == 0 || strcmp(sample->place, "yellow") == 0
            ? &stack->amber
            : NULL;

    if (!light || !sample_is_good(sample))
        return false;
    if (light->is_known && light->light == (enum light)sample->value.integer)
        return false;
    if (light->is_known)
        light->before_ns = light->changed_ns;
    light->is_known = true;
    light->light = (enum light)sample->value.integer;
    light->changed_ns = sample->at.mono_ns;
    return true;
}
