/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/modbus_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    DEADLINE_MS = 20000
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
    if (rig->refuses_every && device->requests % rig->refuses_every == 0) {
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

    if (!hearer->asked_at_mark)
        hearer->asked_at_mark = hearer->rig->device.requests;
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

    if (!rig->is_stopping && rig->is_done(rig))
        end(rig);
}

struct hearer *add_link(struct rig *rig, uint8_t unit, size_t points)
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

void start_link(struct hearer *hearer, const char *resume)
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

void run_until(struct rig *rig, bool (*is_done)(struct rig *rig))
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

void set_up(struct rig *rig)
{
    memset(rig, 0, sizeof(*rig));
    assert_int_equal(uv_loop_init(&rig->loop), 0);
    assert_int_equal(slots_create(&rig->loop, &rig->slots), 0);
    rig->device.owner = rig;
    rig->device.decide = decide;
    fake_device_open(&rig->device, &rig->loop);
}
