/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line a message, to the journal when stderr is the journal, else to stderr with a
 * level word. Only rooms with a name log (station, courier, store, service, main).
 *
 * error: a person must act; warning: degraded, carrying on; notice: a link or the
 * configuration changed; info: start and stop; debug: frames. Never a secret.
 */
#pragma once

enum log_level {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_NOTICE,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG,
};

/* Messages above `level` are not written. Call before any thread starts. */
void log_set_level(enum log_level level);

/* Any thread. `room` names who speaks: "station vmc-3", "sink influx". */
void log_write(enum log_level level, const char *room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
