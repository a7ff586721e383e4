/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/multipart.h"
#include "drivers/mtconnect/streams.h"
#include "tests/unit/support/recording.h"

#include "daemon/base/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WIRE DATA_FOLDER "/mtconnect/wire"

enum {
    SPLIT_ALL = 2400 /* bytes of a recording of which every split is tried */
};

/* What came out, as one text: "[body][body" with the last one still open. */
struct heard {
    struct text text;
    size_t
        complete_at; /* of a part: 1 is returned when so many bytes are there; 0 never */
    size_t part;
    bool stops;
};

static void on_begin(void *owner)
{
    struct heard *heard = owner;

    heard->part = 0;
    text_add(&heard->text, "[");
}

static int on_body(void *owner, const char *bytes, size_t length)
{
    struct heard *heard = owner;

    text_add_bytes(&heard->text, bytes, length);
    heard->part += length;
    if (heard->stops)
        return -ECANCELED;
    return heard->complete_at && heard->part >= heard->complete_at;
}

static int on_end(void *owner)
{
    struct heard *heard = owner;

    text_add(&heard->text, "]");
    return 0;
}

static int feed(struct multipart *multipart, struct heard *heard, const char *bytes,
                size_t length)
{
    const struct multipart_sink sink = {heard, on_begin, on_body, on_end};

    return multipart_feed(multipart, bytes, length, &sink);
}

static const struct {
    const char *content_type;
    const char *bytes;
    const char *expected;
} cases[] = {
    {"multipart/mixed;boundary=abc",
     "--abc\r\nContent-Length: 2\r\n\r\nhi\r\n--abc\r\n\r\n",                                      "[hi\r][" },
    {"multipart/x-mixed-replace;boundary=abc",
     "--abc\nContent-length: 2\n\nhi\n--abc--\nepilogue\n--abc\n\nno",                             "[hi]"    },
    {"multipart/mixed; charset=x; Boundary=\"a b\"", "--a b\r\n\r\nhi\r\n--a b--",
     "[hi\r]"                                                                                                },
    {"multipart/mixed;boundary=--abc",               "--abc\n\nhi\n--abc\n\nyo\n----abc\n",        "[hi][yo]"},
    {"multipart/mixed;boundary=abc",                 "preamble\r\n--abd\n--abc\n\nhi\n--abc\n",    "[hi]"    },
    {"multipart/mixed;boundary=abc",                 "--abc\n\nhi\n--abcd\n--ab\n-\n\n--abc\n",
     "[hi\n--abcd\n--ab\n-\n]"                                                                               },
    {"multipart/mixed;boundary=abc",                 "--abc\n\n--abc\n\nhi\n--abc\n",              "[][hi]"  },
    {"multipart/mixed;boundary=abc",                 "--abc \t\nX: folded\n  over\n\nhi\n--abc\n",
     "[hi]"                                                                                                  },
    {"multipart/mixed;boundary=aab",                 "--aab\n\nx\n--a\n--aab\n",                   "[x\n--a]"},
    {"multipart/mixed;boundary=abc",
     "--abc\nContent-length: 9999\n\nhi\n--abc\n\nyo\n--abc\n",                                    "[hi][yo]"},
};

static void parts_are_cut_at_every_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        size_t length = strlen(cases[i].bytes);
        for (size_t split = 0; split <= length; split++) {
            struct heard heard = {0};
            struct multipart multipart;

            text_init_heap(&heard.text);
            assert_int_equal(multipart_init(&multipart, cases[i].content_type), 0);
            assert_int_equal(feed(&multipart, &heard, cases[i].bytes, split), 0);
            assert_int_equal(
                feed(&multipart, &heard, cases[i].bytes + split, length - split), 0);
            assert_string_equal(heard.text.data, cases[i].expected);
            text_done(&heard.text);
        }
    }
}

static void what_is_not_multipart_is_refused(void **state)
{
    static const char *const types[] = {
        "text/xml",
        "multipart/mixed",
        "multipart/mixed;boundary=",
        "multipart/mixed;boundary=----",
        "",
    };
    struct multipart multipart;

    (void)state;
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        assert_int_equal(multipart_init(&multipart, types[i]), -EINVAL);
}

static void a_boundary_has_a_longest_length(void **state)
{
    char type[512] = "multipart/mixed;boundary=";
    size_t start = strlen(type);
    struct multipart multipart;

    (void)state;
    memset(type + start, 'b', MULTIPART_BOUNDARY_MAX);
    assert_int_equal(multipart_init(&multipart, type), 0);
    type[start + MULTIPART_BOUNDARY_MAX] = 'b';
    assert_int_equal(multipart_init(&multipart, type), -EINVAL);
}

static void endless_headers_are_refused(void **state)
{
    struct heard heard = {0};
    struct multipart multipart;
    int error = 0;

    (void)state;
    (void)multipart_init(&multipart, "multipart/mixed;boundary=abc");
    (void)feed(&multipart, &heard, "--abc\n", 6);
    for (int i = 0; i <= MULTIPART_HEADERS_MAX && !error; i++)
        error = feed(&multipart, &heard, "x", 1);
    assert_int_equal(error, -EPROTO);
    text_done(&heard.text);
}

static void a_complete_document_ends_its_part_without_a_marker(void **state)
{
    static const char bytes[] = "--abc\r\nContent-length: 4\r\n\r\n<x/>";
    struct heard heard = {.complete_at = 4};
    struct multipart multipart;

    (void)state;
    text_init_heap(&heard.text);
    (void)multipart_init(&multipart, "multipart/mixed;boundary=abc");
    assert_int_equal(feed(&multipart, &heard, bytes, strlen(bytes)), 0);
    assert_string_equal(heard.text.data, "[<x/>]");
    assert_int_equal(multipart.bad_lengths, 0);
    assert_int_equal(feed(&multipart, &heard, "\r\n--abc\n\n<y/>", 13), 0);
    assert_string_equal(heard.text.data, "[<x/>][<y/>]");
    text_done(&heard.text);
}

static void wrong_lengths_are_counted_and_not_believed(void **state)
{
    static const char bytes[] = "--abc\nContent-length: 999\n\n1234567890\n"
                                "--abc\nContent-length: 3\n\n1234567890\n"
                                "--abc\nContent-length: 10\n\n1234567890\n--abc\n";
    struct heard heard = {0};
    struct multipart multipart;

    (void)state;
    text_init_heap(&heard.text);
    (void)multipart_init(&multipart, "multipart/mixed;boundary=abc");
    assert_int_equal(feed(&multipart, &heard, bytes, strlen(bytes)), 0);
    assert_string_equal(heard.text.data, "[1234567890][1234567890][1234567890]");
    assert_int_equal(multipart.bad_lengths, 2);
    text_done(&heard.text);
}

static void the_reader_can_stop_it(void **state)
{
    struct heard heard = {.stops = true};
    struct multipart multipart;

    (void)state;
    text_init_heap(&heard.text);
    (void)multipart_init(&multipart, "multipart/mixed;boundary=abc");
    assert_int_equal(feed(&multipart, &heard, "--abc\n\nhi\n--abc\n", 16), -ECANCELED);
    text_done(&heard.text);
}

/* Every part of a recorded stream through the real reader of documents. */
struct stream {
    struct streams *streams;
    struct text trace;
    int complete, broken;
};

static void stream_begin(void *owner)
{
    struct stream *stream = owner;

    streams_reset(stream->streams);
}

static int stream_body(void *owner, const char *bytes, size_t length)
{
    struct stream *stream = owner;
    int result = streams_feed(stream->streams, bytes, length);

    return result > 0;
}

static int stream_end(void *owner)
{
    struct stream *stream = owner;

    if (!streams_is_complete(stream->streams)) {
        stream->broken++;
        return 0;
    }
    stream->complete++;
    text_add_unsigned(&stream->trace, streams_header(stream->streams)->next);
    for (size_t i = 0; i < streams_count(stream->streams); i++) {
        text_add_char(&stream->trace, ' ');
        text_add_unsigned(&stream->trace, streams_sequence(stream->streams, i));
    }
    text_add(&stream->trace, streams_error_code(stream->streams));
    text_add_char(&stream->trace, '\n');
    return 0;
}

static void play(struct stream *stream, const char *type, const char *body, size_t length,
                 size_t step, size_t split)
{
    const struct multipart_sink sink = {stream, stream_begin, stream_body, stream_end};
    struct multipart multipart;

    text_clear(&stream->trace);
    stream->complete = stream->broken = 0;
    assert_int_equal(multipart_init(&multipart, type), 0);
    assert_int_equal(multipart_feed(&multipart, body, split, &sink), 0);
    for (size_t at = split; at < length; at += step)
        assert_int_equal(multipart_feed(&multipart, body + at,
                                        step < length - at ? step : length - at, &sink),
                         0);
    assert_int_equal(multipart.bad_lengths, 0);
}

static void recorded_streams_read_the_same_at_every_split(void **state)
{
    const char *names[64];
    size_t count = recording_list(WIRE, ".http", names, 64), played = 0;
    struct stream stream = {0};
    struct text whole;

    (void)state;
    if (!count) {
        print_message("no recordings in " WIRE "\n");
        skip();
    }
    text_init_heap(&stream.trace);
    text_init_heap(&whole);
    assert_int_equal(streams_create(&stream.streams), 0);
    for (size_t i = 0; i < count; i++) {
        char type[256];
        size_t length, body_length;
        char *wire = recording_load(WIRE, names[i], &length);
        char *body = recording_body(wire, length, type, &body_length);
        struct multipart multipart;

        if (body && multipart_init(&multipart, type) == 0) {
            play(&stream, type, body, body_length, body_length, 0);
            assert_true(stream.complete > 0);
            assert_int_equal(stream.broken, 0);
            text_clear(&whole);
            text_add(&whole, stream.trace.data);
            play(&stream, type, body, body_length, 1, 0);
            assert_string_equal(stream.trace.data, whole.data);

            size_t start = body_length > SPLIT_ALL ? SPLIT_ALL : body_length;
            play(&stream, type, body, start, start, 0);
            text_clear(&whole);
            text_add(&whole, stream.trace.data ? stream.trace.data : "");
            for (size_t split = 0; split <= start; split++) {
                play(&stream, type, body, start, start, split);
                assert_string_equal(stream.trace.length ? stream.trace.data : "",
                                    whole.data ? whole.data : "");
            }
            played++;
        }
        free(body);
        free(wire);
    }
    assert_true(played >= 6);
    streams_destroy(stream.streams);
    text_done(&stream.trace);
    text_done(&whole);
}

int main(void)
{
    const struct CMUnitTest stories[] = {
        cmocka_unit_test(parts_are_cut_at_every_split),
        cmocka_unit_test(what_is_not_multipart_is_refused),
        cmocka_unit_test(a_boundary_has_a_longest_length),
        cmocka_unit_test(endless_headers_are_refused),
        cmocka_unit_test(a_complete_document_ends_its_part_without_a_marker),
        cmocka_unit_test(wrong_lengths_are_counted_and_not_believed),
        cmocka_unit_test(the_reader_can_stop_it),
        cmocka_unit_test(recorded_streams_read_the_same_at_every_split),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
