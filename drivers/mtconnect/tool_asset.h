/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads MTConnectAssets documents as they come: the life of each cutting tool
 * (mtconnect.md 8.4). Other assets, and what a tool is made of, are passed over. Pure but
 * for memory; the limits are those of streams.h.
 */
#pragma once

#include "daemon/model/sample.h"

struct tool_assets;

struct tool_assets_sink {
    void *owner;
    /* The tool and its texts are borrowed. */
    void (*on_tool)(void *owner, const struct tool_life *tool);
};

int tool_assets_create(const struct tool_assets_sink *sink,
                       struct tool_assets **ret_assets);
void tool_assets_destroy(struct tool_assets *assets);
void tool_assets_reset(struct tool_assets *assets);

/* Returns 0, 1 when the root has closed, or a negative errno: not well-formed, too deep,
 * too long. Tools are told as each closes. */
int tool_assets_feed(struct tool_assets *assets, const char *bytes, size_t length);

/* "ASSET_NOT_FOUND" of an error document; "" when it was none. */
const char *tool_assets_error(const struct tool_assets *assets);

/* Tells the sink of a tool of which this alone is known: it was removed. */
void tool_assets_tell_removed(const struct tool_assets *assets, const char *asset);
