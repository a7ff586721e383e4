/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/complaint.h"

#include "daemon/base/text.h"

#include <inttypes.h>

#define FIRST_INTERVAL_NS (10 * NS_PER_S)

void complaint_raise(struct complaint *complaint, enum log_level level, const char *room,
                     struct moment now, const char *reason)
{
    (void)text_copy(complaint->last, sizeof(complaint->last), reason);
    if (complaint->failures++ == 0) {
        complaint->since = now;
        complaint->interval_ns = FIRST_INTERVAL_NS;
        complaint->next_ns = now.mono_ns;
    }
    if (now.mono_ns < complaint->next_ns)
        return;

    if (complaint->failures == 1)
        log_write(level, room, "%s", reason);
    else
        log_write(level, room, "%s (%" PRId64 " times in %.0f s)", reason,
                  complaint->failures, moment_seconds(complaint->since, now));
    complaint->next_ns = now.mono_ns + complaint->interval_ns;
    if (complaint->interval_ns < NS_PER_HOUR)
        complaint->interval_ns *= 2;
}

void complaint_release(struct complaint *complaint, const char *room, struct moment now,
                       const char *what)
{
    if (complaint->failures == 0)
        return;
    log_write(LOG_LEVEL_NOTICE, room, "%s again after %" PRId64 " failures in %.0f s",
              what, complaint->failures, moment_seconds(complaint->since, now));
    *complaint = (struct complaint){0};
}
