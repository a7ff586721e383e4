/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords and tokens, read from files and never from the configuration. Reads a small
 * local file; loop thread. Nothing here is ever logged or shown.
 */
#pragma once

#include <stddef.h>

#define SECRET_MAX 4096

/*
 * Reads `file`: a path when it holds a slash, else a name in $CREDENTIALS_DIRECTORY as
 * systemd's LoadCredential= makes it. One newline at the end does not count. Returns 0,
 * or negative errno with a sentence that names the file.
 */
int secret_read(const char *file, char ret_secret[SECRET_MAX], char reterr_sentence[256]);

/* Overwrites it, and the compiler may not leave that out. */
void secret_forget(char *secret, size_t capacity);
