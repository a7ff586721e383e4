/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/json.h"
#include "daemon/base/moment.h"
#include "tools/cncsim/scenario/reader.h"
#include "tools/cncsim/world/world_parts.h"

#include <string.h>

#define WORDS_MAX 12
#define LINE_SIZE 256

/* A line's words; "key=value" ones are looked up by key. */
struct words {
    char line[LINE_SIZE];
    char *word[WORDS_MAX];
    size_t count;
};

static void words_split(struct words *words, const char *line)
{
    char *rest = words->line, *word;

    text_copy(words->line, sizeof(words->line), line);
    words->count = 0;
    while (words->count < WORDS_MAX && (word = strsep(&rest, " \t\r\n")) != NULL) {
        if (*word)
            words->word[words->count++] = word;
    }
}

static char *words_find(const struct words *words, const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 0; i < words->count; i++) {
        if (strncmp(words->word[i], key, length) == 0 && words->word[i][length] == '=')
            return words->word[i] + length + 1;
    }
    return NULL;
}

static void words_duration(const struct words *words, const char *key, int64_t *value_ns)
{
    const char *string = words_find(words, key);

    if (string)
        (void)duration_read(string, value_ns);
}

static int kind_find(const char *const *kinds, const char *name)
{
    for (int i = 0; kinds[i]; i++) {
        if (strcmp(kinds[i], name) == 0)
            return i;
    }
    return -1;
}

static void kinds_print(const char *const *kinds, struct text *answer)
{
    text_add(answer, "unknown kind; there are:");
    for (; *kinds; kinds++)
        text_add_format(answer, " %s", *kinds);
    text_add_char(answer, '\n');
}

static void station_tell(struct station *station, const char *event, const char *what,
                         double seconds)
{
    struct event_truth told = {event, what, 0, seconds};
    struct truth truth = {.kind = TRUTH_EVENT,
                          .machine = station->plan->name,
                          .at_ns = station->world->now_ns,
                          .event = &told};

    output_tell(station->world->output, &truth);
}

static void command_fault(struct station *station, const struct words *words,
                          struct text *answer)
{
    int kind = words->count > 2 ? kind_find(fault_kinds, words->word[2]) : -1;
    const char *every = words_find(words, "every");
    struct fault_plan fault = {.at = world_catch_up(station->world),
                               .lasts = 20 * NS_PER_S,
                               .every = 1,
                               .delay = 1500 * NS_PER_MS};

    if (kind < 0) {
        kinds_print(fault_kinds, answer);
        return;
    }
    fault.kind = (unsigned)kind;
    words_duration(words, "for", &fault.lasts);
    words_duration(words, "delay", &fault.delay);
    if (every)
        (void)text_read_integer(every, &fault.every);
    if (words_find(words, "value"))
        (void)text_read_number(words_find(words, "value"), &fault.value);
    station_order_fault(station, &fault);
    station_suffer(station, station->world->now_ns,
                   station->world->options.start_wall_ns + station->world->now_ns);
    station_tell(station, "fault", fault_kinds[kind], (double)fault.lasts / 1e9);
    text_add(answer, "ok\n");
}

static void command_befall(struct station *station, const struct words *words,
                           struct text *answer)
{
    int kind = words->count > 2 ? kind_find(incident_kinds, words->word[2]) : -1;
    /* Kept by the machine until the cycle's end: must live on. */
    static struct incident_plan incident;
    static char incident_text[PANEL_TEXT_MAX];
    const char *string = words_find(words, "text");

    if (kind < 0) {
        kinds_print(incident_kinds, answer);
        return;
    }
    incident = (struct incident_plan){.kind = (unsigned)kind, .lasts = 8 * NS_PER_S};
    words_duration(words, "for", &incident.lasts);
    if (words_find(words, "value"))
        (void)text_read_number(words_find(words, "value"), &incident.value);
    if (string) {
        text_copy(incident_text, sizeof(incident_text), string);
        incident.text = incident_text;
    }
    (void)world_catch_up(station->world);
    machine_befall(&station->machine, &incident);
    text_add(answer, "ok\n");
}

static void command_clear(struct station *station, const struct words *words,
                          struct text *answer)
{
    (void)words;
    station_order_fault(station, &(struct fault_plan){0});
    station_tell(station, "fault", "none", 0);
    text_add(answer, "ok\n");
}

static const struct {
    const char *name;
    void (*run)(struct station *station, const struct words *words, struct text *answer);
} commands[] = {
    {"fault",  command_fault },
    {"befall", command_befall},
    {"clear",  command_clear },
};

void world_command(struct world *world, const char *line, struct text *answer)
{
    struct words words;
    struct station *station;

    words_split(&words, line);
    if (words.count == 0)
        return;
    if (strcmp(words.word[0], "ports") == 0) {
        world_print_ports(world, answer);
        return;
    }
    station = words.count > 1 ? world_find(world, words.word[1]) : NULL;
    for (size_t i = 0; station && i < sizeof(commands) / sizeof(*commands); i++) {
        if (strcmp(commands[i].name, words.word[0]) == 0) {
            commands[i].run(station, &words, answer);
            return;
        }
    }
    text_add(answer, "fault MACHINE KIND [for=20s] [every=N] [delay=1.5s] [value=N], "
                     "befall MACHINE KIND [for=8s] [value=N] [text=T], clear MACHINE, "
                     "ports\n");
}

static void station_print_ports(const struct station *station, struct writer *writer)
{
    const struct modbus_plan *modbus = station->plan->modbus;
    char url[160];
    struct text text;

    writer_begin_object(writer, station->plan->name);
    if (modbus) {
        text_init_fixed(&text, url, sizeof(url));
        if (station->bus)
            text_add_format(&text, "rtu://%s?baud=%d&parity=none",
                            serial_bus_path(station->bus), (int)modbus->baud);
        else
            text_add_format(&text, "tcp://%s:%d", station->world->options.address,
                            tcp_server_port(station->server));
        writer_string(writer, "modbus", url);
        writer_integer(writer, "unit", modbus->unit);
    }
    if (station->http) {
        text_init_fixed(&text, url, sizeof(url));
        text_add_format(&text, "http://%s:%d", station->world->options.address,
                        http_agent_port(station->http));
        writer_string(writer, "mtconnect", url);
        writer_string(writer, "device", station->agent.device);
    }
    if (station->adapter) {
        text_init_fixed(&text, url, sizeof(url));
        text_add_format(&text, "shdr://%s:%d", station->world->options.address,
                        adapter_port(station->adapter));
        writer_string(writer, "shdr", url);
    }
    writer_end_object(writer);
}

void world_print_ports(const struct world *world, struct text *text)
{
    struct writer writer;

    writer_init(&writer, text);
    writer_begin_object(&writer, NULL);
    writer_begin_object(&writer, "machines");
    for (size_t i = 0; i < world->count; i++)
        station_print_ports(&world->stations[i], &writer);
    writer_end_object(&writer);
    if (world->farm) {
        struct text ports;

        text_init_heap(&ports);
        text_add_char(&ports, '[');
        farm_print_ports(world->farm, &ports);
        text_add_char(&ports, ']');
        writer_verbatim(&writer, "devices", ports.data);
        text_done(&ports);
    }
    writer_end_object(&writer);
    text_add_char(text, '\n');
}
