/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator may say about a Modbus link, as rows; and the same as structs.
 */
#pragma once

#include "daemon/base/option.h"
#include "drivers/modbus/address.h"
#include "drivers/modbus/registers.h"

#define POINTS_MAX 2000 /* of one link */

struct point_options {
    char *signal; /* "temperature.spindle" */
    unsigned area;
    int64_t address;
    unsigned base; /* 0 or 1: what the list the operator reads from counts from */
    char *type;
    unsigned order; /* index into register_order_names */
    unsigned layout;
    double scale, offset;
    char *names; /* key `enum`: "0=idle 1=run" */
    bool invert;
    char *range;    /* "-50..500"; outside it is no value */
    int64_t every;  /* ns; 0 = the link's */
    char *deadband; /* "0.2" or "2%"; NULL = every reading is reported */
    int64_t max_silence;
};

struct quirk_options {
    int64_t pause_after_connect, pause_between; /* ns */
    bool close_after_scan, one_request_per_point, coils_from_zero;
    unsigned transaction_ids; /* 0 counting, 1 zero */
};

struct link_options {
    char *url;
    char *profile; /* read by config/; its keys are merged below the link's own */
    int64_t unit;
    int64_t every, timeout; /* ns */
    int64_t max_gap;        /* words, or bits; -1 = by the kind of line */
    int64_t max_words, max_bits, max_in_flight;
    struct option_list points; /* of struct point_options */
    void *quirks;              /* struct quirk_options; NULL = none */
};

extern const struct section modbus_section;

/* The quirks, or none. */
const struct quirk_options *link_quirks(const struct link_options *options);

/* "0.2" and "2%": one of the two is 0. */
int deadband_parse(const char *string, double *ret_absolute, double *ret_share);

/* "-50..500" */
int range_parse(const char *string, double *ret_lowest, double *ret_highest);

/* The form of a point whose texts were checked. */
struct register_form point_form(const struct point_options *options);

/* The address as the protocol counts, from 0. */
uint16_t point_address(const struct point_options *options);

/*
 * Goes through "0=idle, 1=run": moves `cursor` on, copies the next name. Returns 1, 0 at
 * the end, or -EINVAL.
 */
int names_next(const char **cursor, int64_t *ret_number, char ret_name[64]);
