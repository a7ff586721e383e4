/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/probe_parts.h"
#include "tools/spindlectl/spellings.h"

#include "daemon/base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    GUESSES_MAX = 64
};

struct guess {
    const char *type, *order;
    double scale, shown;
};

struct guesses {
    const struct expectation *expectation;
    struct guess list[GUESSES_MAX];
    size_t count, best;
};

static int take_area(const char *name, size_t length, enum area *ret_area)
{
    static const enum area areas[] = {AREA_HOLDING, AREA_INPUT};

    for (size_t i = 0; i < sizeof(areas) / sizeof(*areas); i++) {
        if (strlen(area_names[areas[i]]) == length &&
            strncmp(area_names[areas[i]], name, length) == 0) {
            *ret_area = areas[i];
            return 0;
        }
    }
    return -EINVAL;
}

int probe_expect(const char *string, struct expectation *ret_expectation)
{
    struct expectation expectation = {.text = string, .area = AREA_COUNT};
    const char *colon = strchr(string, ':');
    const char *address = colon ? colon + 1 : string;
    const char *equals = strchr(address, '=');
    char digits[8];
    int64_t number;

    if (colon && take_area(string, (size_t)(colon - string), &expectation.area))
        return -EINVAL;
    if (!equals || (size_t)(equals - address) >= sizeof(digits) ||
        strpbrk(equals, "eExXnN"))
        return -EINVAL;
    (void)snprintf(digits, sizeof(digits), "%.*s", (int)(equals - address), address);
    if (text_read_integer(digits, &number) || number < 0 || number > UINT16_MAX ||
        text_read_number(equals + 1, &expectation.value) || expectation.value == 0)
        return -EINVAL;
    const char *dot = strchr(equals, '.');
    expectation.close = 0.5 * pow(10, dot ? -(double)strlen(dot + 1) : 0);
    expectation.address = (uint16_t)number;
    *ret_expectation = expectation;
    return 0;
}

static double distance(const struct guesses *guesses, size_t index)
{
    return fabs(guesses->list[index].shown - guesses->expectation->value);
}

/* Integers are scaled by devices, floats are not. */
static void try_scales(void *owner, const struct spelling *spelling)
{
    static const double scales[] = {1, 0.1, 0.01, 0.001};
    struct guesses *guesses = owner;
    size_t count = spelling->value.kind == REGISTER_INTEGER ? 4 : 1;

    if (spelling->value.kind != REGISTER_INTEGER &&
        spelling->value.kind != REGISTER_NUMBER)
        return;
    for (size_t i = 0; i < count && guesses->count < GUESSES_MAX; i++) {
        double shown = register_scale(spelling->value.number, scales[i], 0);
        size_t at = guesses->count;

        guesses->list[at] =
            (struct guess){spelling->type, spelling->order, scales[i], shown};
        /* A little more, for what binary numbers make of 0.05. */
        if (distance(guesses, at) > guesses->expectation->close * (1 + 1e-9))
            continue;
        if (distance(guesses, at) < distance(guesses, guesses->best))
            guesses->best = at;
        guesses->count++;
    }
}

static void print_guesses(const struct guesses *guesses, enum area area)
{
    for (size_t i = 0; i < guesses->count; i++) {
        /* The best first, and the one in whose place it comes where that was. */
        size_t at = i == 0 ? guesses->best : i == guesses->best ? 0 : i;
        const struct guess *guess = &guesses->list[at];
        unsigned address = guesses->expectation->address;

        if (i == 0)
            (void)printf("          - {signal: custom.expected_%s_%u, area: %s, "
                         "address: %u, type: %s, order: %s, scale: %g}  # %.10g\n",
                         area_names[area], address, area_names[area], address,
                         guess->type, guess->order, guess->scale, guess->shown);
        else
            (void)printf("          #   or type: %s, order: %s, scale: %g  # %.10g\n",
                         guess->type, guess->order, guess->scale, guess->shown);
    }
}

/* Returns how many spellings fit. */
static size_t guess_in(struct probe *probe, const struct expectation *expectation,
                       enum area area)
{
    struct guesses guesses = {.expectation = expectation};
    unsigned left = UINT16_MAX + 1U - expectation->address;
    unsigned count = left < SPELLINGS_WORDS ? left : SPELLINGS_WORDS;
    uint16_t words[SPELLINGS_WORDS];
    struct asker_answer answer;

    do {
        answer = probe_ask(probe, area, expectation->address, count);
    } while (answer.result == LINE_REFUSED && (count /= 2) > 0);
    if (answer.result != LINE_ANSWERED)
        return 0;
    for (size_t i = 0; i < count; i++)
        words[i] = register_word(answer.data + 2 * i);
    spellings_each(words, count, try_scales, &guesses);
    print_guesses(&guesses, area);
    return guesses.count;
}

void probe_guess(struct probe *probe)
{
    for (size_t i = 0; i < probe->expectation_count; i++) {
        const struct expectation *expectation = &probe->expectations[i];
        bool is_open = expectation->area == AREA_COUNT;
        size_t found = 0;

        if (is_open || expectation->area == AREA_HOLDING)
            found += guess_in(probe, expectation, AREA_HOLDING);
        if (is_open || expectation->area == AREA_INPUT)
            found += guess_in(probe, expectation, AREA_INPUT);
        if (!found)
            (void)printf("          # %s: in no type, order and scale\n",
                         expectation->text);
    }
}
