/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/reading.h"

#include "daemon/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy_first_mistake(const char *complaints, char ret_complaint[READING_WORDS])
{
    (void)text_copy(ret_complaint, READING_WORDS, "out of memory");
    for (const char *line = complaints, *end; line && (end = strchr(line, '\n'));
         line = end + 1) {
        (void)snprintf(ret_complaint, READING_WORDS, "%.*s", (int)(end - line), line);
        if (!strstr(ret_complaint, ": warning: "))
            return;
    }
}

int reading_do(const char *path, struct config **ret_config,
               char ret_complaint[READING_WORDS])
{
    struct text complaints;

    text_init_heap(&complaints);
    int error = config_load(path, &complaints, ret_config);
    if (complaints.length)
        (void)fputs(complaints.data, stderr);
    if (error)
        copy_first_mistake(complaints.length ? complaints.data : NULL, ret_complaint);
    text_done(&complaints);
    return error;
}

struct leftover {
    uv_work_t work;
    struct config *config;
};

static void free_config(uv_work_t *work)
{
    config_free(((struct leftover *)work->data)->config);
}

static void on_freed(uv_work_t *work, int status)
{
    (void)status;
    free(work->data);
}

void reading_discard(struct config *config, uv_loop_t *loop)
{
    struct leftover *leftover = malloc(sizeof(*leftover));

    if (!leftover) {
        config_free(config);
        return;
    }
    leftover->work.data = leftover;
    leftover->config = config;
    (void)uv_queue_work(loop, &leftover->work, free_config, on_freed);
}

void reading_init(struct reading *reading, const char *path, void *owner,
                  void (*on_read)(void *owner, struct config *config,
                                  const char *complaint))
{
    *reading = (struct reading){.path = path, .owner = owner, .on_read = on_read};
    reading->work.data = reading;
}

static void read_file(uv_work_t *work)
{
    struct reading *reading = work->data;

    if (reading_do(reading->path, &reading->config, reading->complaint))
        reading->config = NULL;
}

static void on_have_read(uv_work_t *work, int status)
{
    struct reading *reading = work->data;
    bool is_asked_again = reading->is_asked_again;

    (void)status;
    reading->is_busy = reading->is_asked_again = false;
    if (!is_asked_again) {
        reading->on_read(reading->owner, reading->config, reading->complaint);
        return;
    }
    reading_discard(reading->config, work->loop);
    reading_start(reading, work->loop);
}

void reading_start(struct reading *reading, uv_loop_t *loop)
{
    reading->is_asked_again = reading->is_busy;
    if (reading->is_busy)
        return;
    reading->is_busy = true;
    (void)uv_queue_work(loop, &reading->work, read_file, on_have_read);
}
