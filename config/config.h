/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the configuration: YAML by the rows of option tables, every complaint with its
 * line and column, none of them after the first lost.
 */
#pragma once

#include "daemon/base/text.h"
#include "daemon/pipeline/settings.h"

struct config;

/*
 * Loads `path` and, when it is a file with a folder conf.d beside it, conf.d/<name>.yaml
 * too. Complaints are appended as "file:line:column: sentence\n" lines. Returns 0, or
 * -EINVAL when there is at least one that is an error (warnings are marked so and do not
 * fail). Register maps are looked for in $SPINDLED_PROFILES, the folder profiles/ beside
 * the file and /usr/share/spindled/profiles.
 */
int config_load(const char *path, struct text *complaints, struct config **ret_config);

/* The same for one file's text in memory; no conf.d, profiles only from the usual
 * folders. */
int config_load_text(const char *name, const char *text, size_t length,
                     struct text *complaints, struct config **ret_config);
void config_free(struct config *config);

/* Lives as long as the configuration. */
const struct settings *config_settings(const struct config *config);

/*
 * Adds the names of the sections that count at a start only (store, http, control) and
 * are not the same in both, joined by commas. Returns whether there are any.
 */
bool config_list_start_changes(const struct config *started, const struct config *fresh,
                               struct text *text);

/* The manual of every option, and a JSON Schema for editors. */
void config_print_manual(struct text *text);
void config_print_schema(struct text *text);
