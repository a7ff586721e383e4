/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recordings of real machines for tests. They lie beside the checkout, in DATA_FOLDER,
 * and never in it; a test that finds none says so and is skipped.
 */
#pragma once

#include <stddef.h>

/* The whole file, NUL-terminated, to be freed; NULL when it is not there. */
char *recording_load(const char *folder, const char *name, size_t *ret_length);

/*
 * Names of the files in `folder` that end with `suffix`, sorted. Returns their number;
 * the names live until the program ends.
 */
size_t recording_list(const char *folder, const char *suffix, const char *names[],
                      size_t limit);

/* The body of an HTTP exchange as it was on the wire: head removed, chunks joined. The
 * head's Content-Type is copied. NULL when there is no answer in it. */
char *recording_body(const char *wire, size_t length, char content_type[256],
                     size_t *ret_length);
