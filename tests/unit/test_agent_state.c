/* SPDX-License-Identifier: Apache-2.0 */
/* What the state an agent tells means after a time in which it was not heard, and streams
 * that nobody can read. */
#include "tests/unit/support/agent_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The one before ended in the gap, and nobody will ever say so. */
static void conditions_behind_a_gap_are_those_of_the_state(void **state)
{
    struct scene *scene = *state;

    scene->agent.condition = "A1";
    agent_issue(&scene->agent, 10);
    scene_start(scene);
    scene_await_stream(scene);
    scene->agent.condition = "B2";
    stand_in_unplug(scene->agent.server);
    stand_in_plug(scene->agent.server);
    agent_issue(&scene->agent, 500);
    scene_catch_up(scene);
    assert_string_equal(scene->conditions, "normal ;fault A1;normal ;fault B2;");
    scene_assert_account(scene, 11);
    assert_true(scene_count_lost(scene) > 0);
}

/* Killed before the first position was kept, but not before values were: sequence 200 of
 * this name is stored, and an agent that has only 30 is another life of it. */
static void what_is_archived_tells_another_life_of_an_agent(void **state)
{
    struct scene *scene = *state;

    scene->options.backlog = true;
    scene->site.archived = "100 200";
    agent_issue(&scene->agent, 30);
    scene_start(scene);
    scene_catch_up(scene);
    assert_int_equal(scene->gaps_of_unknown_size, 1);
    scene_assert_account(scene, 1);
}

static void what_is_archived_of_the_same_life_is_no_restart(void **state)
{
    struct scene *scene = *state;

    scene->options.backlog = true;
    scene->site.archived = "100 25";
    agent_issue(&scene->agent, 30);
    scene_start(scene);
    scene_catch_up(scene);
    assert_int_equal(scene->gaps_of_unknown_size, 0);
    scene_assert_account(scene, 1);
}

static void empty_parts_are_signs_of_life(void **state)
{
    struct scene *scene = *state;

    scene->agent.beats_empty = scene->options.backlog = true;
    agent_issue(&scene->agent, 30);
    scene_start(scene);
    scene_catch_up(scene);
    agent_issue(&scene->agent, 30);
    scene_catch_up(scene);
    scene_assert_account(scene, 1);
    assert_non_null(strstr(scene->agent.last_target, "interval="));
}

static void an_agent_whose_streams_cannot_be_read_is_polled(void **state)
{
    struct scene *scene = *state;

    scene->agent.hides_boundary = scene->options.backlog = true;
    agent_issue(&scene->agent, 30);
    scene_start(scene);
    scene_catch_up(scene);
    scene_assert_account(scene, 1);
    assert_null(strstr(scene->agent.last_target, "interval="));
}

static void holes_in_one_answer_are_gaps_of_their_own(void **state)
{
    struct scene *scene = *state;

    scene->agent.skips = 7;
    scene->options.backlog = true;
    agent_issue(&scene->agent, 60);
    scene_start(scene);
    scene_catch_up(scene);
    scene_assert_account(scene, 1);
    assert_int_equal(scene_count_lost(scene), 8);
}

int main(void)
{
    const struct CMUnitTest stories[] = {
        cmocka_unit_test_setup_teardown(conditions_behind_a_gap_are_those_of_the_state,
                                        scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(holes_in_one_answer_are_gaps_of_their_own,
                                        scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(what_is_archived_tells_another_life_of_an_agent,
                                        scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(what_is_archived_of_the_same_life_is_no_restart,
                                        scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(empty_parts_are_signs_of_life, scene_set_up,
                                        scene_tear_down),
        cmocka_unit_test_setup_teardown(an_agent_whose_streams_cannot_be_read_is_polled,
                                        scene_set_up, scene_tear_down),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
