/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/talk.h"

#include "daemon/base/text.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

enum {
    URL_MAX = 1024,
    EVENT_MAX = 32
};

static size_t on_body(char *bytes, size_t size, size_t count, void *owner)
{
    text_add_bytes(owner, bytes, size * count);
    return size * count;
}

static CURL *open_handle(const char *path)
{
    CURL *curl = curl_easy_init();
    char url[URL_MAX];

    if (!curl)
        return NULL;
    (void)snprintf(url, sizeof(url), "http://spindled%s", path);
    (void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, common_options.socket);
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    return curl;
}

static enum exit_status explain(CURLcode code)
{
    if (code == CURLE_OK)
        (void)fprintf(stderr, "spindlectl: the daemon has ended\n");
    else if (code == CURLE_COULDNT_CONNECT)
        (void)fprintf(stderr,
                      "spindlectl: no daemon answers at %s; is it running? "
                      "(systemctl status spindled; --socket PATH for another place)\n",
                      common_options.socket);
    else
        (void)fprintf(stderr, "spindlectl: the daemon does not answer: %s\n",
                      curl_easy_strerror(code));
    return EXIT_NO_DAEMON;
}

/* What the daemon says against it is printed as it says it. */
static enum exit_status read_answer(struct text *body, long status, json_t **ret_answer)
{
    json_error_t trouble;
    json_t *answer = json_loads(body->data ? body->data : "", 0, &trouble);

    if (!answer) {
        (void)fprintf(stderr, "spindlectl: the daemon's answer is not JSON\n");
        return EXIT_FAILED;
    }
    const char *error = json_string_value(json_object_get(answer, "error"));
    if (error && status >= 400) {
        (void)fprintf(stderr, "spindlectl: %s\n", error);
        json_decref(answer);
        return EXIT_FAILED;
    }
    *ret_answer = answer;
    return EXIT_DONE;
}

static enum exit_status call(CURL *curl, json_t **ret_answer)
{
    struct text body;
    long status = 0;

    if (!curl)
        return EXIT_FAILED;
    text_init_heap(&body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    CURLcode code = curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);

    enum exit_status result =
        code ? explain(code) : read_answer(&body, status, ret_answer);
    text_done(&body);
    return result;
}

enum exit_status talk_get(const char *path, json_t **ret_answer)
{
    return call(open_handle(path), ret_answer);
}

enum exit_status talk_post(const char *path, const char *body, json_t **ret_answer)
{
    CURL *curl = open_handle(path);

    if (curl) {
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
    }
    return call(curl, ret_answer);
}

/* A stream of events, cut into lines as they come. */
struct stream {
    struct text line;
    char kind[EVENT_MAX];
    void *owner;
    bool (*on_event)(void *owner, const char *kind, json_t *record);
    bool (*on_line)(void *owner, const char *line);
    bool has_ended;
};

static void take_data(struct stream *stream, const char *data)
{
    if (stream->on_line) {
        stream->has_ended = !stream->on_line(stream->owner, data);
        return;
    }
    json_t *record = json_loads(data, 0, NULL);
    if (record && !stream->on_event(stream->owner, stream->kind, record))
        stream->has_ended = true;
    json_decref(record);
}

static void take_line(struct stream *stream)
{
    const char *line = stream->line.data ? stream->line.data : "";

    if (strncmp(line, "event: ", 7) == 0) {
        (void)text_copy(stream->kind, sizeof(stream->kind), line + 7);
    } else if (strncmp(line, "data: ", 6) == 0) {
        take_data(stream, line + 6);
    } else if (*line == '{') { /* not a stream: why there is none */
        return;
    }
    text_clear(&stream->line);
}

static size_t on_stream(char *bytes, size_t size, size_t count, void *owner)
{
    struct stream *stream = owner;

    for (size_t i = 0; i < size * count && !stream->has_ended; i++) {
        if (bytes[i] == '\n')
            take_line(stream);
        else
            text_add_char(&stream->line, bytes[i]);
    }
    return stream->has_ended ? 0 : size * count;
}

static enum exit_status run_stream(CURL *curl, struct stream *stream)
{
    json_t *nothing = NULL;
    long status = 0;

    if (!curl)
        return EXIT_FAILED;
    text_init_heap(&stream->line);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_stream);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, stream);
    CURLcode code = curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);

    enum exit_status result = EXIT_DONE;
    if (!stream->has_ended && status >= 400)
        result = read_answer(&stream->line, status, &nothing);
    else if (!stream->has_ended && code != CURLE_OPERATION_TIMEDOUT)
        result = explain(code);
    text_done(&stream->line);
    return result;
}

enum exit_status talk_stream(const char *path, void *owner,
                             bool (*on_event)(void *owner, const char *kind,
                                              json_t *record))
{
    struct stream stream = {.owner = owner, .on_event = on_event};

    return run_stream(open_handle(path), &stream);
}

enum exit_status talk_lines(const char *path, long seconds, void *owner,
                            bool (*on_line)(void *owner, const char *line))
{
    struct stream stream = {.owner = owner, .on_line = on_line};
    CURL *curl = open_handle(path);

    if (curl)
        (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, seconds);
    return run_stream(curl, &stream);
}

enum exit_status talk_save(const char *path, FILE *stream)
{
    CURL *curl = open_handle(path);
    json_t *nothing = NULL;
    struct text body;
    long status = 0;

    if (!curl)
        return EXIT_FAILED;
    text_init_heap(&body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    CURLcode code = curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);

    enum exit_status result = code ? explain(code) : EXIT_DONE;
    if (!code && status >= 400)
        result = read_answer(&body, status, &nothing);
    else if (!code &&
             (fwrite(body.data, 1, body.length, stream) != body.length || fflush(stream)))
        result = EXIT_FAILED;
    text_done(&body);
    return result;
}

const char *talk_escape(const char *segment)
{
    static char escaped[URL_MAX / 2];
    struct text text;

    text_init_fixed(&text, escaped, sizeof(escaped));
    for (; *segment; segment++) {
        unsigned char c = (unsigned char)*segment;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
                     c == '~';
        if (plain)
            text_add_char(&text, (char)c);
        else
            text_add_format(&text, "%%%02X", c);
    }
    return escaped;
}
