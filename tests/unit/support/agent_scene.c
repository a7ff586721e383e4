/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/agent_scene.h"

#include "daemon/base/text.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void hear_gap(struct scene *scene, const struct gap *gap)
{
    if (gap->count < 0) {
        scene->gaps_of_unknown_size++;
        memset(scene->got, 0, sizeof(scene->got)); /* numbers begin anew */
        memset(scene->lost, 0, sizeof(scene->lost));
        scene->newest = 0;
        return;
    }
    assert_int_equal(gap->count, gap->to - gap->from + 1);
    for (int64_t i = gap->from; i <= gap->to && i < SEQUENCES; i++)
        scene->lost[i]++;
}

static void hear_condition(struct scene *scene, const struct condition *condition)
{
    size_t length = strlen(scene->conditions);

    (void)snprintf(scene->conditions + length, sizeof(scene->conditions) - length,
                   "%s %s;", code_name(level_names, (int)condition->level),
                   condition->id);
}

static void on_deliver(void *owner, const struct sample *samples, size_t count)
{
    struct scene *scene = owner;

    for (size_t i = 0; i < count; i++) {
        const struct sample *sample = &samples[i];
        if (sample->signal == SIGNAL_GAP) {
            assert_true(sample->at.wall_ns > scene->gap_wall_ns);
            scene->gap_wall_ns = sample->at.wall_ns;
            hear_gap(scene, sample->value.gap);
        } else if (sample->signal == SIGNAL_LINK) {
            scene->links += sample->value.integer != 0;
            scene->link_losses += sample->value.integer == 0;
        } else if (sample->signal == SIGNAL_TOOL_LIFE) {
            scene->tools++;
            scene->tool_wall_ns = sample->at.wall_ns;
            (void)snprintf(scene->tool, sizeof(scene->tool), "%s %.0f/%.0f",
                           sample->place, sample->value.tool_life->parts,
                           sample->value.tool_life->parts_limit);
        } else if (sample->value.kind == VALUE_CONDITION) {
            hear_condition(scene, sample->value.condition);
        } else if (sample->sequence && sample->sequence < SEQUENCES) {
            if (sample->flags & SAMPLE_SNAPSHOT) {
                scene->snapshot[sample->sequence] = 1;
                continue;
            }
            scene->out_of_order |= sample->sequence < scene->newest;
            if (sample->sequence != scene->newest)
                scene->got[sample->sequence]++;
            scene->newest = sample->sequence;
        }
    }
}

static void on_mark(void *owner, const char *position)
{
    struct scene *scene = owner;

    (void)text_copy(scene->mark, sizeof(scene->mark), position);
}

static void on_stopped(void *owner)
{
    ((struct scene *)owner)->is_stopped = true;
}

static void on_http_closed(void *owner)
{
    ((struct scene *)owner)->is_http_closed = true;
}

static void on_slots_closed(void *owner)
{
    ((struct scene *)owner)->is_slots_closed = true;
}

static char url[64];

int scene_set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    (void)unsetenv("http_proxy");
    (void)uv_loop_init(&scene->loop);
    if (http_create(&scene->loop, &scene->http) ||
        slots_create(&scene->loop, &scene->slots))
        return -1;
    agent_open(&scene->agent, &scene->loop);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d",
                   stand_in_port(scene->agent.server));
    scene->options = (struct mtconnect_options){
        .url = url, .interval = 10 * NS_PER_MS, .heartbeat = 10 * NS_PER_S, .count = 64};
    scene->site = (struct driver_site){.machine = "m",
                                       .loop = &scene->loop,
                                       .http = scene->http,
                                       .slots = scene->slots,
                                       .owner = scene,
                                       .deliver = on_deliver,
                                       .mark = on_mark,
                                       .stopped = on_stopped};
    *state = scene;
    return 0;
}

void scene_start(struct scene *scene)
{
    scene->is_stopped = false;
    assert_int_equal(driver_mtconnect.start(&scene->site, &scene->options, &scene->link),
                     0);
}

void scene_stop(struct scene *scene)
{
    driver_mtconnect.stop(scene->link);
    assert_false(scene->is_stopped);
    while (!scene->is_stopped)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    scene->link = NULL;
}

int scene_tear_down(void **state)
{
    struct scene *scene = *state;

    if (scene->link)
        scene_stop(scene);
    stand_in_close(scene->agent.server);
    http_close(scene->http, scene, on_http_closed);
    slots_close(scene->slots, scene, on_slots_closed);
    (void)uv_run(&scene->loop, UV_RUN_DEFAULT);
    int error = uv_loop_close(&scene->loop);
    free(scene);
    return error;
}

/* What follows "INSTANCE NEXT" is about clocks. */
static bool stands_at(const struct scene *scene, const char *wanted)
{
    size_t length = strlen(wanted);

    return strncmp(scene->mark, wanted, length) == 0 &&
           (scene->mark[length] == '\0' || scene->mark[length] == ' ');
}

void scene_catch_up(struct scene *scene)
{
    char wanted[64];

    (void)snprintf(wanted, sizeof(wanted), "%" PRIu64 " %" PRIu64, scene->agent.instance,
                   scene->agent.last + 1);
    while (!stands_at(scene, wanted) || !scene->links) {
        agent_pump(&scene->agent);
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
        (void)snprintf(wanted, sizeof(wanted), "%" PRIu64 " %" PRIu64,
                       scene->agent.instance, scene->agent.last + 1);
    }
}

uint64_t scene_count_lost(const struct scene *scene)
{
    uint64_t count = 0;

    for (size_t i = 0; i < SEQUENCES; i++)
        count += scene->lost[i];
    return count;
}

void scene_assert_account(struct scene *scene, uint64_t from)
{
    assert_false(scene->out_of_order);
    for (uint64_t i = from; i <= scene->agent.last; i++)
        assert_int_equal(scene->got[i] + scene->lost[i], 1);
}

void scene_await_stream(struct scene *scene)
{
    while (!scene->agent.stream)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
}
