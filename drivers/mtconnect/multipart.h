/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts an endless multipart answer into parts, at any chunk boundary. Pure.
 *
 * The marker decides, and the reader of the document, who knows when its root element has
 * closed; a part's Content-length is only compared with the truth, because agents lie
 * (mtconnect.md 3). Accepts any multipart type, headers in any case, LF or CRLF, a
 * boundary that already begins with dashes, preamble and epilogue.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MULTIPART_BOUNDARY_MAX 200
#define MULTIPART_HEADERS_MAX  8192

enum multipart_state {
    MULTIPART_SEEK,   /* between parts: everything but a marker is dropped */
    MULTIPART_MARKER, /* behind a marker, on its line */
    MULTIPART_HEADER, /* at the start of, or in, a header line */
    MULTIPART_BODY,
    MULTIPART_ENDED, /* behind the closing marker */
};

struct multipart {
    enum multipart_state state;
    char boundary[MULTIPART_BOUNDARY_MAX + 1]; /* without leading dashes */
    size_t boundary_length;
    bool in_match;    /* a line end was seen; what follows may be a marker */
    bool is_at_start; /* … the headers' own line end, which is not the body's */
    size_t dashes;    /* of that marker */
    size_t matched;   /* bytes of the boundary */
    size_t marker_dashes;
    char line[256]; /* of a header, cut at its end */
    size_t line_length;
    size_t header_bytes;
    int64_t declared; /* Content-length of this part; -1 = not told */
    int64_t consumed; /* bytes of the body so far */
    int64_t parts, bad_lengths;
};

struct multipart_sink {
    void *owner;
    void (*on_begin)(void *owner);
    /* Returns 0, 1 when the document is complete, or a negative errno to stop. */
    int (*on_body)(void *owner, const char *bytes, size_t length);
    /* The part is over, complete or not. A negative errno stops. */
    int (*on_end)(void *owner);
};

/* Returns 0, or -EINVAL when `content_type` is not multipart or has no boundary. */
int multipart_init(struct multipart *multipart, const char *content_type);

/*
 * Returns 0, -EPROTO when headers are longer than 8 KiB, or what the sink stopped it
 * with; then it must not be fed any more.
 */
int multipart_feed(struct multipart *multipart, const char *bytes, size_t length,
                   const struct multipart_sink *sink);
