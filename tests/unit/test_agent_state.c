/* SPDX-License-Identifier: Apache-2.0 */
/* What the state an agent tells means after a time in which it was not heard. */
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

int main(void)
{
    const struct CMUnitTest stories[] = {
        cmocka_unit_test_setup_teardown(conditions_behind_a_gap_are_those_of_the_state,
                                        scene_set_up, scene_tear_down),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
