/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Talks to the daemon over its control socket: HTTP on a unix socket, JSON answers.
 * Blocking; errors are printed to stderr with the remedy.
 */
#pragma once

#include "tools/spindlectl/command.h"

#include <jansson.h>
#include <stdio.h>

/* The answer, to be released with json_decref(). */
enum exit_status talk_get(const char *path, json_t **ret_answer);
enum exit_status talk_post(const char *path, const char *body, json_t **ret_answer);

/* Calls on_event for each server-sent event until it returns false or the daemon goes. */
enum exit_status talk_stream(const char *path, void *owner,
                             bool (*on_event)(void *owner, const char *kind,
                                              json_t *record));

/*
 * The same for streams whose data are plain lines. Ends by itself, and well, after
 * `seconds`; 0 = never.
 */
enum exit_status talk_lines(const char *path, long seconds, void *owner,
                            bool (*on_line)(void *owner, const char *line));

/* The answer as it is, into `stream`. */
enum exit_status talk_save(const char *path, FILE *stream);

/* One path segment, percent-encoded, for building paths. Lives until the next call. */
const char *talk_escape(const char *segment);
