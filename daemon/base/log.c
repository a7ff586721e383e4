/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/log.h"

#include "daemon/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    LINE_MAX_BYTES = 2048
};

static enum log_level highest = LOG_LEVEL_INFO;

static const struct {
    const char *word;
    const char *journal; /* syslog priority as sd-daemon(3) reads it from stderr */
} levels[] = {
    [LOG_LEVEL_ERROR] = {"error",   "<3>"},
      [LOG_LEVEL_WARNING] = {"warning", "<4>"},
    [LOG_LEVEL_NOTICE] = {"notice",  "<5>"},
      [LOG_LEVEL_INFO] = {"info",    "<6>"},
    [LOG_LEVEL_DEBUG] = {"debug",   "<7>"},
};

void log_set_level(enum log_level level)
{
    highest = level;
}

void log_write(enum log_level level, const char *room, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    char message[LINE_MAX_BYTES - 128];
    struct text text;
    va_list arguments;

    if (level > highest)
        return;

    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);

    text_init_fixed(&text, line, sizeof(line));
    if (getenv("JOURNAL_STREAM"))
        text_add(&text, levels[level].journal);
    else
        text_add_format(&text, "%s: ", levels[level].word);
    text_add_format(&text, "%s: %s\n", room, message);
    (void)!write(STDERR_FILENO, text.data, text.length);
}
