/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `--run part=BRKT-7,stage=pilot,…`: the context a recording is replayed in.
 */
#pragma once

#include "daemon/model/statement.h"

/* Reads the words; texts point into `words`, which is changed. -EINVAL with a sentence.
 */
int replay_run_read(char *words, struct statement *ret_statement,
                    char reterr_sentence[160]);
