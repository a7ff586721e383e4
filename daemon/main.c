/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"
#include "daemon/arguments.h"
#include "daemon/base/log.h"
#include "daemon/pipeline/pipeline.h"
#include "daemon/pipeline/roster.h"
#include "daemon/reading.h"
#include "daemon/service.h"
#include "daemon/status/status.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    EXIT_USAGE = 2,
    EXIT_CONFIG = 78, /* sysexits(3): EX_CONFIG */
    CONFIGS_MAX = 16,
    DESCRIPTORS = 16384, /* as LimitNOFILE of the unit */
};

static const char room[] = "main";

/* What is running, and every configuration something still uses. */
struct daemon {
    const char *path;
    uv_loop_t loop;
    struct service *service;
    struct pipeline *pipeline;
    struct control *control;
    struct status *page;
    struct config *configs[CONFIGS_MAX]; /* the one of the start first, to the end */
    size_t config_count;
    struct reading reading; /* of the next one */
    bool is_stopping;
    struct text status;
};

static void on_page_closed(void *owner)
{
    struct daemon *daemon = owner;

    pipeline_stop(daemon->pipeline);
}

/* The page sees the pipeline, so it goes first. */
static void on_stop(void *owner)
{
    struct daemon *daemon = owner;

    daemon->is_stopping = true;
    log_write(LOG_LEVEL_INFO, room, "stopping");
    service_stopping(daemon->service);
    status_close(daemon->page, daemon, on_page_closed);
}

/* What was written, but does not run as written, stays on the page until it does. */
static void say_configuration(struct daemon *daemon, enum log_level level,
                              const char *sentence)
{
    pipeline_say_configuration(daemon->pipeline, sentence);
    if (*sentence)
        log_write(level, room, "%s", sentence);
}

static void take_over(struct daemon *daemon, struct config *config)
{
    char array[384];
    struct text sentence;

    text_init_fixed(&sentence, array, sizeof(array));
    if (config_list_start_changes(daemon->configs[0], config, &sentence))
        text_add(&sentence, " changed, which counts from the next start: systemctl "
                            "restart spindled");
    daemon->configs[daemon->config_count++] = config;
    pipeline_reload(daemon->pipeline, config_settings(config));
    log_write(LOG_LEVEL_NOTICE, room, "configuration loaded anew from %s", daemon->path);
    say_configuration(daemon, LOG_LEVEL_WARNING, array);
}

/* A bad file leaves everything as it runs. */
static void on_read(void *owner, struct config *config, const char *complaint)
{
    struct daemon *daemon = owner;
    char sentence[384];

    if (daemon->is_stopping) {
        config_free(config);
        return;
    }
    if (config) {
        take_over(daemon, config);
    } else {
        (void)snprintf(sentence, sizeof(sentence),
                       "the new configuration is not usable: %s; the old one stays",
                       complaint);
        say_configuration(daemon, LOG_LEVEL_ERROR, sentence);
    }
    service_ready(daemon->service);
}

static void on_reload(void *owner)
{
    struct daemon *daemon = owner;

    if (daemon->is_stopping)
        return;
    if (daemon->config_count == CONFIGS_MAX) {
        log_write(LOG_LEVEL_ERROR, room,
                  "too many reloads are still under way; try again");
        return;
    }
    log_write(LOG_LEVEL_INFO, room, "asked to read %s anew", daemon->path);
    service_reloading(daemon->service);
    reading_start(&daemon->reading, &daemon->loop);
}

static void on_released(void *owner, const struct settings *settings)
{
    struct daemon *daemon = owner;

    for (size_t i = 1; i < daemon->config_count; i++) {
        if (config_settings(daemon->configs[i]) != settings)
            continue;
        reading_discard(daemon->configs[i], &daemon->loop);
        daemon->configs[i] = daemon->configs[--daemon->config_count];
        return;
    }
}

static void on_stopped(void *owner)
{
    struct daemon *daemon = owner;

    service_close(daemon->service);
}

static bool is_alive(void *owner)
{
    const struct daemon *daemon = owner;

    return pipeline_is_alive(daemon->pipeline);
}

static const char *status(void *owner)
{
    struct daemon *daemon = owner;
    const struct roster *roster = pipeline_roster(daemon->pipeline);
    size_t linked = 0;

    for (size_t i = 0; i < roster_place_count(roster); i++) {
        const struct station *station = roster_station(roster, i);
        linked += station && station_is_linked(station);
    }
    text_clear(&daemon->status);
    text_add_format(&daemon->status, "%zu of %zu machines linked, %zu sinks", linked,
                    roster_station_count(roster), roster_courier_count(roster));
    return daemon->status.data ? daemon->status.data : "";
}

static int open_page(struct daemon *daemon, const struct settings *settings)
{
    const struct status_site site = {
        .loop = &daemon->loop,
        .pipeline = daemon->pipeline,
        .control = daemon->control,
        .version = SPINDLED_VERSION,
    };

    return status_create(&site, settings, &daemon->page);
}

static int start(struct daemon *daemon)
{
    const struct pipeline_site pipeline = {
        .loop = &daemon->loop,
        .owner = daemon,
        .released = on_released,
        .stopped = on_stopped,
    };
    const struct service_site service = {
        .loop = &daemon->loop,
        .owner = daemon,
        .on_stop = on_stop,
        .on_reload = on_reload,
        .is_alive = is_alive,
        .status = status,
    };
    const struct settings *settings = config_settings(daemon->configs[0]);
    int error = pipeline_create(&pipeline, settings, &daemon->pipeline);
    if (!error)
        error = control_create(daemon->pipeline, &daemon->control);
    if (!error)
        error = open_page(daemon, settings);
    if (!error)
        error = service_create(&service, &daemon->service);
    if (error) {
        log_write(LOG_LEVEL_ERROR, room, "cannot start: %s", strerror(-error));
        return error;
    }

    pipeline_start(daemon->pipeline);
    service_ready(daemon->service);
    log_write(LOG_LEVEL_INFO, room, "spindled " SPINDLED_VERSION " runs with %s",
              daemon->path);
    return 0;
}

static int run(const char *path)
{
    struct daemon daemon = {.path = path};
    char complaint[READING_WORDS];

    if (reading_do(path, &daemon.configs[0], complaint))
        return EXIT_CONFIG;
    daemon.config_count = 1;
    reading_init(&daemon.reading, path, &daemon, on_read);
    text_init_heap(&daemon.status);
    (void)uv_loop_init(&daemon.loop);

    int error = start(&daemon);
    if (!error) {
        (void)uv_run(&daemon.loop, UV_RUN_DEFAULT);
        control_destroy(daemon.control);
        pipeline_destroy(daemon.pipeline);
        error = uv_loop_close(&daemon.loop);
        if (error)
            log_write(LOG_LEVEL_ERROR, room, "something is still open in the loop");
    }
    for (size_t i = 0; i < daemon.config_count; i++)
        config_free(daemon.configs[i]);
    text_done(&daemon.status);
    log_write(LOG_LEVEL_INFO, room, "stopped");
    return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int check(const char *path)
{
    struct config *config;
    char complaint[READING_WORDS];

    if (reading_do(path, &config, complaint))
        return EXIT_CONFIG;
    const struct settings *settings = config_settings(config);
    (void)printf("%s: no mistakes; %zu machine%s, %zu sink%s\n", path,
                 settings->machine_count, settings->machine_count == 1 ? "" : "s",
                 settings->sink_count, settings->sink_count == 1 ? "" : "s");
    config_free(config);
    return EXIT_SUCCESS;
}

static int print(void (*print_to)(struct text *text))
{
    struct text text;

    text_init_heap(&text);
    print_to(&text);
    (void)fputs(text.data ? text.data : "", stdout);
    text_done(&text);
    return EXIT_SUCCESS;
}

/* A thousand devices are a thousand descriptors; shells and systemd give 1024. */
static void allow_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);

    /* The kernel's table of them grows by doubling. Once there are threads each doubling
     * waits for all cores, 5 to 17 ms; now it does not. It never shrinks. */
    int last =
        limit.rlim_cur < DESCRIPTORS ? (int)limit.rlim_cur - 1 : (int)DESCRIPTORS - 1;
    int highest = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, last);
    if (highest >= 0)
        (void)close(highest);
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    int error = arguments_read(argc, argv, &arguments);

    if (error)
        return EXIT_USAGE;
    if (arguments.verbose)
        log_set_level(LOG_LEVEL_DEBUG);
    switch (arguments.action) {
    case ACTION_RUN:
        allow_descriptors();
        return run(arguments.config);
    case ACTION_CHECK:
        return check(arguments.config);
    case ACTION_MANUAL:
        return print(config_print_manual);
    case ACTION_SCHEMA:
        return print(config_print_schema);
    case ACTION_DONE:
        break;
    }
    return EXIT_SUCCESS;
}
