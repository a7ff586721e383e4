/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong, and what to do about it: the daemon, its configuration, every link, the
 * store, every sink.
 */
#include "config/config.h"
#include "tools/spindlectl/table.h"
#include "tools/spindlectl/talk.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CLOCK_LIMIT_S  5.0
#define OLDEST_LIMIT_S 300.0

static const char usual_config[] = "/etc/spindled/spindled.yaml";

/* One finding: about whom, what, and the remedy. */
static void find(json_t *findings, const char *about, const char *what,
                 const char *remedy)
{
    (void)json_array_append_new(findings, json_pack("{s:s, s:s, s:s}", "about", about,
                                                    "what", what, "remedy", remedy));
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));

    return value ? value : "";
}

static long long count_of(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static void check_config(const char *path, json_t *findings)
{
    struct config *config = NULL;
    struct text complaints;

    text_init_heap(&complaints);
    if (config_load(path, &complaints, &config))
        find(findings, path, complaints.data ? complaints.data : "it cannot be read",
             "correct it; spindled --check tells each mistake with its place");
    if (config)
        config_free(config);
    text_done(&complaints);
}

static void check_link(const char *machine, const json_t *link, json_t *findings)
{
    const json_t *offset = json_object_get(link, "clock_offset");
    char what[512];

    if (!json_is_true(json_object_get(link, "linked"))) {
        (void)snprintf(what, sizeof(what), "no link to %s: %s", text_of(link, "address"),
                       *text_of(link, "trouble") ? text_of(link, "trouble")
                                                 : "not connected yet");
        find(findings, machine, what,
             "is the machine on, the cable in, the address right? spindlectl probe "
             "ADDRESS tries it");
        return;
    }
    if (json_is_number(offset) && fabs(json_number_value(offset)) > CLOCK_LIMIT_S) {
        (void)snprintf(what, sizeof(what), "its clock is %.1f s %s ours",
                       fabs(json_number_value(offset)),
                       json_number_value(offset) > 0 ? "behind" : "ahead of");
        find(findings, machine, what,
             "let the machine and the gateway take their time from the same NTP server");
    }
    if (count_of(link, "refused") > 0) {
        (void)snprintf(what, sizeof(what), "%lld requests were refused%s%s",
                       count_of(link, "refused"), *text_of(link, "trouble") ? ": " : "",
                       text_of(link, "trouble"));
        find(findings, machine, what,
             "spindlectl signals shows which points have no value; take them out or "
             "correct their address");
    }
    if (count_of(link, "malformed") > 0) {
        (void)snprintf(what, sizeof(what), "%lld answers made no sense",
                       count_of(link, "malformed"));
        find(findings, machine, what,
             "on a serial line: baud rate, parity and termination; else another program "
             "may be using the same port");
    }
}

static void check_machine(const json_t *machine, json_t *findings)
{
    const char *name = text_of(machine, "machine");
    const json_t *reception = json_object_get(machine, "reception");
    json_t *link;
    size_t index;
    char what[160];

    json_array_foreach(json_object_get(machine, "links"), index, link)
    {
        check_link(name, link, findings);
    }
    if (json_is_true(json_object_get(machine, "linked")) &&
        (json_is_null(json_object_get(machine, "state")) ||
         strcmp(text_of(machine, "state"), "unavail") == 0))
        find(findings, name, "linked, but nothing tells what it is doing",
             "configure execution, cycle_bit, operating with cycle_start_lamp, or "
             "part_count; spindlectl signals shows what is heard");
    if (count_of(reception, "gap") > 0) {
        (void)snprintf(what, sizeof(what), "%lld observations never came",
                       count_of(reception, "gap"));
        find(findings, name, what,
             "the page lists the gaps with their reasons; often the network, or an "
             "agent with a small buffer");
    }
    if (count_of(reception, "dropped") > 0) {
        (void)snprintf(what, sizeof(what), "%lld values could not be stored",
                       count_of(reception, "dropped"));
        find(findings, name, what, "look at the store: is the disk full or slow?");
    }
}

static void check_sink(const json_t *sink, json_t *findings)
{
    const char *name = text_of(sink, "sink");
    const json_t *ledger = json_object_get(sink, "ledger");
    double oldest_s = json_number_value(json_object_get(sink, "oldest_s"));
    char what[512];

    if (!json_is_true(json_object_get(sink, "linked"))) {
        (void)snprintf(what, sizeof(what), "%s does not take anything: %s",
                       text_of(sink, "address"), text_of(sink, "trouble"));
        find(findings, name, what,
             "is it running and reachable from here? nothing is lost meanwhile, as long "
             "as the store has room");
    } else if (oldest_s > OLDEST_LIMIT_S) {
        (void)snprintf(what, sizeof(what), "it is %.0f s behind", oldest_s);
        find(findings, name, what,
             "a backlog drains by itself; if it grows, the destination is too slow");
    }
    if (count_of(sink, "dead_letters") > 0) {
        (void)snprintf(what, sizeof(what), "it refused %lld records",
                       count_of(sink, "dead_letters"));
        find(findings, name, what,
             "spindlectl queue list tells why; then queue retry or queue drop");
    }
    if (json_is_false(json_object_get(ledger, "closes")))
        find(findings, name, "its ledger does not close: values are unaccounted for",
             "this is a fault of spindled; report it with spindlectl --json queue");
    if (count_of(ledger, "dropped.size") + count_of(ledger, "dropped.age") +
            count_of(ledger, "dropped.disk") >
        0)
        find(findings, name, "values were dropped before it took them",
             "a larger store.max_size or store.keep bridges longer outages");
}

static void check_queue(const json_t *queue, json_t *findings)
{
    const json_t *store = json_object_get(queue, "store");
    json_t *sink;
    size_t index;

    if (*text_of(store, "trouble"))
        find(findings, "store", text_of(store, "trouble"),
             "make room on the disk or move store.path; it recovers by itself");
    json_array_foreach(json_object_get(queue, "sinks"), index, sink)
    {
        check_sink(sink, findings);
    }
}

static void check_machines(const json_t *answer, json_t *findings)
{
    json_t *machine;
    size_t index;

    json_array_foreach(json_object_get(answer, "machines"), index, machine)
    {
        check_machine(machine, findings);
    }
    if (json_array_size(json_object_get(answer, "machines")) == 0)
        find(findings, "configuration", "no machine is configured",
             "spindlectl probe ADDRESS prints a configuration to paste");
}

static enum exit_status check_daemon(json_t *findings)
{
    json_t *machines = NULL;
    json_t *queue = NULL;
    enum exit_status status = talk_get("/v1/machines", &machines);

    if (!status)
        status = talk_get("/v1/queue", &queue);
    if (status) {
        find(findings, "spindled", "it does not answer",
             "systemctl status spindled; journalctl -u spindled tells why it ended");
    } else {
        check_machines(machines, findings);
        check_queue(queue, findings);
    }
    json_decref(machines);
    json_decref(queue);
    return status;
}

static void print_findings(const json_t *findings)
{
    bool coloured = isatty(STDOUT_FILENO);
    json_t *finding;
    size_t index;

    if (json_array_size(findings) == 0)
        (void)puts("nothing is wrong");
    json_array_foreach(findings, index, finding)
    {
        (void)printf("%s%s%s: %s\n    %s\n", coloured ? "\033[1;33m" : "",
                     text_of(finding, "about"), coloured ? "\033[0m" : "",
                     text_of(finding, "what"), text_of(finding, "remedy"));
    }
}

static enum exit_status doctor(int argc, char **argv)
{
    const char *config = access(usual_config, R_OK) == 0 ? usual_config : NULL;

    if (argc == 3 && strcmp(argv[1], "--config") == 0) {
        config = argv[2];
    } else if (argc > 1) {
        (void)fprintf(stderr,
                      "spindlectl: doctor takes --config FILE and nothing else\n");
        return EXIT_USAGE;
    }
    json_t *findings = json_array();
    if (config)
        check_config(config, findings);
    enum exit_status status = check_daemon(findings);
    if (common_options.json)
        table_print_json(findings);
    else
        print_findings(findings);
    if (!status && json_array_size(findings) > 0)
        status = EXIT_FAILED;
    json_decref(findings);
    return status;
}

const struct command commands_doctor[] = {
    {"doctor", "[--config FILE]", "what is wrong, and what to do about it",
     "spindlectl doctor",                                                         doctor},
    {NULL,     NULL,              NULL,                                     NULL, NULL  },
};
