/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files make the configuration: the main one and conf.d beside it; and where
 * profiles are.
 */
#pragma once

#include "config/document.h"
#include "config/report.h"

/* The main file and, sorted by name, conf.d/<name>.yaml beside it; NULL when the main one
 * cannot be read. What cannot be read is complained of. */
struct document *folder_read(const char *path, struct report *report);

struct folders {
    char *beside;            /* profiles/ beside the main file */
    const char *profiles[4]; /* ends with NULL */
};

/* `path` of the main file, or NULL. */
void folders_init(struct folders *folders, const char *path);
void folders_done(struct folders *folders);
