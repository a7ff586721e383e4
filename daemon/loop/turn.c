/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/loop/turn.h"

#include "daemon/base/moment.h"

static const uint64_t long_ns = 1500 * NS_PER_US;

bool turn_is_long(struct turn *turn, const uv_loop_t *loop)
{
    uint64_t now_ms = uv_now(loop);

    if (now_ms != turn->at_ms) {
        turn->at_ms = now_ms;
        turn->since_ns = uv_hrtime();
    }
    return uv_hrtime() - turn->since_ns > long_ns;
}
