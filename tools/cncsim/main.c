/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"
#include "tools/cncsim/arguments.h"
#include "tools/cncsim/scenario/builtin.h"
#include "tools/cncsim/scenario/reader.h"
#include "tools/cncsim/world/world.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct program {
    uv_loop_t loop;
    struct world *world;
    struct scenario *scenario;
    struct output output;
    uv_signal_t signals[2];
    uv_pipe_t input;
    bool reads, closing;
    char line[256];
    size_t used;
};

static void program_close(struct program *program)
{
    if (program->closing)
        return;
    program->closing = true;
    world_close(program->world);
    uv_close((uv_handle_t *)&program->signals[0], NULL);
    uv_close((uv_handle_t *)&program->signals[1], NULL);
    if (program->reads)
        uv_close((uv_handle_t *)&program->input, NULL);
}

static void on_ended(void *owner)
{
    program_close(owner);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    program_close(handle->data);
}

static void program_obey(struct program *program, const char *line)
{
    struct text answer;

    text_init_heap(&answer);
    world_command(program->world, line, &answer);
    if (answer.length > 0)
        (void)fputs(answer.data, stderr);
    text_done(&answer);
    if (strncmp(line, "quit", 4) == 0)
        program_close(program);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct program *program = handle->data;

    (void)suggested;
    if (program->used == sizeof(program->line) - 1)
        program->used = 0; /* a line that long is no order */
    *buffer = uv_buf_init(program->line + program->used,
                          (unsigned)(sizeof(program->line) - 1 - program->used));
}

static void on_input(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct program *program = stream->data;
    char *end;

    (void)buffer;
    if (length < 0) {
        uv_read_stop(stream);
        return;
    }
    program->used += (size_t)length;
    program->line[program->used] = '\0';
    while (!program->closing && (end = strchr(program->line, '\n')) != NULL) {
        *end = '\0';
        program_obey(program, program->line);
        program->used -= (size_t)(end + 1 - program->line);
        memmove(program->line, end + 1, program->used + 1);
    }
}

static int program_load(struct program *program, const char *path)
{
    struct text yaml, complaints;
    char block[4096];
    size_t length;
    FILE *file = path ? fopen(path, "re") : NULL;
    int error;

    if (path && !file) {
        (void)fprintf(stderr, "cncsim: cannot read %s: %s\n", path, strerror(errno));
        return -errno;
    }
    text_init_heap(&yaml);
    text_init_heap(&complaints);
    while (file && (length = fread(block, 1, sizeof(block), file)) > 0)
        text_add_bytes(&yaml, block, length);
    if (file)
        (void)fclose(file);
    else
        text_add(&yaml, builtin_scenario);
    error = scenario_read(path ? path : "builtin", yaml.data ? yaml.data : "",
                          yaml.length, &complaints, &program->scenario);
    if (error < 0)
        (void)fprintf(stderr, "%s",
                      complaints.data ? complaints.data : "out of memory\n");
    text_done(&yaml);
    text_done(&complaints);
    return error;
}

/* Written beside and renamed: who waits for the file finds it whole. */
static int program_write_ports(const struct program *program, const char *path)
{
    struct text text, beside;
    FILE *file;
    int error = 0;

    text_init_heap(&text);
    text_init_heap(&beside);
    text_add_format(&beside, "%s.new", path);
    world_print_ports(program->world, &text);
    file = fopen(beside.data, "we");
    if (!file || fputs(text.data, file) < 0 || fclose(file) != 0 ||
        rename(beside.data, path) < 0) {
        error = -errno;
        (void)fprintf(stderr, "cncsim: cannot write %s: %s\n", path, strerror(errno));
    }
    text_done(&text);
    text_done(&beside);
    return error;
}

static void program_show_ports(const struct program *program)
{
    struct text text;

    text_init_heap(&text);
    world_print_ports(program->world, &text);
    (void)fputs(text.data, stderr);
    text_done(&text);
}

static void program_listen(struct program *program, bool commands)
{
    static const int numbers[] = {SIGINT, SIGTERM};

    for (size_t i = 0; i < 2; i++) {
        uv_signal_init(&program->loop, &program->signals[i]);
        program->signals[i].data = program;
        uv_signal_start(&program->signals[i], on_signal, numbers[i]);
    }
    if (!commands)
        return;
    uv_pipe_init(&program->loop, &program->input, 0);
    program->input.data = program;
    program->reads = true;
    if (uv_pipe_open(&program->input, STDIN_FILENO) == 0)
        uv_read_start((uv_stream_t *)&program->input, on_room, on_input);
}

static int program_run(struct program *program, const struct arguments *arguments)
{
    int error;

    if (arguments->speed == 0) {
        world_run_through(program->world);
        uv_run(&program->loop, UV_RUN_NOWAIT);
        world_close(program->world);
        return 0;
    }
    error =
        arguments->ports_file ? program_write_ports(program, arguments->ports_file) : 0;
    program_show_ports(program);
    program_listen(program, arguments->commands);
    world_start(program->world, program, on_ended);
    if (error < 0)
        program_close(program);
    uv_run(&program->loop, UV_RUN_DEFAULT);
    return error;
}

/* The truth and the folder of recordings, which is made when it is not there. */
static int program_open_output(struct program *program, const struct arguments *arguments)
{
    const char *folder = arguments->record;
    int error = folder && mkdir(folder, 0777) && errno != EEXIST ? -errno : 0;

    if (error) {
        (void)fprintf(stderr, "cncsim: cannot make the folder %s: %s\n", folder,
                      strerror(-error));
        return error;
    }
    error =
        output_open(&program->output, arguments->truth, folder, arguments->start_wall_ns);
    if (error)
        (void)fprintf(stderr, "cncsim: cannot write %s: %s\n", arguments->truth,
                      strerror(-error));
    return error;
}

static int program_main(struct program *program, const struct arguments *arguments)
{
    struct world_options options = {.speed = arguments->speed,
                                    .length_ns = arguments->length_ns,
                                    .start_wall_ns = arguments->start_wall_ns,
                                    .address = arguments->address,
                                    .serves = arguments->speed > 0};
    struct scenario_plan plan;
    int64_t seed;
    int error = program_load(program, arguments->scenario);

    if (error < 0)
        return error;
    plan = *scenario_plan(program->scenario);
    if (arguments->seed && text_read_integer(arguments->seed, &seed) == 0)
        plan.seed = seed;
    error = program_open_output(program, arguments);
    if (error)
        return error;
    uv_loop_init(&program->loop);
    error =
        world_create(&program->loop, &plan, &options, &program->output, &program->world);
    if (error == 0)
        error = program_run(program, arguments);
    else if (program->world)
        world_close(program->world);
    if (error)
        (void)fprintf(stderr, "cncsim: cannot run these machines: %s\n",
                      uv_strerror(error));
    uv_run(&program->loop, UV_RUN_DEFAULT);
    if (program->world)
        world_free(program->world);
    if (uv_loop_close(&program->loop) != 0)
        error = -EBUSY;
    output_close(&program->output);
    return error;
}

int main(int argc, char **argv)
{
    static struct program program;
    struct arguments arguments = {.start_wall_ns =
                                      clock_now().wall_ns / NS_PER_MS * NS_PER_MS};
    int status = arguments_read(&arguments, argc, argv);

    if (status >= 0)
        return status;
    signal(SIGPIPE, SIG_IGN);
    status = program_main(&program, &arguments) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    scenario_free(program.scenario);
    return status;
}
