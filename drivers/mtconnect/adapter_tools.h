/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lives of cutting tools that an adapter tells as assets, live or replayed, as
 * samples. Pure but for memory; names that samples point to live as long as this does.
 */
#pragma once

#include "drivers/mtconnect/mapping.h"
#include "drivers/mtconnect/shdr.h"

struct adapter_tools;

int adapter_tools_create(struct adapter_tools **ret_tools);
void adapter_tools_destroy(struct adapter_tools *tools);

/*
 * Emits one sample for a cutting tool that changed or was removed; none for other assets,
 * for parts of an asset (@UPDATE_ASSET@) and for what is no XML. Returns their number.
 */
int adapter_tools_change(struct adapter_tools *tools, const struct shdr_asset *asset,
                         const struct hearing *hearing, const struct mapping_sink *sink);
