/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/secret.h"

#include "daemon/base/text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int find_path(const char *file, char path[PATH_MAX])
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    struct text text;

    text_init_fixed(&text, path, PATH_MAX);
    if (!strchr(file, '/')) {
        if (!folder)
            return -ENOENT;
        text_add(&text, folder);
        text_add_char(&text, '/');
    }
    text_add(&text, file);
    return text.failed ? -ENAMETOOLONG : 0;
}

static int read_file(const char *path, char *ret_secret)
{
    FILE *stream = fopen(path, "re");
    if (!stream)
        return -errno;

    size_t length = fread(ret_secret, 1, SECRET_MAX, stream);
    int error = ferror(stream) ? -EIO : length == SECRET_MAX ? -EFBIG : 0;
    (void)fclose(stream);
    if (error)
        return error;

    ret_secret[length] = '\0';
    if (length && ret_secret[length - 1] == '\n')
        ret_secret[--length] = '\0';
    if (length && ret_secret[length - 1] == '\r')
        ret_secret[--length] = '\0';
    return length ? 0 : -ENODATA;
}

int secret_read(const char *file, char ret_secret[SECRET_MAX], char reterr_sentence[256])
{
    char path[PATH_MAX] = "";

    int error = find_path(file, path);
    if (error == -ENOENT) {
        (void)snprintf(reterr_sentence, 256,
                       "'%.80s' names a credential, but systemd has given none "
                       "($CREDENTIALS_DIRECTORY is not set); write a path",
                       file);
        return error;
    }
    if (!error)
        error = read_file(path, ret_secret);
    if (error)
        (void)snprintf(reterr_sentence, 256, "cannot read %.160s: %s", path,
                       error == -ENODATA ? "it is empty" : strerror(-error));
    return error;
}

void secret_forget(char *secret, size_t capacity)
{
    explicit_bzero(secret, capacity);
}
