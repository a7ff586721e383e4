/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"
#include "daemon/base/text.h"
#include "drivers/modbus/frame.h"
#include "drivers/modbus/load.h"
#include "tools/spindlectl/command_modbus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    THINKING_MAX_MS = 60000
};

/* Everything that is read over Modbus, in the sequence of the file. */
static const struct link_options *modbus_of(const struct link_settings *link)
{
    return link->driver == &driver_modbus ? link->options : NULL;
}

static void print_request(const struct machine_settings *machine,
                          const struct link_options *options,
                          const struct request_plan *request, int64_t thinking_ns)
{
    struct line_terms terms = link_terms(options);
    enum framing framing = line_framing(&terms.address);
    struct frame_request frame = {.function = frame_function(request->area),
                                  .count = request->count};
    size_t out = frame_request_length(framing), in = frame_answer_length(framing, &frame);
    int64_t busy = load_request_ns(&terms, request, thinking_ns);

    if (common_options.json)
        (void)printf("{\"machine\":\"%s\",\"line\":\"%s\",\"unit\":%" PRId64
                     ",\"area\":\"%s\",\"address\":%u,\"count\":%u,\"points\":%zu,"
                     "\"every_s\":%g,\"request_bytes\":%zu,\"answer_bytes\":%zu,"
                     "\"busy_s\":%g}\n",
                     machine->name, terms.address.key, options->unit,
                     area_names[request->area], request->address, request->count,
                     request->spans, (double)request->class_ns / 1e9, out, in,
                     (double)busy / 1e9);
    else
        (void)printf("%-12s %-28s %4" PRId64 " %-8s %5u %5u %6zu %8g %7zu %7zu %8.1f\n",
                     machine->name, terms.address.key, options->unit,
                     area_names[request->area], request->address, request->count,
                     request->spans, (double)request->class_ns / 1e9, out, in,
                     (double)busy / 1e6);
}

static void print_link(const struct machine_settings *machine,
                       const struct link_options *options, int64_t thinking_ns)
{
    struct request_plan *requests = NULL;
    int count = load_plan(options, &requests);

    for (int i = 0; i < count; i++)
        print_request(machine, options, &requests[i], thinking_ns);
    free(requests);
}

/* The share of a line's time that all links on it need, and the first of them. */
static double line_share(const struct settings *settings, const char *key,
                         int64_t thinking_ns, const struct link_options **ret_first)
{
    double share = 0;

    *ret_first = NULL;
    for (size_t i = 0; i < settings->machine_count; i++) {
        const struct machine_settings *machine = &settings->machines[i];
        for (size_t k = 0; k < machine->link_count; k++) {
            const struct link_options *options = modbus_of(&machine->links[k]);
            struct line_terms terms;
            if (!options)
                continue;
            terms = link_terms(options);
            if (strcmp(terms.address.key, key) != 0)
                continue;
            *ret_first = *ret_first ? *ret_first : options;
            share += load_share(options, thinking_ns);
        }
    }
    return share;
}

static void print_lines(const struct settings *settings, int64_t thinking_ns)
{
    for (size_t i = 0; i < settings->machine_count; i++) {
        const struct machine_settings *machine = &settings->machines[i];
        for (size_t k = 0; k < machine->link_count; k++) {
            const struct link_options *options = modbus_of(&machine->links[k]), *first;
            if (!options)
                continue;
            struct line_terms terms = link_terms(options);
            double share = line_share(settings, terms.address.key, thinking_ns, &first);
            if (terms.address.kind == LINE_RTU && options == first)
                (void)printf("\n%s is busy for %.1f %% of the time\n", terms.address.key,
                             100 * share);
        }
    }
}

static void print_plan(const struct settings *settings, int64_t thinking_ns)
{
    if (!common_options.json)
        (void)printf("%-12s %-28s %4s %-8s %5s %5s %6s %8s %7s %7s %8s\n", "machine",
                     "line", "unit", "area", "from", "count", "points", "every/s",
                     "bytes>", "bytes<", "busy/ms");
    for (size_t i = 0; i < settings->machine_count; i++) {
        const struct machine_settings *machine = &settings->machines[i];
        for (size_t k = 0; k < machine->link_count; k++)
            if (modbus_of(&machine->links[k]))
                print_link(machine, modbus_of(&machine->links[k]), thinking_ns);
    }
    if (!common_options.json)
        print_lines(settings, thinking_ns);
}

static bool take_option(const char *name, const char *value, const char **path,
                        int64_t *thinking_ms)
{
    if (strcmp(name, "--config") == 0) {
        *path = value;
        return true;
    }
    return strcmp(name, "--thinking") == 0 &&
           text_read_integer(value, thinking_ms) == 0 && *thinking_ms >= 0 &&
           *thinking_ms <= THINKING_MAX_MS;
}

enum exit_status run_plan(int argc, char **argv)
{
    const char *path = "/etc/spindled/spindled.yaml";
    int64_t thinking_ms = LOAD_THINKING_NS / NS_PER_MS;
    struct text complaints;
    struct config *config = NULL;

    for (int i = 1; i < argc; i += 2)
        if (i + 1 == argc || !take_option(argv[i], argv[i + 1], &path, &thinking_ms))
            return EXIT_USAGE;

    text_init_heap(&complaints);
    int error = config_load(path, &complaints, &config);
    if (complaints.length)
        (void)fputs(complaints.data, stderr);
    text_done(&complaints);
    if (error)
        return EXIT_FAILED;
    print_plan(config_settings(config), thinking_ms * NS_PER_MS);
    config_free(config);
    return EXIT_DONE;
}
