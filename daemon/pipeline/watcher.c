/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/watcher.h"

#include <stdio.h>
#include <string.h>

/* What comes and goes is over when it has stayed away for so long. */
static const int64_t WELL_AFTER_NS = NS_PER_MINUTE;

enum {
    SENTENCE_MAX = 600
};

static int64_t attempts_of(const struct link_health *health)
{
    return health->reconnects + health->timeouts + health->refused + health->malformed;
}

static void note_lost(struct watcher *watcher, const char *room,
                      const struct link_health *health, struct moment now)
{
    char sentence[SENTENCE_MAX];
    int64_t attempts = attempts_of(health);

    if (!*health->trouble || (watcher->lost.failures && attempts == watcher->attempts)) {
        complaint_remind(&watcher->lost, LOG_LEVEL_WARNING, room, now);
        return;
    }
    watcher->attempts = attempts;
    (void)snprintf(sentence, sizeof(sentence), "%s: %s; trying again", health->address,
                   health->trouble);
    complaint_raise(&watcher->lost, LOG_LEVEL_WARNING, room, now, sentence);
}

static void note_ailing(struct watcher *watcher, const char *room,
                        const struct link_health *health, struct moment now)
{
    char sentence[SENTENCE_MAX];
    int64_t attempts = attempts_of(health);

    watcher->well_ns = 0;
    (void)snprintf(sentence, sizeof(sentence), "%s: %s", health->address,
                   health->trouble);
    if (attempts == watcher->attempts && strcmp(sentence, watcher->ailing.last) == 0) {
        complaint_remind(&watcher->ailing, LOG_LEVEL_WARNING, room, now);
        return;
    }
    watcher->attempts = attempts;
    complaint_raise(&watcher->ailing, LOG_LEVEL_WARNING, room, now, sentence);
}

static void note_well(struct watcher *watcher, const char *room,
                      const struct link_health *health, struct moment now)
{
    char sentence[SENTENCE_MAX];

    if (!watcher->well_ns)
        watcher->well_ns = now.mono_ns;
    if (now.mono_ns - watcher->well_ns < WELL_AFTER_NS)
        return;
    (void)snprintf(sentence, sizeof(sentence), "%s answers well", health->address);
    complaint_release(&watcher->ailing, room, now, sentence);
}

void watcher_look(struct watcher *watcher, const char *room,
                  const struct link_health *health, struct moment now)
{
    char sentence[SENTENCE_MAX];

    if (!health->linked) {
        note_lost(watcher, room, health, now);
        return;
    }
    (void)snprintf(sentence, sizeof(sentence), "%s is linked", health->address);
    complaint_release(&watcher->lost, room, now, sentence);
    if (*health->trouble)
        note_ailing(watcher, room, health, now);
    else
        note_well(watcher, room, health, now);
}
