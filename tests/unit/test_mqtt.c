/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/broker_reason.h"
#include "daemon/sinks/mqtt/command.h"
#include "daemon/sinks/mqtt/options.h"
#include "daemon/sinks/mqtt/payload.h"
#include "daemon/sinks/mqtt/retained.h"
#include "daemon/sinks/mqtt/topic.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct place place = {
    .gateway = "gw-1", .enterprise = "ACME", .site = "Tai chung", .area = "milling"};
static const struct moment start = {.wall_ns = 1767225600000000000};

static struct record make(enum record_kind kind)
{
    struct record record;

    record_init(&record, kind, start);
    record.id = 4567;
    (void)text_copy(record.cell, sizeof(record.cell), "a");
    (void)text_copy(record.machine, sizeof(record.machine), "VMC 3");
    return record;
}

static void expect_topic(const struct record *record, size_t index, const char *expected,
                         bool is_retained)
{
    struct topic topics[TOPICS_MAX];
    char array[256];
    struct text text;

    assert_true(topics_of(record, topics) > index);
    text_init_fixed(&text, array, sizeof(array));
    topic_print("uns", &place, record, &topics[index], &text);
    assert_string_equal(array, expected);
    assert_int_equal(topics[index].is_retained, is_retained);
}

#define VMC "uns/acme/tai_chung/milling/a/vmc_3/"

static void records_go_where_the_table_says(void **state)
{
    struct record cycle = make(RECORD_CYCLE), tool = make(RECORD_TOOL);
    struct record self = make(RECORD_SELF), raw = make(RECORD_SIGNAL);
    struct record advice = make(RECORD_ADVICE);

    (void)state;
    (void)text_copy(tool.tool.tool, RECORD_NAME_MAX, "T12/A+#");
    (void)text_copy(advice.advice.feature, RECORD_NAME_MAX, "");
    self.machine[0] = '\0';
    expect_topic(&cycle, 0, VMC "cycle/event", false);
    expect_topic(&cycle, 1, VMC "cycle/last", true);
    expect_topic(&tool, 0, VMC "tool/t12_a__", true);
    expect_topic(&advice, 0, VMC "quality/advice/_", true);
    expect_topic(&raw, 0, VMC "raw", false);
    expect_topic(&self, 0, "uns/acme/tai_chung/milling/gateway/gw-1/status/self", true);
}

static void every_kind_that_is_owed_has_a_topic(void **state)
{
    struct topic topics[TOPICS_MAX];

    (void)state;
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        struct record record = make((enum record_kind)kind);
        assert_int_equal(topics_of(&record, topics) > 0, kind != RECORD_ARCHIVE);
    }
}

static void an_alarm_stands_until_it_is_cleared(void **state)
{
    struct record event = make(RECORD_EVENT);
    struct topic topics[TOPICS_MAX];

    (void)state;
    (void)text_copy(event.event.code, RECORD_NAME_MAX, "TOOL_BREAKAGE");
    event.event.severity = SEVERITY_NOTICE;
    expect_topic(&event, 0, VMC "event/tool_breakage", false);
    event.event.severity = SEVERITY_ALARM;
    expect_topic(&event, 0, VMC "alarm/tool_breakage", true);
    event.event.cleared = 1;
    expect_topic(&event, 0, VMC "alarm/tool_breakage", false);
    expect_topic(&event, 1, VMC "alarm/tool_breakage", true);
    assert_int_equal(topics_of(&event, topics), 2);
    assert_true(topics[1].is_deletion);
}

static void alarms_of_two_tools_stand_side_by_side(void **state)
{
    struct record event = make(RECORD_EVENT);
    struct topic topics[TOPICS_MAX];

    (void)state;
    event.event.severity = SEVERITY_WARNING;
    (void)text_copy(event.event.code, RECORD_NAME_MAX, "tool_worn");
    (void)text_copy(event.event.subject, RECORD_NAME_MAX, "T12");
    expect_topic(&event, 0, VMC "alarm/tool_worn/t12", true);
    event.event.cleared = 1;
    expect_topic(&event, 1, VMC "alarm/tool_worn/t12", true);
    (void)text_copy(event.event.subject, RECORD_NAME_MAX, "T1/3");
    expect_topic(&event, 0, VMC "alarm/tool_worn/t1_3", false);
    assert_int_equal(topics_of(&event, topics), 2);
}

static void a_new_tool_ends_all_that_the_old_one_was_warned_of(void **state)
{
    static const char *const ended[] = {"tool_suspect",     "tool_wrong", "tool_broken",
                                        "tool_worn",        "tool_limit", "tool_expired",
                                        "tool_offset_error"};
    struct record event = make(RECORD_EVENT);
    struct topic topics[TOPICS_MAX];

    (void)state;
    event.event.severity = SEVERITY_INFO;
    (void)text_copy(event.event.code, RECORD_NAME_MAX, "tool_changed");
    (void)text_copy(event.event.subject, RECORD_NAME_MAX, "T12");
    expect_topic(&event, 0, VMC "event/tool_changed/t12", false);
    assert_int_equal(topics_of(&event, topics), 8);
    for (size_t i = 0; i < 7; i++) {
        assert_string_equal(topics[i + 1].place, ended[i]);
        assert_string_equal(topics[i + 1].subject, "T12");
        assert_true(topics[i + 1].is_retained && topics[i + 1].is_deletion);
    }
    (void)text_copy(event.event.code, RECORD_NAME_MAX, "tool_cleared");
    assert_int_equal(topics_of(&event, topics), 3);
    expect_topic(&event, 2, VMC "alarm/tool_wrong/t12", true);
}

static void a_payload_has_time_run_and_seq_first(void **state)
{
    struct record record = make(RECORD_STATE);
    char array[512];
    struct text text;

    (void)state;
    record.context.run_seq = 12;
    record.state.state = EXECUTION_HOLD;
    record.state.reason = REASON_NONE;
    text_init_fixed(&text, array, sizeof(array));
    payload_print(&record, true, &text);
    assert_string_equal(
        array,
        "{\"t\":\"2026-01-01T00:00:00.000Z\",\"run\":12,\"seq\":4567,\"replayed\":true,"
        "\"cell\":\"a\",\"machine\":\"VMC 3\",\"path\":1,\"state\":2,\"state_name\":"
        "\"hold\",\"reason\":0,\"reason_name\":\"none\",\"dur\":null,\"run_seq\":12,"
        "\"lot_seq\":null,\"fixture\":null}");
}

static void no_payload_says_a_name_twice(void **state)
{
    (void)state;
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        struct record record;
        struct text text;
        json_error_t trouble;

        record_init(&record, (enum record_kind)kind, (struct moment){1, 1});
        if (kind == RECORD_THERMAL)
            record.thermal.state = 1;
        text_init_heap(&text);
        payload_print(&record, false, &text);
        json_t *root = json_loads(text.data, JSON_REJECT_DUPLICATES, &trouble);
        if (!root)
            fail_msg("%s: %s", text.data, trouble.text);
        json_decref(root);
        text_done(&text);
    }
}

static void raw_signals_go_as_they_are_packed(void **state)
{
    struct record record = make(RECORD_SIGNAL);
    char array[512];
    struct text text;

    (void)state;
    record.packed.signals = "{\"feed\":[[0,1.5,192]]}";
    text_init_fixed(&text, array, sizeof(array));
    payload_print(&record, false, &text);
    assert_string_equal(array, "{\"t\":\"2026-01-01T00:00:00.000Z\",\"run\":null,\"seq\":"
                               "4567,\"signals\":{\"feed\":[[0,1.5,192]]}}");
}

static void an_older_record_does_not_take_a_newer_ones_place(void **state)
{
    static struct retained retained;

    (void)state;
    assert_true(retained_accept(&retained, "a", 10));
    assert_false(retained_accept(&retained, "a", 9));
    assert_true(retained_accept(&retained, "b", 9));
    assert_true(retained_accept(&retained, "a", 10));
    assert_true(retained_accept(&retained, "a", 11));
    assert_false(retained_accept(&retained, "a", 10));
}

static void a_crowd_of_topics_stays_bounded(void **state)
{
    static struct retained retained;

    (void)state;
    for (int64_t seq = 0; seq < 5 * RETAINED_TOPICS; seq++) {
        char topic[32];
        (void)snprintf(topic, sizeof(topic), "t/%lld", (long long)seq);
        assert_true(retained_accept(&retained, topic, seq));
        assert_true(retained_accept(&retained, topic, seq));
        assert_false(retained_accept(&retained, topic, seq - 1));
    }
}

static const struct {
    struct broker_arrival arrival;
    bool is_taken;
} commands[] = {
    {{.payload = "{\"lot\":\"L\"}"},                  true },
    {{.payload = "{\"t\":\"2026-01-01T00:00:30Z\"}"}, true },
    {{.payload = ""},                                 true },
    {{.payload = "{\"t\":\"2026-01-01T00:01:30Z\"}"}, false},
    {{.payload = "{\"t\":\"2025-12-31T23:58:30Z\"}"}, false},
    {{.payload = "{\"t\":\"soon\"}"},                 false},
    {{.payload = "[]"},                               false},
    {{.payload = "{"},                                false},
    {{.payload = "{}", .retained = true},             false},
    {{.payload = "{}", .repeated = true},             false},
};

static void only_new_commands_are_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        struct broker_arrival arrival = commands[i].arrival;
        arrival.length = strlen(arrival.payload);
        assert_int_equal(command_refusal(&arrival, NS_PER_MINUTE, start.wall_ns) == NULL,
                         commands[i].is_taken);
    }
    assert_string_equal(command_name("e/s/a/c/m/cmd/run-start"), "run-start");
    assert_null(command_name("e/s/a/c/m/cmd/run-start/answer"));
    assert_null(command_name("e/s/a/c/m/cmd/"));
}

static void answers_to_publishing_have_their_verdicts(void **state)
{
    static const struct {
        int code;
        enum verdict verdict;
    } cases[] = {
        {0x00, VERDICT_DELIVERED},
        {0x10, VERDICT_DELIVERED},
        {0x80, VERDICT_RETRY    },
        {0x87, VERDICT_RETRY    },
        {0x90, VERDICT_REFUSED  },
        {0x95, VERDICT_REFUSED  },
        {0x97, VERDICT_RETRY    },
        {0x99, VERDICT_REFUSED  },
        {-11,  VERDICT_RETRY    },
        {-1,   VERDICT_RETRY    },
        {0xff, VERDICT_RETRY    },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int_equal(broker_judge(cases[i].code).verdict, cases[i].verdict);
}

static void a_lost_connection_is_never_the_rows_fault(void **state)
{
    (void)state;
    assert_true(broker_judge(0x87).answered);
    assert_true(broker_judge(0x80).answered);
    assert_false(broker_judge(0x97).answered);
    assert_false(broker_judge(-1).answered);
}

static void both_versions_say_the_same_about_a_wrong_password(void **state)
{
    char url[] = "mqtt://h", reason[256];
    struct broker_options options = {.url = url, .protocol = BROKER_PROTOCOL_311};
    struct broker_trouble trouble = {.code = 4, .words = "", .options = &options};
    int64_t pause_ns = 0;

    (void)state;
    broker_explain(&trouble, reason, &pause_ns);
    assert_non_null(strstr(reason, "bad user name or password"));
    assert_int_equal(pause_ns, 30 * NS_PER_S);
    options.protocol = BROKER_PROTOCOL_5;
    trouble.code = 0x86;
    broker_explain(&trouble, reason, &pause_ns);
    assert_non_null(strstr(reason, "bad user name or password"));
    trouble = (struct broker_trouble){
        .code = -1, .words = "TCP/TLS connect failure", .options = &options};
    broker_explain(&trouble, reason, &pause_ns);
    assert_non_null(strstr(reason, "nobody answers at mqtt://h"));
    assert_int_equal(pause_ns, 0);
    trouble.words = "TCP connect completion failure";
    broker_explain(&trouble, reason, &pause_ns);
    assert_non_null(strstr(reason, "what answers at mqtt://h is no MQTT broker"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_go_where_the_table_says),
        cmocka_unit_test(every_kind_that_is_owed_has_a_topic),
        cmocka_unit_test(an_alarm_stands_until_it_is_cleared),
        cmocka_unit_test(alarms_of_two_tools_stand_side_by_side),
        cmocka_unit_test(a_new_tool_ends_all_that_the_old_one_was_warned_of),
        cmocka_unit_test(a_payload_has_time_run_and_seq_first),
        cmocka_unit_test(no_payload_says_a_name_twice),
        cmocka_unit_test(raw_signals_go_as_they_are_packed),
        cmocka_unit_test(an_older_record_does_not_take_a_newer_ones_place),
        cmocka_unit_test(a_crowd_of_topics_stays_bounded),
        cmocka_unit_test(only_new_commands_are_taken),
        cmocka_unit_test(answers_to_publishing_have_their_verdicts),
        cmocka_unit_test(a_lost_connection_is_never_the_rows_fault),
        cmocka_unit_test(both_versions_say_the_same_about_a_wrong_password),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
