/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/moment.h"
#include "daemon/sinks/influx/answer.h"
#include "daemon/sinks/influx/started.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Bodies are what the servers really say: InfluxDB 1.6.7 and documentation of 2 and 3. */
static const struct {
    long status;
    const char *body;
    enum verdict verdict;
    int64_t pause_s;
    const char *said; /* must be in the reason */
} cases[] = {
    {204, "",                                                                    VERDICT_DELIVERED, 0,  ""                             },
    {200, "",                                                                    VERDICT_DELIVERED, 0,  ""                             },
    {200, "<html><body>Welcome, please log in</body></html>",                    VERDICT_RETRY,     60,
     "this is a page"                                                                                                                  },
    {200, "{\"error\":\"no leader\"}",                                           VERDICT_RETRY,     60,
     "200 no leader; the database took nothing"                                                                                        },
    {400,
     "{\"error\":\"partial write: field type conflict: input field \\\"ct\\\" "
     "dropped=1\"}",                                                             VERDICT_REFUSED,   0,  "400 partial write: field type"},
    {400, "{\"error\":\"unable to parse 'x': missing fields\"}",                 VERDICT_REFUSED,   0,
     "unable to parse"                                                                                                                 },
    {400, "",                                                                    VERDICT_REFUSED,   0,  "400"                          },
    {401, "{\"error\":\"authorization failed\"}",                                VERDICT_RETRY,     60, "check username"               },
    {403, "{\"error\":\"not authorized\"}",                                      VERDICT_RETRY,     60, "may not write"                },
    {404, "{\"error\":\"database not found: \\\"spindled\\\"\"}",                VERDICT_RETRY,     60,
     "CREATE DATABASE \"spindled\""                                                                                                    },
    {404, "{\"code\":\"not found\",\"message\":\"bucket \\\"b\\\" not found\"}",
     VERDICT_RETRY,                                                                                 60, "create the bucket"            },
    {404, "404 page not found",                                                  VERDICT_RETRY,     60, "check url"                    },
    {405, "",                                                                    VERDICT_RETRY,     60, "check url"                    },
    {301, "",                                                                    VERDICT_RETRY,     60, "redirects"                    },
    {413, "{\"error\":\"Request Entity Too Large\"}",                            VERDICT_REFUSED,   0,  "batch_bytes"                  },
    {422,
     "{\"code\":\"unprocessable entity\",\"message\":\"failure writing points to "
     "database: "
     "partial write: points beyond retention policy dropped=3\"}",               VERDICT_REFUSED,   0,  "422 failure writing"          },
    {429, "",                                                                    VERDICT_RETRY,     0,  "429"                          },
    {500, "{\"error\":\"retention policy not found: x\"}",                       VERDICT_RETRY,     60,
     "retention_policy"                                                                                                                },
    {500, "{\"error\":\"partial write: dropped=1\"}",                            VERDICT_REFUSED,   0,  "partial"                      },
    {500, "{\"error\":\"timeout\"}",                                             VERDICT_RETRY,     0,  "500 timeout"                  },
    {502, "",                                                                    VERDICT_RETRY,     0,  "502"                          },
    {503, "",                                                                    VERDICT_RETRY,     0,  "503"                          },
    {100, "",                                                                    VERDICT_RETRY,     0,  "100"                          },
};

static struct ruling judge(long status, const char *body)
{
    const struct answer answer = {
        .outcome = {.status = status, .reason = ""},
        .body = body,
        .database = "spindled",
    };
    struct ruling ruling;

    answer_judge(&answer, &ruling);
    return ruling;
}

static void every_answer_has_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct ruling ruling = judge(cases[i].status, cases[i].body);

        assert_int_equal(ruling.verdict, cases[i].verdict);
        assert_int_equal(ruling.retry_after_ns, cases[i].pause_s * NS_PER_S);
        if (!strstr(ruling.reason, cases[i].said))
            fail_msg("%ld: '%s' lacks '%s'", cases[i].status, ruling.reason,
                     cases[i].said);
    }
}

static void no_answer_is_tried_again(void **state)
{
    const struct answer answer = {
        .outcome = {.error = -ETIMEDOUT, .status = 204, .reason = "timed out"},
        .body = "",
    };
    struct ruling ruling;

    (void)state;
    answer_judge(&answer, &ruling);
    assert_int_equal(ruling.verdict, VERDICT_RETRY);
    assert_string_equal(ruling.reason, "timed out");
}

static void the_servers_own_pause_is_kept(void **state)
{
    struct answer answer = {
        .outcome = {.status = 503},
        .body = "",
        .retry_after_ns = answer_read_pause("7"),
    };
    struct ruling ruling;

    (void)state;
    answer_judge(&answer, &ruling);
    assert_int_equal(ruling.retry_after_ns, 7 * NS_PER_S);
    assert_int_equal(answer_read_pause("Wed, 21 Oct 2026 07:28:00 GMT"), 0);
    assert_int_equal(answer_read_pause("-1"), 0);
    assert_int_equal(answer_read_pause("99999999"), 3600 * NS_PER_S);
}

static void a_server_that_dropped_every_line_is_not_searched_for_one(void **state)
{
    static const struct {
        size_t lines;
        const char *body;
        bool is_whole;
    } drops[] = {
        {12, "{\"error\":\"partial write: points beyond retention policy dropped=12\"}",
         true                                                                                 },
        {13, "{\"error\":\"partial write: points beyond retention policy dropped=12\"}",
         false                                                                                },
        {0,  "{\"error\":\"partial write: points beyond retention policy dropped=12\"}",
         false                                                                                },
        {1,  "{\"error\":\"partial write: unable to parse 'x' dropped=0\"}",             false},
        {1,  "{\"error\":\"unable to parse 'x'\"}",                                      false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(drops) / sizeof(*drops); i++) {
        const struct answer answer = {
            .outcome = {.status = 400}, .body = drops[i].body, .lines = drops[i].lines};
        struct ruling ruling;

        answer_judge(&answer, &ruling);
        assert_int_equal(ruling.verdict, VERDICT_REFUSED);
        assert_int_equal(ruling.is_whole, drops[i].is_whole);
    }
}

static void only_a_500_may_be_about_the_batch(void **state)
{
    (void)state;
    assert_true(judge(500, "panic: index out of range").answered);
    assert_false(judge(503, "busy").answered);
    assert_false(judge(429, "slow down").answered);
}

static void a_server_in_trouble_never_costs_data(void **state)
{
    (void)state;
    assert_false(judge(500, "write wal: No space left on device").answered);
    assert_false(judge(500, "{\"error\":\"retention policy not found\"}").answered);
}

static void an_endless_answer_is_cut(void **state)
{
    char body[2 * ANSWER_REASON_MAX];

    (void)state;
    memset(body, 'x', sizeof(body) - 1);
    body[sizeof(body) - 1] = '\0';
    assert_true(strlen(judge(400, body).reason) < ANSWER_REASON_MAX);
    assert_int_equal(judge(400, body).verdict, VERDICT_REFUSED);
}

static bool hears(struct started *started, const char *page, size_t piece)
{
    for (size_t i = 0; i < strlen(page); i += piece)
        started_read(started, page + i,
                     strlen(page) - i < piece ? strlen(page) - i : piece);
    return started_anew(started);
}

static void another_process_is_told_by_when_it_was_started(void **state)
{
    static const char first[] = "a 1\nvm_app_start_timestamp 1795851472\nb{c=\"d\"} 2\n";
    static const char second[] = "vm_app_start_timestamp 1795851473\n";

    (void)state;
    for (size_t piece = 1; piece < sizeof(first); piece++) {
        struct started started = {0};
        assert_false(hears(&started, first, piece)); /* nothing was known before */
        assert_false(hears(&started, first, piece));
        assert_true(hears(&started, second, piece));
        assert_false(hears(&started, second, piece));
        assert_false(hears(&started, "not found\n", piece));
        assert_false(hears(&started, second, piece));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_has_its_verdict),
        cmocka_unit_test(no_answer_is_tried_again),
        cmocka_unit_test(the_servers_own_pause_is_kept),
        cmocka_unit_test(only_a_500_may_be_about_the_batch),
        cmocka_unit_test(a_server_in_trouble_never_costs_data),
        cmocka_unit_test(an_endless_answer_is_cut),
        cmocka_unit_test(a_server_that_dropped_every_line_is_not_searched_for_one),
        cmocka_unit_test(another_process_is_told_by_when_it_was_started),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
