/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/address.h"

#include <errno.h>
#include <linux/serial.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PORT "rtu:///dev/serial/by-id/usb-1"

static const struct {
    const char *url, *complaint; /* NULL = there is none */
    struct line_address wanted;
} cases[] = {
    {PORT,
     NULL,                                                                                                              {.kind = LINE_RTU, .baud = 9600, .parity = 'E', .data_bits = 8, .stop_bits = 1} },
    {PORT "?parity=none",
     NULL,                                                                                                              {.kind = LINE_RTU, .baud = 9600, .parity = 'N', .data_bits = 8, .stop_bits = 2} },
    {PORT "?baud=19200&parity=odd&data=7&stop=2&rs485=none",
     NULL,                                                                                                              {.kind = LINE_RTU, .baud = 19200, .parity = 'O', .data_bits = 7, .stop_bits = 2}},
    {PORT "?rs485=kernel",
     NULL,                                                                                                              {.kind = LINE_RTU,
      .baud = 9600,
      .parity = 'E',
      .data_bits = 8,
      .stop_bits = 1,
      .rs485 = RS485_KERNEL}                                                                                                                                                                  },
    {PORT "?rs485=rts-high",
     NULL,                                                                                                              {.kind = LINE_RTU,
      .baud = 9600,
      .parity = 'E',
      .data_bits = 8,
      .stop_bits = 1,
      .rs485 = RS485_RTS_HIGH}                                                                                                                                                                },
    {PORT "?rs485=rts-low",
     NULL,                                                                                                              {.kind = LINE_RTU,
      .baud = 9600,
      .parity = 'E',
      .data_bits = 8,
      .stop_bits = 1,
      .rs485 = RS485_RTS_LOW}                                                                                                                                                                 },
    {PORT "?rs485=rts",                                      "'rs485=rts': rs485 is none, kernel, rts-high or rts-low", {0}                                                                             },
    {PORT "?baud=9601",                                      "'baud=9601': baud is 300 to 921600, as in baud=19200",    {0}                                                                             },
    {PORT "?stopbits=1",
     "'stopbits=1' is not known here; baud, parity, data, stop, rs485 are",                                             {0}                                                                             },
};

static void a_serial_port_is_used_as_its_url_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct line_address address;
        char sentence[256] = "";

        int error = line_address_parse(cases[i].url, &address, sentence);
        assert_string_equal(sentence, cases[i].complaint ? cases[i].complaint : "");
        assert_int_equal(error, cases[i].complaint ? -EINVAL : 0);
        if (error)
            continue;
        assert_int_equal(address.kind, cases[i].wanted.kind);
        assert_int_equal(address.baud, cases[i].wanted.baud);
        assert_int_equal(address.parity, cases[i].wanted.parity);
        assert_int_equal(address.data_bits, cases[i].wanted.data_bits);
        assert_int_equal(address.stop_bits, cases[i].wanted.stop_bits);
        assert_int_equal(address.rs485, cases[i].wanted.rs485);
        assert_string_equal(address.name, "/dev/serial/by-id/usb-1");
    }
}

/* The driver's own flags stay, and one of the two levels is never for both. */
static void rts_is_what_it_was_told_to_be_while_we_send(void **state)
{
    const uint32_t own = SER_RS485_RX_DURING_TX;
    const uint32_t high = own | SER_RS485_RTS_ON_SEND;
    const uint32_t low = own | SER_RS485_RTS_AFTER_SEND;

    (void)state;
    assert_int_equal(line_rs485_flags(RS485_NONE, low), low);
    assert_int_equal(line_rs485_flags(RS485_KERNEL, low), low | SER_RS485_ENABLED);
    assert_int_equal(line_rs485_flags(RS485_RTS_HIGH, low), high | SER_RS485_ENABLED);
    assert_int_equal(line_rs485_flags(RS485_RTS_LOW, high), low | SER_RS485_ENABLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_serial_port_is_used_as_its_url_says),
        cmocka_unit_test(rts_is_what_it_was_told_to_be_while_we_send),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
