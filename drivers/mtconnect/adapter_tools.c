/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/adapter_tools.h"

#include "drivers/mtconnect/tool_asset.h"
#include "drivers/mtconnect/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    PLACES_MAX = 1024
};

struct adapter_tools {
    struct tool_assets *reader;
    struct words places;

    /* Of the call that runs. */
    const struct hearing *hearing;
    const struct mapping_sink *sink;
    const char *asset; /* its id, where the document does not repeat it */
    int count;
};

static const char *keep_place(struct adapter_tools *tools, const char *name)
{
    bool has_room = tools->places.count < PLACES_MAX || words_find(&tools->places, name);
    struct word *word = has_room ? words_add(&tools->places, name, 0) : NULL;

    return word ? word->string : NULL;
}

static void on_tool(void *owner, const struct tool_life *tool)
{
    struct adapter_tools *tools = owner;
    struct tool_life told = *tool;

    if (!*told.asset)
        told.asset = tools->asset;
    const struct sample sample = {
        .signal = SIGNAL_TOOL_LIFE,
        .quality = QUALITY_GOOD,
        .flags = tools->hearing->flags,
        .path = 1,
        .place = keep_place(tools, *told.station ? told.station : told.asset),
        .value = {.kind = VALUE_TOOL_LIFE, .tool_life = &told},
        .at = tools->hearing->at,
    };

    if (!sample.place || !*sample.place)
        return;
    tools->sink->emit(tools->sink->owner, &sample);
    tools->count++;
}

int adapter_tools_create(struct adapter_tools **ret_tools)
{
    struct adapter_tools *tools = calloc(1, sizeof(*tools));
    const struct tool_assets_sink sink = {tools, on_tool};

    if (!tools)
        return -ENOMEM;
    words_init(&tools->places);
    if (tool_assets_create(&sink, &tools->reader)) {
        free(tools);
        return -ENOMEM;
    }
    *ret_tools = tools;
    return 0;
}

void adapter_tools_destroy(struct adapter_tools *tools)
{
    if (!tools)
        return;
    tool_assets_destroy(tools->reader);
    words_done(&tools->places);
    free(tools);
}

int adapter_tools_change(struct adapter_tools *tools, const struct shdr_asset *asset,
                         const struct hearing *hearing, const struct mapping_sink *sink)
{
    tools->hearing = hearing;
    tools->sink = sink;
    tools->asset = asset->id;
    tools->count = 0;
    if (asset->change == SHDR_ASSET_REMOVED) {
        tool_assets_tell_removed(tools->reader, asset->id);
    } else if (asset->change == SHDR_ASSET_CHANGED) {
        tool_assets_reset(tools->reader);
        (void)tool_assets_feed(tools->reader, asset->body, strlen(asset->body));
    }
    return tools->count;
}
