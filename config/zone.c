/* SPDX-License-Identifier: Apache-2.0 */
#include "config/zone.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define FOOTER_MAX  256

/* "CET-1…", "<+08>-8": letters or <…>, then an offset. */
static bool is_rule(const char *name)
{
    size_t letters = 0;

    if (name[0] == '<') {
        const char *end = strchr(name, '>');
        letters = end ? (size_t)(end - name) + 1 : 0;
    } else {
        letters = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    }
    const char *offset = name + letters;
    offset += *offset == '-' || *offset == '+';
    return letters >= 3 && *offset >= '0' && *offset <= '9';
}

/* A zone file ends with a line that holds the rule for all times to come (RFC 9636). */
static int read_footer(FILE *file, struct text *rule)
{
    char end[FOOTER_MAX + 1] = "";

    if (fseek(file, -FOOTER_MAX, SEEK_END) != 0 && fseek(file, 0, SEEK_SET) != 0)
        return -EINVAL;
    size_t length = fread(end, 1, FOOTER_MAX, file);
    if (length < 2 || end[length - 1] != '\n')
        return -EINVAL;
    end[length - 1] = '\0';
    const char *before = memrchr(end, '\n', length - 1);
    if (!before || !is_rule(before + 1))
        return -EINVAL;
    text_add(rule, before + 1);
    return 0;
}

int zone_find_rule(const char *name, struct text *rule)
{
    char path[PATH_MAX];

    if (is_rule(name)) {
        text_add(rule, name);
        return 0;
    }
    int length = snprintf(path, sizeof(path), ZONE_FOLDER "/%s", name);
    if (length < 0 || (size_t)length >= sizeof(path) || strstr(name, "..") ||
        name[0] == '/' || name[0] == '\0')
        return -EINVAL;

    FILE *file = fopen(path, "rbe");
    if (!file)
        return -EINVAL;
    int error = read_footer(file, rule);
    (void)fclose(file);
    return error;
}
