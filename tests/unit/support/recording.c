/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/recording.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    NAMES_MAX = 256
};

char *recording_load(const char *folder, const char *name, size_t *ret_length)
{
    char path[1024];
    char *bytes = NULL;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    (void)fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    if (size >= 0 && (bytes = calloc(1, (size_t)size + 1)))
        *ret_length = fread(bytes, 1, (size_t)size, file);
    (void)fclose(file);
    return bytes;
}

static int compare(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

size_t recording_list(const char *folder, const char *suffix, const char *names[],
                      size_t limit)
{
    static char kept[NAMES_MAX][128];
    static size_t kept_count;
    DIR *directory = opendir(folder);
    size_t count = 0;

    if (!directory)
        return 0;
    for (struct dirent *entry; (entry = readdir(directory));) {
        size_t length = strlen(entry->d_name), tail = strlen(suffix);
        if (length < tail || strcmp(entry->d_name + length - tail, suffix) != 0)
            continue;
        if (count == limit || kept_count == NAMES_MAX || length >= sizeof(kept[0]))
            continue;
        memcpy(kept[kept_count], entry->d_name, length + 1);
        names[count++] = kept[kept_count++];
    }
    (void)closedir(directory);
    qsort(names, count, sizeof(*names), compare);
    return count;
}

/* Joins chunks in place; what is cut off at the end stays as far as it came. */
static size_t join_chunks(char *body, size_t length)
{
    size_t from = 0, to = 0;

    while (from < length) {
        char *end;
        size_t size = strtoul(body + from, &end, 16);
        char *line = strchr(end, '\n');
        if (!size || !line)
            break;
        from = (size_t)(line + 1 - body);
        if (size > length - from)
            size = length - from;
        memmove(body + to, body + from, size);
        to += size;
        from += size + 2;
    }
    body[to] = '\0';
    return to;
}

char *recording_body(const char *wire, size_t length, char content_type[256],
                     size_t *ret_length)
{
    const char *head = strstr(wire, "HTTP/1."),
               *end = head ? strstr(head, "\r\n\r\n") : NULL;
    bool is_chunked = false;

    if (!end)
        return NULL;
    *content_type = '\0';
    for (const char *line = head; line < end; line = strchr(line, '\n') + 1) {
        if (strncasecmp(line, "Content-Type:", 13) == 0)
            (void)snprintf(content_type, 256, "%.*s", (int)strcspn(line + 13, "\r\n"),
                           line + 13);
        if (strncasecmp(line, "Transfer-Encoding: chunked", 26) == 0)
            is_chunked = true;
    }
    size_t blanks = strspn(content_type, " ");
    memmove(content_type, content_type + blanks, strlen(content_type + blanks) + 1);

    const char *from = end + 4;
    char *body = calloc(1, length + 1);
    if (!body)
        return NULL;
    *ret_length = length - (size_t)(from - wire);
    memcpy(body, from, *ret_length);
    if (is_chunked)
        *ret_length = join_chunks(body, *ret_length);
    return body;
}
