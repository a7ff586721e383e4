/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"
#include "daemon/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINK(points)                                    \
    "version: 1\nmachines:\n  - name: m\n    modbus:\n" \
    "      - {url: \"tcp://plc\", points: [" points "]}\n"

#define PROFILED(points)                                \
    "version: 1\nmachines:\n  - name: m\n    modbus:\n" \
    "      - {url: \"tcp://plc\", profile: rtd-8, points: [" points "]}\n"

static const struct {
    const char *yaml, *complaints;
} cases[] = {
    {LINK("{signal: feed, address: 1}, {signal: custom.a, address: 1}"),                       ""                                    },
    {LINK(""),                                                                                 "f:5:9: there are no points to read\n"},
    {LINK("{signal: feed, address: 1}, {signal: feed, address: 7}"),
     "f:5:9: feed is read by two points, 1 and 7; one of them wants another signal\n"                                                },
    {LINK("{signal: feed, address: 1, order: CDAB}, {signal: custom.a, address: 2, type: "
          "float32, order: CDAB}"),
     ""                                                                                                                              },
    {LINK("{signal: fed, address: 1}"),
     "f:5:46: 'signal' wants a signal: unknown signal 'fed'; got 'fed'\n"                                                            },
    {PROFILED("{signal: temperature.ch1, address: 9}"),                                        ""                                    },
    {PROFILED(
         "{signal: temperature.ch1, address: 8}, {signal: temperature.ch1, address: 9}"),
     "f:5:9: temperature.ch1 is read by two points, 8 and 9; one of them wants another "
     "signal\n"                                                                                                                      },
};

static void a_link_says_what_it_cannot_do(void **state)
{
    (void)state;
    assert_int_equal(setenv("SPINDLED_PROFILES", SOURCE_FOLDER "/config/profiles", 1), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct config *config = NULL;
        struct text text;

        text_init_heap(&text);
        (void)config_load_text("f", cases[i].yaml, strlen(cases[i].yaml), &text, &config);
        assert_string_equal(text.data ? text.data : "", cases[i].complaints);
        config_free(config);
        text_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_says_what_it_cannot_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
