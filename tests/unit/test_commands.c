/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/commands.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct numbers *numbers;
static struct statement statement;
static char sentence[COMMAND_SENTENCE_MAX];
static json_t *arguments;

static int order(const char *name, const char *json)
{
    json_decref(arguments);
    arguments = json_loads(json, 0, NULL);
    assert_non_null(arguments);
    sentence[0] = '\0';
    statement = (struct statement){
        .at = {0, 1767225600 * NS_PER_S},
          .run_id = "", .text = ""
    };
    context_init(&statement.context);
    return command_build(name, &(struct order){arguments, numbers, &statement, sentence});
}

static int set_up(void **state)
{
    (void)state;
    return numbers_create(&numbers);
}

static int tear_down(void **state)
{
    (void)state;
    json_decref(arguments);
    arguments = NULL;
    numbers_destroy(numbers);
    return 0;
}

static void a_run_gets_the_next_number_and_its_context(void **state)
{
    (void)state;
    assert_int_equal(order("run-start",
                           "{\"part\":\"BRKT-7\",\"op\":\"10\",\"stage\":\"pilot\","
                           "\"lot\":\"L1\",\"target\":200}"),
                     0);
    assert_int_equal(statement.kind, STATEMENT_RUN_START);
    assert_int_equal(statement.context.run_seq, 1);
    assert_int_equal(statement.context.stage, STAGE_PILOT);
    assert_string_equal(statement.context.part, "BRKT-7");
    assert_int_equal(statement.context.lot_seq, 1);
    assert_int_equal(statement.target, 200);
    assert_int_equal(order("run-start", "{\"part\":\"B\"}"), 0);
    assert_int_equal(statement.context.run_seq, 2);
}

static const struct {
    const char *name, *json, *sentence;
} wrong[] = {
    {"run-start", "{}",                                                  "'part' is missing"                                 },
    {"run-start", "{\"part\":7}",                                        "'part' must be a text"                             },
    {"run-start", "{\"part\":\"B\",\"target\":0}",
     "'target' must be 1 to 1000000000 parts"                                                                                },
    {"stage",     "{\"stage\":\"mass\"}",
     "'stage' must be prototype, evt, pilot or production"                                                                   },
    {"lot",       "{\"lott\":\"x\"}",                                    "unknown argument 'lott'; 'lot' takes: lot"         },
    {"measure",   "{\"feature\":\"bore1\"}",                             "'value' is missing"                                },
    {"reason",    "{\"text\":\"x\",\"about\":\"noon\"}",
     "'about' must be a time like 2026-01-31T14:00:00Z"                                                                      },
    {"reason",    "{\"text\":\"x\",\"about\":\"2036-01-31T14:00:00Z\"}",
     "'about' lies in the future or too far back"                                                                            },
    {"write",     "{}",                                                  "unknown command 'write'"                           },
    {"run-stop",  "{}",                                                  "'run-stop' has nothing to stop: no run is going on"},
};

static void a_wrong_command_is_refused_with_what_would_be_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        assert_true(order(wrong[i].name, wrong[i].json) < 0);
        assert_string_equal(sentence, wrong[i].sentence);
    }
}

static void numbers_survive_and_are_never_given_twice(void **state)
{
    struct numbers *again;
    struct text text;

    (void)state;
    assert_int_equal(numbers_next_run(numbers), 1);
    assert_int_equal(numbers_of(numbers, NUMBER_LOT, "A"), 1);
    assert_int_equal(numbers_of(numbers, NUMBER_LOT, "B"), 2);
    assert_int_equal(numbers_of(numbers, NUMBER_LOT, "A"), 1);

    text_init_heap(&text);
    numbers_save(numbers, &text);
    assert_int_equal(numbers_create(&again), 0);
    assert_int_equal(numbers_restore(again, text.data, text.length), 0);
    assert_int_equal(numbers_next_run(again), 2);
    assert_int_equal(numbers_of(again, NUMBER_LOT, "B"), 2);
    assert_int_equal(numbers_of(again, NUMBER_LOT, "C"), 3);
    assert_int_equal(numbers_of(again, NUMBER_FIXTURE, "C"), 1);
    numbers_destroy(again);
    text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_run_gets_the_next_number_and_its_context,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_wrong_command_is_refused_with_what_would_be_right, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_survive_and_are_never_given_twice, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
