/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/holes.h"

#include <stdio.h>
#include <string.h>

static const char letters[] = "hicd"; /* in the sequence of enum area */

bool holes_add(struct hole_list *list, const struct hole *hole, int64_t keep_ns,
               int64_t wall_ns)
{
    if (list->count == HOLES_MAX ||
        hole_touches(list->holes, list->count, hole->area, hole->address, hole->count))
        return false;
    list->holes[list->count] = *hole;
    list->found_wall_ns[list->count] = wall_ns;
    list->keep_ns[list->count++] = keep_ns;
    return true;
}

/* A clock that was set back must not make it believed for longer. */
static bool is_over(int64_t found_wall_ns, int64_t keep_ns, int64_t wall_ns)
{
    return wall_ns - found_wall_ns >= keep_ns || wall_ns < found_wall_ns - keep_ns;
}

static bool expire_limit(struct block_limit *limit, int64_t wall_ns)
{
    if (!limit->most || !is_over(limit->found_wall_ns, NS_PER_DAY, wall_ns))
        return false;
    limit->most = 0;
    return true;
}

bool holes_expire(struct hole_list *list, int64_t wall_ns)
{
    size_t kept = 0, before = list->count;

    for (size_t i = 0; i < before; i++) {
        if (is_over(list->found_wall_ns[i], list->keep_ns[i], wall_ns))
            continue;
        list->holes[kept] = list->holes[i];
        list->found_wall_ns[kept] = list->found_wall_ns[i];
        list->keep_ns[kept++] = list->keep_ns[i];
    }
    list->count = kept;
    bool words = expire_limit(&list->words, wall_ns);
    bool bits = expire_limit(&list->bits, wall_ns);
    return kept < before || words || bits;
}

static long long seconds(int64_t ns)
{
    return (long long)(ns / NS_PER_S);
}

static void print_limit(const struct block_limit *limit, char letter, struct text *text)
{
    if (limit->most)
        text_add_format(text, " %c%u@%lld", letter, limit->most,
                        seconds(limit->found_wall_ns));
}

void holes_print(const struct hole_list *list, struct text *text)
{
    for (size_t i = 0; i < list->count; i++) {
        text_add_format(text, "%s%c%u+%u@%lld", i ? " " : "",
                        letters[list->holes[i].area], list->holes[i].address,
                        list->holes[i].count, seconds(list->found_wall_ns[i]));
        if (list->keep_ns[i] != NS_PER_DAY)
            text_add_format(text, "/%lld", seconds(list->keep_ns[i]));
    }
    print_limit(&list->words, 'w', text);
    print_limit(&list->bits, 'b', text);
}

static void parse_hole(struct hole_list *list, enum area area, const char *numbers)
{
    unsigned address, count;
    long long found, keep = NS_PER_DAY / NS_PER_S;

    if (sscanf(numbers, "%5u+%5u@%12lld/%5lld", &address, &count, &found, &keep) < 3 ||
        count == 0 || address + count > 0x10000)
        return;
    const struct hole hole = {
        .area = area, .address = (uint16_t)address, .count = (uint16_t)count};
    (void)holes_add(list, &hole, keep * NS_PER_S, found * NS_PER_S);
}

static void parse_limit(struct block_limit *limit, unsigned most, const char *numbers)
{
    unsigned count;
    long long found;

    if (sscanf(numbers, "%5u@%12lld", &count, &found) == 2 && count > 0 && count <= most)
        *limit = (struct block_limit){.most = count, .found_wall_ns = found * NS_PER_S};
}

static void parse_one(struct hole_list *list, const char *word)
{
    const char *letter = *word ? strchr(letters, *word) : NULL;

    if (letter)
        parse_hole(list, (enum area)(letter - letters), word + 1);
    else if (*word == 'w')
        parse_limit(&list->words, PLAN_MAX_WORDS, word + 1);
    else if (*word == 'b')
        parse_limit(&list->bits, PLAN_MAX_BITS, word + 1);
}

void holes_parse(struct hole_list *list, const char *string)
{
    for (const char *at = string; at && *at; at += strspn(at, " ")) {
        char word[64];
        size_t length = strcspn(at, " ");

        if (length < sizeof(word)) {
            memcpy(word, at, length);
            word[length] = '\0';
            parse_one(list, word);
        }
        at += length;
    }
}
