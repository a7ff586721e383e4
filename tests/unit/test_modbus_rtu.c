/* SPDX-License-Identifier: Apache-2.0 */
/* RTU on a pty, with libmodbus's own server at the other end, in a process of its own. */
#include "drivers/modbus/frame.h"
#include "drivers/modbus/line.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>
#include <fcntl.h>
#include <modbus.h>

enum {
    READS = 50,
    WORDS = 20,
    UNIT = 9,
};

/* Two ptys and a wire between their masters would hide nothing more than this: libmodbus
   reads and writes the master itself. */
static void serve(int master)
{
    modbus_t *server = modbus_new_rtu("/dev/null", 19200, 'E', 8, 1);
    modbus_mapping_t *map = modbus_mapping_new(0, 0, 200, 0);
    uint8_t request[MODBUS_RTU_MAX_ADU_LENGTH];

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; i < 200; i++)
        map->tab_registers[i] = (uint16_t)(3 * i + 1);
    (void)modbus_set_slave(server, UNIT);
    (void)modbus_set_socket(server, master);
    for (;;) {
        int length = modbus_receive(server, request);
        if (length > 0)
            (void)modbus_reply(server, request, length, map);
    }
}

struct reader {
    uv_loop_t loop;
    struct line_job job;
    int answered, failed;
};

static void on_done(void *owner, struct line_job *job, const struct line_outcome *outcome)
{
    struct reader *reader = owner;

    if (outcome->result != LINE_ANSWERED) {
        reader->failed++;
    } else {
        for (size_t i = 0; i < WORDS; i++)
            assert_int_equal(outcome->data[2 * i] << 8 | outcome->data[2 * i + 1],
                             3 * (job->address + i) + 1);
        reader->answered++;
    }
    if (reader->answered + reader->failed < READS) {
        job->address = (uint16_t)((job->address + 7) % 150);
        assert_int_equal(line_submit(job), 0);
    }
}

static void libmodbus_answers_over_a_serial_line(void **state)
{
    static struct reader reader;
    struct line_terms terms = {.timeout_ns = 2 * NS_PER_S, .max_in_flight = 1};
    struct line_unit *unit;
    struct termios raw;
    char url[128], sentence[256];

    (void)state;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    assert_int_equal(tcgetattr(master, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(master, TCSANOW, &raw), 0);
    (void)snprintf(url, sizeof(url), "rtu://%s?baud=19200&parity=none", ptsname(master));

    pid_t child = fork();
    if (child == 0)
        serve(master);
    assert_int_equal(line_address_parse(url, &terms.address, sentence), 0);
    assert_int_equal(uv_loop_init(&reader.loop), 0);
    assert_int_equal(line_join(&reader.loop, &terms, UNIT, &unit), 0);
    reader.job = (struct line_job){.unit = unit,
                                   .function = FUNCTION_READ_HOLDING,
                                   .count = WORDS,
                                   .owner = &reader,
                                   .done = on_done};
    assert_int_equal(line_submit(&reader.job), 0);
    while (reader.answered + reader.failed < READS)
        (void)uv_run(&reader.loop, UV_RUN_ONCE);
    line_leave(unit);
    (void)uv_run(&reader.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&reader.loop), 0);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    (void)close(master);
    assert_int_equal(reader.failed, 0);
}

static void on_not_linked(void *owner, struct line_job *job,
                          const struct line_outcome *outcome)
{
    (void)job;
    assert_int_equal(outcome->result, LINE_NOT_LINKED);
    *(bool *)owner = true;
}

/* A pty has no direction to switch. */
static void a_port_that_cannot_switch_the_direction_is_not_used(void **state)
{
    struct line_terms terms = {.timeout_ns = NS_PER_S, .max_in_flight = 1};
    struct line_health health;
    struct line_unit *unit;
    char url[128], sentence[256];
    bool is_done = false;
    uv_loop_t loop;

    (void)state;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    (void)snprintf(url, sizeof(url), "rtu://%s?rs485=rts-high", ptsname(master));
    assert_int_equal(line_address_parse(url, &terms.address, sentence), 0);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(line_join(&loop, &terms, UNIT, &unit), 0);
    struct line_job job = {.unit = unit,
                           .function = FUNCTION_READ_HOLDING,
                           .count = 1,
                           .owner = &is_done,
                           .done = on_not_linked};
    assert_int_equal(line_submit(&job), 0);
    while (!is_done)
        (void)uv_run(&loop, UV_RUN_ONCE);
    line_describe(unit, &health);
    assert_int_equal(health.last_error, -ENOSYS);
    line_leave(unit);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    (void)close(master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_port_that_cannot_switch_the_direction_is_not_used),
        cmocka_unit_test(libmodbus_answers_over_a_serial_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
