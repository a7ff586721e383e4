/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/load.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BY_ID "rtu:///dev/serial/by-id/usb-1"

enum {
    POINTS = 10,
    COMPLAINTS_MAX = 4,
};

/* A link that reads the ten registers 0 to 9 by one request. */
struct scene {
    char url[64];
    struct point_options points[POINTS];
    struct quirk_options quirks;
    struct link_options options;
};

static void set_up(struct scene *scene, const char *url, int64_t every_ns)
{
    static char signal[] = "feed", type[] = "uint16";

    *scene = (struct scene){0};
    (void)snprintf(scene->url, sizeof(scene->url), "%s", url);
    for (int i = 0; i < POINTS; i++)
        scene->points[i] = (struct point_options){
            .signal = signal, .address = i, .type = type, .scale = 1};
    scene->options = (struct link_options){
        .url = scene->url,
        .unit = 1,
        .every = every_ns,
        .timeout = NS_PER_S,
        .max_gap = 10,
        .max_words = 125,
        .max_bits = 2000,
        .max_in_flight = 1,
        .points = {.items = scene->points, .count = POINTS},
        .quirks = &scene->quirks,
    };
}

/*
 * 8 bytes go out and 5 + 20 come in, of 11 bits each (start, 8, parity or a second stop
 * bit, stop): 363 bits; then 3.5 characters of silence, 1.75 ms above 19,200 baud. By
 * hand, the device's 5 ms included.
 */
static const struct {
    const char *url;
    int64_t pause_ns;
    double busy_ms;
} lines[] = {
    {BY_ID,                                 0,              37.8125 + 4.0104 + 5},
    {BY_ID "?baud=9600&parity=none",        0,              37.8125 + 4.0104 + 5},
    {BY_ID "?baud=19200",                   0,              18.9063 + 2.0052 + 5},
    {BY_ID "?baud=115200",                  0,              3.1510 + 1.75 + 5   },
    {BY_ID "?baud=9600&parity=none&stop=1", 0,              34.375 + 3.6458 + 5 },
    {BY_ID,                                 2 * NS_PER_MS,  37.8125 + 4.0104 + 5},
    {BY_ID,                                 50 * NS_PER_MS, 37.8125 + 50 + 5    },
    {"tcp://127.0.0.1",                     0,              0                   },
    {"rtu+tcp://127.0.0.1:4001",            0,              0                   },
};

static bool is_busy_for(const struct scene *scene, double ms_of_a_second)
{
    double share = load_share(&scene->options, LOAD_THINKING_NS);

    return fabs(1000 * share - ms_of_a_second) < 0.001;
}

static void a_request_keeps_a_line_as_busy_as_its_bits_take(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        struct scene scene;

        set_up(&scene, lines[i].url, NS_PER_S);
        scene.quirks.pause_between = lines[i].pause_ns;
        assert_true(is_busy_for(&scene, lines[i].busy_ms));
    }
}

static void points_of_other_periods_have_requests_of_their_own(void **state)
{
    struct scene scene;
    struct request_plan *requests = NULL;

    (void)state;
    set_up(&scene, BY_ID, NS_PER_S);
    scene.points[9].every = 10 * NS_PER_S;
    assert_int_equal(load_plan(&scene.options, &requests), 2);
    assert_int_equal(requests[0].count + requests[1].count, POINTS);
    free(requests);
    /* 13 + 18 bytes every second, 13 + 2 every ten: 341 and 165 bits. */
    assert_true(is_busy_for(&scene, 35.5208 + 9.0104 + (17.1875 + 9.0104) / 10));
}

struct heard {
    size_t count;
    struct {
        size_t index;
        bool is_warning;
        char sentence[600];
    } list[COMPLAINTS_MAX];
};

static void hear(void *owner, size_t index, bool is_warning, const char *sentence)
{
    struct heard *heard = owner;

    assert_true(heard->count < COMPLAINTS_MAX);
    heard->list[heard->count].index = index;
    heard->list[heard->count].is_warning = is_warning;
    (void)snprintf(heard->list[heard->count++].sentence, 600, "%s", sentence);
}

/* Two links of 46.8229 ms a request each. */
static const struct {
    const char *first, *second;
    int64_t every_ns;
    size_t index; /* of the link that is complained about */
    bool is_warning;
    const char *sentence; /* NULL = none */
} pairs[] = {
    {BY_ID,             BY_ID,                           125 * NS_PER_MS, 0, false, NULL                          },
    {BY_ID,             BY_ID,                           110 * NS_PER_MS, 1, true,  "is busy for 85 % of the time"},
    {BY_ID,             BY_ID,                           80 * NS_PER_MS,  1, false,
     "cannot carry this: 1171 ms of every second are needed at 9600 baud"                                         },
    {BY_ID,             BY_ID "?baud=19200",             NS_PER_S,        1, false, "is used by another link"     },
    {BY_ID,             "rtu:///dev/serial/by-id/usb-2", 80 * NS_PER_MS,  0, false, NULL                          },
    {BY_ID,             "rtu:///dev/ttyUSB0",            NS_PER_S,        1, true,  "/dev/ttyUSB0 may be another" },
    {"tcp://127.0.0.1", "tcp://127.0.0.1",               10 * NS_PER_MS,  0, false, NULL                          },
};

static void a_line_that_cannot_carry_it_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
        struct scene first, second;
        struct heard heard = {0};
        const struct driver_report report = {.owner = &heard, .complain = hear};

        set_up(&first, pairs[i].first, pairs[i].every_ns);
        set_up(&second, pairs[i].second, pairs[i].every_ns);
        const void *const links[] = {&first.options, &second.options};
        load_check(links, 2, &report);
        assert_int_equal(heard.count, pairs[i].sentence != NULL);
        if (!pairs[i].sentence)
            continue;
        assert_int_equal(heard.list[0].index, pairs[i].index);
        assert_int_equal(heard.list[0].is_warning, pairs[i].is_warning);
        assert_non_null(strstr(heard.list[0].sentence, pairs[i].sentence));
    }
}

static void links_of_a_line_need_not_stand_together(void **state)
{
    const char *const urls[] = {BY_ID, "rtu:///dev/serial/by-id/usb-2", BY_ID};
    struct scene scenes[3];
    const void *links[3];
    struct heard heard = {0};
    const struct driver_report report = {.owner = &heard, .complain = hear};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        set_up(&scenes[i], urls[i], 80 * NS_PER_MS);
        links[i] = &scenes[i].options;
    }
    load_check(links, 3, &report);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.list[0].index, 2);
    assert_non_null(strstr(heard.list[0].sentence, "1171 ms of every second"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_keeps_a_line_as_busy_as_its_bits_take),
        cmocka_unit_test(points_of_other_periods_have_requests_of_their_own),
        cmocka_unit_test(a_line_that_cannot_carry_it_is_told),
        cmocka_unit_test(links_of_a_line_need_not_stand_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
