/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a line is: tcp://host:port, rtu:///dev/…?baud=19200&parity=even,
 * rtu+tcp://host:port. Pure.
 */
#pragma once

#include "drivers/modbus/frame.h"

#include <stdbool.h>
#include <stdint.h>

enum line_kind {
    LINE_TCP,
    LINE_RTU,
    LINE_RTU_TCP, /* RTU frames over a serial device server */
};

enum rs485 {
    RS485_NONE,     /* RS-232, or an adapter that turns round by itself */
    RS485_KERNEL,   /* the driver switches RTS (TIOCSRS485), as the port is set up */
    RS485_RTS_HIGH, /* the same, RTS is high while we send */
    RS485_RTS_LOW,
};

#define ADDRESS_MAX 256

struct line_address {
    enum line_kind kind;
    char key[ADDRESS_MAX];  /* normalised; equal for the same line, options left out */
    char name[ADDRESS_MAX]; /* host, or the device's path */
    uint16_t port;
    int baud;         /* 9600 unless said; ?baud= */
    char parity;      /* E (the standard's), N, O; ?parity=even|none|odd */
    int data_bits;    /* 8; ?data=7|8 */
    int stop_bits;    /* 1 with parity, 2 without; ?stop=1|2 */
    enum rs485 rs485; /* ?rs485=none|kernel|rts-high|rts-low */
};

/* Returns 0, or -EINVAL with a sentence that says what would be right. */
int line_address_parse(const char *url, struct line_address *ret_address,
                       char reterr_sentence[256]);

/* The flags of struct serial_rs485 (linux/serial.h), from those that the port has. */
uint32_t line_rs485_flags(enum rs485 rs485, uint32_t flags);

/* Do both describe the same line in the same way? Only for equal keys. */
bool line_address_agrees(const struct line_address *a, const struct line_address *b);

enum framing line_framing(const struct line_address *address);

/* The device may get another number after a restart: /dev/ttyUSB0, /dev/ttyACM0. */
bool line_address_is_unstable(const struct line_address *address);

/* Nanoseconds that bytes take on a serial line, and its silence of 3.5 characters
 * (1.75 ms above 19,200 baud); both 0 on TCP. */
int64_t line_wire_ns(const struct line_address *address, size_t bytes);
int64_t line_silence_ns(const struct line_address *address);
