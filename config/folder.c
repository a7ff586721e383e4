/* SPDX-License-Identifier: Apache-2.0 */
#include "config/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROFILES_INSTALLED "/usr/share/spindled/profiles"

/* The folder a file lies in, with the slash at its end; "" = here. */
static int folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? (int)(slash - path) + 1 : 0;
}

static int is_configuration(const struct dirent *entry)
{
    return fnmatch("*.yaml", entry->d_name, FNM_PERIOD) == 0;
}

static struct document **append(struct document **end, const char *path,
                                struct report *report)
{
    *end = document_read(path, report);
    return *end ? &(*end)->next : end;
}

struct document *folder_read(const char *path, struct report *report)
{
    char folder[PATH_MAX - NAME_MAX - 1], file[PATH_MAX];
    struct document *first = document_read(path, report);
    struct dirent **entries = NULL;

    if (!first)
        return NULL;
    int length =
        snprintf(folder, sizeof(folder), "%.*sconf.d", folder_length(path), path);
    if (length < 0 || (size_t)length >= sizeof(folder))
        return first;

    struct document **end = &first->next;
    int count = scandir(folder, &entries, is_configuration, alphasort);
    if (count < 0 && errno != ENOENT && errno != ENOTDIR)
        report_error(report, folder, 1, 1, "cannot be read: %m");
    for (int i = 0; i < count; i++) {
        (void)snprintf(file, sizeof(file), "%s/%s", folder, entries[i]->d_name);
        end = append(end, file, report);
        free(entries[i]);
    }
    free(entries);
    return first;
}

void folders_init(struct folders *folders, const char *path)
{
    const char *named = getenv("SPINDLED_PROFILES");
    size_t count = 0;

    *folders = (struct folders){0};
    if (named && *named)
        folders->profiles[count++] = named;
    if (path && asprintf(&folders->beside, "%.*sprofiles", folder_length(path), path) < 0)
        folders->beside = NULL;
    if (folders->beside)
        folders->profiles[count++] = folders->beside;
    folders->profiles[count] = PROFILES_INSTALLED;
}

void folders_done(struct folders *folders)
{
    free(folders->beside);
}
