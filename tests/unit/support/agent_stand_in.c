/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/support/agent_stand_in.h"

#include "daemon/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char probe[] =
    "<MTConnectDevices xmlns='urn:mtconnect.org:MTConnectDevices:1.3'><Header "
    "instanceId='%" PRIu64
    "' version='1.3'/><Devices><Device id='d' name='VMC 1' uuid='u'>"
    "<DataItems><DataItem id='a' type='AVAILABILITY' category='EVENT'/></DataItems>"
    "<Components><Controller id='c'><Components><Path id='p'><DataItems><DataItem id='e' "
    "type='EXECUTION' category='EVENT'/><DataItem id='x' type='X:ODD' category='EVENT'/>"
    "<DataItem id='y' type='SYSTEM' category='CONDITION'/>"
    "</DataItems></Path></Components></Controller></Components></Device>%s</Devices>"
    "</MTConnectDevices>";

static void print_header(struct agent_stand_in *agent, struct text *text, uint64_t next)
{
    text_add_format(
        text,
        "<MTConnectStreams><Header instanceId='%" PRIu64
        "' creationTime='2026-01-01T00:00:00Z' bufferSize='64' firstSequence='%" PRIu64
        "' lastSequence='%" PRIu64 "' nextSequence='%" PRIu64 "'/><Streams>",
        agent->instance, agent->first, agent->last,
        agent->odd_next ? agent->odd_next : next);
}

static void print_observation(struct agent_stand_in *agent, struct text *text,
                              uint64_t sequence)
{
    static const char *const values[] = {"ACTIVE", "READY", "UNAVAILABLE"};

    if (sequence == agent->bad)
        text_add(text, "<broken>");
    text_add_format(text,
                    sequence % 2 ? "<Execution dataItemId='e' sequence='%" PRIu64
                                   "' timestamp='2026-01-01T00:00:%02d.5Z'>%s</Execution>"
                                 : "<Odd dataItemId='x' sequence='%" PRIu64
                                   "' timestamp='2026-01-01T00:00:%02d.5Z'>%s</Odd>",
                    sequence, (int)(sequence % 60), values[sequence % 3]);
}

static void print_sample(struct agent_stand_in *agent, struct text *text, uint64_t from,
                         uint64_t count, uint64_t *ret_next)
{
    uint64_t until = from + count <= agent->last + 1 ? from + count : agent->last + 1;

    print_header(agent, text, until);
    if (until > from) {
        text_add(text, "<DeviceStream><ComponentStream component='Path'><Events>");
        for (uint64_t i = from; i < until; i++)
            if (!agent->skips || i % agent->skips)
                print_observation(agent, text,
                                  agent->reverses ? until - 1 - (i - from) : i);
        text_add(text, "</Events></ComponentStream></DeviceStream>");
    }
    text_add(text, "</Streams></MTConnectStreams>");
    *ret_next = until;
}

static void send_part(struct agent_stand_in *agent, const char *body)
{
    char head[128];

    if (agent->beats_empty)
        visitor_say(agent->stream, "--b\r\nContent-length: 0\r\n\r\n\r\n");
    (void)snprintf(head, sizeof(head),
                   "--b\r\nContent-type: text/xml\r\nContent-length: %zu"
                   "\r\n\r\n",
                   strlen(body));
    visitor_say(agent->stream, head);
    if (agent->tears) {
        agent->tears--;
        visitor_send(agent->stream, body, strlen(body) / 2);
        visitor_hang_up(agent->stream);
        return;
    }
    visitor_say(agent->stream, body);
    visitor_say(agent->stream, "\r\n");
}

void agent_pump(struct agent_stand_in *agent)
{
    struct text text;

    if (!agent->stream || agent->sent > agent->last)
        return;
    text_init_heap(&text);
    print_sample(agent, &text, agent->sent, 50, &agent->sent);
    send_part(agent, text.data);
    text_done(&text);
}

void agent_issue(struct agent_stand_in *agent, uint64_t count)
{
    agent->last += count;
    if (agent->last > 64 && agent->last - 63 > agent->first)
        agent->first = agent->last - 63;
    agent_pump(agent);
}

void agent_restart(struct agent_stand_in *agent, uint64_t issued)
{
    agent->instance += !agent->keeps_instance;
    agent->first = 1;
    agent->last = 0;
    stand_in_unplug(agent->server);
    stand_in_plug(agent->server);
    agent_issue(agent, issued);
}

static void answer(struct agent_stand_in *agent, struct stand_in_visitor *visitor,
                   const char *status, const char *body)
{
    visitor_answer(visitor, status, "text/xml", body);
    if (agent->closes_answers)
        visitor_hang_up(visitor);
}

static void answer_error(struct agent_stand_in *agent, struct stand_in_visitor *visitor,
                         const char *code)
{
    char body[256];

    (void)snprintf(body, sizeof(body),
                   "<MTConnectError><Header instanceId='%" PRIu64 "'/><Errors><Error "
                   "errorCode='%s'>no</Error></Errors></MTConnectError>",
                   agent->instance, code);
    answer(agent, visitor, agent->errors_with_200 ? "200 OK" : "404 Not Found", body);
}

static uint64_t parameter(const char *target, const char *name, uint64_t fallback)
{
    const char *found = strstr(target, name);

    return found ? strtoull(found + strlen(name), NULL, 10) : fallback;
}

static void answer_sample(struct agent_stand_in *agent, struct stand_in_visitor *visitor,
                          const char *target)
{
    uint64_t from = parameter(target, "from=", agent->first), next;
    struct text text;

    agent->samples++;
    if (agent->overruns && agent->last > 64) {
        agent->overruns--;
        agent_issue(agent, 40);
    }
    if (from < agent->first || from > agent->last + 1 ||
        (agent->refuses_count && parameter(target, "count=", 100) > 64)) {
        answer_error(agent, visitor, "OUT_OF_RANGE");
        return;
    }
    if (strstr(target, "interval=") && agent->refuses_streams) {
        answer_error(agent, visitor, "INVALID_REQUEST");
        return;
    }
    if (strstr(target, "interval=") && !agent->cannot_stream) {
        agent->stream = visitor;
        agent->sent = from;
        visitor_say(visitor, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: "
                             "multipart/x-mixed-replace");
        visitor_say(visitor, agent->hides_boundary ? "\r\n\r\n" : ";boundary=b\r\n\r\n");
        text_init_heap(&text);
        print_sample(agent, &text, from, 50, &agent->sent);
        send_part(agent, text.data);
        text_done(&text);
        return;
    }
    text_init_heap(&text);
    print_sample(agent, &text, from, parameter(target, "count=", 100), &next);
    answer(agent, visitor, "200 OK", text.data);
    text_done(&text);
}

static void answer_current(struct agent_stand_in *agent, struct stand_in_visitor *visitor)
{
    struct text text;

    agent->currents++;
    text_init_heap(&text);
    print_header(agent, &text, agent->last + 1);
    text_add(&text, "<DeviceStream><ComponentStream component='Path'><Events>");
    for (uint64_t i = agent->last > 1 ? agent->last - 1 : 1; i <= agent->last; i++)
        if (i != agent->bad)
            print_observation(agent, &text, i);
    text_add(&text, "</Events>");
    if (agent->condition)
        text_add_format(&text,
                        "<Condition><Fault dataItemId='y' sequence='1' type='SYSTEM' "
                        "timestamp='2026-01-01T00:00:00Z' nativeCode='%s'/></Condition>",
                        agent->condition);
    text_add(&text, "</ComponentStream></DeviceStream></Streams>"
                    "</MTConnectStreams>");
    answer(agent, visitor, "200 OK", text.data);
    text_done(&text);
}

static void answer_assets(struct agent_stand_in *agent, struct stand_in_visitor *visitor)
{
    agent->assets++;
    if (agent->busy_assets-- > 0)
        answer(agent, visitor, "503 Service Unavailable", "later");
    else if (agent->has_no_assets)
        answer_error(agent, visitor, "UNSUPPORTED");
    else
        answer(agent, visitor, "200 OK",
               "<MTConnectAssets><Header/><Assets><CuttingTool assetId='T9' toolId='x'>"
               "<CuttingToolLifeCycle><CutterStatus><Status>USED</Status></CutterStatus>"
               "<ToolLife type='PART_COUNT' countDirection='UP' limit='240'>17</ToolLife>"
               "<ProgramToolNumber>9</ProgramToolNumber></CuttingToolLifeCycle>"
               "</CuttingTool></Assets></MTConnectAssets>");
}

static void on_script(void *owner, struct stand_in_visitor *visitor, const char *target)
{
    struct agent_stand_in *agent = owner;
    char body[2048];

    (void)text_copy(agent->last_target, sizeof(agent->last_target), target);
    if (agent->pages > 0) {
        agent->pages--;
        answer(agent, visitor, "200 OK", "<html><p>We are at work here<br></html>");
        return;
    }
    if (strstr(target, "/asset")) {
        answer_assets(agent, visitor);
    } else if (strstr(target, "/probe")) {
        agent->probes++;
        (void)snprintf(body, sizeof(body), probe, agent->instance,
                       agent->has_two_devices ? "<Device id='o' name='Other'/>" : "");
        answer(agent, visitor, "200 OK", body);
    } else if (strstr(target, "/current")) {
        answer_current(agent, visitor);
    } else {
        answer_sample(agent, visitor, target);
    }
}

static void on_leave(void *owner, struct stand_in_visitor *visitor)
{
    struct agent_stand_in *agent = owner;

    if (agent->stream == visitor)
        agent->stream = NULL;
}

void agent_open(struct agent_stand_in *agent, uv_loop_t *loop)
{
    agent->instance = 100;
    agent->first = 1;
    agent->server = stand_in_open(loop, agent, on_script);
    stand_in_on_leave(agent->server, on_leave);
}
