/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an MTConnect agent can tell: its devices, what became of each data item, what is
 * missing and what follows from that, and a configuration that spindled loads.
 */
#pragma once

#include "tools/spindlectl/command.h"

/* Everything that is not configuration is a comment, so that all of it can be pasted. */
enum exit_status probe_mtconnect(const char *url);
