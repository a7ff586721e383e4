/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches cutting tools when the agent says that they changed: one at a time, each once
 * however often it is named, all of them after a start. An agent that has no assets is
 * not asked again, and never disturbs the stream. Loop thread.
 */
#pragma once

#include "drivers/mtconnect/observation.h"

struct agent;
struct asset_watch;

int asset_watch_create(struct agent *agent, struct asset_watch **ret_watch);

/* Cancels what runs. All of these accept NULL: assets may be switched off. */
void asset_watch_stop(struct asset_watch *watch);
void asset_watch_destroy(struct asset_watch *watch);

/* Everything anew: another instance, or the first start. */
void asset_watch_refresh(struct asset_watch *watch);

/* Looks for AssetChanged, AssetRemoved and AssetAdded. */
void asset_watch_observe(struct asset_watch *watch,
                         const struct observation *observation);
