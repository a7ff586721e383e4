/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/streams.h"

#include "daemon/base/text.h"
#include "drivers/mtconnect/streams_page.h"
#include "drivers/mtconnect/xml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    TOKEN_MAX = 256 << 10 /* a tag that does not end: expat reads it again and again */
};

/* What an open element is to us. */
enum mark {
    MARK_NONE,
    MARK_OBSERVATION,
    MARK_ENTRY,
    MARK_CELL,
    MARK_ERROR,
    MARK_MESSAGE,
};

struct streams {
    XML_Parser parser;
    struct streams_page page; /* what was read */
    struct text words;        /* of the element that is open */
    enum mark marks[STREAMS_DEPTH_MAX];
    size_t depth;
    enum observation_category category;
    uint32_t component; /* of the ComponentStream */
    enum streams_kind kind;
    struct streams_header header;
    bool is_complete;
    int64_t fed;
    int error;
    char complaint[160];
    char error_code[48];
    char error_text[256];
};

static void stop(struct streams *streams, int error, const char *complaint)
{
    if (streams->error)
        return;
    streams->error = error;
    (void)text_copy(streams->complaint, sizeof(streams->complaint), complaint);
    (void)XML_StopParser(streams->parser, XML_FALSE);
}

static void read_header(struct streams *streams, const char **attributes)
{
    struct streams_header *header = &streams->header;
    const char *creation = xml_attribute(attributes, "creationTime");
    const char *change = xml_attribute(attributes, "deviceModelChangeTime");

    header->has_instance =
        xml_unsigned(xml_attribute(attributes, "instanceId"), &header->instance_id);
    header->has_next =
        xml_unsigned(xml_attribute(attributes, "nextSequence"), &header->next);
    (void)xml_unsigned(xml_attribute(attributes, "bufferSize"), &header->buffer_size);
    (void)xml_unsigned(xml_attribute(attributes, "firstSequence"), &header->first);
    (void)xml_unsigned(xml_attribute(attributes, "lastSequence"), &header->last);
    (void)text_copy(header->creation_time, sizeof(header->creation_time),
                    creation ? creation : "");
    (void)text_copy(header->model_change_time, sizeof(header->model_change_time),
                    change ? change : "");
}

static enum streams_kind kind_of(const char *root)
{
    if (strcmp(root, "MTConnectStreams") == 0)
        return STREAMS_OBSERVATIONS;
    return strcmp(root, "MTConnectError") == 0 ? STREAMS_ERROR : STREAMS_OTHER;
}

static enum mark open_error(struct streams *streams, const char *element,
                            const char **attributes)
{
    const char *code = xml_attribute(attributes, "errorCode");

    if (code && !*streams->error_code) {
        (void)text_copy(streams->error_code, sizeof(streams->error_code), code);
        return MARK_ERROR;
    }
    return strcmp(element, "ErrorMessage") == 0 ? MARK_MESSAGE : MARK_NONE;
}

/* Containers have a meaning by name; anything else with a sequence is an observation, so
 * that vendors' elements and extra levels do no harm. */
static enum mark open_stream(struct streams *streams, const char *element,
                             const char **attributes)
{
    static const struct {
        const char *element;
        enum observation_category category;
    } containers[] = {
        {"Samples",   OBSERVATION_SAMPLE   },
        {"Events",    OBSERVATION_EVENT    },
        {"Condition", OBSERVATION_CONDITION},
    };
    const char *sequence = xml_attribute(attributes, "sequence");

    if (sequence) {
        uint64_t number;
        if (!xml_unsigned(sequence, &number)) {
            stop(streams, -EBADMSG, "a sequence that is no number");
            return MARK_NONE;
        }
        streams_page_open(&streams->page, element, attributes, number, streams->category,
                          streams->component);
        return MARK_OBSERVATION;
    }
    if (strcmp(element, "ComponentStream") == 0)
        streams->component =
            streams_page_keep(&streams->page, xml_attribute(attributes, "component"));
    for (size_t i = 0; i < sizeof(containers) / sizeof(*containers); i++)
        if (strcmp(element, containers[i].element) == 0)
            streams->category = containers[i].category;
    return MARK_NONE;
}

static enum mark open_inside(struct streams *streams, const char *element,
                             const char **attributes)
{
    const char *key = xml_attribute(attributes, "key");
    const char *removed = xml_attribute(attributes, "removed");

    if (strcmp(element, "Entry") == 0) {
        streams_page_open_entry(&streams->page, key, removed && !strcmp(removed, "true"));
        return MARK_ENTRY;
    }
    if (strcmp(element, "Cell") == 0) {
        streams_page_open_cell(&streams->page, key);
        return MARK_CELL;
    }
    return MARK_NONE;
}

static enum mark classify(struct streams *streams, const char *element,
                          const char **attributes)
{
    enum mark outer = streams->depth ? streams->marks[streams->depth - 1] : MARK_NONE;

    if (streams->depth == 0) {
        streams->kind = kind_of(element);
        return MARK_NONE;
    }
    if (streams->depth == 1 && strcmp(element, "Header") == 0) {
        read_header(streams, attributes);
        return MARK_NONE;
    }
    if (outer == MARK_OBSERVATION || outer == MARK_ENTRY)
        return open_inside(streams, element, attributes);
    if (streams->kind == STREAMS_ERROR)
        return open_error(streams, element, attributes);
    if (streams->kind == STREAMS_OBSERVATIONS)
        return open_stream(streams, element, attributes);
    return MARK_NONE;
}

static void XMLCALL on_open(void *self, const char *name, const char **attributes)
{
    struct streams *streams = self;

    if (streams->error)
        return;
    if (streams->depth == STREAMS_DEPTH_MAX) {
        stop(streams, -E2BIG, "elements are nested deeper than 64");
        return;
    }
    if (xml_count(attributes) > STREAMS_ATTRIBUTES_MAX) {
        stop(streams, -E2BIG, "an element has more than 256 attributes");
        return;
    }
    enum mark mark = classify(streams, xml_local_name(name), attributes);
    streams->marks[streams->depth++] = mark;
    if (mark != MARK_NONE)
        text_clear(&streams->words);
}

static void XMLCALL on_close(void *self, const char *name)
{
    struct streams *streams = self;

    (void)name;
    if (streams->error || streams->depth == 0)
        return;
    enum mark mark = streams->marks[--streams->depth];
    const char *words = mark == MARK_NONE ? "" : xml_trim(&streams->words);

    if (mark == MARK_OBSERVATION)
        streams_page_close(&streams->page, words);
    else if (mark == MARK_ENTRY)
        streams_page_close_entry(&streams->page, words);
    else if (mark == MARK_CELL)
        streams_page_close_cell(&streams->page, words);
    else if ((mark == MARK_ERROR || mark == MARK_MESSAGE) && !*streams->error_text)
        (void)text_copy(streams->error_text, sizeof(streams->error_text), words);
    if (mark != MARK_NONE)
        text_clear(&streams->words);
    streams->is_complete = streams->depth == 0;
}

static void XMLCALL on_text(void *self, const char *bytes, int length)
{
    struct streams *streams = self;

    if (streams->error || streams->depth == 0 ||
        streams->marks[streams->depth - 1] == MARK_NONE)
        return;
    if (streams->words.length + (size_t)length > STREAMS_TEXT_MAX)
        stop(streams, -E2BIG, "a text is longer than 1 MiB");
    else
        text_add_bytes(&streams->words, bytes, (size_t)length);
}

static void XMLCALL on_doctype(void *self, const char *name, const char *system_id,
                               const char *public_id, int has_internal)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal;
    stop(self, -EBADMSG, "a DOCTYPE is refused: it can only be an attack");
}

int streams_create(struct streams **ret_streams)
{
    struct streams *streams = calloc(1, sizeof(*streams));

    if (!streams)
        return -ENOMEM;
    streams->parser = XML_ParserCreate(NULL);
    if (!streams->parser) {
        free(streams);
        return -ENOMEM;
    }
    text_init_heap(&streams->words);
    streams_page_init(&streams->page);
    streams_reset(streams);
    *ret_streams = streams;
    return 0;
}

void streams_destroy(struct streams *streams)
{
    if (!streams)
        return;
    XML_ParserFree(streams->parser);
    text_done(&streams->words);
    streams_page_done(&streams->page);
    free(streams);
}

void streams_reset(struct streams *streams)
{
    (void)XML_ParserReset(streams->parser, NULL);
#ifdef EXPAT_DEFERS_REPARSING
    /* Else a root's end tag waits for more bytes, that is, for the next heartbeat. What
     * it protects from is limited by TOKEN_MAX. */
    (void)XML_SetReparseDeferralEnabled(streams->parser, XML_FALSE);
#endif
    XML_SetUserData(streams->parser, streams);
    XML_SetElementHandler(streams->parser, on_open, on_close);
    XML_SetCharacterDataHandler(streams->parser, on_text);
    XML_SetStartDoctypeDeclHandler(streams->parser, on_doctype);
    streams_page_clear(&streams->page);
    text_clear(&streams->words);
    streams->depth = 0;
    streams->category = OBSERVATION_EVENT;
    streams->component = 0;
    streams->kind = STREAMS_NOTHING;
    streams->header = (struct streams_header){0};
    streams->is_complete = false;
    streams->fed = 0;
    streams->error = 0;
    *streams->complaint = *streams->error_code = *streams->error_text = '\0';
}

static int check_limits(struct streams *streams, int64_t before)
{
    int64_t pending = streams->fed - (before > 0 ? before : 0);

    if (streams->fed > STREAMS_DOCUMENT_MAX)
        stop(streams, -E2BIG, "the document is longer than 64 MiB");
    else if (pending > TOKEN_MAX)
        stop(streams, -E2BIG, "a tag is longer than 256 KiB");
    else if (streams->page.failed || streams->words.failed)
        stop(streams, -ENOMEM, "out of memory");
    return streams->error;
}

int streams_feed(struct streams *streams, const char *bytes, size_t length)
{
    if (streams->error)
        return streams->error;
    if (streams->is_complete)
        return 1;

    streams->fed += (int64_t)length;
    enum XML_Status status = XML_Parse(streams->parser, bytes, (int)length, 0);
    if (!streams->error && !streams->is_complete && status != XML_STATUS_OK)
        stop(streams, -EBADMSG, XML_ErrorString(XML_GetErrorCode(streams->parser)));
    if (!streams->error)
        (void)check_limits(streams, (int64_t)XML_GetCurrentByteIndex(streams->parser));
    if (streams->error)
        return streams->error;
    if (!streams->is_complete)
        return 0;
    streams_page_sort(&streams->page);
    return 1;
}

const char *streams_complaint(const struct streams *streams)
{
    return streams->complaint;
}

bool streams_is_complete(const struct streams *streams)
{
    return streams->is_complete && !streams->error;
}

enum streams_kind streams_kind(const struct streams *streams)
{
    return streams->kind;
}

const struct streams_header *streams_header(const struct streams *streams)
{
    return &streams->header;
}

const char *streams_error_code(const struct streams *streams)
{
    return streams->error_code;
}

const char *streams_error_text(const struct streams *streams)
{
    return streams->error_text;
}

size_t streams_count(const struct streams *streams)
{
    return streams->page.count;
}

uint64_t streams_sequence(const struct streams *streams, size_t index)
{
    return streams->page.items[index].sequence;
}

void streams_read(struct streams *streams, size_t index,
                  struct observation *ret_observation)
{
    streams_page_read(&streams->page, index, ret_observation);
}
