/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/xml.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

const char *xml_local_name(const char *name)
{
    const char *colon = strchr(name, ':');

    return colon ? colon + 1 : name;
}

const char *xml_attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(xml_local_name(*attributes), name) == 0)
            return attributes[1];
    return NULL;
}

size_t xml_count(const char **attributes)
{
    size_t count = 0;

    while (attributes[2 * count])
        count++;
    return count;
}

bool xml_unsigned(const char *digits, uint64_t *ret_value)
{
    uint64_t value = 0;

    if (!digits || !*digits)
        return false;
    for (; *digits; digits++) {
        unsigned digit = (unsigned)(unsigned char)*digits - '0';
        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *ret_value = value;
    return true;
}

const char *xml_trim(struct text *text)
{
    size_t start = 0;

    if (!text->length)
        return "";
    while (text->length && is_blank(text->data[text->length - 1]))
        text->data[--text->length] = '\0';
    while (is_blank(text->data[start]))
        start++;
    return text->data + start;
}
