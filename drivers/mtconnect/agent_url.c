/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/agent.h"

#include <errno.h>
#include <string.h>

void agent_encode(struct text *text, const char *string)
{
    static const char kept[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "0123456789-._~";

    for (; *string; string++) {
        if (strchr(kept, *string))
            text_add_char(text, *string);
        else
            text_add_format(text, "%%%02X", (unsigned)(unsigned char)*string);
    }
}

static void add_parameter(struct text *text, const char *name, int64_t value)
{
    text_add_char(text, strchr(text->data, '?') ? '&' : '?');
    text_add(text, name);
    text_add_integer(text, value);
}

static void add_base(struct text *text, const struct agent *agent)
{
    const char *url = agent->link.delivery.options->url;
    size_t length = strlen(url);

    while (length && url[length - 1] == '/')
        length--;
    text_add_bytes(text, url, length);
    if (*agent->device && agent->phase != AGENT_PROBE) {
        text_add_char(text, '/');
        text_add(text, agent->device);
    }
}

int agent_print_url(const struct agent *agent, char ret_url[AGENT_URL_MAX])
{
    static const char *const names[] = {
        [AGENT_PROBE] = "/probe",
        [AGENT_CURRENT] = "/current",
        [AGENT_STREAM] = "/sample",
        [AGENT_POLL] = "/sample",
    };
    const struct mtconnect_options *options = agent->link.delivery.options;
    struct text text;

    text_init_fixed(&text, ret_url, AGENT_URL_MAX);
    add_base(&text, agent);
    text_add(&text, names[agent->phase]);
    if (agent->phase == AGENT_STREAM || agent->phase == AGENT_POLL) {
        text_add(&text, "?from=");
        text_add_unsigned(&text, agent->position.next);
        add_parameter(&text, "count=", agent->count);
    }
    if (agent->phase == AGENT_STREAM) {
        add_parameter(&text, "interval=", options->interval / NS_PER_MS);
        add_parameter(&text, "heartbeat=", options->heartbeat / NS_PER_MS);
    }
    if (agent->phase != AGENT_PROBE && options->path) {
        text_add(&text, strchr(text.data, '?') ? "&path=" : "?path=");
        agent_encode(&text, options->path);
    }
    return text.failed ? -ENOSPC : 0;
}
