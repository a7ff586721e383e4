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

bool holes_expire(struct hole_list *list, int64_t wall_ns)
{
    size_t kept = 0, before = list->count;

    for (size_t i = 0; i < before; i++) {
        if (wall_ns - list->found_wall_ns[i] >= list->keep_ns[i])
            continue;
        list->holes[kept] = list->holes[i];
        list->found_wall_ns[kept] = list->found_wall_ns[i];
        list->keep_ns[kept++] = list->keep_ns[i];
    }
    list->count = kept;
    return kept < before;
}

void holes_print(const struct hole_list *list, struct text *text)
{
    for (size_t i = 0; i < list->count; i++)
        text_add_format(text, "%s%c%u+%u@%lld", i ? " " : "",
                        letters[list->holes[i].area], list->holes[i].address,
                        list->holes[i].count,
                        (long long)(list->found_wall_ns[i] / NS_PER_S));
    if (list->max_words)
        text_add_format(text, " w%u", list->max_words);
    if (list->max_bits)
        text_add_format(text, " b%u", list->max_bits);
}

static void parse_one(struct hole_list *list, const char *word)
{
    const char *letter = *word ? strchr(letters, *word) : NULL;
    unsigned address, count;
    long long seconds;

    if (letter && sscanf(word + 1, "%5u+%5u@%lld", &address, &count, &seconds) == 3 &&
        count > 0 && address + count <= 0x10000)
        (void)holes_add(list,
                        &(struct hole){.area = (enum area)(letter - letters),
                                       .address = (uint16_t)address,
                                       .count = (uint16_t)count},
                        NS_PER_DAY, seconds * NS_PER_S);
    else if (sscanf(word, "w%4u", &count) == 1 && count > 0 && count <= PLAN_MAX_WORDS)
        list->max_words = count;
    else if (sscanf(word, "b%5u", &count) == 1 && count > 0 && count <= PLAN_MAX_BITS)
        list->max_bits = count;
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
