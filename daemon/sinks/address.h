/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes an url apart as far as sinks need it: is it encrypted, does it stay on this
 * machine, does it carry a password it should not. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct address {
    char scheme[16]; /* lower case */
    char host[200];  /* without brackets */
    char port[8];    /* "" when not given */
    bool has_credentials;
};

/* Returns 0, or -EINVAL when it is not scheme://host[:port][/…]. */
int address_parse(const char *url, struct address *ret_address);

/* 127.0.0.0/8, ::1, localhost, or a socket of this machine. */
bool address_is_local(const struct address *address);

/*
 * The rule every sink keeps for its url and password: a known scheme (`schemes` ends with
 * NULL; one that ends in s is encrypted), no credentials inside, and no password in plain
 * text past this machine unless `allow_plaintext`. Returns 0, or -EINVAL with a sentence.
 */
struct address_rule {
    const char *url;
    const char *const *schemes;
    bool has_password;
    bool allow_plaintext;
};

int address_check(const struct address_rule *rule, char reterr_sentence[256]);

/* Does this scheme encrypt? */
bool address_is_encrypted(const struct address *address);
