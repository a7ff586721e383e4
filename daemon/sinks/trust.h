/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why the other side of TLS is not trusted, or does not trust us, and what to do about
 * it.
 */
#pragma once

#include <stdbool.h>

#define TRUST_WORDS_MAX 256

/* What a person can do about a failure that curl or OpenSSL words so; "" = not of trust.
 */
const char *trust_remedy(const char *words);

struct trust_question {
    const char *url; /* of any scheme that is encrypted, with a port */
    const char *ca_file, *certificate_file, *key_file; /* NULL = none */
    bool insecure;
};

/*
 * Paho says the same of every failure of TLS, and of nobody there: connects once more and
 * says what TLS has against it, with the remedy. False when it has nothing. Blocks, for a
 * few seconds at most.
 */
bool trust_probe(const struct trust_question *question, char ret_words[TRUST_WORDS_MAX]);
