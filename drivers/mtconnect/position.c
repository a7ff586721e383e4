/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/position.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

enum {
    MARGIN_MIN = 16,
    MARGIN_PARTS = 20, /* 5 % of the buffer */
    ATTEMPTS_MAX = 3,
};

static struct position_gap make_gap(uint64_t from, uint64_t until)
{
    if (until <= from)
        return (struct position_gap){0};
    return (struct position_gap){.from = from, .to = until - 1, .count = until - from};
}

static void lose(struct position *position, uint64_t until, struct position_gap *ret_gap)
{
    *ret_gap = make_gap(position->next, until);
    position->lost += (int64_t)ret_gap->count;
    if (until > position->next)
        position->next = until;
}

/* A header was seen that said nextSequence=366929686800 where 20090 was true. */
static bool is_sane(const struct streams_header *header)
{
    if (!header->has_next)
        return false;
    if (!header->last)
        return true;
    return header->next <= header->last + 1 && header->first <= header->last + 1;
}

/* A header that goes back although it knows of what we have seen is only odd. */
bool position_is_behind(const struct position *position,
                        const struct streams_header *header)
{
    return header->next < position->next &&
           (!header->last || header->last + 1 < position->next);
}

static bool is_odd(const struct position *position, const struct streams_header *header)
{
    return !is_sane(header) || header->next < position->next;
}

enum position_verdict position_judge(struct position *position,
                                     const struct streams_header *header, uint64_t lowest,
                                     struct position_gap *ret_gap)
{
    *ret_gap = (struct position_gap){0};
    if (header->has_instance && header->instance_id != position->instance_id)
        return POSITION_RESTARTED;
    /* An agent that restarted within the same second, or has a fixed id. */
    if (is_sane(header) && position_is_behind(position, header))
        return POSITION_RESTARTED;
    if (is_odd(position, header)) {
        position->oddities++;
        return POSITION_ODD;
    }

    uint64_t until = header->first;
    if (lowest && lowest < until)
        until = lowest;
    if (until > position->next)
        lose(position, until, ret_gap);
    return POSITION_FOLLOWS;
}

bool position_admit(struct position *position, uint64_t sequence,
                    struct position_gap *ret_gap)
{
    *ret_gap = (struct position_gap){0};
    if (sequence < position->next) {
        position->duplicates++;
        return false;
    }
    if (!position->is_filtered && sequence > position->next) {
        position->holes++;
        lose(position, sequence, ret_gap);
    }
    position->next = sequence + 1;
    return true;
}

void position_commit(struct position *position, const struct streams_header *header,
                     struct position_gap *ret_gap)
{
    *ret_gap = (struct position_gap){0};
    if (is_odd(position, header)) {
        position->oddities += is_sane(header);
        return;
    }
    if (!position->is_filtered && header->next > position->next) {
        position->holes++;
        lose(position, header->next, ret_gap);
    }
    position->next = header->next;
}

void position_skip(struct position *position, uint64_t next, struct position_gap *ret_gap)
{
    lose(position, next, ret_gap);
}

void position_set(struct position *position, uint64_t instance_id, uint64_t next)
{
    position->is_known = true;
    position->instance_id = instance_id;
    position->next = next;
}

uint64_t position_chase(const struct streams_header *header, unsigned attempt)
{
    uint64_t margin = header->buffer_size / MARGIN_PARTS;

    if (attempt >= ATTEMPTS_MAX)
        return header->next;
    if (margin < MARGIN_MIN)
        margin = MARGIN_MIN;
    margin <<= attempt;
    return header->first + margin < header->next ? header->first + margin : header->next;
}

void position_print(const struct position *position, char ret_text[POSITION_TEXT_MAX])
{
    (void)snprintf(ret_text, POSITION_TEXT_MAX, "%" PRIu64 " %" PRIu64,
                   position->instance_id, position->next);
}

/* Reads digits up to `end`; strtoull would take signs and blanks. */
static const char *read_digits(const char *text, uint64_t *ret_value)
{
    uint64_t value = 0;
    const char *at = text;

    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return NULL;
        value = value * 10 + digit;
    }
    *ret_value = value;
    return at == text ? NULL : at;
}

int position_parse(struct position *position, const char *text)
{
    uint64_t instance_id, next;
    const char *at = text ? read_digits(text, &instance_id) : NULL;

    position->is_known = false;
    if (!at || *at != ' ')
        return -EINVAL;
    at = read_digits(at + 1, &next);
    if (!at || (*at && (*at != ' ' || !at[1])))
        return -EINVAL;
    position_set(position, instance_id, next);
    return 0;
}
