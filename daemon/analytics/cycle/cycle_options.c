/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/cycle/cycle_options.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const boundaries[] = {"auto", "execution", "partcount", NULL};
static const char *const end_rules[] = {"auto", "done", "idle", NULL};
static const char *const sources[] = {"auto",        "execution", "cycle_bit", "counter",
                                      "stack_light", "spindle",   NULL};
static const char *const pallet_changes[] = {"internal", "boundary", NULL};
static const char *const paths[] = {"union", "separate", NULL};

#define DURATION(seconds) \
    .measure = MEASURE_DURATION, .fallback.integer = (int64_t)((seconds)*1e9), .min = 0
#define LONGEST .max = 7 * 86400e9

static const struct option options[] = {
    OPTION(cycle_options, boundary, .choices = boundaries,
           .help = "what ends a cycle: the program, or the part counter; auto learns it "
                   "from the first five counts"),
    OPTION(cycle_options, parts_per_cycle, .fallback.integer = 1, .min = 1, .max = 1000,
           .unit = "{part}", .help = "parts made by one run of the program"),
    OPTION(cycle_options, minor_stop, DURATION(300), LONGEST,
           .help = "a stop longer than this is downtime and asks for a reason"),
    OPTION(cycle_options, grace, DURATION(0), .max = 600e9,
           .help = "how long after the end the counter may still move; 0 learns it, "
                   "beginning with 2 s"),
    OPTION(cycle_options, shortest, DURATION(0), LONGEST,
           .help = "the shortest credible cycle, which limits what a counter may jump; 0 "
                   "takes half the usual cycle, or 30 s"),
    OPTION(cycle_options, counter_modulus, .min = 0, .max = 1e15, .example = "65536",
           .help = "where the part counter wraps to 0; 0 takes the usual places: 10000, "
                   "65536, 2^32 and the like"),
    OPTION(cycle_options, warmup_programs, .example = "[\"O9000*\"]",
           .help = "programs that warm the machine up; without it names with WARMUP"),
    OPTION(cycle_options, aux_programs, .example = "[\"*TRAN*\"]",
           .help = "programs that transfer, probe or change pallets and make no part; "
                   "without it names with -TRAN or TRANSFER"),
    OPTION(cycle_options, probe_programs, .example = "[\"O98*\"]",
           .help = "programs whose time is probing"),
    OPTION(cycle_options, probe_tools, .example = "[\"99\"]",
           .help = "tools that are touch probes"),
    OPTION(cycle_options, probe_lines, .example = "[\"O100:400-480\"]",
           .help = "lines of programs, PROGRAM:FROM-TO or FROM-TO, that probe"),
    OPTION(cycle_options, aux_lines, .example = "[\"O100:900-910\"]",
           .help = "lines that change the pallet, feed the bar or transfer the part"),
    OPTION(cycle_options, end_lines, .example = "[\"O100:950-999\"]",
           .help = "where no counter and no \"done\" says that a program was completed: "
                   "it was when it reached these lines; learned when absent"),
    OPTION(cycle_options, rework_programs, .example = "[\"*-RW*\"]",
           .help = "programs that work on parts once more; without it names with REWORK"),
    OPTION(cycle_options, rework_lots, .example = "[\"RW-*\"]",
           .help = "lots that are worked on once more; without it names with REWORK"),
    OPTION(cycle_options, end_rule, .choices = end_rules,
           .help = "what completes a cycle: done, or idle for controls that never say "
                   "done and have no counter"),
    OPTION(cycle_options, source, .choices = sources,
           .help = "what cycles are made from; auto takes the best signal there is"),
    OPTION(cycle_options, pallet_change, .choices = pallet_changes,
           .help = "does a pallet change end the running cycle (boundary) or not"),
    OPTION(cycle_options, paths, .choices = paths,
           .help = "machines with several paths: one cycle a machine, or one a path"),
    OPTION(cycle_options, master_path, .fallback.integer = 1, .min = 1, .max = 4,
           .help = "the path whose program, counter and tools are the machine's"),
    OPTION(cycle_options, load_threshold, DURATION(0), LONGEST,
           .help = "the longest gap that counts as loading; 0 learns it"),
    OPTION(cycle_options, poll, DURATION(0), .max = 3600e9,
           .help = "how often the state is polled, for the date of an edge and to see "
                   "what is missing; 0 sees it in "
                   "the samples"),
    OPTION(cycle_options, spindle_on, .fallback.number = (double)NAN,
           .help = "cycles from the spindle: running above this; learned when absent"),
    OPTION(cycle_options, spindle_off, .fallback.number = (double)NAN,
           .help = "cycles from the spindle: idle below this; learned when absent"),
    OPTION(cycle_options, spindle_start, DURATION(1), .max = 600e9,
           .help = "how long the spindle must be on to begin a cycle"),
    OPTION(cycle_options, spindle_stop, DURATION(20), .max = 3600e9,
           .help = "how long it must be off to end one: longer than a tool change"),
    OPTION(cycle_options, air_load, .fallback.number = (double)NAN, .max = 200,
           .unit = "%",
           .help = "spindle load up to which a turning tool cuts air; learned when "
                   "absent"),
    OPTION(cycle_options, flash, DURATION(2.5), .max = 60e9,
           .help = "a light or bit that changes faster than this is flashing"),
    {0},
};

static int check(const void *record, char reterr_sentence[256])
{
    const struct cycle_options *given = record;

    if (given->spindle_on < given->spindle_off) {
        (void)snprintf(reterr_sentence, 256, "spindle_on must be above spindle_off");
        return -EINVAL;
    }
    return 0;
}

const struct section cycle_section = {
    .name = "cycle",
    .help = "how cycles are told apart",
    .size = sizeof(struct cycle_options),
    .options = options,
    .check = check,
};

void cycle_options_init(struct cycle_options *ret_options)
{
    *ret_options = (struct cycle_options){0};
    for (const struct option *option = options; option->name; option++) {
        void *field = (char *)ret_options + option->offset;

        if (option->kind == OPTION_INTEGER)
            *(int64_t *)field = option->fallback.integer;
        else if (option->kind == OPTION_NUMBER)
            *(double *)field = option->fallback.number;
        else if (option->kind == OPTION_CHOICE)
            *(unsigned *)field = option->fallback.choice;
    }
}

/* Reads a number; returns what follows, NULL when there is none. */
static const char *read_line_number(const char *text, int64_t *ret_number)
{
    int64_t number = 0;
    const char *end = text;

    for (; *end >= '0' && *end <= '9' && end - text < 15; end++)
        number = number * 10 + (*end - '0');
    *ret_number = number;
    return end > text ? end : NULL;
}

static bool cover(const char *lines, const char *program, int64_t line)
{
    const char *colon = strrchr(lines, ':');
    char pattern[256];
    int64_t from = 0, to = 0;

    if (colon) {
        if ((size_t)(colon - lines) >= sizeof(pattern))
            return false;
        memcpy(pattern, lines, (size_t)(colon - lines));
        pattern[colon - lines] = '\0';
        if (!text_match(pattern, program))
            return false;
    }
    const char *rest = read_line_number(colon ? colon + 1 : lines, &from);
    if (!rest)
        return false;
    to = from;
    if (*rest == '-' && !read_line_number(rest + 1, &to))
        return false;
    return line >= from && line <= to;
}

bool cycle_options_cover(const struct option_list *lines, const char *program,
                         int64_t line)
{
    char *const *items = lines->items;

    for (size_t i = 0; i < lines->count; i++)
        if (cover(items[i], program, line))
            return true;
    return false;
}

bool cycle_options_match(const struct option_list *patterns, const char *name)
{
    char *const *items = patterns->items;

    for (size_t i = 0; i < patterns->count; i++)
        if (text_match(items[i], name))
            return true;
    return false;
}
