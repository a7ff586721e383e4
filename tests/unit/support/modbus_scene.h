/* SPDX-License-Identifier: Apache-2.0 */
/* Links of the Modbus driver and one device that misbehaves as it is told, on one loop.
 */
#pragma once

#include "daemon/loop/slots.h"
#include "drivers/modbus/modbus.h"
#include "tests/unit/support/fake_device.h"

enum {
    POINTS = 40,
    UNITS = 4,
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
    int64_t asked_at_mark; /* requests of the device when the first hole was known */
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
    int64_t refuses_every; /* n-th request, whatever it asks for; 0 = none */
    int64_t seen_behaving; /* requests since then */
    int64_t widest;        /* words of the largest request */
};

/* A device, nothing wrong with it, and no link yet. */
void set_up(struct rig *rig);

/* A link of `points` points at 10, 12, 14 …, to be changed before it is started. */
struct hearer *add_link(struct rig *rig, uint8_t unit, size_t points);
void start_link(struct hearer *hearer, const char *resume);

/* Runs until `is_done`, then stops the links and closes everything. */
void run_until(struct rig *rig, bool (*is_done)(struct rig *rig));
