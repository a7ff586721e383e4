/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/tool/life_speed.h"

#include <math.h>

#define SAME_SPEED   0.05
#define LEAST_FACTOR 0.1 /* beyond a tenth or ten times nothing was learned */
#define MOST_FACTOR  10.0

/* Worn lives whose speed is known; returns how many. */
static size_t gather(const struct tool_memory *memory, double ret_speeds[MEMORY_LIVES],
                     double ret_minutes[MEMORY_LIVES])
{
    size_t count = 0;

    for (uint32_t i = 0; i < memory->end_count; i++) {
        const struct life_pace *pace = &memory->paces[i];

        if (!memory->ends[i].was_worn || !(pace->speed > 0) || !(pace->minutes > 0))
            continue;
        ret_speeds[count] = pace->speed;
        ret_minutes[count++] = pace->minutes;
    }
    return count;
}

bool life_speed_fit(const struct tool_memory *memory, struct taylor *ret_taylor)
{
    double speeds[MEMORY_LIVES], minutes[MEMORY_LIVES];

    return taylor_fit(speeds, minutes, gather(memory, speeds, minutes), ret_taylor);
}

bool life_speed_law(const struct tool_memory *memory, double exponent,
                    struct taylor *ret_taylor)
{
    double speeds[MEMORY_LIVES], minutes[MEMORY_LIVES], sum = 0;
    size_t count = gather(memory, speeds, minutes);

    if (taylor_fit(speeds, minutes, count, ret_taylor))
        return true;
    for (size_t i = 0; i < count; i++)
        sum += log(speeds[i]) + exponent * log(minutes[i]);
    *ret_taylor = (struct taylor){.exponent = exponent, .constant = NAN};
    if (count)
        ret_taylor->constant = exp(sum / (double)count);
    return count > 0;
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
