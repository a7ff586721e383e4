/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which requests read a set of points with the least bytes on the line. Pure.
 *
 * A request costs `overhead` bytes whatever it reads, a word 2, eight bits 1; so two
 * neighbours belong together while the gap between them costs less than another request
 * (an exact optimum by dynamic programming over points sorted by address). Registers
 * known to be holes are never read.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum area {
    AREA_HOLDING,
    AREA_INPUT,
    AREA_COIL,
    AREA_DISCRETE,
    AREA_COUNT,
};

extern const char *const area_names[AREA_COUNT + 1]; /* ends with NULL */

/* Registers and bits that one answer can carry (Modbus Application Protocol 1.1b3, 6). */
#define PLAN_MAX_WORDS 125
#define PLAN_MAX_BITS  2000

/*
 * What one more request costs, in bytes of answer. On a serial line 8 bytes go out and 5
 * come in beside the data, and two silences of 3.5 characters and the device's own pause
 * of some milliseconds count as much again. On TCP a wake-up and two packets cost as much
 * as hundreds of bytes.
 */
#define PLAN_OVERHEAD_SERIAL 26
#define PLAN_OVERHEAD_TCP    250

/* What is to be read together. */
struct span {
    enum area area;
    uint16_t address;
    uint16_t count;   /* words, or bits in the areas of bits */
    int64_t class_ns; /* period; only points of one period share a request */
    size_t owner;     /* the caller's: index of its point */
};

struct request_plan {
    enum area area;
    uint16_t address;
    uint16_t count;
    int64_t class_ns;
    size_t first, spans; /* which of the sorted spans it serves */
};

struct plan_limits {
    unsigned max_gap;   /* words or bits that may be read for nothing */
    unsigned max_words; /* 1 to 125 */
    unsigned max_bits;  /* 1 to 2000 */
    unsigned overhead;  /* bytes */
    bool one_each;      /* one request a point */
    bool bits_from_zero;
};

/* A stretch that the device refuses. */
struct hole {
    enum area area;
    uint16_t address;
    uint16_t count;
};

bool area_is_bits(enum area area);

/* Does any of them touch the stretch? */
bool hole_touches(const struct hole *holes, size_t count, enum area area,
                  unsigned address, unsigned length);

/*
 * Sorts `spans` and writes at most `count` requests; spans that lie in a hole are served
 * by none. `scratch` has room for 2 * (count + 1). Returns how many requests.
 */
size_t plan_make(struct span *spans, size_t count, const struct plan_limits *limits,
                 const struct hole *holes, size_t hole_count,
                 struct request_plan *ret_requests, uint32_t *scratch);

/* Bytes of data in the answer. */
size_t plan_bytes(enum area area, size_t count);
