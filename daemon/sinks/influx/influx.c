/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/influx/influx.h"

#include "daemon/base/clock.h"
#include "daemon/base/secret.h"
#include "daemon/loop/http.h"
#include "daemon/sinks/influx/answer.h"
#include "daemon/sinks/influx/gzip.h"
#include "daemon/sinks/influx/line.h"
#include "daemon/sinks/influx/options.h"
#include "daemon/sinks/influx/request_body.h"
#include "daemon/sinks/influx/started.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ANSWER_MAX = 2048, /* what we keep of an answer; it only explains */
    ANSWER_LIMIT = 1024 * 1024,
    HEADERS = 4,
    METRICS_LIMIT = 4 * 1024 * 1024,
};

struct sink_link {
    struct sink_site site;
    const struct influx_options *options;
    struct text url, creation, metrics_url, lines, packed, authorization;
    char secret[SECRET_MAX];

    const struct batch *batch;
    size_t next;       /* the first record that is not in a request yet */
    size_t line_count; /* of a request that holds the whole batch; else 0 */
    int64_t sent;      /* bytes of the request that is out */
    struct http_transfer *transfer;
    uv_timer_t soon; /* gives a verdict that must not be given from inside send() */
    struct ruling ruling;

    char answer[ANSWER_MAX];
    size_t answer_length;
    int64_t retry_after_ns;

    bool is_forgetful; /* VictoriaMetrics: answers before it has written */
    bool is_first;     /* it is another connection than before: is it another process? */
    struct started started;
    bool was_lost;    /* the server could not be reached at all */
    bool has_created; /* the database, or tried to, since it last took something */
    struct sink_health health;
};

/* The link's own state first: settle() may send the next batch. */
static void settle(struct sink_link *link, const struct ruling *ruling)
{
    struct ruling given = *ruling;
    struct settlement settlement = {
        .verdict = given.verdict,
        .reason = given.reason,
        .retry_after_ns = given.retry_after_ns,
        .is_whole = given.is_whole,
        .answered = given.answered,
    };
    bool delivered = given.verdict == VERDICT_DELIVERED;

    if (delivered) {
        settlement.settled = link->batch->count;
        link->health.batches++;
        link->health.trouble[0] = '\0';
    } else {
        (void)text_copy(link->health.trouble, sizeof(link->health.trouble), given.reason);
    }
    link->batch = NULL;
    link->site.settle(link->site.owner, &settlement);
}

static void on_soon(uv_timer_t *soon)
{
    struct sink_link *link = soon->data;

    if (link->batch)
        settle(link, &link->ruling);
}

static void settle_soon(struct sink_link *link, enum verdict verdict, const char *reason)
{
    link->ruling = (struct ruling){.verdict = verdict};
    (void)text_copy(link->ruling.reason, sizeof(link->ruling.reason), reason);
    (void)uv_timer_start(&link->soon, on_soon, 0, 0);
}

static void on_header(void *owner, const char *name, const char *value)
{
    struct sink_link *link = owner;

    if (text_equal_fold(name, "Retry-After"))
        link->retry_after_ns = answer_read_pause(value);
    else if (text_equal_fold(name, "X-Server-Hostname"))
        link->is_forgetful = true;
}

static int on_bytes(void *owner, const char *bytes, size_t length)
{
    struct sink_link *link = owner;
    size_t room = sizeof(link->answer) - 1 - link->answer_length;

    memcpy(link->answer + link->answer_length, bytes, length < room ? length : room);
    link->answer_length += length < room ? length : room;
    link->answer[link->answer_length] = '\0';
    return 0;
}

/* Linked is: it answered, whatever it said. */
static void note_link(struct sink_link *link, const struct http_outcome *outcome)
{
    bool answered = !outcome->error;

    if (!answered)
        link->was_lost = true;
    if (answered == link->health.linked)
        return;
    link->health.linked = answered;
    link->health.since_wall_ns = clock_now().wall_ns;
}

static void note_delivery(struct sink_link *link)
{
    if (!link->was_lost)
        return;
    link->was_lost = false;
    link->health.reconnects++;
    if (link->site.reconnected)
        link->site.reconnected(link->site.owner, link->is_forgetful);
}

static void send_more(struct sink_link *link);
static int start_request(struct sink_link *link);

/* What every request to this server has in common. */
static struct http_request request_to(struct sink_link *link, const char *url)
{
    const struct influx_options *options = link->options;

    return (struct http_request){
        .method = "POST",
        .url = url,
        .user = options->username,
        .password = options->username ? link->secret : NULL,
        .ca_file = options->ca_file,
        .certificate_file = options->certificate_file,
        .key_file = options->key_file,
        .insecure = options->insecure_skip_verify,
        .total_ns = options->timeout,
        .max_bytes = ANSWER_LIMIT,
        .owner = link,
    };
}

/* Whatever came of it, the same lines go out again; their answer says what is still
 * wrong. */
static void on_created(void *owner, const struct http_outcome *outcome)
{
    struct sink_link *link = owner;

    (void)outcome;
    link->transfer = NULL;
    if (start_request(link))
        settle_soon(link, VERDICT_RETRY, "out of memory");
}

/* A fresh server has no database yet; once is enough to ask for it. */
static bool creates_database(struct sink_link *link, long status)
{
    const struct influx_options *options = link->options;

    if (status != 404 || options->api != INFLUX_V1 || !options->create_database ||
        link->has_created || !strstr(link->answer, "database not found"))
        return false;
    link->has_created = true;

    struct http_request request = request_to(link, link->creation.data);
    request.on_done = on_created;
    return http_start(link->site.http, &request, &link->transfer) == 0;
}

static int on_metrics(void *owner, const char *bytes, size_t length)
{
    started_read(&((struct sink_link *)owner)->started, bytes, length);
    return 0;
}

/* The batch was delivered; before it is settled, what was delivered before is doubted. */
static void on_asked(void *owner, const struct http_outcome *outcome)
{
    struct sink_link *link = owner;

    (void)outcome;
    link->transfer = NULL;
    if (started_anew(&link->started))
        link->was_lost = true;
    note_delivery(link);
    settle(link, &link->ruling);
}

/* A restart between two writes leaves no other trace. */
static bool asks_when_started(struct sink_link *link)
{
    struct http_request request = request_to(link, link->metrics_url.data);

    if (!link->is_forgetful || !link->is_first)
        return false;
    link->is_first = false;
    request.method = "GET";
    request.max_bytes = METRICS_LIMIT;
    request.on_bytes = on_metrics;
    request.on_done = on_asked;
    return http_start(link->site.http, &request, &link->transfer) == 0;
}

static void on_done(void *owner, const struct http_outcome *outcome)
{
    struct sink_link *link = owner;
    const struct answer answer = {
        .outcome = *outcome,
        .body = link->answer,
        .retry_after_ns = link->retry_after_ns,
        .lines = link->line_count,
        .database = link->options->database,
    };
    struct ruling ruling;

    link->transfer = NULL;
    note_link(link, outcome);
    link->is_first = link->is_first || outcome->is_first;
    if (creates_database(link, outcome->status))
        return;
    answer_judge(&answer, &ruling);
    if (outcome->status == 401 || outcome->status == 403)
        secret_forget(link->secret, sizeof(link->secret));
    if (ruling.verdict == VERDICT_DELIVERED) {
        link->health.bytes += link->sent;
        link->has_created = false;
        if (link->next < link->batch->count) {
            send_more(link);
            return;
        }
        link->ruling = ruling;
        if (asks_when_started(link))
            return;
        note_delivery(link);
    }
    settle(link, &ruling);
}

/* Read once, and again after the server has refused it: it may have been changed. */
static int read_secret(struct sink_link *link, char reterr_sentence[256])
{
    const struct influx_options *options = link->options;
    const char *file = options->token_file ? options->token_file : options->password_file;

    if (!file || link->secret[0])
        return 0;
    int error = secret_read(file, link->secret, reterr_sentence);
    if (error || !options->token_file)
        return error;

    text_clear(&link->authorization);
    text_add(&link->authorization, "Authorization: ");
    text_add(&link->authorization, options->api == INFLUX_V3 ? "Bearer " : "Token ");
    text_add(&link->authorization, link->secret);
    return link->authorization.failed ? -ENOMEM : 0;
}

static int start_request(struct sink_link *link)
{
    const struct influx_options *options = link->options;
    const struct text *body = options->gzip ? &link->packed : &link->lines;
    const char *headers[HEADERS] = {"Content-Type: text/plain; charset=utf-8"};
    size_t count = 1;

    if (options->gzip)
        headers[count++] = "Content-Encoding: gzip";
    if (options->token_file)
        headers[count++] = link->authorization.data;
    link->answer[0] = '\0';
    link->answer_length = 0;
    link->retry_after_ns = 0;
    link->sent = (int64_t)body->length;

    struct http_request request = request_to(link, link->url.data);
    request.headers = headers;
    request.body = body->data;
    request.body_length = body->length;
    request.on_header = on_header;
    request.on_bytes = on_bytes;
    request.on_done = on_done;
    return http_start(link->site.http, &request, &link->transfer);
}

static void send_more(struct sink_link *link)
{
    char sentence[256] = "out of memory";

    int error = read_secret(link, sentence);
    if (error) {
        settle_soon(link, VERDICT_RETRY, sentence);
        return;
    }
    error = request_body_fill(link->batch, (size_t)link->options->batch_bytes,
                              &link->next, &link->lines, &link->line_count);
    if (error == -EINVAL) {
        settle_soon(link, VERDICT_REFUSED, "packed signals that cannot be read");
        return;
    }
    if (!error && link->lines.length == 0) {
        settle_soon(link, VERDICT_DELIVERED, "");
        return;
    }
    if (!error && link->options->gzip)
        error = gzip_pack(&link->lines, &link->packed);
    if (!error)
        error = start_request(link);
    if (error)
        settle_soon(link, VERDICT_RETRY,
                    error == -EINVAL ? "this url can never work" : sentence);
}

static void influx_send(struct sink_link *link, const struct batch *batch)
{
    if (link->batch) /* one at a time is the courier's promise */
        return;
    link->batch = batch;
    link->next = 0;
    send_more(link);
}

static int influx_start(const struct sink_site *site, const void *options,
                        struct sink_link **ret_link)
{
    struct sink_link *link = calloc(1, sizeof(*link));
    if (!link)
        return -ENOMEM;

    link->site = *site;
    link->options = options;
    text_init_heap(&link->url);
    text_init_heap(&link->creation);
    text_init_heap(&link->metrics_url);
    text_init_heap(&link->lines);
    text_init_heap(&link->packed);
    text_init_heap(&link->authorization);
    (void)uv_timer_init(site->loop, &link->soon);
    link->soon.data = link;
    influx_print_url(link->options, &link->url);
    influx_print_creation(link->options, &link->creation);
    influx_print_metrics_url(link->options, &link->metrics_url);
    (void)text_copy(link->health.address, sizeof(link->health.address),
                    link->options->url);
    *ret_link = link;
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    struct sink_link *link = handle->data;
    struct sink_site site = link->site;

    secret_forget(link->secret, sizeof(link->secret));
    if (link->authorization.data)
        secret_forget(link->authorization.data, link->authorization.length);
    text_done(&link->url);
    text_done(&link->creation);
    text_done(&link->metrics_url);
    text_done(&link->lines);
    text_done(&link->packed);
    text_done(&link->authorization);
    free(link);
    site.stopped(site.owner);
}

static void influx_stop(struct sink_link *link)
{
    http_cancel(link->transfer);
    link->batch = NULL;
    uv_close((uv_handle_t *)&link->soon, on_closed);
}

static void influx_describe(const struct sink_link *link, struct sink_health *ret_health)
{
    *ret_health = link->health;
}

const struct sink sink_influx = {
    .name = "influx",
    .options = &influx_section,
    .start = influx_start,
    .render = line_print,
    .send = influx_send,
    .stop = influx_stop,
    .describe = influx_describe,
};
