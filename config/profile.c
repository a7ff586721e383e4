/* SPDX-License-Identifier: Apache-2.0 */
#include "config/profile.h"

#include "config/value.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A name, not a path: it must not lead out of the folders. */
static bool is_name(const char *name)
{
    return *name && *name != '.' && !strchr(name, '/') && strlen(name) < 128;
}

static struct document *find_read(struct interpreter *interpreter, const char *path)
{
    for (struct document *document = interpreter->profiles; document;
         document = document->next)
        if (strcmp(document->name, path) == 0)
            return document;
    return NULL;
}

static struct node open_path(struct interpreter *interpreter, const char *path)
{
    const struct node none = {0};
    struct document *document = find_read(interpreter, path);

    if (!document) {
        document = document_read(path, interpreter->report);
        if (!document)
            return none;
        document->next = interpreter->profiles;
        interpreter->profiles = document;
    }
    struct node root = document_root(document);
    if (node_is_map(root))
        return root;
    report_error_at(interpreter->report, root, "a profile wants keys and values");
    return none;
}

struct node profile_open(struct interpreter *interpreter, struct node name)
{
    const struct node none = {0};
    char path[PATH_MAX], shown[SHOWN_MAX];
    struct text folders;

    if (!is_name(node_scalar(name))) {
        report_error_at(interpreter->report, name, "%s is not the name of a profile",
                        value_show(name, shown));
        return none;
    }
    text_init_heap(&folders);
    for (size_t i = 0; interpreter->profile_folders && interpreter->profile_folders[i];
         i++) {
        int length = snprintf(path, sizeof(path), "%s/%s.yaml",
                              interpreter->profile_folders[i], node_scalar(name));

        if (length > 0 && (size_t)length < sizeof(path) && access(path, F_OK) == 0) {
            text_done(&folders);
            return open_path(interpreter, path);
        }
        text_add(&folders, i ? ", " : "");
        text_add(&folders, interpreter->profile_folders[i]);
    }
    report_error_at(interpreter->report, name, "no profile %s.yaml in %s",
                    node_scalar(name), folders.data ? folders.data : "any folder");
    text_done(&folders);
    return none;
}
