/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/address.h"

#include "daemon/base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool copy_part(char *array, size_t capacity, const char *part, size_t length)
{
    if (length >= capacity)
        return false;
    memcpy(array, part, length);
    array[length] = '\0';
    return true;
}

static int read_scheme(const char **cursor, struct address *address)
{
    const char *end = strstr(*cursor, "://");

    if (!end || end == *cursor ||
        !copy_part(address->scheme, sizeof(address->scheme), *cursor,
                   (size_t)(end - *cursor)))
        return -EINVAL;
    for (char *c = address->scheme; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    *cursor = end + 3;
    return 0;
}

/* host, host:port or [address]:port, `length` bytes of it. */
static int read_host(const char *host, size_t length, struct address *address)
{
    const char *end = host + length;
    const char *colon = memchr(host, ':', length);

    if (length && *host == '[') {
        const char *bracket = memchr(host, ']', length);
        if (!bracket)
            return -EINVAL;
        host++;
        length = (size_t)(bracket - host);
        colon = bracket + 1 < end ? bracket + 1 : NULL;
        if (colon && *colon != ':')
            return -EINVAL;
    } else if (colon) {
        length = (size_t)(colon - host);
    }
    if (length == 0 || !copy_part(address->host, sizeof(address->host), host, length))
        return -EINVAL;
    if (!colon)
        return 0;

    size_t digits = (size_t)(end - colon) - 1;
    if (digits == 0 ||
        !copy_part(address->port, sizeof(address->port), colon + 1, digits))
        return -EINVAL;
    return strspn(address->port, "0123456789") == digits ? 0 : -EINVAL;
}

int address_parse(const char *url, struct address *ret_address)
{
    struct address address = {0};
    const char *cursor = url;

    if (read_scheme(&cursor, &address))
        return -EINVAL;

    size_t length = strcspn(cursor, "/?#");
    const char *at = memrchr(cursor, '@', length);
    if (at) {
        address.has_credentials = true;
        length -= (size_t)(at + 1 - cursor);
        cursor = at + 1;
    }
    if (read_host(cursor, length, &address))
        return -EINVAL;
    *ret_address = address;
    return 0;
}

bool address_is_local(const struct address *address)
{
    unsigned first, rest[3];
    char more;

    if (text_equal_fold(address->host, "localhost") || strcmp(address->host, "::1") == 0)
        return true;
    return sscanf(address->host, "%3u.%3u.%3u.%3u%c", &first, &rest[0], &rest[1],
                  &rest[2], &more) == 4 &&
           first == 127;
}

bool address_is_encrypted(const struct address *address)
{
    size_t length = strlen(address->scheme);

    return strcmp(address->scheme, "ssl") == 0 ||
           (length && address->scheme[length - 1] == 's');
}

static bool is_known(const char *scheme, const char *const *schemes)
{
    for (; *schemes; schemes++)
        if (strcmp(scheme, *schemes) == 0)
            return true;
    return false;
}

int address_check(const struct address_rule *rule, char reterr_sentence[256])
{
    struct address address;

    if (address_parse(rule->url, &address) || !is_known(address.scheme, rule->schemes)) {
        (void)snprintf(reterr_sentence, 256,
                       "url is written %s://host:port or %s://host:port",
                       rule->schemes[0], rule->schemes[1]);
        return -EINVAL;
    }
    if (address.has_credentials) {
        (void)snprintf(reterr_sentence, 256,
                       "url holds a name or password, which logs and pages would show; "
                       "use username and password_file");
        return -EINVAL;
    }
    if (strpbrk(rule->url, "?#")) {
        (void)snprintf(reterr_sentence, 256,
                       "url is the address alone, without ? or #; a name or password "
                       "goes to username and password_file");
        return -EINVAL;
    }
    if (rule->has_password && !address_is_encrypted(&address) &&
        !address_is_local(&address) && !rule->allow_plaintext) {
        (void)snprintf(reterr_sentence, 256,
                       "a password would cross the network unencrypted to %.100s; use "
                       "%s://, or say allow_plaintext_password: true",
                       address.host, rule->schemes[1]);
        return -EINVAL;
    }
    return 0;
}
