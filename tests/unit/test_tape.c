/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/tape/csv.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void on_sample(void *self, const struct sample *sample)
{
    tape_print(sample, self);
}

/* What was written reads back and is written the same. */
static void tapes_read_back_as_they_were(void **state)
{
    static const char *const lines[] = {
        "2026-01-01T00:00:00.250Z execution run\n",
        "2026-01-01T00:00:00.250Z path2/execution hold\n",
        "2026-01-01T00:00:00.000Z temperature.spindle 31.5 u=5000000 n=8231\n",
        "2026-01-01T00:00:00.000Z part_count 12 flags=discrete,reset\n",
        "2026-01-01T00:00:00.000Z program UNAVAILABLE q=0 why=no_link flags=snapshot\n",
        "2026-01-01T00:00:00.000Z execution UNAVAILABLE q=64\n",
        "2026-01-01T00:00:00.000Z program \"O1 \\\"x\\\" \\\\n \\n#\"\n",
        "2026-01-01T00:00:00.000Z custom.a \"12\"\n",
        "2026-01-01T00:00:00.000Z custom.a 12\n",
        "2026-01-01T00:00:00.000Z \"custom.a b\" 12\n",
        "2026-01-01T00:00:00.000Z link false q=0 why=no_link\n",
        "2026-01-01T00:00:00.000Z condition.system fault id=1101 code=1101 severity=3 "
        "qualifier=HIGH text=\"INTERFERE Z\"\n",
        "2026-01-01T00:00:00.000Z gap 12 from=100 to=111 seconds=2.5 reason=overrun\n",
        "2026-01-01T00:00:00.000Z tool_life.8 \"T.8\" station=8 status=\"NEW USED\" "
        "parts=3 parts_limit=240 down=1 mapped=1\n",
    };
    struct tape_names *names = NULL;
    char printed[1024];

    (void)state;
    assert_int_equal(tape_names_create(&names), 0);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct text text;
        struct tape_sink sink = {.owner = &text, .emit = on_sample};
        struct moment at = {0};
        char line[1024];
        char sentence[160] = "";

        text_init_fixed(&text, printed, sizeof(printed));
        (void)text_copy(line, sizeof(line), lines[i]);
        assert_true(moment_parse(line, &at.wall_ns) > 0);
        if (tape_read(line, at, names, &sink, sentence))
            fail_msg("%s: %s", lines[i], sentence);
        assert_string_equal(printed, lines[i]);
    }
    tape_names_destroy(names);
}

static void what_is_no_tape_is_refused(void **state)
{
    static const struct {
        const char *line, *sentence;
    } cases[] = {
        {"2026-01-01T00:00:00Z execution",         "are wanted"            },
        {"2026-01-01T00:00:00Z nothing 1",         "unknown signal"        },
        {"2026-01-01T00:00:00Z execution walking", "no value of its signal"},
        {"2026-01-01T00:00:00Z execution run x",   "key=value"             },
        {"2026-01-01T00:00:00Z program \"open",    "are wanted"            },
    };
    struct tape_names *names = NULL;
    struct tape_sink sink = {.emit = on_sample};

    (void)state;
    assert_int_equal(tape_names_create(&names), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[256];
        char sentence[160] = "";
        (void)text_copy(line, sizeof(line), cases[i].line);
        assert_int_equal(tape_read(line, (struct moment){0}, names, &sink, sentence),
                         -EINVAL);
        if (!strstr(sentence, cases[i].sentence))
            fail_msg("%s: %s", cases[i].line, sentence);
    }
    char nothing[] = "# a comment";
    char sentence[160];
    assert_int_equal(tape_read(nothing, (struct moment){0}, names, &sink, sentence), 0);
    tape_names_destroy(names);
}

static void times_are_exact(void **state)
{
    static const struct {
        const char *string;
        int64_t wall_ns;
    } cases[] = {
        {"2026-01-01T00:00:00.000000001Z", 1767225600000000001},
        {"1767225600.123456789",           1767225600123456789},
        {"0",                              0                  },
        {"12.5",                           12500000000        },
        {"-1.5",                           -1500000000        },
        {"1.5e3",                          1500000000000      },
    };
    int64_t wall_ns;
    size_t length;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(tape_read_time(cases[i].string, &wall_ns, &length), 0);
        assert_int_equal(wall_ns, cases[i].wall_ns);
        assert_int_equal(length, strlen(cases[i].string));
    }
    assert_int_equal(tape_read_time("soon", &wall_ns, &length), -EINVAL);
    assert_int_equal(tape_read_time("99999999999", &wall_ns, &length), -EINVAL);
}

static void columns_become_signals(void **state)
{
    static const struct csv_rule rules[] = {
        {.column = "S1 rev/s",             .signal = "spindle_speed", .scale = 60 },
        { .column = "T1", .signal = "temperature.spindle",              .scale = 0.1, .offset = -5},
    };
    char header[] = "S1 rev/s,time,execution,\"T1\",whatever";
    char row[] = "50,2026-01-01T00:00:00Z,run,310,9\r\n";
    char sparse[] = "x,1.5,,UNAVAILABLE";
    char printed[1024];
    char sentence[160] = "";
    struct csv *csv = NULL;
    struct text text;
    struct tape_sink sink = {.owner = &text, .emit = on_sample};
    struct moment at = {0};

    (void)state;
    assert_int_equal(csv_create(header, rules, 2, &csv, sentence), 0);
    assert_int_equal(csv_ignored(csv), 1);
    text_init_fixed(&text, printed, sizeof(printed));
    assert_int_equal(csv_read_time(csv, row, &at.wall_ns, sentence), 0);
    assert_int_equal(csv_read(csv, row, at, &sink), 0);
    assert_string_equal(printed, "2026-01-01T00:00:00.000Z spindle_speed 3000\n"
                                 "2026-01-01T00:00:00.000Z execution run\n"
                                 "2026-01-01T00:00:00.000Z temperature.spindle 26\n");

    text_clear(&text);
    assert_int_equal(csv_read_time(csv, sparse, &at.wall_ns, sentence), 0);
    assert_int_equal(at.wall_ns, 1500000000);
    assert_int_equal(csv_read(csv, sparse, (struct moment){0}, &sink), -EINVAL);
    assert_string_equal(
        printed,
        "1970-01-01T00:00:00.000Z spindle_speed UNAVAILABLE q=0 why=not_a_number\n"
        "1970-01-01T00:00:00.000Z temperature.spindle UNAVAILABLE q=0 why=unavailable\n");
    csv_destroy(csv);

    char without[] = "a,b";
    assert_int_equal(csv_create(without, NULL, 0, &csv, sentence), -EINVAL);
    assert_non_null(strstr(sentence, "'time'"));
}

/* As spreadsheets and loggers of other countries and firms write time and cells. */
static void stamps_of_tables_are_whole(void **state)
{
    static const struct {
        const char *stamp;
        int64_t unit_ns, wall_ns; /* wall 0: it is refused */
    } cases[] = {
        {"2026-01-01T00:00:00Z",        0,         1767225600000000000},
        {" 2026-01-01 00:00:00.5 UTC",  0,         1767225600500000000},
        {"2026-01-01 08:00:00+08",      0,         1767225600000000000},
        {"2026/01/01 00:00:00",         0,         1767225600000000000},
        {"1767225600",                  0,         1767225600000000000},
        {"1767225600123",               0,         1767225600123000000},
        {"1767225600123456",            0,         1767225600123456000},
        {"1767225600123456789",         0,         1767225600123456789},
        {"1767225600,5",                0,         1767225600500000000},
        {"1.7672256e9",                 0,         1767225600000000000},
        {"1500",                        NS_PER_MS, 1500000000         },
        {"1500.25",                     NS_PER_MS, 1500250000         },
        {"50000000000",                 0,         0                  },
        {"01/02/2026 00:00:00",         0,         0                  },
        {"01.02.2026 00:00:00",         0,         0                  },
        {"20260101T000000Z",            0,         0                  },
        {"2026-01-01T00:00:00Z INFO x", 0,         0                  },
        {"06:00:00",                    0,         0                  },
        {"",                            0,         0                  },
        {"99999999999999999999",        0,         0                  },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t wall_ns = 0;
        int error = tape_read_stamp(cases[i].stamp, cases[i].unit_ns, &wall_ns);
        if (error != (cases[i].wall_ns ? 0 : -EINVAL) ||
            (!error && wall_ns != cases[i].wall_ns))
            fail_msg("%s: %d, %lld", cases[i].stamp, error, (long long)wall_ns);
    }
}

static void tables_have_the_separator_of_their_header(void **state)
{
    static const struct {
        const char *header, *row, *printed;
    } cases[] = {
        {"time;spindle_load;program",        "1,5;12,25;O1;",         "spindle_load 12.25\n"},
        {"Time [ms]\tspindle_load\tprogram", "1500\t12.25\t\"O\t1\"",
         "spindle_load 12.25\n"                                                             },
        {"\"a;b;c\",time_ms,spindle_load",   ",1500,12.25,,",         "spindle_load 12.25\n"},
        {"times,time (UTC),spindle_load",    "9,1.5,\"12,25\"",       "spindle_load 12.25\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char header[128], row[128], printed[256], sentence[160] = "";
        struct csv *csv = NULL;
        struct text text;
        struct tape_sink sink = {.owner = &text, .emit = on_sample};
        struct moment at = {0};

        (void)text_copy(header, sizeof(header), cases[i].header);
        (void)text_copy(row, sizeof(row), cases[i].row);
        text_init_fixed(&text, printed, sizeof(printed));
        assert_int_equal(csv_create(header, NULL, 0, &csv, sentence), 0);
        assert_int_equal(csv_read_time(csv, row, &at.wall_ns, sentence), 0);
        assert_int_equal(at.wall_ns, 1500000000);
        assert_int_equal(csv_read(csv, row, at, &sink), 0);
        assert_non_null(strstr(printed, cases[i].printed));
        csv_destroy(csv);
    }
}

static void rows_of_another_length_are_told(void **state)
{
    char header[] = "time,spindle_load,tool";
    char shorter[] = "1,12";
    char longer[] = "1,12,T1,x";
    char wrong[] = "noon,12,T1";
    char sentence[160] = "";
    char printed[1024];
    struct csv *csv = NULL;
    struct text text;
    struct tape_sink sink = {.owner = &text, .emit = on_sample};
    int64_t wall_ns;

    (void)state;
    text_init_fixed(&text, printed, sizeof(printed));
    assert_int_equal(csv_create(header, NULL, 0, &csv, sentence), 0);
    assert_int_equal(csv_read(csv, shorter, (struct moment){0}, &sink), -EINVAL);
    assert_int_equal(csv_read(csv, longer, (struct moment){0}, &sink), -EINVAL);
    assert_int_equal(csv_read_time(csv, wrong, &wall_ns, sentence), -EINVAL);
    assert_non_null(strstr(sentence, "'noon'"));
    csv_destroy(csv);
}

static void measurements_are_statements(void **state)
{
    char header[] = "time,feature,value,serial,offset_um,ok";
    char row[] = "2026-01-01T00:00:00Z,bore1,25.003,A7,,yes";
    char poor[] = "2026-01-01T00:00:00Z,,25.003";
    char sentence[160] = "";
    struct csv *csv = NULL;
    struct statement statement = {0};

    (void)state;
    assert_int_equal(csv_create_measurements(header, &csv, sentence), 0);
    assert_int_equal(csv_read_measurement(csv, row, &statement, sentence), 0);
    assert_int_equal(statement.kind, STATEMENT_MEASURE);
    assert_string_equal(statement.measurement.feature, "bore1");
    assert_string_equal(statement.measurement.serial, "A7");
    assert_true(statement.measurement.value == 25.003);
    assert_true(isnan(statement.measurement.offset_um));
    assert_int_equal(statement.measurement.ok, 1);
    assert_string_equal(statement.measurement.lot, "");
    assert_int_equal(csv_read_measurement(csv, poor, &statement, sentence), -EINVAL);
    csv_destroy(csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tapes_read_back_as_they_were),
        cmocka_unit_test(what_is_no_tape_is_refused),
        cmocka_unit_test(times_are_exact),
        cmocka_unit_test(columns_become_signals),
        cmocka_unit_test(stamps_of_tables_are_whole),
        cmocka_unit_test(tables_have_the_separator_of_their_header),
        cmocka_unit_test(rows_of_another_length_are_told),
        cmocka_unit_test(measurements_are_statements),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
