/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/moment.h"
#include "tools/cncsim/agent/agent.h"
#include "tools/cncsim/modbus/fault.h"
#include "tools/cncsim/modbus/map.h"
#include "tools/cncsim/model/machine.h"
#include "tools/cncsim/scenario/builtin.h"
#include "tools/cncsim/scenario/reader.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What a machine did, as text, with every cycle checked as it ends. */
struct diary {
    struct text text;
    int64_t cycles, last_ns;
};

static void on_shown(void *owner, enum panel_item item, const struct panel_value *value,
                     int64_t at_ns)
{
    struct diary *diary = owner;

    assert_true(at_ns >= diary->last_ns);
    assert_true(at_ns % NS_PER_MS == 0);
    diary->last_ns = at_ns;
    text_add_format(&diary->text, "%lld %s %.17g %s\n", (long long)at_ns,
                    panel_rows[item].name, value->number, value->text);
}

static void on_told(void *owner, const struct truth *truth)
{
    struct diary *diary = owner;

    truth_print(truth, 0, &diary->text);
    if (truth->kind != TRUTH_CYCLE)
        return;
    int64_t sum = 0;

    for (int i = 0; i < BUCKET_COUNT; i++)
        sum += truth->cycle->buckets[i];
    assert_int_equal(sum, truth->cycle->to_ns - truth->cycle->from_ns);
    diary->cycles++;
}

static struct scenario *demo(void)
{
    struct scenario *scenario = NULL;
    struct text complaints;

    text_init_heap(&complaints);
    assert_int_equal(scenario_read("demo", builtin_scenario, strlen(builtin_scenario),
                                   &complaints, &scenario),
                     0);
    text_done(&complaints);
    return scenario;
}

static void live(const struct machine_plan *plan, int64_t stride_ns, struct diary *diary)
{
    struct machine_listener listener = {diary, on_shown, on_told};
    struct machine machine;

    *diary = (struct diary){0};
    text_init_heap(&diary->text);
    machine_init(&machine, plan, 7, listener);
    for (int64_t at = 0; at < NS_PER_HOUR; at += stride_ns)
        machine_advance(&machine, at);
    machine_advance(&machine, NS_PER_HOUR);
}

static void the_same_seed_makes_the_same_day_however_often_it_is_asked(void **state)
{
    struct scenario *scenario = demo();
    const struct option_list *machines = &scenario_plan(scenario)->machines;

    (void)state;
    for (size_t i = 0; i < machines->count; i++) {
        const struct machine_plan *plan = PLAN_ITEM(*machines, struct machine_plan, i);
        struct diary coarse, fine;

        live(plan, 17 * NS_PER_MINUTE, &coarse);
        live(plan, 333 * NS_PER_MS, &fine);
        assert_true(coarse.cycles > 50);
        assert_string_equal(coarse.text.data, fine.text.data);
        text_done(&coarse.text);
        text_done(&fine.text);
    }
    scenario_free(scenario);
}

static const char incidents[] =
    "machines:\n"
    "- name: m\n"
    "  counter: 65530\n"
    "  counter_modulus: 65536\n"
    "  counter_lag: -2s\n"
    "  warmup_after: 5m\n"
    "  programs:\n"
    "  - {name: O1, blocks: [{tool: '1', cut: 9s}, {kind: m00, cut: 3s}, {tool: '2'}]}\n"
    "  - {name: O9000, warmup: true, blocks: [{cut: 20s}]}\n"
    "  tools: [{tool: '1', life: 9}]\n"
    "  incidents:\n"
    "  - {kind: hold, every: 3, for: 5s}\n"
    "  - {kind: abort, every: 7}\n"
    "  - {kind: emergency_stop, at: 10m, for: 30s}\n"
    "  - {kind: mdi, every: 9, for: 14s}\n"
    "  - {kind: override, every: 4, for: 11s, value: 50}\n"
    "  - {kind: break, at: 20m, for: 10m}\n"
    "  - {kind: tool_breaks, every: 11, text: '1'}\n"
    "  - {kind: unplugged, at: 40m, for: 20s}\n";

static void whatever_happens_every_second_of_a_cycle_is_in_one_bucket(void **state)
{
    struct scenario *scenario;
    struct text complaints;
    struct diary diary;

    (void)state;
    text_init_heap(&complaints);
    assert_int_equal(
        scenario_read("test", incidents, strlen(incidents), &complaints, &scenario), 0);
    live(PLAN_ITEM(scenario_plan(scenario)->machines, struct machine_plan, 0),
         NS_PER_MINUTE, &diary);
    assert_true(diary.cycles > 40);
    assert_non_null(strstr(diary.text.data, "\"kind\":\"warmup\""));
    assert_non_null(strstr(diary.text.data, "\"class\":\"aborted\""));
    assert_non_null(strstr(diary.text.data, "part_count 65535 \n"));
    assert_non_null(strstr(diary.text.data, "part_count 0 \n"));
    assert_null(strstr(diary.text.data, "part_count 65536 \n"));
    text_done(&diary.text);
    scenario_free(scenario);
    text_done(&complaints);
}

/* A control knows its tool again when the change was given up. */
static void nothing_is_cut_without_a_tool(void **state)
{
    static const char yaml[] =
        "machines:\n"
        "- name: m\n"
        "  programs:\n"
        "  - {name: O1, blocks: [{tool: '1', change: 9s}, {tool: '2', change: 9s}]}\n"
        "  incidents: [{kind: abort, every: 2}]\n";
    struct scenario *scenario;
    struct text complaints;
    struct diary diary;
    bool has_tool = true;
    int cuts = 0;

    (void)state;
    text_init_heap(&complaints);
    assert_int_equal(scenario_read("test", yaml, strlen(yaml), &complaints, &scenario),
                     0);
    live(PLAN_ITEM(scenario_plan(scenario)->machines, struct machine_plan, 0),
         NS_PER_MINUTE, &diary);
    for (char *line = strtok(diary.text.data, "\n"); line; line = strtok(NULL, "\n")) {
        if (strstr(line, " tool "))
            has_tool = line[strlen(line) - 1] != ' ';
        if (!strstr(line, " cutting 1"))
            continue;
        assert_true(has_tool);
        cuts++;
    }
    assert_true(cuts > 50);
    text_done(&diary.text);
    scenario_free(scenario);
    text_done(&complaints);
}

static void a_bad_scenario_is_told_with_its_lines(void **state)
{
    static const char yaml[] = "seed: x\nmachines:\n- title: a\n  load: 5 parsecs\n";
    struct scenario *scenario = NULL;
    struct text complaints;

    (void)state;
    text_init_heap(&complaints);
    assert_true(scenario_read("bad", yaml, strlen(yaml), &complaints, &scenario) < 0);
    assert_non_null(strstr(complaints.data, "bad:1:7: "));
    assert_non_null(strstr(complaints.data, "bad:3:3: unknown key 'title'"));
    assert_non_null(strstr(complaints.data, "bad:4:9: "));
    assert_non_null(strstr(complaints.data, "missing key 'name'"));
    text_done(&complaints);
}

/* domain.md 4.2: K 24 um, tau 45 min. */
static void heat_follows_the_first_order_curve(void **state)
{
    static const struct {
        double minutes, growth;
    } cases[] = {
        {15,  6.803 },
        {45,  15.171},
        {90,  20.752},
        {135, 22.805},
        {180, 23.560},
    };
    struct heat_plan plan = {.spindle_tau_s = 45 * 60, .column_tau_s = 3600};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct heat heat = {0};

        for (int step = 0; step < 100; step++)
            heat_advance(&heat, &plan, 1, cases[i].minutes * 60 / 100);
        assert_true(fabs(24 * heat.spindle - cases[i].growth) < 0.001);
    }
}

static void an_edge_wears_ever_more_until_it_is_new(void **state)
{
    struct edge edge = {0};
    struct random random;
    double last = -1;

    (void)state;
    random_init(&random, 1, "edge");
    edge_renew(&edge, 100, 0, &random);
    for (edge.age_parts = 0; edge.age_parts <= 120; edge.age_parts++) {
        assert_true(edge_wear(&edge) > last);
        last = edge_wear(&edge);
    }
    edge.age_parts = 100;
    assert_true(fabs(edge_wear(&edge) - 1) < 1e-9);
    edge_renew(&edge, 100, 0, &random);
    assert_true(edge_wear(&edge) == 0);
    assert_int_equal(edge.life_no, 2);
}

static void a_farm_value_proves_itself(void **state)
{
    uint16_t registers[100];

    (void)state;
    farm_fill(registers, 100, 377, 70000, 123456789);
    assert_int_equal(registers[0], 377);
    assert_int_equal(registers[1] * 65536 + registers[2], 70000);
    assert_int_equal(registers[3] * 65536 + registers[4], 123456789);
    assert_int_equal(registers[6], 0xC0DE);
    for (uint32_t i = 10; i < 100; i++)
        assert_int_equal(registers[i], (40503U * 377 + 2531U * i + 70000) % 65536);
}

/* An answer to a read of two registers: transaction 7, unit 1. */
static const unsigned char answer[] = {0, 7, 0, 0, 0, 7, 1, 3, 4, 0x12, 0x34, 0x56, 0x78};

static const struct {
    enum fault_kind kind;
    unsigned char bytes[2 * sizeof(answer)];
    size_t length;
} faults[] = {
    {FAULT_WRONG_ID,       {0, 0x52, 0, 0, 0, 7, 1, 3, 4, 0x12, 0x34, 0x56, 0x78}, 13},
    {FAULT_WRONG_UNIT,     {0, 7, 0, 0, 0, 7, 0x41, 3, 4, 0x12, 0x34, 0x56, 0x78}, 13},
    {FAULT_WRONG_FUNCTION, {0, 7, 0, 0, 0, 7, 1, 4, 4, 0x12, 0x34, 0x56, 0x78},    13},
    {FAULT_EXCEPTION,      {0, 7, 0, 0, 0, 3, 1, 0x83, 4},                         9 },
    {FAULT_TRUNCATED,      {0, 7, 0, 0, 0, 7},                                     6 },
    {FAULT_OVERSIZE,       {0, 7, 0, 0, 1, 7, 1, 3, 4, 0x12, 0x34, 0x56, 0x78},    13},
    {FAULT_SHORT,          {0, 7, 0, 0, 0, 5, 1, 3, 2, 0x12, 0x34},                11},
    {FAULT_DUPLICATE,
     {0, 7, 0, 0, 0, 7, 1, 3, 4, 0x12, 0x34, 0x56, 0x78,
      0, 7, 0, 0, 0, 7, 1, 3, 4, 0x12, 0x34, 0x56, 0x78},
     26                                                                              },
};

static void each_fault_does_to_the_answer_what_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        struct fault_plan fault = {.kind = faults[i].kind};
        struct delivery delivery;

        fault_apply(&fault, true, answer, sizeof(answer), &delivery);
        assert_int_equal(delivery.length, faults[i].length);
        assert_memory_equal(delivery.bytes, faults[i].bytes, faults[i].length);
    }
}

static void no_fault_leaves_the_answer_alone(void **state)
{
    struct delivery delivery;

    (void)state;
    fault_apply(NULL, true, answer, sizeof(answer), &delivery);
    assert_int_equal(delivery.length, sizeof(answer));
    assert_memory_equal(delivery.bytes, answer, sizeof(answer));
    assert_false(delivery.silent || delivery.closes);
}

/* The frame of Modbus over Serial Line 1.02, as every implementation computes it. */
static void the_crc_is_the_one_of_the_standard(void **state)
{
    static const unsigned char request[] = {0x01, 0x04, 0x00, 0x00, 0x00, 0x0A};

    (void)state;
    assert_int_equal(frame_crc(request, sizeof(request)), 0x0D70);
}

static void ignore_shown(void *owner, enum panel_item item,
                         const struct panel_value *value, int64_t at_ns)
{
    (void)owner;
    (void)item;
    (void)value;
    (void)at_ns;
}

static void ignore_told(void *owner, const struct truth *truth)
{
    (void)owner;
    (void)truth;
}

static void the_ring_keeps_the_newest_and_every_sequence_once(void **state)
{
    struct agent_plan plan = {.buffer_size = 16, .instance = 5, .version = VERSION_2_0};
    struct scenario *scenario = demo();
    struct machine_listener listener = {NULL, ignore_shown, ignore_told};
    struct panel_value value = {.number = 1};
    struct machine machine;
    struct agent agent;

    (void)state;
    machine_init(&machine,
                 PLAN_ITEM(scenario_plan(scenario)->machines, struct machine_plan, 0), 1,
                 listener);
    assert_int_equal(agent_init(&agent, &plan, &machine, 0), 0);
    assert_int_equal(agent.instance, 5);
    for (int i = 0; i < 100; i++)
        agent_observe(&agent, ITEM_PART_COUNT, &value, i * NS_PER_S);
    assert_int_equal(agent.next - agent.oldest, 16);
    assert_null(agent_find(&agent, agent.oldest - 1));
    assert_null(agent_find(&agent, agent.next));
    for (uint64_t sequence = agent.oldest; sequence < agent.next; sequence++)
        assert_int_equal(agent_find(&agent, sequence)->sequence, sequence);
    agent_restart(&agent, 0);
    assert_int_equal(agent.instance, 6);
    assert_non_null(agent_find(&agent, agent.next - 1));
    agent_done(&agent);
    scenario_free(scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_makes_the_same_day_however_often_it_is_asked),
        cmocka_unit_test(whatever_happens_every_second_of_a_cycle_is_in_one_bucket),
        cmocka_unit_test(nothing_is_cut_without_a_tool),
        cmocka_unit_test(a_bad_scenario_is_told_with_its_lines),
        cmocka_unit_test(heat_follows_the_first_order_curve),
        cmocka_unit_test(an_edge_wears_ever_more_until_it_is_new),
        cmocka_unit_test(a_farm_value_proves_itself),
        cmocka_unit_test(each_fault_does_to_the_answer_what_it_says),
        cmocka_unit_test(no_fault_leaves_the_answer_alone),
        cmocka_unit_test(the_crc_is_the_one_of_the_standard),
        cmocka_unit_test(the_ring_keeps_the_newest_and_every_sequence_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
