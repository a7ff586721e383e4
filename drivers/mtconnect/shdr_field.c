/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/shdr_field.h"

#include <stddef.h>
#include <string.h>

/* The closing quote of a field that starts with one, when the field ends there. */
static char *find_quote(char *field)
{
    for (char *c = field + 1; *c; c++) {
        if (*c == '\\' && c[1])
            c++;
        else if (*c == '"')
            return c[1] == '|' || !c[1] ? c : NULL;
    }
    return NULL;
}

static void unescape(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++) {
        if (*from == '\\' && (from[1] == '|' || from[1] == '"'))
            from++;
        *to++ = *from;
    }
    *to = '\0';
}

char *shdr_trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t length = strlen(text);
    while (length && strchr(" \t\r\n", text[length - 1]))
        text[--length] = '\0';
    return text;
}

char *shdr_field_next(char **rest)
{
    char *field = *rest;
    char *quote = field && *field == '"' ? find_quote(field) : NULL;

    if (!field)
        return NULL;
    if (quote) {
        *rest = quote[1] ? quote + 2 : NULL;
        *quote = '\0';
        unescape(++field);
        return field;
    }
    char *bar = strchr(field, '|');
    *rest = bar ? bar + 1 : NULL;
    if (bar)
        *bar = '\0';
    return shdr_trim(field);
}
