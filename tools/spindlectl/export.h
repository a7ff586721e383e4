/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history of one machine, page by page from the daemon, written as it comes.
 */
#pragma once

#include "tools/spindlectl/command.h"

#include <stdio.h>

enum export_format {
    EXPORT_CSV,
    EXPORT_JSON, /* one object a line */
    EXPORT_TAPE,
};

struct export_choice {
    const char *machine;
    const char *what; /* a collection of the API; NULL = cycles, of a tape the archive */
    const char *from, *until; /* RFC 3339; NULL = all */
    enum export_format format;
};

/* Returns 0 or -EINVAL. */
int export_read_format(const char *word, enum export_format *ret_format);

enum exit_status export_run(const struct export_choice *choice, FILE *output);
