/* SPDX-License-Identifier: Apache-2.0 */
/* What all documents of an agent begin with; between its files only. */
#pragma once

#include "tools/cncsim/agent/agent.h"

/* `kind`: Devices, Streams, Assets or Error. */
void agent_document_begin(const struct agent *agent, const char *kind, struct text *text);
void agent_header_begin(const struct agent *agent, struct text *text);
void agent_header_end_assets(const struct agent *agent, struct text *text);
void agent_id_print(const struct agent *agent, const char *id, struct text *text);
void agent_time_print(struct text *text, int64_t wall_ns);
