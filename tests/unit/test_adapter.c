/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/text.h"
#include "drivers/mtconnect/lines.h"
#include "tests/unit/support/agent_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char devices[] =
    "<MTConnectDevices><Devices><Device id='d' name='M'><DataItems><DataItem id='a' "
    "name='avail' type='AVAILABILITY' "
    "category='EVENT'/></DataItems><Components><Controller "
    "id='c'><Components><Path id='p'><DataItems><DataItem id='e' name='exec' "
    "type='EXECUTION' category='EVENT'/></DataItems></Path></Components></Controller>"
    "</Components></Device></Devices></MTConnectDevices>";

struct play {
    struct scene *scene; /* its loop, services and site; its agent is not used */
    struct stand_in *adapter;
    struct stand_in_visitor *visitor;
    char path[64], url[64];
    int pings, visits;
    int executions, snapshots, gaps, links, losses;
};

static void on_script(void *owner, struct stand_in_visitor *visitor, const char *line)
{
    struct play *play = owner;

    if (!*line) {
        play->visitor = visitor;
        play->visits++;
        visitor_say(visitor, "2026-01-01T00:00:00Z|avail|AVAILABLE|exec|READY\r\n");
    } else if (strcmp(line, "* PING") == 0) {
        play->pings++;
        visitor_say(visitor, "* PONG 1000\n");
    }
}

static void on_deliver(void *owner, const struct sample *samples, size_t count)
{
    struct play *play = owner;

    for (size_t i = 0; i < count; i++) {
        play->executions += samples[i].signal == SIGNAL_EXECUTION;
        play->snapshots += samples[i].signal == SIGNAL_EXECUTION &&
                           (samples[i].flags & SAMPLE_SNAPSHOT) != 0;
        play->gaps +=
            samples[i].signal == SIGNAL_GAP && samples[i].value.gap->count == -1;
        play->links += samples[i].signal == SIGNAL_LINK && samples[i].value.integer;
        play->losses += samples[i].signal == SIGNAL_LINK && !samples[i].value.integer;
    }
}

static void on_stopped(void *owner)
{
    ((struct play *)owner)->scene->is_stopped = true;
}

static int set_up(void **state)
{
    struct play *play = calloc(1, sizeof(*play));

    if (scene_set_up((void **)&play->scene))
        return -1;
    (void)text_copy(play->path, sizeof(play->path), "/tmp/spindled-test-XXXXXX");
    int file = mkstemp(play->path);
    if (file < 0 || write(file, devices, sizeof(devices) - 1) < 0 || close(file))
        return -1;
    play->adapter = stand_in_open(&play->scene->loop, play, on_script);
    stand_in_speak_lines(play->adapter);
    (void)snprintf(play->url, sizeof(play->url), "shdr://127.0.0.1:%d",
                   stand_in_port(play->adapter));
    play->scene->options.url = play->url;
    play->scene->options.devices = play->path;
    play->scene->site.owner = play;
    play->scene->site.deliver = on_deliver;
    play->scene->site.stopped = on_stopped;
    *state = play;
    return 0;
}

static int tear_down(void **state)
{
    struct play *play = *state;

    (void)unlink(play->path);
    stand_in_close(play->adapter);
    int error = scene_tear_down((void **)&play->scene);
    free(play);
    return error;
}

static void turn(struct play *play)
{
    (void)uv_run(&play->scene->loop, UV_RUN_ONCE);
}

static void an_adapter_tells_its_state_and_answers_pings(void **state)
{
    struct play *play = *state;

    scene_start(play->scene);
    while (play->executions < 1 || play->pings < 2)
        turn(play);
    assert_int_equal(play->snapshots, play->executions);
    assert_int_equal(play->links, 1);
    assert_int_equal(play->gaps, 0);
}

static void a_lost_adapter_is_a_gap_of_unknown_size(void **state)
{
    struct play *play = *state;

    scene_start(play->scene);
    while (play->executions < 1)
        turn(play);
    visitor_hang_up(play->visitor);
    while (play->visits < 2 || play->executions < 2)
        turn(play);
    assert_int_equal(play->losses, 1);
    assert_int_equal(play->gaps, 1);
    assert_int_equal(play->links, 2);
}

static void it_stops_at_any_moment(void **state)
{
    struct play *play = *state;

    for (int turns = 0; turns < 20; turns++) {
        scene_start(play->scene);
        for (int i = 0; i < turns; i++)
            (void)uv_run(&play->scene->loop, UV_RUN_NOWAIT);
        scene_stop(play->scene);
    }
}

static void on_line(void *owner, char *line)
{
    struct text *text = owner;

    text_add(text, line ? line : "(too long)");
    text_add_char(text, ';');
}

static void lines_are_cut_at_every_split(void **state)
{
    static const char bytes[] = "one\r\ntwo\n\nthree\nfour";

    (void)state;
    for (size_t split = 0; split < sizeof(bytes); split++) {
        struct lines lines = {0};
        char array[64];
        struct text text;
        const struct lines_sink sink = {&text, on_line};

        text_init_fixed(&text, array, sizeof(array));
        lines_feed(&lines, bytes, split, &sink);
        lines_feed(&lines, bytes + split, sizeof(bytes) - 1 - split, &sink);
        assert_string_equal(array, "one;two;;three;");
        lines_done(&lines);
    }
}

static void a_line_without_end_is_skipped(void **state)
{
    static char block[4096];
    struct lines lines = {0};
    char array[64];
    struct text text;
    const struct lines_sink sink = {&text, on_line};

    (void)state;
    text_init_fixed(&text, array, sizeof(array));
    memset(block, 'x', sizeof(block));
    for (size_t given = 0; given <= LINES_LENGTH_MAX; given += sizeof(block))
        lines_feed(&lines, block, sizeof(block), &sink);
    lines_feed(&lines, "\nnext\n", 6, &sink);
    assert_string_equal(array, "(too long);next;");
    lines_done(&lines);
}

#define STORY(story) cmocka_unit_test_setup_teardown(story, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest stories[] = {
        STORY(an_adapter_tells_its_state_and_answers_pings),
        STORY(a_lost_adapter_is_a_gap_of_unknown_size),
        STORY(it_stops_at_any_moment),
        cmocka_unit_test(lines_are_cut_at_every_split),
        cmocka_unit_test(a_line_without_end_is_skipped),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
