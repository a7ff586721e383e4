/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration read beside the loop: hundreds of machines take a while, and the file
 * may lie on a slow disk. What was wrong goes to stderr, line by line. Loop thread; the
 * reading itself runs on a thread of libuv's pool.
 */
#pragma once

#include "config/config.h"

#include <uv.h>

enum {
    READING_WORDS = 256
};

struct reading {
    const char *path;
    void *owner;
    void (*on_read)(void *owner, struct config *config, const char *complaint);
    uv_work_t work;
    struct config *config;
    char complaint[READING_WORDS];
    bool is_busy, is_asked_again;
};

/*
 * Reads `path` now, on the calling thread. Returns 0 with a configuration the caller
 * frees, or a negative errno with the first mistake in `ret_complaint`.
 */
int reading_do(const char *path, struct config **ret_config,
               char ret_complaint[READING_WORDS]);

/*
 * `path`, read in the background; `on_read` gets the configuration, which it owns, or
 * NULL and the first mistake. `path` must live as long as `reading`.
 */
void reading_init(struct reading *reading, const char *path, void *owner,
                  void (*on_read)(void *owner, struct config *config,
                                  const char *complaint));

/* Asked again while it reads, it reads once more: the file may have changed behind it. */
void reading_start(struct reading *reading, uv_loop_t *loop);

/* Frees a configuration that nobody uses any more, on a thread of the pool as well: every
 * point of every machine is an allocation. */
void reading_discard(struct config *config, uv_loop_t *loop);
