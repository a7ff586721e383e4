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
    PAUSE_MS = 20,
    TIMEOUT_MS = 500,
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
    if (probe->is_spent)
        return answer;
    probe->budget--;
    pause_a_little();
    asker_ask(probe->asker, probe->unit, area, (uint16_t)address, (uint16_t)count,
              &answer);
    return answer;
}

static bool can_read(struct probe *probe, enum area area, unsigned address,
                     unsigned count)
{
    return probe_ask(probe, area, address, count).result == LINE_ANSWERED;
}

/* Anything at all, even a refusal, shows that somebody is there. */
static bool is_there(struct probe *probe, uint8_t unit)
{
    probe->unit = unit;
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

static void find_ranges(struct probe *probe, enum area area)
{
    unsigned most = area_is_bits(area) ? 512 : PLAN_MAX_WORDS;

    for (unsigned at = 0; at < REACH && probe->count < RANGES_MAX && !probe->is_spent;) {
        struct asker_answer answer = probe_ask(probe, area, at, 1);
        if (answer.result == LINE_REFUSED && answer.exception == EXCEPTION_FUNCTION)
            return;
        if (answer.result != LINE_ANSWERED) {
            at += STEP;
            continue;
        }
        unsigned end = find_end(probe, area, at, most);
        struct range *last = probe->count ? &probe->ranges[probe->count - 1] : NULL;
        if (last && last->area == area && last->to + 1 == at)
            last->to = end;
        else
            probe->ranges[probe->count++] = (struct range){area, at, end};
        at = end + 1;
    }
}

static unsigned largest_block(const struct probe *probe, bool bits)
{
    unsigned largest = 0;

    for (size_t i = 0; i < probe->count; i++) {
        unsigned size = probe->ranges[i].to - probe->ranges[i].from + 1;
        if (area_is_bits(probe->ranges[i].area) == bits && size > largest)
            largest = size;
    }
    unsigned most = bits ? PLAN_MAX_BITS : PLAN_MAX_WORDS;
    return largest < most ? largest : most;
}

static void print_link(const struct probe *probe, const char *url)
{
    unsigned words = largest_block(probe, false);

    (void)printf("      - url: \"%s\"\n        unit: %u\n        every: 1s\n", url,
                 probe->unit);
    if (words)
        (void)printf("        max_words: %u\n", words);
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
    struct probe probe = {.budget = PROBE_BUDGET, .unit = 1};
    char sentence[256] = "out of memory";

    if (!take_options(&probe, options)) {
        (void)fprintf(
            stderr,
            "spindlectl: after the address only --unit N and, up to %d times, "
            "--expect [AREA:]ADDRESS=VALUE; VALUE is not 0, which is 0 in every type\n",
            EXPECTATIONS_MAX);
        return EXIT_USAGE;
    }
    if (asker_open(url, TIMEOUT_MS * NS_PER_MS, &probe.asker, sentence)) {
        (void)fprintf(stderr, "spindlectl: %s\n", sentence);
        return EXIT_USAGE;
    }
    struct asker_answer first = probe_ask(&probe, AREA_HOLDING, 0, 1);
    if (first.result == LINE_NOT_LINKED) {
        (void)fprintf(stderr, "spindlectl: %s: %s\n", url, asker_trouble(&first));
        asker_close(probe.asker);
        return EXIT_FAILED;
    }
    (void)printf(
        "version: 1\nmachines:\n  - name: machine-1\n    cell: a\n    modbus:\n");
    int found = probe_units(&probe, url);
    asker_close(probe.asker);
    (void)fprintf(stderr, "%d units, %d requests%s\n", found, PROBE_BUDGET - probe.budget,
                  !probe.is_spent ? "" : " (all that are allowed; there may be more)");
    return found ? EXIT_DONE : EXIT_FAILED;
}
