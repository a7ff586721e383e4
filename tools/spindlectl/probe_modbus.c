/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/probe_modbus.h"

#include "tools/spindlectl/probe_parts.h"

#include "daemon/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    UNIT_LAST = 16, /* units 1 to 16, and what gateways call themselves: 255 and 0 */
    STEP = 16,      /* addresses are tried in this grid at first */
    REACH = 512,    /* as far as that */
    BITS_MOST = 512,
    PAUSE_MS = 20,
    TIMEOUT_MS = 500,
    TIMEOUT_MAX_MS = 10000,
    PUT_OFF_MAX = 3, /* whoever is always busy, or not to be reached, is let alone */
};

/* A command may wait; the daemon never does. */
static void pause_a_little(void)
{
    struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};

    (void)nanosleep(&pause, NULL);
}

struct asker_answer probe_ask(struct probe *probe, enum area area, unsigned address,
                              unsigned count)
{
    struct asker_answer answer = {.result = LINE_RESTING};

    probe->is_spent = probe->budget <= probe->reserve;
    if (probe->is_spent || probe->put_off == PUT_OFF_MAX)
        return answer;
    pause_a_little();
    asker_ask(probe->asker, probe->unit, area, (uint16_t)address, (uint16_t)count,
              &answer);
    probe->budget -= answer.requests;
    bool is_put_off =
        answer.result == LINE_REFUSED && answer.exception > EXCEPTION_FAILURE;
    probe->put_off = is_put_off ? probe->put_off + 1 : 0;
    return answer;
}

static bool can_read(struct probe *probe, enum area area, unsigned address,
                     unsigned count)
{
    unsigned *largest = &probe->largest[area_is_bits(area)];

    if (probe_ask(probe, area, address, count).result != LINE_ANSWERED)
        return false;
    if (count > *largest)
        *largest = count;
    return true;
}

/* Anything at all, even a refusal, shows that somebody is there. */
static bool is_there(struct probe *probe, uint8_t unit)
{
    probe->unit = unit;
    probe->put_off = probe->largest[0] = probe->largest[1] = 0;
    struct asker_answer answer = probe_ask(probe, AREA_HOLDING, 0, 1);
    return answer.result == LINE_ANSWERED ||
           (answer.result == LINE_REFUSED && answer.exception < EXCEPTION_GATEWAY_PATH);
}

/* The last address that can be read with `from`, at most `most` of them. */
static unsigned find_end(struct probe *probe, enum area area, unsigned from,
                         unsigned most)
{
    unsigned good = 1, bad = most + 1;

    while (bad - good > 1) {
        unsigned middle = (good + bad) / 2;
        if (can_read(probe, area, from, middle))
            good = middle;
        else
            bad = middle;
    }
    return from + good - 1;
}

/* The last of those that follow each other from `at`. Goes on with blocks of a known
 * size. */
static unsigned follow(struct probe *probe, enum area area, unsigned at, unsigned most)
{
    unsigned end = find_end(probe, area, at, most);

    while (end + 1 < REACH) {
        unsigned size = end - at + 1;
        at = end + 1;
        if (can_read(probe, area, at, size))
            end = at + size - 1;
        else if (size > 1 && can_read(probe, area, at, 1))
            return find_end(probe, area, at, size - 1);
        else
            break;
    }
    return end;
}

static void add_range(struct probe *probe, enum area area, unsigned from, unsigned to)
{
    struct range *last = probe->count ? &probe->ranges[probe->count - 1] : NULL;

    if (last && last->area == area && last->to + 1 == from)
        last->to = to;
    else
        probe->ranges[probe->count++] = (struct range){area, from, to};
}

static void find_ranges(struct probe *probe, enum area area)
{
    unsigned most = area_is_bits(area) ? BITS_MOST : PLAN_MAX_WORDS;

    for (unsigned at = 0; at < REACH && probe->count < RANGES_MAX && !probe->is_spent;) {
        struct asker_answer answer = probe_ask(probe, area, at, 1);
        if (answer.result == LINE_REFUSED && answer.exception == EXCEPTION_FUNCTION)
            return;
        if (answer.result != LINE_ANSWERED) {
            at += STEP;
            continue;
        }
        if (!probe->largest[area_is_bits(area)])
            probe->largest[area_is_bits(area)] = 1;
        unsigned end = follow(probe, area, at, most);
        add_range(probe, area, at, end);
        at = end + 1;
    }
}

static void print_link(struct probe *probe, const char *url)
{
    unsigned words = probe->largest[false], bits = probe->largest[true];

    if (!probe->has_begun)
        (void)printf(
            "version: 1\nmachines:\n  - name: machine-1\n    cell: a\n    modbus:\n");
    probe->has_begun = true;
    (void)printf("      - url: \"%s\"\n        unit: %u\n        every: 1s\n", url,
                 probe->unit);
    if (words)
        (void)printf("        max_words: %u\n", words);
    if (bits && bits < BITS_MOST)
        (void)printf("        max_bits: %u\n", bits);
    if (probe->pause_ms == PROBE_NO_PAUSE)
        (void)printf("        # 100 ms between requests are not enough for it\n");
    else if (probe->pause_ms)
        (void)printf("        quirks: {pause_between: %" PRId64 "ms}\n", probe->pause_ms);
    for (size_t i = 0; i < probe->count; i++)
        (void)printf("        # %s %u to %u can be read\n",
                     area_names[probe->ranges[i].area], probe->ranges[i].from,
                     probe->ranges[i].to);
    (void)printf("        points:\n");
    for (size_t i = 0; i < probe->count; i++)
        (void)printf("          - {signal: custom.%s_%u, area: %s, address: %u}\n",
                     area_names[probe->ranges[i].area], probe->ranges[i].from,
                     area_names[probe->ranges[i].area], probe->ranges[i].from);
}

/* A pause is a matter of the line: the first unit that is found tells it. */
static void find_pause(struct probe *probe)
{
    if (probe->has_pause || !probe->count)
        return;
    probe->pause_ms = probe_pause(probe, &probe->ranges[0]);
    probe->has_pause = true;
    probe->reserve -= PROBE_PAUSE_REQUESTS;
}

static bool probe_unit(struct probe *probe, uint8_t unit, const char *url)
{
    probe->count = 0;
    if (!is_there(probe, unit))
        return false;
    for (int area = 0; area < AREA_COUNT; area++)
        find_ranges(probe, (enum area)area);
    find_pause(probe);
    if (!probe->count)
        return false;
    print_link(probe, url);
    int reserve = probe->reserve;
    probe->reserve = 0;
    probe_guess(probe);
    probe->reserve = reserve;
    return true;
}

static bool take_option(struct probe *probe, const char *name, const char *value)
{
    int64_t unit;

    if (strcmp(name, "--unit") == 0) {
        bool is_unit = text_read_integer(value, &unit) == 0 && unit >= 0 && unit <= 255;
        probe->has_unit = is_unit;
        probe->unit = (uint8_t)(is_unit ? unit : 0);
        return is_unit;
    }
    if (strcmp(name, "--timeout") == 0)
        return text_read_integer(value, &probe->timeout_ms) == 0 &&
               probe->timeout_ms > 0 && probe->timeout_ms <= TIMEOUT_MAX_MS;
    if (strcmp(name, "--expect") != 0 || probe->expectation_count == EXPECTATIONS_MAX ||
        probe_expect(value, &probe->expectations[probe->expectation_count]))
        return false;
    probe->expectation_count++;
    return true;
}

static bool take_options(struct probe *probe, char **options)
{
    for (; *options; options += 2)
        if (!options[1] || !take_option(probe, options[0], options[1]))
            return false;
    probe->reserve =
        PROBE_PAUSE_REQUESTS + PROBE_GUESS_REQUESTS * (int)probe->expectation_count;
    return true;
}

/* Returns how many units were found. */
static int probe_units(struct probe *probe, const char *url)
{
    static const uint8_t others[] = {255, 0};
    int found = 0;

    if (probe->has_unit)
        return probe_unit(probe, probe->unit, url);
    for (uint8_t unit = 1; unit <= UNIT_LAST; unit++)
        found += probe_unit(probe, unit, url);
    for (size_t i = 0; !found && i < sizeof(others); i++)
        found += probe_unit(probe, others[i], url);
    return found;
}

enum exit_status probe_modbus(const char *url, char **options)
{
    struct probe probe = {.budget = PROBE_BUDGET, .unit = 1, .timeout_ms = TIMEOUT_MS};
    char sentence[256] = "out of memory";

    if (!take_options(&probe, options)) {
        (void)fprintf(
            stderr,
            "spindlectl: after the address only --unit N, --timeout MS and, up to %d "
            "times, --expect [AREA:]ADDRESS=VALUE; VALUE is not 0, which is 0 in every "
            "type\n",
            EXPECTATIONS_MAX);
        return EXIT_USAGE;
    }
    if (asker_open(url, probe.timeout_ms * NS_PER_MS, &probe.asker, sentence)) {
        (void)fprintf(stderr, "spindlectl: %s\n", sentence);
        return EXIT_USAGE;
    }
    struct asker_answer first = probe_ask(&probe, AREA_HOLDING, 0, 1);
    if (first.result == LINE_NOT_LINKED) {
        (void)fprintf(stderr, "spindlectl: %s: %s\n", url, asker_trouble(&first));
        asker_close(probe.asker);
        return EXIT_FAILED;
    }
    int found = probe_units(&probe, url);
    asker_close(probe.asker);
    if (!found)
        (void)fprintf(stderr,
                      "spindlectl: nothing can be read within %" PRId64
                      " ms; --timeout MS waits longer, --unit N asks another unit\n",
                      probe.timeout_ms);
    (void)fprintf(stderr, "%d units, %d requests%s\n", found, PROBE_BUDGET - probe.budget,
                  !probe.is_spent ? "" : " (all that are allowed; there may be more)");
    return found ? EXIT_DONE : EXIT_FAILED;
}
