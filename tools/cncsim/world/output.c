/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/world/output.h"

#include "daemon/base/moment.h"
#include "tools/cncsim/agent/adapter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct recorder {
    FILE *lines, *measurements;
    enum agent_version version;
};

int output_open(struct output *output, const char *path, const char *folder,
                int64_t start_wall_ns)
{
    *output = (struct output){.folder = folder, .start_wall_ns = start_wall_ns};
    if (!path)
        return 0;
    output->truth = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    if (!output->truth)
        return -errno;
    (void)setvbuf(output->truth, NULL, _IOLBF, 0);
    return 0;
}

void output_close(struct output *output)
{
    if (output->truth && output->truth != stdout)
        (void)fclose(output->truth);
    output->truth = NULL;
}

void output_tell(struct output *output, const struct truth *truth)
{
    struct text text;

    if (!output->truth)
        return;
    text_init_heap(&text);
    truth_print(truth, output->start_wall_ns, &text);
    (void)fwrite(text.data, 1, text.length, output->truth);
    text_done(&text);
}

static FILE *recorder_open(const struct output *output, const char *machine,
                           const char *ending)
{
    char path[512];
    struct text text;

    text_init_fixed(&text, path, sizeof(path));
    text_add_format(&text, "%s/%s.%s", output->folder, machine, ending);
    if (text.failed) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    return fopen(path, "we");
}

static int recorder_print_devices(const struct output *output, const struct agent *agent,
                                  const char *machine)
{
    FILE *file = recorder_open(output, machine, "xml");
    struct text text;

    if (!file)
        return -errno;
    text_init_heap(&text);
    agent_print_probe(agent, &text);
    (void)fwrite(text.data, 1, text.length, file);
    text_done(&text);
    return fclose(file) == 0 ? 0 : -errno;
}

int recorder_create(const struct output *output, const struct agent *agent,
                    struct recorder **ret_recorder)
{
    const char *machine = agent->machine->plan->name;
    struct recorder *recorder;
    int error;

    if (!output->folder)
        return 0;
    error = recorder_print_devices(output, agent, machine);
    if (error < 0)
        return error;
    recorder = calloc(1, sizeof(*recorder));
    if (!recorder)
        return -ENOMEM;
    recorder->version = agent->version;
    recorder->lines = recorder_open(output, machine, "shdr");
    recorder->measurements = recorder_open(output, machine, "csv");
    if (!recorder->lines || !recorder->measurements) {
        error = -errno;
        recorder_destroy(recorder);
        return error;
    }
    (void)fputs("time,feature,value\n", recorder->measurements);
    for (int i = 0; i < ITEM_COUNT; i++)
        recorder_observe(recorder, (enum panel_item)i, &agent->machine->panel.values[i],
                         output->start_wall_ns);
    *ret_recorder = recorder;
    return 0;
}

void recorder_destroy(struct recorder *recorder)
{
    if (!recorder)
        return;
    if (recorder->lines)
        (void)fclose(recorder->lines);
    if (recorder->measurements)
        (void)fclose(recorder->measurements);
    free(recorder);
}

void recorder_observe(struct recorder *recorder, enum panel_item item,
                      const struct panel_value *value, int64_t wall_ns)
{
    struct text text;

    text_init_heap(&text);
    adapter_print(item, value, recorder->version, wall_ns, &text);
    if (text.length > 0)
        (void)fwrite(text.data, 1, text.length, recorder->lines);
    text_done(&text);
}

void recorder_measure(struct recorder *recorder, const struct measurement_truth *measured,
                      int64_t wall_ns)
{
    char time[RFC3339_MAX];

    moment_print(wall_ns, time);
    (void)fprintf(recorder->measurements, "%s,%s,%.4f\n", time, measured->feature,
                  measured->value);
}
