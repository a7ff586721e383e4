/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/loop/slots.h"
#include "drivers/modbus/modbus.h"
#include "tests/unit/support/fake_device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    POINTS = 40,
    UNITS = 4,
    DEADLINE_MS = 20000,
};

struct rig;

struct hearer { /* one link */
    struct rig *rig;
    struct driver_link *link;
    uint8_t unit;
    char url[64];
    char names[POINTS][32];
    struct point_options points[POINTS];
    struct link_options options;
    struct quirk_options quirks;
    int64_t good, wrong, stale, bad, links_up, links_down;
    enum why last_why;
    char position[4096];
};

struct rig {
    uv_loop_t loop;
    struct slots *slots;
    struct fake_device device;
    struct hearer hearers[UNITS];
    size_t count;
    uv_timer_t deadline;
    bool (*is_done)(struct rig *rig);
    bool is_stopping;
    size_t stopped;
    enum fault fault;
    int64_t faults_until; /* requests; after that the device behaves */
    uint8_t dead_unit;
    uint16_t refused_address;
    int64_t seen_behaving; /* requests since then */
    int64_t widest;        /* words of the largest request */
};

static enum fault decide(void *owner, struct fake_device *device,
                         const struct fake_request *request)
{
    struct rig *rig = owner;

    if (request->count > rig->widest)
        rig->widest = request->count;
    if (request->unit == rig->dead_unit)
        return FAULT_SILENT;
    if (rig->refused_address && request->address <= rig->refused_address &&
        rig->refused_address < request->address + request->count) {
        device->exception = 2;
        return FAULT_NONE;
    }
    if (device->requests >= rig->faults_until) {
        rig->seen_behaving++;
        return FAULT_NONE;
    }
    return device->requests % 5 == 3 ? rig->fault : FAULT_NONE;
}

static void end(struct rig *rig)
{
    if (rig->is_stopping)
        return;
    rig->is_stopping = true;
    for (size_t i = 0; i < rig->count; i++)
        driver_modbus.stop(rig->hearers[i].link);
}

static void judge(struct hearer *hearer, const struct sample *sample)
{
    unsigned address = (unsigned)atoi(sample->place + 1);

    hearer->last_why = sample->why;
    if (sample->quality == QUALITY_STALE) {
        hearer->stale++;
    } else if (sample->quality == QUALITY_BAD) {
        hearer->bad++;
        assert_int_equal(sample->value.kind, VALUE_NONE);
    } else if (sample_number(sample) == fake_word(hearer->unit, address)) {
        hearer->good++;
    } else {
        hearer->wrong++;
    }
}

static void on_deliver(void *owner, const struct sample *samples, size_t count)
{
    struct hearer *hearer = owner;

    for (size_t i = 0; i < count; i++) {
        if (samples[i].signal != SIGNAL_LINK)
            judge(hearer, &samples[i]);
        else if (samples[i].value.integer)
            hearer->links_up++;
        else
            hearer->links_down++;
    }
}

static void on_mark(void *owner, const char *position)
{
    struct hearer *hearer = owner;

    (void)text_copy(hearer->position, sizeof(hearer->position), position);
}

static void on_stopped(void *owner)
{
    struct hearer *hearer = owner;
    struct rig *rig = hearer->rig;

    if (++rig->stopped < rig->count)
        return;
    fake_device_close(&rig->device);
    slots_close(rig->slots, NULL, NULL);
    uv_close((uv_handle_t *)&rig->deadline, NULL);
}

static void on_check(uv_timer_t *timer)
{
    struct rig *rig = timer->data;

    if (rig->is_done(rig))
        end(rig);
}

static struct hearer *add_link(struct rig *rig, uint8_t unit, size_t points)
{
    struct hearer *hearer = &rig->hearers[rig->count++];

    *hearer = (struct hearer){.rig = rig, .unit = unit};
    (void)snprintf(hearer->url, sizeof(hearer->url), "tcp://127.0.0.1:%d",
                   rig->device.port);
    for (size_t i = 0; i < points; i++) {
        size_t address = 10 + 2 * i;
        (void)snprintf(hearer->names[i], sizeof(hearer->names[i]), "custom.r%zu",
                       address);
        hearer->points[i] = (struct point_options){.signal = hearer->names[i],
                                                   .address = (int64_t)address,
                                                   .type = (char[]){"uint16"},
                                                   .scale = 1};
    }
    hearer->options = (struct link_options){
        .url = hearer->url,
        .unit = unit,
        .every = 10 * NS_PER_MS,
        .timeout = 60 * NS_PER_MS,
        .max_gap = 16,
        .max_words = 125,
        .max_bits = 2000,
        .max_in_flight = 1,
        .points = {hearer->points, points},
        .quirks = &hearer->quirks,
    };
    return hearer;
}

static void start_link(struct hearer *hearer, const char *resume)
{
    struct rig *rig = hearer->rig;
    struct driver_site site = {
        .machine = "test",
        .loop = &rig->loop,
        .slots = rig->slots,
        .owner = hearer,
        .resume = resume,
        .deliver = on_deliver,
        .mark = on_mark,
        .stopped = on_stopped,
    };

    for (size_t i = 0; i < hearer->options.points.count; i++)
        hearer->points[i].type = strdup("uint16");
    assert_int_equal(driver_modbus.start(&site, &hearer->options, &hearer->link), 0);
    for (size_t i = 0; i < hearer->options.points.count; i++)
        free(hearer->points[i].type);
}

static void on_deadline_passed(struct rig *rig)
{
    print_error("not done: good %ld wrong %ld requests %ld connections %ld\n",
                (long)rig->hearers[0].good, (long)rig->hearers[0].wrong,
                (long)rig->device.requests, (long)rig->device.connections);
}

/* Runs until `is_done`, then stops the links and closes everything. */
static void run_until(struct rig *rig, bool (*is_done)(struct rig *rig))
{
    rig->is_done = is_done;
    assert_int_equal(uv_timer_init(&rig->loop, &rig->deadline), 0);
    rig->deadline.data = rig;
    (void)uv_timer_start(&rig->deadline, on_check, 1, 2);
    uint64_t began = uv_hrtime();
    while (uv_run(&rig->loop, UV_RUN_ONCE)) {
        if (!rig->is_stopping && uv_hrtime() - began > DEADLINE_MS * UINT64_C(1000000)) {
            on_deadline_passed(rig);
            end(rig);
            rig->hearers[0].wrong += 1000000;
        }
    }
    if (rig->hearers[0].wrong)
        print_error("fault %d: wrong values\n", rig->fault);
    assert_int_equal(rig->hearers[0].wrong, 0);
    assert_int_equal(uv_loop_close(&rig->loop), 0);
}

static void set_up(struct rig *rig)
{
    memset(rig, 0, sizeof(*rig));
    assert_int_equal(uv_loop_init(&rig->loop), 0);
    assert_int_equal(slots_create(&rig->loop, &rig->slots), 0);
    rig->device.owner = rig;
    rig->device.decide = decide;
    fake_device_open(&rig->device, &rig->loop);
}

static bool behaved_for_long(struct rig *rig)
{
    return rig->seen_behaving >= 300;
}

static bool behaved_for_a_thousand(struct rig *rig)
{
    return rig->seen_behaving >= 1000;
}

static const struct {
    enum fault fault;
    bool same_connection; /* nothing of this kind may cost the connection */
    bool loses_nothing;   /* not even one reading */
} faults[] = {
    {FAULT_SILENT,         true,  false},
    {FAULT_LATE,           true,  false},
    {FAULT_WRONG_ID,       true,  false},
    {FAULT_WRONG_UNIT,     true,  false},
    {FAULT_WRONG_FUNCTION, true,  false},
    {FAULT_SHORT,          true,  false},
    {FAULT_TRUNCATED,      false, false},
    {FAULT_OVERSIZE,       false, true },
    {FAULT_GARBAGE,        false, true },
    {FAULT_DUPLICATE,      true,  true },
    {FAULT_DRIBBLE,        true,  false},
    {FAULT_RESET,          false, true },
    {FAULT_BUSY,           true,  false},
    {FAULT_GATEWAY,        true,  false},
};

static void no_fault_makes_a_wrong_value_or_lasts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        struct rig rig;

        set_up(&rig);
        rig.fault = faults[i].fault;
        rig.faults_until = 40;
        struct hearer *hearer = add_link(&rig, 7, POINTS);
        hearer->options.max_words = 9; /* so that there are eight requests a scan */
        start_link(hearer, NULL);
        run_until(&rig, behaved_for_long);
        if (faults[i].same_connection && rig.device.connections != 1)
            print_error("fault %d: %ld connections\n", faults[i].fault,
                        (long)rig.device.connections);
        if (faults[i].same_connection)
            assert_int_equal(rig.device.connections, 1);
        if (faults[i].loses_nothing)
            assert_int_equal(hearer->stale + hearer->bad, 0);
        assert_true(hearer->good >= 290 * POINTS / 8);
        assert_int_equal(rig.device.writes, 0);
    }
}

static bool heard_much(struct rig *rig)
{
    return rig->hearers[0].good >= 1500;
}

static void a_dead_unit_costs_its_neighbours_little(void **state)
{
    struct rig rig;

    (void)state;
    set_up(&rig);
    rig.dead_unit = 3;
    for (uint8_t unit = 1; unit <= 3; unit++)
        start_link(add_link(&rig, unit, 5), NULL);
    run_until(&rig, heard_much);
    assert_int_equal(rig.device.connections, 1);
    assert_int_equal(rig.hearers[1].wrong + rig.hearers[2].wrong, 0);
    assert_true(rig.hearers[1].good > 1000);
    assert_int_equal(rig.hearers[2].good, 0);
    assert_true(rig.hearers[2].links_down == 1);
    assert_true(rig.hearers[2].bad >= 5);
    assert_int_equal(rig.hearers[2].last_why, WHY_TIMEOUT);
}

static void a_refused_register_costs_only_its_point(void **state)
{
    struct rig rig, again;

    (void)state;
    set_up(&rig);
    rig.refused_address = 10 + 2 * 17;
    struct hearer *hearer = add_link(&rig, 1, POINTS);
    start_link(hearer, NULL);
    run_until(&rig, heard_much);
    assert_int_equal(hearer->bad, 1);
    assert_int_equal(hearer->last_why, WHY_NONE);
    assert_int_equal(rig.device.connections, 1);
    assert_int_equal(strncmp(hearer->position, "h44+1@", 6), 0);
    /* One failed, 2 * log2(40) halves, then as before. */
    assert_true(rig.device.requests <= 1500 / (POINTS - 1) * 2 + 16);

    set_up(&again);
    again.refused_address = rig.refused_address;
    start_link(add_link(&again, 1, POINTS), hearer->position);
    run_until(&again, heard_much);
    assert_int_equal(again.hearers[0].bad, 0);
    assert_true(again.widest < POINTS * 2);
}

static void a_hole_between_points_is_found_too(void **state)
{
    struct rig rig;

    (void)state;
    set_up(&rig);
    rig.refused_address = 10 + 2 * 17 + 1;
    struct hearer *hearer = add_link(&rig, 1, POINTS);
    start_link(hearer, NULL);
    run_until(&rig, heard_much);
    assert_int_equal(hearer->bad, 0);
    assert_int_equal(strncmp(hearer->position, "h45+1@", 6), 0);
}

static bool lost_and_found(struct rig *rig)
{
    struct hearer *hearer = &rig->hearers[0];

    if (hearer->good > 200 && !hearer->links_down && rig->device.connections == 1 &&
        rig->device.connection && !uv_is_closing((uv_handle_t *)&rig->device.listener)) {
        fake_device_close(&rig->device);
        hearer->good = 0;
    }
    if (hearer->links_down == 1 && hearer->links_up == 1 && hearer->stale >= 5 &&
        uv_is_closing((uv_handle_t *)&rig->device.listener)) {
        fake_device_open(&rig->device, &rig->loop);
        hearer->good = 0;
    }
    return hearer->links_up == 2 && hearer->good > 100;
}

static void a_device_that_comes_back_is_heard_again(void **state)
{
    struct rig rig;

    (void)state;
    set_up(&rig);
    start_link(add_link(&rig, 1, 5), NULL);
    run_until(&rig, lost_and_found);
    assert_int_equal(rig.hearers[0].links_down, 1);
}

static bool heard_a_little(struct rig *rig)
{
    return rig->hearers[0].good >= 60;
}

static void quirks_change_how_it_is_asked(void **state)
{
    struct rig rig;

    (void)state;
    set_up(&rig);
    struct hearer *hearer = add_link(&rig, 1, 2);
    hearer->options.every = 40 * NS_PER_MS;
    hearer->quirks = (struct quirk_options){.close_after_scan = true,
                                            .one_request_per_point = true,
                                            .pause_after_connect = NS_PER_MS,
                                            .pause_between = NS_PER_MS,
                                            .transaction_ids = 1};
    start_link(hearer, NULL);
    run_until(&rig, heard_a_little);
    assert_int_equal(rig.widest, 1);
    assert_true(rig.device.connections > 10);
}

static void several_may_be_under_way(void **state)
{
    struct rig rig;

    (void)state;
    set_up(&rig);
    struct hearer *hearer = add_link(&rig, 1, POINTS);
    hearer->options.max_words = 3;
    hearer->options.max_in_flight = 8;
    rig.fault = FAULT_LATE;
    rig.faults_until = 200;
    start_link(hearer, NULL);
    run_until(&rig, behaved_for_a_thousand);
    assert_int_equal(rig.device.connections, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_fault_makes_a_wrong_value_or_lasts),
        cmocka_unit_test(a_dead_unit_costs_its_neighbours_little),
        cmocka_unit_test(a_refused_register_costs_only_its_point),
        cmocka_unit_test(a_hole_between_points_is_found_too),
        cmocka_unit_test(a_device_that_comes_back_is_heard_again),
        cmocka_unit_test(quirks_change_how_it_is_asked),
        cmocka_unit_test(several_may_be_under_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
