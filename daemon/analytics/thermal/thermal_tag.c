/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/thermal/thermal_machine.h"

#include <string.h>

/* The spindle's thermometer, else the spindle by its heat, else the first thermometer. */
const struct warmth *thermal_speaker(const struct heat_state *state)
{
    for (int i = 0; i < SENSOR_COUNT; i++)
        if (sensor_is_used(&state->sensors.items[i]) &&
            strcmp(state->sensors.items[i].place, "spindle") == 0)
            return &state->sensor_warmths[i];
    if (heat_input_is_known(&state->heat))
        return &state->spindle_warmth;
    return sensor_is_used(&state->sensors.items[0]) ? &state->sensor_warmths[0] : NULL;
}

const char *thermal_state_now(const struct heat_state *state)
{
    const struct warmth *warmth = thermal_speaker(state);

    return warmth && warmth->is_known ? thermal_state_names[warmth->state] : NULL;
}

void thermal_tag_cycle(struct heat_state *state, struct cycle_record *cycle)
{
    const char *now = thermal_state_now(state);

    /* A correction is told as it was when the cycle ended. */
    if (cycle->cycle_no > state->cycle_no && heat_input_is_cold(&state->heat)) {
        if (cycle->cycle_no != state->cold_to + 1)
            state->cold_from = cycle->cycle_no;
        state->cold_to = cycle->cycle_no;
    }
    if (cycle->cycle_no >= state->cold_from && cycle->cycle_no <= state->cold_to)
        cycle->flags |= CYCLE_COLD;
    if (now && cycle->cycle_no > state->cycle_no)
        (void)text_copy(cycle->thermal_state, sizeof(cycle->thermal_state), now);
}
