/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guesses what was meant. Pure, allocates nothing.
 */
#pragma once

#include <stddef.h>

/* The best guess so far; start from {0}. */
struct guess {
    const char *name; /* NULL = nothing is near enough */
    size_t distance;
};

/*
 * Takes `candidate` as the guess when it is nearer to `word` than the one before: by
 * insertions, deletions, replacements and swaps of neighbours (optimal string alignment),
 * at most one in three letters, case not counted.
 */
void guess_improve(struct guess *guess, const char *word, const char *candidate);
