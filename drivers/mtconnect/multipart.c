/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/multipart.h"

#include "daemon/base/text.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* The value of the boundary parameter, quoted or not. */
static const char *find_boundary(const char *content_type)
{
    for (const char *at = strchr(content_type, ';'); at; at = strchr(at + 1, ';')) {
        const char *name = at + 1 + strspn(at + 1, " \t");
        if (strncasecmp(name, "boundary", 8) != 0)
            continue;
        name += 8;
        name += strspn(name, " \t");
        if (*name == '=')
            return name + 1 + strspn(name + 1, " \t");
    }
    return NULL;
}

int multipart_init(struct multipart *multipart, const char *content_type)
{
    const char *value = find_boundary(content_type);

    if (strncasecmp(content_type, "multipart/", 10) != 0 || !value)
        return -EINVAL;
    bool is_quoted = *value == '"';
    value += is_quoted;
    size_t length = is_quoted ? strcspn(value, "\"") : strcspn(value, "; \t\r\n");
    size_t dashes = strspn(value, "-");
    if (dashes >= length || length - dashes > MULTIPART_BOUNDARY_MAX)
        return -EINVAL;

    *multipart = (struct multipart){.state = MULTIPART_SEEK,
                                    .boundary_length = length - dashes,
                                    .in_match = true, /* the start counts as a line's */
                                    .declared = -1};
    memcpy(multipart->boundary, value + dashes, length - dashes);
    return 0;
}

static int end_part(struct multipart *multipart, const struct multipart_sink *sink,
                    bool by_marker)
{
    int64_t declared = multipart->declared;

    multipart->parts++;
    if (declared >= 0 && (multipart->consumed > declared + 2 ||
                          (by_marker && multipart->consumed < declared)))
        multipart->bad_lengths++;
    multipart->state = MULTIPART_SEEK;
    return sink->on_end(sink->owner);
}

static int give_body(struct multipart *multipart, const struct multipart_sink *sink,
                     const char *bytes, size_t length)
{
    if (multipart->state != MULTIPART_BODY || !length)
        return 0;
    multipart->consumed += (int64_t)length;
    int complete = sink->on_body(sink->owner, bytes, length);
    return complete > 0 ? end_part(multipart, sink, false) : complete;
}

/* It was no marker: what looked like one belongs to the body. */
static int give_back(struct multipart *multipart, const struct multipart_sink *sink)
{
    static const char dashes[] = "--------------------------------";
    int error = multipart->is_at_start ? 0 : give_body(multipart, sink, "\n", 1);

    multipart->in_match = multipart->is_at_start = false;
    while (!error && multipart->dashes) {
        size_t count = multipart->dashes < sizeof(dashes) - 1 ? multipart->dashes
                                                              : sizeof(dashes) - 1;
        multipart->dashes -= count;
        error = give_body(multipart, sink, dashes, count);
    }
    if (!error)
        error = give_body(multipart, sink, multipart->boundary, multipart->matched);
    return error;
}

static void begin_match(struct multipart *multipart)
{
    multipart->in_match = true;
    multipart->is_at_start = false;
    multipart->dashes = multipart->matched = 0;
}

static int begin_headers(struct multipart *multipart, const struct multipart_sink *sink)
{
    int error = 0;

    if (multipart->state == MULTIPART_BODY)
        error = end_part(multipart, sink, true);
    multipart->in_match = false;
    multipart->state = MULTIPART_MARKER;
    multipart->marker_dashes = 0;
    return error;
}

/* One byte of what may be a marker. Sets `ret_taken` unless it is to be looked at again.
 */
static int match(struct multipart *multipart, const struct multipart_sink *sink, char c,
                 bool *ret_taken)
{
    *ret_taken = true;
    if (multipart->matched == multipart->boundary_length) {
        *ret_taken = false;
        if (c == '-' || c == '\r' || c == '\n' || c == ' ' || c == '\t')
            return begin_headers(multipart, sink);
        return give_back(multipart, sink);
    }
    if (multipart->matched == 0 && c == '-') {
        multipart->dashes++;
        return 0;
    }
    if (multipart->dashes >= 2 && c == multipart->boundary[multipart->matched]) {
        multipart->matched++;
        return 0;
    }
    *ret_taken = false;
    return give_back(multipart, sink);
}

/* The rest of the marker's line: two dashes end everything. */
static void read_marker(struct multipart *multipart, char c)
{
    if (c == '-' && multipart->marker_dashes < 2)
        multipart->marker_dashes++;
    if (multipart->marker_dashes == 2) {
        multipart->state = MULTIPART_ENDED;
    } else if (c == '\n') {
        multipart->state = MULTIPART_HEADER;
        multipart->line_length = multipart->header_bytes = 0;
        multipart->declared = -1;
        multipart->consumed = 0;
    }
}

static void read_line(struct multipart *multipart)
{
    static const char name[] = "content-length";
    char *value = strchr(multipart->line, ':');
    int64_t length;

    if (!value)
        return;
    *value++ = '\0';
    if (text_equal_fold(multipart->line, name) &&
        text_read_integer(value, &length) == 0 && length >= 0)
        multipart->declared = length;
}

static int read_header(struct multipart *multipart, const struct multipart_sink *sink,
                       char c)
{
    if (++multipart->header_bytes > MULTIPART_HEADERS_MAX)
        return -EPROTO;
    if (c != '\n') {
        if (c != '\r' && multipart->line_length < sizeof(multipart->line) - 1)
            multipart->line[multipart->line_length++] = c;
        return 0;
    }
    multipart->line[multipart->line_length] = '\0';
    if (multipart->line_length) {
        read_line(multipart);
        multipart->line_length = 0;
        return 0;
    }
    multipart->state = MULTIPART_BODY;
    begin_match(multipart); /* a part may be empty */
    multipart->is_at_start = true;
    sink->on_begin(sink->owner);
    return 0;
}

/* How many bytes from here cannot be the start of a marker. */
static size_t plain_length(const char *bytes, size_t length)
{
    const char *end = bytes + length, *at = bytes;

    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        if (at + 1 == end || at[1] == '-')
            return (size_t)(at - bytes);
        at++;
    }
    return length;
}

static int read_body(struct multipart *multipart, const struct multipart_sink *sink,
                     const char *bytes, size_t length, size_t *ret_taken)
{
    size_t plain = plain_length(bytes, length);
    int error = give_body(multipart, sink, bytes, plain);

    *ret_taken = plain;
    if (plain < length && !error) {
        begin_match(multipart);
        (*ret_taken)++;
    }
    return error;
}

int multipart_feed(struct multipart *multipart, const char *bytes, size_t length,
                   const struct multipart_sink *sink)
{
    int error = 0;

    for (size_t at = 0; at < length && !error;) {
        bool is_taken = true;
        size_t taken = 1;

        if (multipart->state == MULTIPART_ENDED)
            return 0;
        if (multipart->state == MULTIPART_MARKER)
            read_marker(multipart, bytes[at]);
        else if (multipart->state == MULTIPART_HEADER)
            error = read_header(multipart, sink, bytes[at]);
        else if (multipart->in_match)
            error = match(multipart, sink, bytes[at], &is_taken);
        else
            error = read_body(multipart, sink, bytes + at, length - at, &taken);
        at += is_taken ? taken : 0;
    }
    return error;
}
