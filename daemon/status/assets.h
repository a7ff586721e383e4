/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of the page; assets_table.c is made by cmake/embed from daemon/status/page/.
 */
#pragma once

#include <stddef.h>

struct asset {
    const char *name;
    const char *content_type;
    const unsigned char *bytes;
    size_t length;
};

/* Ends with a row without a name. */
extern const struct asset assets[];
