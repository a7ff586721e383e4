/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/asker.h"

#include "drivers/modbus/frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asker {
    uv_loop_t loop;
    struct line_terms terms;
    struct line_unit *stays; /* NULL = one connection a question */
    struct asker_answer *answer;
    bool is_done;
};

int asker_open(const char *url, int64_t timeout_ns, struct asker **ret_asker,
               char reterr_sentence[256])
{
    struct asker *asker = calloc(1, sizeof(*asker));
    if (!asker)
        return -ENOMEM;

    asker->terms.timeout_ns = timeout_ns;
    asker->terms.max_in_flight = 1;
    int error = line_address_parse(url, &asker->terms.address, reterr_sentence);
    if (!error)
        error = uv_loop_init(&asker->loop);
    if (error) {
        free(asker);
        return error;
    }
    *ret_asker = asker;
    return 0;
}

static void on_done(void *owner, struct line_job *job, const struct line_outcome *outcome)
{
    struct asker *asker = owner;

    asker->answer->requests = 1 + (int)job->tries + job->is_repeated;
    asker->answer->was_repeated = asker->answer->requests > 1;
    asker->answer->result = outcome->result;
    asker->answer->exception = outcome->exception;
    asker->answer->latency_s = 2 * (double)outcome->uncertainty_ns / (double)NS_PER_S;
    if (outcome->result == LINE_ANSWERED)
        memcpy(asker->answer->data, outcome->data, outcome->length);
    asker->is_done = true;
}

int asker_stay(struct asker *asker, uint8_t unit, int64_t pause_ns)
{
    struct line_terms terms = asker->terms;

    terms.pause_between_ns = pause_ns;
    return line_join(&asker->loop, &terms, unit, &asker->stays);
}

bool asker_leave(struct asker *asker)
{
    struct line_health health;

    line_describe(asker->stays, &health);
    line_leave(asker->stays);
    asker->stays = NULL;
    (void)uv_run(&asker->loop, UV_RUN_DEFAULT);
    return !health.reconnects && !health.late && !health.malformed;
}

/* One connection a question: slow and sure, as a stranger's device deserves. */
void asker_ask(struct asker *asker, uint8_t unit, enum area area, uint16_t address,
               uint16_t count, struct asker_answer *ret_answer)
{
    struct line_unit *line = asker->stays;

    *ret_answer = (struct asker_answer){.result = LINE_NOT_LINKED};
    if (!line && line_join(&asker->loop, &asker->terms, unit, &line))
        return;
    struct line_job job = {.unit = line,
                           .function = frame_function(area),
                           .address = address,
                           .count = count,
                           .owner = asker,
                           .done = on_done};
    asker->answer = ret_answer;
    asker->is_done = false;
    (void)line_submit(&job);
    while (!asker->is_done && uv_run(&asker->loop, UV_RUN_ONCE))
        continue;
    line_cancel(&job);
    if (asker->stays)
        return;
    line_leave(line);
    (void)uv_run(&asker->loop, UV_RUN_DEFAULT);
}

void asker_close(struct asker *asker)
{
    (void)uv_loop_close(&asker->loop);
    free(asker);
}

const char *asker_trouble(const struct asker_answer *answer)
{
    static const struct {
        uint8_t code;
        const char *name;
    } exceptions[] = {
        {1,    "exception 1: it does not know this function" },
        {2,    "exception 2: there is no such address"       },
        {3,    "exception 3: not so many at once"            },
        {4,    "exception 4: the device failed"              },
        {6,    "exception 6: busy"                           },
        {0x0a, "exception 10: the gateway knows no way there"},
        {0x0b, "exception 11: nobody answered the gateway"   },
    };
    static const char *const results[] = {
        [LINE_ANSWERED] = "",
        [LINE_REFUSED] = "an exception",
        [LINE_TIMED_OUT] = "no answer",
        [LINE_MALFORMED] = "an answer that was not asked for",
        [LINE_NOT_LINKED] = "cannot connect",
        [LINE_RESTING] = "no answer",
    };

    for (size_t i = 0; i < sizeof(exceptions) / sizeof(*exceptions); i++)
        if (answer->result == LINE_REFUSED && answer->exception == exceptions[i].code)
            return exceptions[i].name;
    return results[answer->result];
}
