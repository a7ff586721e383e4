/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/tool_story.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void show(struct story *story, double at, const char *signal, double value)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%g", value);
    story_show(story, at, signal, text);
}

void tool_story_cut(struct story *story, double at, const struct tool_cut *cut)
{
    story_show(story, at, "program", "O1");
    story_show(story, at, "tool", cut->tool);
    story_show(story, at, "execution", "ACTIVE");
    show(story, at, "feed", 0);
    show(story, at, "spindle_speed", cut->speed);
    for (int i = 0; i < 10; i++)
        show(story, at + 0.5 * i, "spindle_load", 8);
    show(story, at + 5, "feed", 800);
    if (cut->is_told)
        show(story, at + 5, "cutting", 1);
    for (int i = 0; i < 50; i++)
        show(story, at + 5 + i, "spindle_load",
             8 + (cut->breaks_s == 0 || i < cut->breaks_s ? cut->load : 0));
    if (cut->is_told)
        show(story, at + 55, "cutting", 0);
    show(story, at + 55, "feed", 0);
    show(story, at + 55, "spindle_load", 8);
    story_show(story, at + 60, "execution", "READY");
}

void tool_story_measure(struct story *story, double at, const char *tool,
                        const char *feature, double value)
{
    struct statement statement = {
        .kind = STATEMENT_MEASURE,
        .at = story_moment(at),
        .who = "test",
        .tool = "",
        .text = "",
        .target = RECORD_UNKNOWN,
        .measurement = {.feature = feature,
                        .value = value,
                        .offset_um = NAN,
                        .serial = "",
                        .gauge = "",
                        .lot = "",
                        .fixture = "",
                        .tool = tool,
                        .ok = RECORD_UNKNOWN},
    };

    context_init(&statement.context);
    story_say(story, &statement);
}

void tool_story_change(struct story *story, double at, const char *tool, const char *why)
{
    struct statement statement = {.kind = STATEMENT_TOOL_CHANGED,
                                  .at = story_moment(at),
                                  .who = "test",
                                  .tool = tool,
                                  .text = why,
                                  .target = RECORD_UNKNOWN};

    context_init(&statement.context);
    story_say(story, &statement);
}

const struct tool_record *tool_story_last(const struct story *story)
{
    size_t count = story_count(story, RECORD_TOOL);

    return count ? &story_find(story, RECORD_TOOL, count - 1)->tool : NULL;
}

const struct tool_record *tool_story_last_of(const struct story *story, const char *tool)
{
    for (size_t i = story_count(story, RECORD_TOOL); i > 0; i--) {
        const struct record *record = story_find(story, RECORD_TOOL, i - 1);

        if (strcmp(record->tool.tool, tool) == 0)
            return &record->tool;
    }
    return NULL;
}
