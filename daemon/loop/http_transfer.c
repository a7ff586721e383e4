/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/loop/http_transfer.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECT_MS = 5000,
    HEADERS_MAX = 64 * 1024,
    HEADER_LINE_MAX = 4096,
    KEEP_ALIVE_S = 30,
};

/* Curl's results that mean something to us; all others are -EIO. */
static const struct {
    CURLcode code;
    int error;
} meanings[] = {
    {CURLE_OPERATION_TIMEDOUT,       -ETIMEDOUT   },
    {CURLE_COULDNT_RESOLVE_HOST,     -EHOSTUNREACH},
    {CURLE_COULDNT_RESOLVE_PROXY,    -EHOSTUNREACH},
    {CURLE_WEIRD_SERVER_REPLY,       -EPROTO      },
    {CURLE_UNSUPPORTED_PROTOCOL,     -EPROTO      },
    {CURLE_PARTIAL_FILE,             -EPROTO      },
    {CURLE_GOT_NOTHING,              -EPROTO      },
    {CURLE_RECV_ERROR,               -EPROTO      },
    {CURLE_SEND_ERROR,               -EPROTO      },
    {CURLE_BAD_CONTENT_ENCODING,     -EPROTO      },
    {CURLE_SSL_CONNECT_ERROR,        -EACCES      },
    {CURLE_PEER_FAILED_VERIFICATION, -EACCES      },
    {CURLE_SSL_CERTPROBLEM,          -EACCES      },
    {CURLE_SSL_CACERT_BADFILE,       -EACCES      },
    {CURLE_SSL_INVALIDCERTSTATUS,    -EACCES      },
    {CURLE_OUT_OF_MEMORY,            -ENOMEM      },
};

static void note_life(struct http_transfer *transfer)
{
    transfer->heard_ms = (int64_t)uv_now(transfer->loop);
    transfer->is_suspect = false;
}

/* The empty line: now the status is known, unless it is only "100 Continue". */
static void end_headers(struct http_transfer *transfer)
{
    long status = 0;

    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200)
        return;
    transfer->is_told = true;
    if (transfer->request.on_status)
        transfer->request.on_status(transfer->request.owner, status);
}

static void tell_header(struct http_transfer *transfer, const char *line, size_t length)
{
    char copy[HEADER_LINE_MAX];
    const char *colon = memchr(line, ':', length);

    if (!colon || length >= sizeof(copy) || !transfer->request.on_header)
        return;
    memcpy(copy, line, length);
    copy[length] = '\0';

    char *value = copy + (colon - line);
    *value++ = '\0';
    while (isspace((unsigned char)*value))
        value++;
    transfer->request.on_header(transfer->request.owner, copy, value);
}

static size_t on_curl_header(char *line, size_t size, size_t count, void *self)
{
    struct http_transfer *transfer = self;
    size_t length = size * count, taken = length;

    note_life(transfer);
    transfer->header_bytes += length;
    if (transfer->header_bytes > HEADERS_MAX) {
        transfer->error = -EPROTO;
        (void)text_copy(transfer->words, sizeof(transfer->words),
                        "more than 64 KiB of headers");
        return 0;
    }
    while (length && (line[length - 1] == '\r' || line[length - 1] == '\n'))
        length--;
    if (transfer->is_cancelled || transfer->is_told)
        return transfer->is_cancelled ? 0 : taken;
    if (length)
        tell_header(transfer, line, length);
    else
        end_headers(transfer);
    return transfer->is_cancelled ? 0 : taken;
}

static size_t on_curl_bytes(char *bytes, size_t size, size_t count, void *self)
{
    struct http_transfer *transfer = self;
    size_t length = size * count;

    note_life(transfer);
    if (transfer->is_cancelled)
        return CURL_WRITEFUNC_ERROR;
    if (http_rests(transfer->http, transfer))
        return CURL_WRITEFUNC_PAUSE;
    transfer->body_bytes += length;
    if (transfer->request.max_bytes &&
        transfer->body_bytes > transfer->request.max_bytes) {
        transfer->error = -EMSGSIZE;
        (void)text_copy(transfer->words, sizeof(transfer->words),
                        "the answer is too long");
        return CURL_WRITEFUNC_ERROR;
    }
    if (transfer->request.on_bytes)
        transfer->error =
            transfer->request.on_bytes(transfer->request.owner, bytes, length);
    return transfer->error || transfer->is_cancelled ? CURL_WRITEFUNC_ERROR : length;
}

/* Only http and https with a host can ever work. */
static bool is_sensible(const char *url)
{
    CURLU *parts = curl_url();
    char *scheme = NULL, *host = NULL;
    bool sensible =
        parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        (text_equal_fold(scheme, "http") || text_equal_fold(scheme, "https")) && *host;

    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parts);
    return sensible;
}

static int add_headers(struct http_transfer *transfer)
{
    const char *const *header = transfer->request.headers;
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");

    for (; list && header && *header; header++) {
        struct curl_slist *longer = curl_slist_append(list, *header);
        if (!longer)
            curl_slist_free_all(list);
        list = longer;
    }
    transfer->headers = list;
    return list ? 0 : -ENOMEM;
}

static long milliseconds(int64_t ns)
{
    return ns > 0 && ns < NS_PER_MS ? 1 : (long)(ns / NS_PER_MS);
}

static void set_method(CURL *easy, const struct http_request *request)
{
    if (request->body) {
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                               (curl_off_t)request->body_length);
    }
    if (request->method && strcmp(request->method, "HEAD") == 0)
        (void)curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else if (request->method)
        (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void set_trust(CURL *easy, const struct http_request *request)
{
    const struct {
        CURLoption option;
        const char *text;
    } texts[] = {
        {CURLOPT_USERNAME, request->user            },
        {CURLOPT_PASSWORD, request->password        },
        {CURLOPT_CAINFO,   request->ca_file         },
        {CURLOPT_SSLCERT,  request->certificate_file},
        {CURLOPT_SSLKEY,   request->key_file        },
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (texts[i].text && *texts[i].text)
            (void)curl_easy_setopt(easy, texts[i].option, texts[i].text);
    (void)curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, request->insecure ? 0L : 1L);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, request->insecure ? 0L : 2L);
}

static void set_options(struct http_transfer *transfer)
{
    const struct http_request *request = &transfer->request;
    long connect_ms = milliseconds(request->connect_ns);
    CURL *easy = transfer->easy;

    (void)curl_easy_setopt(easy, CURLOPT_URL, request->url);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* Without it curl waits for a resolver thread that hangs, and the loop with it. */
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "spindled");
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)KEEP_ALIVE_S);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                           connect_ms ? connect_ms : (long)CONNECT_MS);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(request->total_ns));
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->words);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_curl_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_curl_bytes);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    set_method(easy, request);
    set_trust(easy, request);
}

int http_transfer_create(const struct http_request *request, uv_loop_t *loop,
                         struct http_transfer **ret_transfer)
{
    struct http_transfer *transfer;

    if (!request->url || !is_sensible(request->url))
        return -EINVAL;
    transfer = calloc(1, sizeof(*transfer));
    if (!transfer)
        return -ENOMEM;
    transfer->loop = loop;
    transfer->request = *request;
    transfer->easy = curl_easy_init();
    if (!transfer->easy || add_headers(transfer)) {
        http_transfer_destroy(transfer);
        return -ENOMEM;
    }
    set_options(transfer);
    note_life(transfer);
    *ret_transfer = transfer;
    return 0;
}

void http_transfer_destroy(struct http_transfer *transfer)
{
    if (!transfer)
        return;
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    free(transfer);
}

int64_t http_transfer_due_ms(const struct http_transfer *transfer)
{
    if (!transfer->request.silence_ns || transfer->is_done)
        return INT64_MAX;
    return transfer->heard_ms + milliseconds(transfer->request.silence_ns) +
           (transfer->is_suspect ? 1 : 0);
}

static int meaning(struct http_transfer *transfer, CURLcode code)
{
    long os_error = 0;

    if (transfer->error || code == CURLE_OK)
        return transfer->error;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_error);
    if (code == CURLE_COULDNT_CONNECT)
        return os_error > 0 ? -(int)os_error : -ECONNREFUSED;
    for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
        if (meanings[i].code == code)
            return meanings[i].error;
    return -EIO;
}

/* Where curl's own words would send a person the wrong way. */
static const char *plain_words(CURLcode code)
{
    switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return "what answers there does not speak HTTP; check the url";
    case CURLE_SEND_ERROR:
        return "the connection was broken from the other side while sending";
    case CURLE_PARTIAL_FILE:
        return "the answer broke off before its end";
    default:
        return NULL;
    }
}

void http_transfer_conclude(struct http_transfer *transfer, CURLcode code,
                            struct http_outcome *ret_outcome)
{
    int error = meaning(transfer, code);
    long status = 0, connects = 0;

    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
    const char *plain = plain_words(code);
    if (error && !transfer->error && plain)
        (void)text_copy(transfer->words, sizeof(transfer->words), plain);
    else if (error && transfer->error == -ETIMEDOUT)
        (void)text_copy(transfer->words, sizeof(transfer->words),
                        "nothing heard any more");
    else if (error && code == CURLE_COULDNT_CONNECT)
        (void)text_copy(transfer->words, sizeof(transfer->words), strerror(-error));
    else if (error && !*transfer->words)
        (void)text_copy(transfer->words, sizeof(transfer->words),
                        transfer->error ? strerror(-error) : curl_easy_strerror(code));
    *ret_outcome = (struct http_outcome){
        .error = error,
        .status = status,
        .reason = transfer->words,
        .is_first = connects > 0,
    };
}
