/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/probe_modbus.h"

#include "tools/spindlectl/asker.h"

#include <stdio.h>
#include <time.h>

enum {
    RANGES_MAX = 32,
    UNIT_LAST = 16, /* units 1 to 16, and what gateways call themselves: 255 and 0 */
    STEP = 16,      /* addresses are tried in this grid at first */
    REACH = 512,    /* as far as that */
    PAUSE_MS = 20,
    TIMEOUT_MS = 500,
};

struct range {
    enum area area;
    unsigned from, to; /* the last one included */
};

struct probe {
    struct asker *asker;
    int budget;
    uint8_t unit;
    struct range ranges[RANGES_MAX];
    size_t count;
};

/* A command may wait; the daemon never does. */
static void pause_a_little(void)
{
    struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};

    (void)nanosleep(&pause, NULL);
}

static struct asker_answer ask(struct probe *probe, enum area area, unsigned address,
                               unsigned count)
{
    struct asker_answer answer = {.result = LINE_RESTING};

    if (probe->budget == 0)
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
    return ask(probe, area, address, count).result == LINE_ANSWERED;
}

/* Anything at all, even a refusal, shows that somebody is there. */
static bool is_there(struct probe *probe, uint8_t unit)
{
    probe->unit = unit;
    struct asker_answer answer = ask(probe, AREA_HOLDING, 0, 1);
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

    for (unsigned at = 0; at < REACH && probe->count < RANGES_MAX && probe->budget;) {
        struct asker_answer answer = ask(probe, area, at, 1);
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

static bool probe_unit(struct probe *probe, uint8_t unit, const char *url)
{
    probe->count = 0;
    if (!is_there(probe, unit))
        return false;
    for (int area = 0; area < AREA_COUNT; area++)
        find_ranges(probe, (enum area)area);
    if (probe->count)
        print_link(probe, url);
    return probe->count > 0;
}

enum exit_status probe_modbus(const char *url)
{
    static const uint8_t others[] = {255, 0};
    struct probe probe = {.budget = PROBE_BUDGET};
    char sentence[256] = "out of memory";
    int found = 0;

    if (asker_open(url, TIMEOUT_MS * NS_PER_MS, &probe.asker, sentence)) {
        (void)fprintf(stderr, "spindlectl: %s\n", sentence);
        return EXIT_USAGE;
    }
    probe.unit = 1;
    struct asker_answer first = ask(&probe, AREA_HOLDING, 0, 1);
    if (first.result == LINE_NOT_LINKED) {
        (void)fprintf(stderr, "spindlectl: %s: %s\n", url, asker_trouble(&first));
        asker_close(probe.asker);
        return EXIT_FAILED;
    }
    (void)printf(
        "version: 1\nmachines:\n  - name: machine-1\n    cell: a\n    modbus:\n");
    for (uint8_t unit = 1; unit <= UNIT_LAST; unit++)
        found += probe_unit(&probe, unit, url);
    for (size_t i = 0; !found && i < sizeof(others); i++)
        found += probe_unit(&probe, others[i], url);
    asker_close(probe.asker);
    (void)fprintf(stderr, "%d units, %d requests%s\n", found, PROBE_BUDGET - probe.budget,
                  probe.budget ? "" : " (all that are allowed; there may be more)");
    return found ? EXIT_DONE : EXIT_FAILED;
}
