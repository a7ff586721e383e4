/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest value of every signal of one machine, for the page and the API. Loop thread.
 *
 * A signal is found by hashing its name; a new one takes memory once, then none.
 */
#pragma once

#include "daemon/model/sample.h"

struct latest;

/* One signal. `sample` is complete: its texts are copies that live as long as the entry.
 */
struct latest_entry {
    const char *name;
    struct sample sample;
    int64_t changes; /* how often the value became another */
};

int latest_create(struct latest **ret_latest);
void latest_destroy(struct latest *latest);

/*
 * Keeps a copy. Returns the signal's index, the same for as long as the table lives, or
 * -ENOMEM. `ret_changed` says whether value or quality differ from before.
 */
int latest_put(struct latest *latest, const struct sample *sample, bool *ret_changed);

size_t latest_count(const struct latest *latest);
const struct latest_entry *latest_at(const struct latest *latest, size_t index);

/* By name, as signal_print() writes it; NULL when it was never heard. */
const struct latest_entry *latest_find(const struct latest *latest, const char *name);
