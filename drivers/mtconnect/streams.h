/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads one answer of an agent, MTConnectStreams or MTConnectError of any version, as its
 * bytes come. Pure but for memory.
 *
 * Nothing of a document counts before all of it was there: then its observations are
 * given in the order of their sequence, which is not the document's (mtconnect.md 0.6).
 * Names are read without their prefix, so namespaces do not matter, declared or not.
 * Refused: DOCTYPE, depth over 64, 256 attributes, texts over 1 MiB, documents over
 * 64 MiB.
 */
#pragma once

#include "drivers/mtconnect/observation.h"

#define STREAMS_DEPTH_MAX      64
#define STREAMS_ATTRIBUTES_MAX 256
#define STREAMS_TEXT_MAX       (1 << 20)
#define STREAMS_DOCUMENT_MAX   (64 << 20)

enum streams_kind {
    STREAMS_NOTHING, /* no root element yet */
    STREAMS_OBSERVATIONS,
    STREAMS_ERROR,
    STREAMS_OTHER, /* some other XML: a login page, another document */
};

/* Attributes of <Header>; numbers that are not there are 0. */
struct streams_header {
    bool has_instance, has_next;
    uint64_t instance_id; /* 0 is a legal one */
    uint64_t buffer_size, first, last, next;
    char creation_time[40];
    char model_change_time[40]; /* deviceModelChangeTime */
};

struct streams;

int streams_create(struct streams **ret_streams);
void streams_destroy(struct streams *streams);

/* Begins a new document; what the last one took beyond the usual is given back. */
void streams_reset(struct streams *streams);

/*
 * Returns 0, 1 when the root element has closed, -EBADMSG for what is not well-formed,
 * -E2BIG beyond a limit, or -ENOMEM; streams_complaint() says it in words. What follows
 * the root's end is ignored.
 */
int streams_feed(struct streams *streams, const char *bytes, size_t length);
const char *streams_complaint(const struct streams *streams);

/* Of a complete document. */
bool streams_is_complete(const struct streams *streams);
enum streams_kind streams_kind(const struct streams *streams);
const struct streams_header *streams_header(const struct streams *streams);

/* Of the first error: "OUT_OF_RANGE" and the agent's words; "" when there is none. */
const char *streams_error_code(const struct streams *streams);
const char *streams_error_text(const struct streams *streams);

/* In the order of their sequence; strings live until the next reset. */
size_t streams_count(const struct streams *streams);
uint64_t streams_sequence(const struct streams *streams, size_t index);
void streams_read(struct streams *streams, size_t index,
                  struct observation *ret_observation);
