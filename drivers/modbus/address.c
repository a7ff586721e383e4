/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/address.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"

#include <ctype.h>
#include <errno.h>
#include <linux/serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PORT = 502,
    BAUD = 9600,
    FAST_BAUD = 19200,
};

static const struct {
    const char *scheme;
    enum line_kind kind;
} schemes[] = {
    {"tcp://",     LINE_TCP    },
    {"rtu://",     LINE_RTU    },
    {"rtu+tcp://", LINE_RTU_TCP},
};

/* What both Linux and libmodbus know by number; libmodbus takes 9600 for any other. */
static const int bauds[] = {300,   600,    1200,   2400,   4800,   9600,   19200, 38400,
                            57600, 115200, 230400, 460800, 500000, 576000, 921600};

enum parameter {
    PARAMETER_BAUD,
    PARAMETER_PARITY,
    PARAMETER_DATA,
    PARAMETER_STOP,
    PARAMETER_RS485,
    PARAMETER_COUNT,
};

static const struct {
    const char *name;
    const char *expected;
} parameters[PARAMETER_COUNT] = {
    [PARAMETER_BAUD] = {"baud",   "300 to 921600, as in baud=19200"  },
    [PARAMETER_PARITY] = {"parity", "even, odd or none"                },
    [PARAMETER_DATA] = {"data",   "7 or 8"                           },
    [PARAMETER_STOP] = {"stop",   "1 or 2"                           },
    [PARAMETER_RS485] = {"rs485",  "none, kernel, rts-high or rts-low"},
};

static bool take_baud(struct line_address *address, const char *value)
{
    for (size_t i = 0; i < sizeof(bauds) / sizeof(*bauds); i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "%d", bauds[i]);
        if (strcmp(name, value) == 0) {
            address->baud = bauds[i];
            return true;
        }
    }
    return false;
}

static bool take_parity(struct line_address *address, const char *value)
{
    static const char *const names[] = {"even", "odd", "none"};

    for (size_t i = 0; i < 3; i++) {
        if (text_equal_fold(names[i], value)) {
            address->parity = "EON"[i];
            return true;
        }
    }
    return false;
}

static bool take_digit(int *digit, const char *value, char low, char high)
{
    if (!value[0] || value[1] || (value[0] != low && value[0] != high))
        return false;
    *digit = value[0] - '0';
    return true;
}

static bool take_rs485(struct line_address *address, const char *value)
{
    static const char *const names[] = {[RS485_NONE] = "none",
                                        [RS485_KERNEL] = "kernel",
                                        [RS485_RTS_HIGH] = "rts-high",
                                        [RS485_RTS_LOW] = "rts-low"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (strcmp(names[i], value) == 0) {
            address->rs485 = (enum rs485)i;
            return true;
        }
    }
    return false;
}

static bool take(struct line_address *address, enum parameter parameter,
                 const char *value)
{
    switch (parameter) {
    case PARAMETER_BAUD:
        return take_baud(address, value);
    case PARAMETER_PARITY:
        return take_parity(address, value);
    case PARAMETER_DATA:
        return take_digit(&address->data_bits, value, '7', '8');
    case PARAMETER_STOP:
        return take_digit(&address->stop_bits, value, '1', '2');
    case PARAMETER_RS485:
        return take_rs485(address, value);
    case PARAMETER_COUNT:
        break;
    }
    return false;
}

static int parse_parameter(struct line_address *address, const char *name,
                           char reterr_sentence[256])
{
    const char *value = strchr(name, '=');
    size_t length = value ? (size_t)(value - name) : strlen(name);

    for (int i = 0; i < PARAMETER_COUNT; i++) {
        if (strlen(parameters[i].name) != length ||
            strncmp(parameters[i].name, name, length) != 0)
            continue;
        if (value && take(address, (enum parameter)i, value + 1))
            return 0;
        (void)snprintf(reterr_sentence, 256, "'%.80s': %s is %s", name,
                       parameters[i].name, parameters[i].expected);
        return -EINVAL;
    }
    (void)snprintf(reterr_sentence, 256,
                   "'%.80s' is not known here; baud, parity, data, stop, rs485 are",
                   name);
    return -EINVAL;
}

static int parse_serial(const char *rest, struct line_address *address,
                        char reterr_sentence[256])
{
    char text[ADDRESS_MAX];
    char *state;

    if (rest[0] != '/' || !text_copy(text, sizeof(text), rest)) {
        (void)snprintf(reterr_sentence, 256,
                       "'rtu://%.80s': a serial line is written "
                       "rtu:///dev/serial/by-id/…?baud=19200&parity=even",
                       rest);
        return -EINVAL;
    }
    char *query = strchr(text, '?');
    if (query)
        *query++ = '\0';
    (void)text_copy(address->name, sizeof(address->name), text);
    for (char *part = query ? strtok_r(query, "&", &state) : NULL; part;
         part = strtok_r(NULL, "&", &state))
        if (parse_parameter(address, part, reterr_sentence))
            return -EINVAL;
    if (!address->stop_bits)
        address->stop_bits = address->parity == 'N' ? 2 : 1;
    return 0;
}

/* host, host:port, [2001:db8::1]:port */
static int parse_host(const char *rest, struct line_address *address,
                      char reterr_sentence[256])
{
    bool bracket = rest[0] == '[';
    const char *host = rest + (bracket ? 1 : 0);
    size_t length = strcspn(host, bracket ? "]/?" : ":/?");
    const char *tail = host + length + (bracket && host[length] == ']' ? 1 : 0);
    unsigned port = PORT;
    int used = 0;

    if (*tail == ':' && sscanf(tail, ":%5u%n", &port, &used) != 1)
        used = 0;
    tail += used;
    if (*tail == '/')
        tail++;
    if (length == 0 || length >= ADDRESS_MAX - 16 || *tail || port == 0 || port > 65535 ||
        strcspn(host, " \t@") < length) {
        (void)snprintf(reterr_sentence, 256,
                       "'%.80s' is not host:port, as in tcp://10.0.0.3:502", rest);
        return -EINVAL;
    }
    for (size_t i = 0; i < length; i++)
        address->name[i] = (char)tolower((unsigned char)host[i]);
    address->name[length] = '\0';
    address->port = (uint16_t)port;
    return 0;
}

static void write_key(struct line_address *address, const char *scheme)
{
    struct text key;

    text_init_fixed(&key, address->key, sizeof(address->key));
    text_add(&key, scheme);
    text_add(&key, address->name);
    if (address->kind != LINE_RTU) {
        text_add_char(&key, ':');
        text_add_unsigned(&key, address->port);
    }
}

int line_address_parse(const char *url, struct line_address *ret_address,
                       char reterr_sentence[256])
{
    struct line_address address = {.baud = BAUD, .parity = 'E', .data_bits = 8};

    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
        size_t length = strlen(schemes[i].scheme);
        if (strncmp(url, schemes[i].scheme, length) != 0)
            continue;
        address.kind = schemes[i].kind;
        int error = address.kind == LINE_RTU
                        ? parse_serial(url + length, &address, reterr_sentence)
                        : parse_host(url + length, &address, reterr_sentence);
        if (error)
            return error;
        write_key(&address, schemes[i].scheme);
        *ret_address = address;
        return 0;
    }
    (void)snprintf(
        reterr_sentence, 256,
        "'%.80s': a line is tcp://host:502, rtu:///dev/… or rtu+tcp://host:port", url);
    return -EINVAL;
}

bool line_address_agrees(const struct line_address *a, const struct line_address *b)
{
    return a->kind == b->kind && a->baud == b->baud && a->parity == b->parity &&
           a->data_bits == b->data_bits && a->stop_bits == b->stop_bits &&
           a->rs485 == b->rs485;
}

enum framing line_framing(const struct line_address *address)
{
    return address->kind == LINE_TCP ? FRAMING_TCP : FRAMING_RTU;
}

bool line_address_is_unstable(const struct line_address *address)
{
    return address->kind == LINE_RTU &&
           (strncmp(address->name, "/dev/ttyUSB", strlen("/dev/ttyUSB")) == 0 ||
            strncmp(address->name, "/dev/ttyACM", strlen("/dev/ttyACM")) == 0);
}

int64_t line_wire_ns(const struct line_address *address, size_t bytes)
{
    if (address->kind != LINE_RTU)
        return 0;
    int bits =
        1 + address->data_bits + (address->parity == 'N' ? 0 : 1) + address->stop_bits;
    return (int64_t)bytes * bits * NS_PER_S / address->baud;
}

int64_t line_silence_ns(const struct line_address *address)
{
    if (address->kind != LINE_RTU)
        return 0;
    if (address->baud > FAST_BAUD)
        return 1750 * NS_PER_US;
    return line_wire_ns(address, 7) / 2;
}

uint32_t line_rs485_flags(enum rs485 rs485, uint32_t flags)
{
    static const uint32_t either = SER_RS485_RTS_ON_SEND | SER_RS485_RTS_AFTER_SEND;

    switch (rs485) {
    case RS485_NONE:
        return flags;
    case RS485_KERNEL:
        return flags | SER_RS485_ENABLED;
    case RS485_RTS_HIGH:
        return (flags & ~either) | SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND;
    case RS485_RTS_LOW:
        return (flags & ~either) | SER_RS485_ENABLED | SER_RS485_RTS_AFTER_SEND;
    }
    return flags;
}
