/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole driver against a stand-in for an agent that knows the truth: whatever goes
 * wrong, each observation is delivered once or lies in a gap.
 */
#include "tests/unit/support/agent_scene.h"

#include "daemon/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void a_first_start_takes_the_state_and_then_the_news(void **state)
{
    struct scene *scene = *state;

    agent_issue(&scene->agent, 20);
    scene_start(scene);
    scene_await_stream(scene);
    agent_issue(&scene->agent, 30);
    scene_catch_up(scene);
    assert_true(scene->snapshot[20] && scene->snapshot[19]);
    assert_int_equal(scene->got[20], 0);
    scene_assert_account(scene, 21);
    assert_int_equal(scene_count_lost(scene), 0);
    assert_int_equal(scene->agent.probes + scene->agent.currents + scene->agent.samples,
                     3);
}

static void a_backlog_is_taken_when_asked_for(void **state)
{
    struct scene *scene = *state;

    scene->options.backlog = true;
    agent_issue(&scene->agent, 40);
    scene_start(scene);
    scene_catch_up(scene);
    scene_assert_account(scene, 1);
    assert_int_equal(scene_count_lost(scene), 0);
}

static void document_order_does_not_matter(void **state)
{
    struct scene *scene = *state;

    scene->agent.reverses = scene->options.backlog = true;
    agent_issue(&scene->agent, 60);
    scene_start(scene);
    scene_catch_up(scene);
    scene_assert_account(scene, 1);
}

static void a_broken_connection_loses_nothing(void **state)
{
    struct scene *scene = *state;

    scene_start(scene);
    for (int i = 0; i < 10; i++) {
        scene_await_stream(scene);
        agent_issue(&scene->agent, 5);
        scene->agent.tears = 1;
        agent_issue(&scene->agent, 5);
        scene_catch_up(scene);
    }
    scene_assert_account(scene, 1);
    assert_int_equal(scene_count_lost(scene), 0);
    assert_int_equal(scene->link_losses, 0);
}

static void a_restart_of_the_daemon_goes_on_where_it_was(void **state)
{
    struct scene *scene = *state;
    char resume[80];

    scene_start(scene);
    scene_await_stream(scene);
    agent_issue(&scene->agent, 10);
    scene_catch_up(scene);
    scene_stop(scene);
    (void)text_copy(resume, sizeof(resume), scene->mark);
    scene->site.resume = resume;
    agent_issue(&scene->agent, 50);
    scene_start(scene);
    scene_catch_up(scene);
    scene_assert_account(scene, 1);
    assert_int_equal(scene_count_lost(scene), 0);
    assert_int_equal(scene->agent.currents, 2);
}

static void what_was_overwritten_is_a_gap(void **state)
{
    struct scene *scene = *state;

    scene_start(scene);
    scene_await_stream(scene);
    agent_issue(&scene->agent, 10);
    scene_catch_up(scene);
    scene_stop(scene);
    scene->site.resume = "100 11";
    agent_issue(&scene->agent, 500);
    scene->agent.overruns = 2;
    scene_start(scene);
    scene_catch_up(scene);
    scene_assert_account(scene, 1);
    assert_true(scene_count_lost(scene) >= 436);
    struct link_health health;
    driver_mtconnect.describe(scene->link, &health);
    assert_int_equal(health.lost, scene_count_lost(scene));
}

static void errors_may_come_with_status_200(void **state)
{
    struct scene *scene = *state;

    scene->agent.errors_with_200 = true;
    what_was_overwritten_is_a_gap(state);
}

static void a_restarted_agent_is_read_from_its_beginning(void **state)
{
    struct scene *scene = *state;

    scene_start(scene);
    scene_await_stream(scene);
    agent_issue(&scene->agent, 30);
    scene_catch_up(scene);
    agent_restart(&scene->agent, 25);
    scene_catch_up(scene);
    assert_int_equal(scene->gaps_of_unknown_size, 1);
    scene_assert_account(scene, 1);
    assert_int_equal(scene_count_lost(scene), 0);
}

/* The new instance has passed our old position already: only its id tells. */
static void a_restart_is_seen_although_the_numbers_fit(void **state)
{
    struct scene *scene = *state;

    scene_start(scene);
    scene_await_stream(scene);
    agent_issue(&scene->agent, 10);
    scene_catch_up(scene);
    agent_restart(&scene->agent, 60);
    scene_catch_up(scene);
    assert_int_equal(scene->gaps_of_unknown_size, 1);
    scene_assert_account(scene, 1);
}

static void an_agent_that_cannot_stream_is_polled(void **state)
{
    struct scene *scene = *state;

    scene->agent.cannot_stream = scene->agent.closes_answers = scene->options.backlog =
        true;
    agent_issue(&scene->agent, 60);
    scene_start(scene);
    scene_catch_up(scene);
    scene_assert_account(scene, 1);
    agent_issue(&scene->agent, 1);
    scene_catch_up(scene);
    scene_assert_account(scene, 1);
    assert_null(strstr(scene->agent.last_target, "interval="));
}

static void one_unreadable_observation_costs_only_itself(void **state)
{
    struct scene *scene = *state;

    scene->options.backlog = true;
    scene->agent.bad = 37;
    agent_issue(&scene->agent, 60);
    scene_start(scene);
    scene_catch_up(scene);
    scene_assert_account(scene, 1);
    assert_int_equal(scene_count_lost(scene), 1);
    assert_int_equal(scene->lost[37], 1);
}

/* A proxy's page says nothing of the observations behind it. */
static void a_page_instead_of_an_answer_loses_nothing(void **state)
{
    struct scene *scene = *state;

    scene_start(scene);
    scene_await_stream(scene);
    agent_issue(&scene->agent, 10);
    scene_catch_up(scene);
    scene->agent.pages = 3;
    stand_in_unplug(scene->agent.server);
    stand_in_plug(scene->agent.server);
    agent_issue(&scene->agent, 30);
    scene_catch_up(scene);
    assert_int_equal(scene->agent.pages, 0);
    scene_assert_account(scene, 1);
    assert_int_equal(scene_count_lost(scene), 0);
}

static void a_header_that_cannot_be_true_is_not_followed(void **state)
{
    static const uint64_t odd[] = {366929686800, 3, 1};

    for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
        struct scene *scene = *state;

        if (i == 0) {
            scene_start(scene);
            scene_await_stream(scene);
        }
        agent_issue(&scene->agent, 10);
        scene->agent.odd_next = odd[i];
        agent_issue(&scene->agent, 10);
        scene_catch_up(scene);
        scene->agent.odd_next = 0;
        agent_issue(&scene->agent, 10);
        scene_catch_up(scene);
        scene_assert_account(scene, 1);
        assert_int_equal(scene_count_lost(scene), 0);
        assert_int_equal(scene->gaps_of_unknown_size, 0);
    }
}

static void a_restart_under_the_same_name_is_one(void **state)
{
    struct scene *scene = *state;

    scene->agent.keeps_instance = true;
    scene_start(scene);
    scene_await_stream(scene);
    agent_issue(&scene->agent, 40);
    scene_catch_up(scene);
    agent_restart(&scene->agent, 20);
    scene_catch_up(scene);
    assert_int_equal(scene->gaps_of_unknown_size, 1);
    scene_assert_account(scene, 1);
}

static void an_agent_that_refuses_streams_is_polled(void **state)
{
    struct scene *scene = *state;

    scene->agent.refuses_streams = scene->options.backlog = true;
    scene_start(scene);
    agent_issue(&scene->agent, 30);
    scene_catch_up(scene);
    scene_assert_account(scene, 1);
}

static void no_more_is_asked_for_than_a_buffer_holds(void **state)
{
    struct scene *scene = *state;

    scene->agent.refuses_count = true;
    scene->options.count = 1000;
    agent_issue(&scene->agent, 30);
    scene_start(scene);
    scene_await_stream(scene);
    agent_issue(&scene->agent, 30);
    scene_catch_up(scene);
    assert_non_null(strstr(scene->agent.last_target, "count=64"));
    scene_assert_account(scene, 31);
    assert_int_equal(scene_count_lost(scene), 0);
}

static bool is_busy(void *owner)
{
    struct scene *scene = owner;

    return scene->busy_turns > 0 && scene->busy_turns--;
}

/* What the store cannot take yet stays with the agent. */
static void a_busy_store_is_waited_for(void **state)
{
    struct scene *scene = *state;

    scene->site.is_busy = is_busy;
    scene->options.backlog = true;
    agent_issue(&scene->agent, 60);
    scene->busy_turns = 3;
    scene_start(scene);
    scene_await_stream(scene);
    assert_int_equal(scene->busy_turns, 0);
    scene->busy_turns = 3;
    agent_issue(&scene->agent, 4);
    scene_catch_up(scene);
    agent_issue(&scene->agent, 60);
    scene_catch_up(scene);
    assert_int_equal(scene->busy_turns, 0);
    scene_assert_account(scene, 1);
    assert_int_equal(scene_count_lost(scene), 0);
}

static void one_of_several_devices_is_asked_for_by_name(void **state)
{
    struct scene *scene = *state;

    scene->agent.has_two_devices = true;
    scene_start(scene);
    scene_await_stream(scene);
    agent_issue(&scene->agent, 5);
    scene_catch_up(scene);
    assert_memory_equal(scene->agent.last_target, "/VMC%201/sample?from=1&", 23);
    scene_assert_account(scene, 1);
}

static void tools_are_read_and_their_absence_is_no_trouble(void **state)
{
    struct scene *scene = *state;

    scene->options.assets = true;
    scene->agent.busy_assets = 1;
    scene_start(scene);
    while (!scene->tools)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    assert_string_equal(scene->tool, "9 17/240");
    scene->agent.has_no_assets = true;
    agent_restart(&scene->agent, 3);
    while (scene->agent.assets < 3)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    scene_catch_up(scene);
    scene_assert_account(scene, 1);
}

/* The stamps are of another day: so is what we notice ourselves. */
static void tools_are_read_in_the_machine_s_time(void **state)
{
    struct scene *scene = *state;
    int64_t midnight_ns;

    assert_true(moment_parse("2026-01-01T00:00:00Z", &midnight_ns) > 0);
    scene->options.assets = true;
    scene->options.own_clock = true;
    scene->agent.busy_assets = 1; /* the stream is ahead of them */
    scene_start(scene);
    scene_await_stream(scene);
    agent_issue(&scene->agent, 5);
    scene_catch_up(scene);
    while (!scene->tools)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    assert_in_range(scene->tool_wall_ns - midnight_ns, 0, NS_PER_HOUR);
}

static void a_lost_agent_is_said_to_be_lost_and_found_again(void **state)
{
    struct scene *scene = *state;
    struct link_health health;

    scene_start(scene);
    scene_await_stream(scene);
    agent_issue(&scene->agent, 5);
    scene_catch_up(scene);
    stand_in_unplug(scene->agent.server);
    while (!scene->link_losses)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    driver_mtconnect.describe(scene->link, &health);
    assert_false(health.linked);
    assert_true(*health.trouble);
    stand_in_plug(scene->agent.server);
    agent_issue(&scene->agent, 5);
    scene_catch_up(scene);
    driver_mtconnect.describe(scene->link, &health);
    assert_true(health.linked);
    assert_string_equal(health.trouble, "");
    scene_assert_account(scene, 1);
    assert_int_equal(scene_count_lost(scene), 0);
}

static void it_stops_at_any_moment(void **state)
{
    struct scene *scene = *state;

    for (int turns = 0; turns < 40; turns++) {
        scene_start(scene);
        for (int i = 0; i < turns; i++)
            (void)uv_run(&scene->loop, UV_RUN_NOWAIT);
        scene_stop(scene);
    }
}

#define STORY(story) cmocka_unit_test_setup_teardown(story, scene_set_up, scene_tear_down)

int main(void)
{
    const struct CMUnitTest stories[] = {
        STORY(a_first_start_takes_the_state_and_then_the_news),
        STORY(a_backlog_is_taken_when_asked_for),
        STORY(document_order_does_not_matter),
        STORY(a_broken_connection_loses_nothing),
        STORY(a_restart_of_the_daemon_goes_on_where_it_was),
        STORY(what_was_overwritten_is_a_gap),
        STORY(errors_may_come_with_status_200),
        STORY(a_restarted_agent_is_read_from_its_beginning),
        STORY(a_restart_is_seen_although_the_numbers_fit),
        STORY(an_agent_that_cannot_stream_is_polled),
        STORY(one_unreadable_observation_costs_only_itself),
        STORY(a_page_instead_of_an_answer_loses_nothing),
        STORY(a_header_that_cannot_be_true_is_not_followed),
        STORY(a_restart_under_the_same_name_is_one),
        STORY(an_agent_that_refuses_streams_is_polled),
        STORY(no_more_is_asked_for_than_a_buffer_holds),
        STORY(a_busy_store_is_waited_for),
        STORY(one_of_several_devices_is_asked_for_by_name),
        STORY(tools_are_read_and_their_absence_is_no_trouble),
        STORY(tools_are_read_in_the_machine_s_time),
        STORY(a_lost_agent_is_said_to_be_lost_and_found_again),
        STORY(it_stops_at_any_moment),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
