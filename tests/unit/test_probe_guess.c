/* SPDX-License-Identifier: Apache-2.0 */
/* In which types, orders and scales a register shows what a person sees. */
#include "tools/spindlectl/probe_parts.h"
#include "tools/spindlectl/spellings.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    SPELLINGS_OF_ONE = 4 * 2,
    SPELLINGS_OF_TWO = SPELLINGS_OF_ONE + 4 * 4,
    SPELLINGS_OF_FOUR = SPELLINGS_OF_TWO + 3 * 8,
};

/* The device behind the probe: four holding registers, fewer at once if it is small. */
static const uint16_t *held;
static unsigned at_once = SPELLINGS_WORDS;
static int asked;

struct asker_answer probe_ask(struct probe *probe, enum area area, unsigned address,
                              unsigned count)
{
    struct asker_answer answer = {.result = LINE_ANSWERED};

    (void)probe;
    (void)address;
    asked++;
    if (area != AREA_HOLDING || count > at_once) {
        answer.result = LINE_REFUSED;
        answer.exception = 2;
        return answer;
    }
    for (unsigned i = 0; i < count; i++) {
        answer.data[2 * i] = (uint8_t)(held[i] >> 8);
        answer.data[2 * i + 1] = (uint8_t)held[i];
    }
    return answer;
}

static void count_one(void *owner, const struct spelling *spelling)
{
    assert_true(spelling->words <= SPELLINGS_WORDS);
    ++*(int *)owner;
}

static void each_type_is_spelled_in_each_order_it_has(void **state)
{
    static const int wanted[] = {0, SPELLINGS_OF_ONE, SPELLINGS_OF_TWO, SPELLINGS_OF_TWO,
                                 SPELLINGS_OF_FOUR};
    static const uint16_t words[SPELLINGS_WORDS] = {0x1234, 0x5678, 0x1234, 0x5678};

    (void)state;
    for (size_t count = 1; count <= SPELLINGS_WORDS; count++) {
        int spelled = 0;
        spellings_each(words, count, count_one, &spelled);
        assert_int_equal(spelled, wanted[count]);
    }
}

/* What probe_guess() prints. */
static char *guess(const char *expected, const uint16_t words[SPELLINGS_WORDS])
{
    static char printed[8192];
    struct probe probe = {.expectation_count = 1};
    FILE *file = tmpfile();

    assert_non_null(file);
    assert_int_equal(probe_expect(expected, &probe.expectations[0]), 0);
    held = words;
    asked = 0;
    (void)fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    assert_int_equal(dup2(fileno(file), STDOUT_FILENO), STDOUT_FILENO);
    probe_guess(&probe);
    (void)fflush(stdout);
    assert_int_equal(dup2(kept, STDOUT_FILENO), STDOUT_FILENO);
    (void)close(kept);
    rewind(file);
    printed[fread(printed, 1, sizeof(printed) - 1, file)] = '\0';
    (void)fclose(file);
    assert_true(asked <= PROBE_GUESS_REQUESTS);
    return printed;
}

static const struct {
    const char *expected;
    uint16_t words[SPELLINGS_WORDS];
    const char *first; /* the likeliest */
} cases[] = {
    {"14=215",           {215},                            "area: holding, address: 14, type: int16, order: ABCD, scale: 1}"},
    {"14=21.5",          {215},                            "type: int16, order: ABCD, scale: 0.1}"                          },
    {"14=-21.5",         {0xff29},                         "type: int16, order: ABCD, scale: 0.1}"                          },
    {"holding:7=230.25",
     {0x4366, 0x4000},
     "address: 7, type: float32, order: ABCD, scale: 1}"                                                                    },
    {"7=230.25",         {0x4000, 0x4366},                 "type: float32, order: CDAB, scale: 1}"                          },
    {"7=230.25",         {0x6643, 0x0040},                 "type: float32, order: BADC, scale: 1}"                          },
    {"7=70000",          {0x0001, 0x1170},                 "type: int32, order: ABCD, scale: 1}"                            },
    {"7=3.1415927",
     {0x4009, 0x21fb, 0x5444, 0x2d18},
     "type: float64, order: ABCDEFGH, scale: 1}"                                                                            },
    {"7=1234",           {0x1234, 0xffff, 0xffff, 0xffff}, "type: bcd16, order: ABCD, scale: 1}"                            },
    {"input:7=215",      {215},                            "# input:7=215: in no type, order and scale"                     },
    {"7=5555",           {215},                            "# 7=5555: in no type, order and scale"                          },
};

static void the_likeliest_spelling_comes_first(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *printed = guess(cases[i].expected, cases[i].words);
        const char *end = strchr(printed, '\n');
        assert_non_null(end);
        const char *found = strstr(printed, cases[i].first);
        if (!found || found > end)
            fail_msg("%s: %s, not %s", cases[i].expected, printed, cases[i].first);
    }
}

static void a_device_that_shows_one_register_at_once_is_asked_for_one(void **state)
{
    static const uint16_t words[SPELLINGS_WORDS] = {215};

    (void)state;
    at_once = 1;
    assert_non_null(
        strstr(guess("14=21.5", words), "type: int16, order: ABCD, scale: 0.1"));
    at_once = SPELLINGS_WORDS;
}

static void what_is_expected_has_an_address_and_a_number(void **state)
{
    static const char *const bad[] = {"",          "14",      "=5",     "14=",    "14=x",
                                      "14=1e5",    "65536=1", "-1=1",   "14=nan", "14=0",
                                      "coil:14=1", ":14=1",   "14=0x10"};
    struct expectation expectation;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (probe_expect(bad[i], &expectation) != -EINVAL)
            fail_msg("'%s' was taken", bad[i]);
    assert_int_equal(probe_expect("input:14=21.50", &expectation), 0);
    assert_int_equal(expectation.area, AREA_INPUT);
    assert_int_equal(expectation.address, 14);
    assert_true(expectation.close > 0.00499 && expectation.close < 0.00501);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_is_spelled_in_each_order_it_has),
        cmocka_unit_test(the_likeliest_spelling_comes_first),
        cmocka_unit_test(a_device_that_shows_one_register_at_once_is_asked_for_one),
        cmocka_unit_test(what_is_expected_has_an_address_and_a_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
