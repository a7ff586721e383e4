/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/tool_asset.h"

#include "drivers/mtconnect/streams.h"
#include "drivers/mtconnect/xml.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_MAX_BYTES = 256
};

struct tool_assets {
    XML_Parser parser;
    struct tool_assets_sink sink;
    struct text words;
    size_t depth;
    size_t tool_depth; /* of the open CuttingTool; 0 = none is open */
    size_t item_depth; /* of CuttingItems, whose lives are their own */
    int64_t fed;
    int error;
    bool is_complete;
    char error_code[48];

    struct tool_life tool;
    char asset[NAME_MAX_BYTES], number[NAME_MAX_BYTES], pot[NAME_MAX_BYTES],
        status[NAME_MAX_BYTES];
    char life_type[32];
    double life_initial, life_limit;
    double *mapped_limit, mapped_initial; /* a count up to it that names no limit */
    bool life_counts_down;
};

static void stop(struct tool_assets *assets, int error)
{
    if (!assets->error)
        assets->error = error;
    (void)XML_StopParser(assets->parser, XML_FALSE);
}

static bool is_attribute(const char **attributes, const char *name, const char *value)
{
    const char *found = xml_attribute(attributes, name);

    return found && strcmp(found, value) == 0;
}

static double number_of(const char **attributes, const char *name)
{
    const char *value = xml_attribute(attributes, name);
    double number;

    if (!value || text_read_number(value, &number))
        return NAN;
    return number;
}

/* Nothing is known of it yet. */
static struct tool_life blank_life(const char *asset, bool removed)
{
    return (struct tool_life){
        .asset = asset,
        .station = "",
        .status = "",
        .parts = NAN,
        .parts_limit = NAN,
        .minutes = NAN,
        .minutes_limit = NAN,
        .wear_mm = NAN,
        .wear_limit_mm = NAN,
        .removed = removed,
    };
}

static void open_tool(struct tool_assets *assets, const char **attributes)
{
    const char *id = xml_attribute(attributes, "assetId");

    assets->tool_depth = assets->depth;
    assets->item_depth = 0;
    assets->tool = blank_life("", is_attribute(attributes, "removed", "true"));
    (void)text_copy(assets->asset, sizeof(assets->asset), id ? id : "");
    assets->mapped_limit = NULL;
    assets->number[0] = assets->pot[0] = assets->status[0] = '\0';
}

static void open_life(struct tool_assets *assets, const char **attributes)
{
    const char *type = xml_attribute(attributes, "type");

    (void)text_copy(assets->life_type, sizeof(assets->life_type), type ? type : "");
    assets->life_initial = number_of(attributes, "initial");
    assets->life_limit = number_of(attributes, "limit");
    assets->life_counts_down = is_attribute(attributes, "countDirection", "DOWN");
}

static void XMLCALL on_open(void *self, const char *name, const char **attributes)
{
    struct tool_assets *assets = self;
    const char *element = xml_local_name(name);
    const char *code = xml_attribute(attributes, "errorCode");

    if (assets->depth == STREAMS_DEPTH_MAX ||
        xml_count(attributes) > STREAMS_ATTRIBUTES_MAX) {
        stop(assets, -E2BIG);
        return;
    }
    assets->depth++;
    text_clear(&assets->words);
    if (code && !*assets->error_code)
        (void)text_copy(assets->error_code, sizeof(assets->error_code), code);
    if (!assets->tool_depth && strcmp(element, "CuttingTool") == 0)
        open_tool(assets, attributes);
    else if (assets->tool_depth && strcmp(element, "CuttingItems") == 0)
        assets->item_depth = assets->depth;
    else if (assets->tool_depth && strcmp(element, "ToolLife") == 0)
        open_life(assets, attributes);
}

/* With 0 as limit and as beginning nobody has set a limit. */
static void close_life(struct tool_assets *assets, const char *words)
{
    struct tool_life *tool = &assets->tool;
    const struct {
        const char *type;
        double *used, *limit;
    } kinds[] = {
        {"PART_COUNT", &tool->parts,   &tool->parts_limit  },
        {"MINUTES",    &tool->minutes, &tool->minutes_limit},
        {"WEAR",       &tool->wear_mm, &tool->wear_limit_mm},
    };
    double number, limit = assets->life_limit;

    if (text_read_number(words, &number))
        return;
    if (assets->life_counts_down) {
        /* From its beginning down to its limit, if that lies below. */
        double end = limit > 0 && limit < assets->life_initial ? limit : 0;
        limit = assets->life_initial - end;
        number -= end;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        if (strcmp(assets->life_type, kinds[i].type) != 0)
            continue;
        *kinds[i].used = number;
        if (limit > 0) {
            *kinds[i].limit = limit;
        } else if (!assets->life_counts_down && assets->life_initial <= number) {
            assets->mapped_limit = kinds[i].limit;
            assets->mapped_initial = assets->life_initial;
        }
        tool->counts_down = assets->life_counts_down;
    }
}

static void add_status(struct tool_assets *assets, const char *words)
{
    struct text text;
    char joined[NAME_MAX_BYTES];

    text_init_fixed(&text, joined, sizeof(joined));
    text_add(&text, assets->status);
    if (*assets->status)
        text_add_char(&text, ' ');
    text_add(&text, words);
    (void)text_copy(assets->status, sizeof(assets->status), joined);
}

/* Expired at what it calls its beginning, without a limit: that was the limit. */
static void map_limit(struct tool_assets *assets)
{
    if (!assets->mapped_limit || !(assets->mapped_initial > 0) ||
        !strstr(assets->status, "EXPIRED"))
        return;
    *assets->mapped_limit = assets->mapped_initial;
    assets->tool.is_mapped = true;
}

static void close_tool(struct tool_assets *assets)
{
    map_limit(assets);
    assets->tool.asset = assets->asset;
    assets->tool.station = *assets->number ? assets->number : assets->pot;
    assets->tool.status = assets->status;
    assets->tool_depth = 0;
    assets->sink.on_tool(assets->sink.owner, &assets->tool);
}

static void close_part(struct tool_assets *assets, const char *element)
{
    const char *words = xml_trim(&assets->words);

    if (assets->item_depth)
        return;
    if (strcmp(element, "ToolLife") == 0)
        close_life(assets, words);
    else if (strcmp(element, "Status") == 0)
        add_status(assets, words);
    else if (strcmp(element, "ProgramToolNumber") == 0)
        (void)text_copy(assets->number, sizeof(assets->number), words);
    else if (strcmp(element, "Location") == 0)
        (void)text_copy(assets->pot, sizeof(assets->pot), words);
}

static void XMLCALL on_close(void *self, const char *name)
{
    struct tool_assets *assets = self;

    if (assets->tool_depth)
        close_part(assets, xml_local_name(name));
    if (assets->item_depth == assets->depth)
        assets->item_depth = 0;
    if (assets->tool_depth == assets->depth)
        close_tool(assets);
    text_clear(&assets->words);
    assets->depth--;
    assets->is_complete = assets->depth == 0;
}

static void XMLCALL on_text(void *self, const char *bytes, int length)
{
    struct tool_assets *assets = self;

    if (!assets->tool_depth)
        return;
    if (assets->words.length + (size_t)length > STREAMS_TEXT_MAX)
        stop(assets, -E2BIG);
    else
        text_add_bytes(&assets->words, bytes, (size_t)length);
}

static void XMLCALL on_doctype(void *self, const char *name, const char *system_id,
                               const char *public_id, int has_internal)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal;
    stop(self, -EBADMSG);
}

int tool_assets_create(const struct tool_assets_sink *sink,
                       struct tool_assets **ret_assets)
{
    struct tool_assets *assets = calloc(1, sizeof(*assets));

    if (!assets)
        return -ENOMEM;
    assets->sink = *sink;
    assets->parser = XML_ParserCreate(NULL);
    if (!assets->parser) {
        free(assets);
        return -ENOMEM;
    }
    text_init_heap(&assets->words);
    tool_assets_reset(assets);
    *ret_assets = assets;
    return 0;
}

void tool_assets_destroy(struct tool_assets *assets)
{
    if (!assets)
        return;
    XML_ParserFree(assets->parser);
    text_done(&assets->words);
    free(assets);
}

void tool_assets_reset(struct tool_assets *assets)
{
    (void)XML_ParserReset(assets->parser, NULL);
    XML_SetUserData(assets->parser, assets);
    XML_SetElementHandler(assets->parser, on_open, on_close);
    XML_SetCharacterDataHandler(assets->parser, on_text);
    XML_SetStartDoctypeDeclHandler(assets->parser, on_doctype);
    text_clear(&assets->words);
    assets->depth = assets->tool_depth = assets->item_depth = 0;
    assets->fed = 0;
    assets->error = 0;
    assets->is_complete = false;
    assets->error_code[0] = '\0';
}

int tool_assets_feed(struct tool_assets *assets, const char *bytes, size_t length)
{
    if (assets->error || assets->is_complete)
        return assets->error ? assets->error : 1;
    assets->fed += (int64_t)length;
    if (assets->fed > STREAMS_DOCUMENT_MAX)
        stop(assets, -E2BIG);
    else if (XML_Parse(assets->parser, bytes, (int)length, 0) != XML_STATUS_OK &&
             !assets->error && !assets->is_complete)
        assets->error = -EBADMSG;
    if (assets->words.failed)
        assets->error = -ENOMEM;
    return assets->error ? assets->error : assets->is_complete;
}

const char *tool_assets_error(const struct tool_assets *assets)
{
    return assets->error_code;
}

void tool_assets_tell_removed(const struct tool_assets *assets, const char *asset)
{
    const struct tool_life tool = blank_life(asset, true);

    assets->sink.on_tool(assets->sink.owner, &tool);
}
