/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people may say, over the unix socket and over MQTT: one table of commands. They
 * change context, never a machine. Every accepted command is itself a record: who, when,
 * what. Loop thread.
 */
#pragma once

#include "daemon/pipeline/pipeline.h"

struct control;

/* Also answers what comes in over sinks. Numbers of runs, lots and fixtures are restored.
 */
int control_create(struct pipeline *pipeline, struct control **ret_control);
void control_destroy(struct control *control);

/*
 * Carries out `name` ("run-start", "lot", …) for a machine with `json`, an object of
 * arguments. Returns one JSON object, {"ok":true,…} or {"ok":false,"error":"sentence"},
 * that lives until the next call. Never NULL.
 */
const char *control_execute(struct control *control, const char *machine,
                            const char *name, const char *json, const char *who);

/* A command as the manual shows it. */
struct command_help {
    const char *name, *arguments, *help;
};

/* Every command there is; ends with a row without a name. */
extern const struct command_help control_commands[];
