/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/life_speed.h"

#include <math.h>

#define SAME_SPEED   0.05
#define LEAST_FACTOR 0.1 /* beyond a tenth or ten times nothing was learned */
#define MOST_FACTOR  10.0

bool life_speed_fit(const struct tool_memory *memory, struct taylor *ret_taylor)
{
    double speeds[MEMORY_LIVES], minutes[MEMORY_LIVES];
    size_t count = 0;

    for (uint32_t i = 0; i < memory->end_count; i++) {
        const struct life_pace *pace = &memory->paces[i];

        if (!memory->ends[i].was_worn || !(pace->speed > 0) || !(pace->minutes > 0))
            continue;
        speeds[count] = pace->speed;
        minutes[count++] = pace->minutes;
    }
    return taylor_fit(speeds, minutes, count, ret_taylor);
}

double life_speed_factor(const struct tool_memory *memory, double exponent, double speed)
{
    struct taylor taylor;
    double sum = 0, count = 0;

    for (uint32_t i = 0; i < memory->end_count; i++)
        if (memory->paces[i].speed > 0) {
            sum += log(memory->paces[i].speed);
            count++;
        }
    if (!(speed > 0) || count < 1)
        return 1;

    double usual = exp(sum / count);
    if (fabs(speed / usual - 1) < SAME_SPEED)
        return 1;
    if (life_speed_fit(memory, &taylor))
        exponent = taylor.exponent;
    return fmin(MOST_FACTOR, fmax(LEAST_FACTOR, taylor_factor(exponent, usual, speed)));
}
