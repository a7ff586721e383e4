/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/arrivals.h"

#define LATE_NS   (5 * NS_PER_S)  /* further behind, a clock is wrong */
#define REBOOT_NS (60 * NS_PER_S) /* clocks of one boot do not differ so much */

void arrivals_place(struct arrivals *arrivals, struct sample *sample)
{
    struct moment *at = &sample->at;
    int64_t offset_ns = at->wall_ns - at->mono_ns;

    int64_t late_ns = arrivals->has_newest ? arrivals->offset_ns - offset_ns : 0;
    bool is_step = arrivals->is_late && at->mono_ns > arrivals->late_mono_ns;

    arrivals->is_late = late_ns >= NS_PER_MS && late_ns <= LATE_NS && !is_step;
    if (arrivals->is_late) {
        arrivals->late_mono_ns = at->mono_ns;
        at->mono_ns -= late_ns;
    } else {
        arrivals->offset_ns = offset_ns;
    }
    if (arrivals->has_newest && at->mono_ns < arrivals->newest_ns - LATE_NS) {
        sample->flags |= SAMPLE_CLOCK;
        *at = moment_plus(*at, arrivals->newest_ns - at->mono_ns);
    }
    if (!arrivals->has_newest || at->mono_ns > arrivals->newest_ns)
        arrivals->newest_ns = at->mono_ns;
    arrivals->has_newest = true;
}

int64_t arrivals_shift_ns(struct moment seen, struct moment at)
{
    int64_t moved_ns = (at.wall_ns - at.mono_ns) - (seen.wall_ns - seen.mono_ns);
    bool is_other = moved_ns > REBOOT_NS || moved_ns < -REBOOT_NS;

    return seen.wall_ns && is_other ? moved_ns : 0;
}

bool arrivals_is_shared(enum signal signal)
{
    switch (signal) {
    case SIGNAL_ALARM:
    case SIGNAL_CONDITION:
    case SIGNAL_EMERGENCY_STOP:
    case SIGNAL_DOOR:
    case SIGNAL_PALLET:
    case SIGNAL_BAR_END:
    case SIGNAL_FUNCTION:
    case SIGNAL_STACK_LIGHT:
        return true;
    default:
        return false;
    }
}

bool arrivals_is_of_use(enum signal signal)
{
    switch (signal) {
    case SIGNAL_AXIS_LOAD:
    case SIGNAL_AXIS_CURRENT:
    case SIGNAL_AXIS_POSITION:
    case SIGNAL_TEMPERATURE:
    case SIGNAL_POWER:
    case SIGNAL_TOOL_OFFSET:
    case SIGNAL_WORK_OFFSET:
    case SIGNAL_DISPLACEMENT:
    case SIGNAL_COOLANT_LEVEL:
    case SIGNAL_CHIP_LEVEL:
    case SIGNAL_BAR_LEFT:
    case SIGNAL_LOADS_READY:
    case SIGNAL_PARTS_READY:
    case SIGNAL_CUSTOM:
    case SIGNAL_TOOL_LIFE:
    case SIGNAL_LINK:
        return false;
    default:
        return true;
    }
}
