/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/complaint.h"

#include "daemon/base/text.h"

#include <inttypes.h>
#include <string.h>

#define FIRST_INTERVAL_NS (10 * NS_PER_S)

/* A new reason need not wait for as long as an old one, once it has stood for a while. */
static bool is_due(const struct complaint *complaint, int64_t now_ns)
{
    bool is_news =
        !complaint->is_said && now_ns - complaint->changed_ns >= FIRST_INTERVAL_NS;

    return is_news || now_ns >= complaint->next_ns;
}

static void say(struct complaint *complaint, enum log_level level, const char *room,
                struct moment now)
{
    if (complaint->failures == 1)
        log_write(level, room, "%s", complaint->last);
    else
        log_write(level, room, "%s (%" PRId64 " times in %.0f s)", complaint->last,
                  complaint->failures, moment_seconds(complaint->since, now));
    complaint->is_said = true;
    complaint->next_ns = now.mono_ns + complaint->interval_ns;
    if (complaint->interval_ns < NS_PER_HOUR)
        complaint->interval_ns *= 2;
}

void complaint_raise(struct complaint *complaint, enum log_level level, const char *room,
                     struct moment now, const char *reason)
{
    char newest[COMPLAINT_MAX];

    (void)text_copy(newest, sizeof(newest), reason);
    if (strcmp(newest, complaint->last) != 0) {
        (void)text_copy(complaint->last, sizeof(complaint->last), newest);
        complaint->changed_ns = now.mono_ns;
        complaint->is_said = false;
    }
    if (complaint->failures++ == 0) {
        complaint->since = now;
        complaint->interval_ns = FIRST_INTERVAL_NS;
        complaint->next_ns = now.mono_ns;
    }
    if (is_due(complaint, now.mono_ns))
        say(complaint, level, room, now);
}

void complaint_remind(struct complaint *complaint, enum log_level level, const char *room,
                      struct moment now)
{
    if (complaint->failures && !complaint->is_said && is_due(complaint, now.mono_ns))
        say(complaint, level, room, now);
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
