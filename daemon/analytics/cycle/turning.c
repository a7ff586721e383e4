/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/turning.h"

#include "daemon/base/moment.h"

#include <math.h>

#define FAST_SHARE 0.2  /* of the top speed: on a ramp it is this fast for a moment */
#define REST_SHARE 0.01 /* up to this it drifts */
#define ALIKE      0.05
#define REPEATS    3
#define STEADY_NS  (2 * NS_PER_S) /* a ramp does not stay at one speed for so long */

void turning_init(struct turning *turning)
{
    *turning = (struct turning){.speed = (double)NAN};
}

int64_t turning_observe(struct turning *turning, int64_t at_ns, double speed, double top)
{
    double before = turning->speed;
    int64_t slow_ns = turning->slow_ns, late_ns = 0;

    speed = fabs(speed);
    turning->speed = speed;
    turning->slow_ns = 0;
    turning->turns = speed > fmax(1, REST_SHARE * top);
    bool is_alike = turning->turns && fabs(speed - before) <= ALIKE * fmax(speed, before);
    turning->alike = is_alike ? turning->alike + 1 : 0;
    turning->is_repeated |= turning->alike >= REPEATS;
    if (slow_ns && (is_alike || at_ns - slow_ns > STEADY_NS))
        late_ns = slow_ns;
    if (turning->turns && turning->is_repeated && !is_alike &&
        speed <= FAST_SHARE * top) {
        turning->turns = false;
        turning->slow_ns = at_ns;
    }
    return late_ns;
}
