/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/influx/started.h"

#include <stdlib.h>
#include <string.h>

static const char name[] = "vm_app_start_timestamp ";

void started_read(struct started *started, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n') {
            if (started->length < sizeof(started->line) - 1)
                started->line[started->length++] = bytes[i];
            continue;
        }
        started->line[started->length] = '\0';
        started->length = 0;
        if (strncmp(started->line, name, sizeof(name) - 1) == 0)
            started->heard_s = strtoll(started->line + sizeof(name) - 1, NULL, 10);
    }
}

bool started_anew(struct started *started)
{
    bool is_another = started->known_s > 0 && started->heard_s > 0 &&
                      started->heard_s != started->known_s;

    if (started->heard_s > 0)
        started->known_s = started->heard_s;
    started->heard_s = 0;
    started->length = 0;
    return is_another;
}
