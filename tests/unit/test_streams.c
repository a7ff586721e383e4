/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/streams.h"
#include "tests/unit/support/recording.h"

#include "daemon/base/text.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DOCS DATA_FOLDER "/mtconnect/docs"
#define WIRE DATA_FOLDER "/mtconnect/wire"

static int set_up(void **state)
{
    return streams_create((struct streams **)state);
}

static int tear_down(void **state)
{
    streams_destroy(*state);
    return 0;
}

static int read_whole(struct streams *streams, const char *xml)
{
    streams_reset(streams);
    return streams_feed(streams, xml, strlen(xml));
}

#define HEAD                                                                    \
    "<MTConnectStreams xmlns='urn:mtconnect.org:MTConnectStreams:2.0'><Header " \
    "instanceId='18446744073709551615' nextSequence='12' firstSequence='1' "    \
    "lastSequence='11' bufferSize='64' creationTime='2026-01-01T00:00:00Z' "    \
    "deviceModelChangeTime='2025-01-01T00:00:00Z'/><Streams><DeviceStream>"     \
    "<ComponentStream component='Path' name='p' componentId='c'>"
#define TAIL "</ComponentStream></DeviceStream></Streams></MTConnectStreams>"

static void observations_come_in_the_order_of_their_sequence(void **state)
{
    struct streams *streams = *state;
    struct observation observation;

    assert_int_equal(
        read_whole(streams, HEAD
                   "<Samples><PathFeedrate dataItemId='f' sequence='9' "
                   "timestamp='t9' subType='ACTUAL'> 381,6404 </PathFeedrate></Samples>"
                   "<Events><Execution dataItemId='e' sequence='7' timestamp='t7' "
                   "name='exec'>UNAVAILABLE</Execution></Events>" TAIL),
        1);
    assert_int_equal(streams_kind(streams), STREAMS_OBSERVATIONS);
    assert_int_equal(streams_count(streams), 2);
    streams_read(streams, 0, &observation);
    assert_int_equal(observation.sequence, 7);
    assert_int_equal(observation.category, OBSERVATION_EVENT);
    assert_true(observation.is_unavailable);
    assert_string_equal(observation.name, "exec");
    assert_string_equal(observation.component, "Path");
    streams_read(streams, 1, &observation);
    assert_int_equal(observation.category, OBSERVATION_SAMPLE);
    assert_string_equal(observation.value, "381,6404");
    assert_string_equal(observation.sub_type, "ACTUAL");
    assert_string_equal(observation.element, "PathFeedrate");
    assert_string_equal(observation.timestamp, "t9");
    assert_true(isnan(observation.duration_s));
}

static void the_header_is_read_with_64_bits(void **state)
{
    struct streams *streams = *state;

    assert_int_equal(read_whole(streams, HEAD TAIL), 1);
    const struct streams_header *header = streams_header(streams);
    assert_true(header->has_instance && header->instance_id == UINT64_MAX);
    assert_true(header->has_next && header->next == 12);
    assert_int_equal(header->first, 1);
    assert_int_equal(header->last, 11);
    assert_int_equal(header->buffer_size, 64);
    assert_string_equal(header->model_change_time, "2025-01-01T00:00:00Z");
}

static void conditions_have_their_level_as_name(void **state)
{
    struct streams *streams = *state;
    struct observation observation;

    assert_int_equal(read_whole(streams, HEAD
                                "<Condition><x:Fault dataItemId='s' sequence='3' "
                                "timestamp='t' type='SYSTEM' nativeCode='A1' "
                                "nativeSeverity='2' qualifier='HIGH' conditionId='A1'>"
                                "<![CDATA[ oil <low> ]]></x:Fault><Unavailable "
                                "dataItemId='s' sequence='4' timestamp='t' "
                                "type='SYSTEM'/></Condition><Events><Warning "
                                "dataItemId='s' sequence='5'/></Events>" TAIL),
                     1);
    streams_read(streams, 0, &observation);
    assert_int_equal(observation.category, OBSERVATION_CONDITION);
    assert_int_equal(observation.level, LEVEL_FAULT);
    assert_string_equal(observation.native_code, "A1");
    assert_string_equal(observation.native_severity, "2");
    assert_string_equal(observation.qualifier, "HIGH");
    assert_string_equal(observation.condition_id, "A1");
    assert_string_equal(observation.type, "SYSTEM");
    assert_string_equal(observation.value, "oil <low>");
    streams_read(streams, 1, &observation);
    assert_int_equal(observation.level, LEVEL_UNAVAILABLE);
    assert_true(observation.is_unavailable);
    streams_read(streams, 2, &observation); /* in the wrong container */
    assert_int_equal(observation.category, OBSERVATION_CONDITION);
    assert_int_equal(observation.level, LEVEL_WARNING);
}

static void sets_tables_and_series_keep_their_entries(void **state)
{
    struct streams *streams = *state;
    struct observation observation;

    assert_int_equal(
        read_whole(
            streams,
            HEAD "<Events><VariableDataSet dataItemId='v' sequence='1' timestamp='t' "
                 "count='2' resetTriggered='MANUAL'><Entry key='a'> 1 </Entry>"
                 "<Entry key='b' removed='true'/></VariableDataSet>"
                 "<WorkOffsetTable dataItemId='w' sequence='2' timestamp='t'>"
                 "<Entry key='G54'><Cell key='X'>9</Cell><Cell key='Y'>8</Cell>"
                 "</Entry></WorkOffsetTable></Events><Samples><LoadTimeSeries "
                 "dataItemId='l' sequence='3' timestamp='t' sampleCount='3' "
                 "sampleRate='100' duration='2.5'>1 2 3</LoadTimeSeries></Samples>" TAIL),
        1);
    streams_read(streams, 0, &observation);
    assert_int_equal(observation.representation, REPRESENTATION_DATA_SET);
    assert_int_equal(observation.entry_count, 2);
    assert_string_equal(observation.entries[0].key, "a");
    assert_string_equal(observation.entries[0].value, "1");
    assert_true(observation.entries[1].removed);
    assert_string_equal(observation.reset_triggered, "MANUAL");
    streams_read(streams, 1, &observation);
    assert_int_equal(observation.representation, REPRESENTATION_TABLE);
    assert_int_equal(observation.entries[0].cell_count, 2);
    assert_string_equal(observation.entries[0].cells[1].key, "Y");
    assert_string_equal(observation.entries[0].cells[1].value, "8");
    streams_read(streams, 2, &observation);
    assert_int_equal(observation.representation, REPRESENTATION_TIME_SERIES);
    assert_string_equal(observation.value, "1 2 3");
    assert_true(observation.sample_rate_hz > 99 && observation.duration_s > 2);
}

static const struct {
    const char *xml;
    const char *code, *text;
} errors[] = {
    {"<MTConnectError><Header instanceId='5'/><Errors><Error "
     "errorCode='OUT_OF_RANGE'>'from' "
     "must be greater</Error><Error "
     "errorCode='TOO_MANY'>x</Error></Errors></MTConnectError>", "OUT_OF_RANGE", "'from' must be greater"},
    {"<m:MTConnectError xmlns:m='u'><m:Header/><m:Error "
     "errorCode='NO_DEVICE'>gone</m:Error>"
     "</m:MTConnectError>",                                      "NO_DEVICE",    "gone"                  },
    {"<MTConnectError><Errors><OutOfRange errorCode='OUT_OF_RANGE'><ErrorMessage>too far"
     "</ErrorMessage><QueryParameter name='from'><Maximum>9</Maximum></QueryParameter>"
     "</OutOfRange></Errors></MTConnectError>",                  "OUT_OF_RANGE", "too far"               },
};

static void errors_of_all_versions_are_understood(void **state)
{
    struct streams *streams = *state;

    for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
        assert_int_equal(read_whole(streams, errors[i].xml), 1);
        assert_int_equal(streams_kind(streams), STREAMS_ERROR);
        assert_string_equal(streams_error_code(streams), errors[i].code);
        assert_string_equal(streams_error_text(streams), errors[i].text);
    }
}

static void vendors_elements_and_unknown_prefixes_do_no_harm(void **state)
{
    struct streams *streams = *state;
    struct observation observation;

    assert_int_equal(read_whole(streams,
                                HEAD "<x:Extra><x:Level><Events><x:ToolGroup "
                                     "dataItemId='g' sequence='1' timestamp='t'>7"
                                     "</x:ToolGroup></Events></x:Level></x:Extra>" TAIL),
                     1);
    streams_read(streams, 0, &observation);
    assert_string_equal(observation.element, "ToolGroup");
    assert_string_equal(observation.value, "7");
}

static void half_a_document_counts_for_nothing(void **state)
{
    struct streams *streams = *state;

    assert_int_equal(read_whole(streams, HEAD), 0);
    assert_false(streams_is_complete(streams));
    assert_int_equal(read_whole(streams, HEAD "</Wrong>"), -EBADMSG);
    assert_false(streams_is_complete(streams));
    assert_true(*streams_complaint(streams));
    assert_int_equal(read_whole(streams, HEAD TAIL), 1);
}

static void a_login_page_is_something_else(void **state)
{
    struct streams *streams = *state;

    assert_int_equal(read_whole(streams, "<html><body/></html>"), 1);
    assert_int_equal(streams_kind(streams), STREAMS_OTHER);
}

static void a_doctype_is_refused_before_it_can_grow(void **state)
{
    struct streams *streams = *state;

    assert_int_equal(read_whole(streams,
                                "<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY lol "
                                "'lol'>]><MTConnectStreams/>"),
                     -EBADMSG);
    assert_non_null(strstr(streams_complaint(streams), "DOCTYPE"));
}

static int nest(struct streams *streams, int depth)
{
    int result = 0;

    streams_reset(streams);
    for (int i = 0; i < depth && result == 0; i++)
        result = streams_feed(streams, "<a>", 3);
    return result;
}

static void depth_has_a_limit(void **state)
{
    assert_int_equal(nest(*state, STREAMS_DEPTH_MAX), 0);
    assert_int_equal(nest(*state, STREAMS_DEPTH_MAX + 1), -E2BIG);
}

static int attribute(struct streams *streams, int count)
{
    struct text text;

    text_init_heap(&text);
    text_add(&text, "<a");
    for (int i = 0; i < count; i++)
        text_add_format(&text, " a%d=''", i);
    text_add(&text, "/>");
    int result = read_whole(streams, text.data);
    text_done(&text);
    return result;
}

static void attributes_have_a_limit(void **state)
{
    assert_int_equal(attribute(*state, STREAMS_ATTRIBUTES_MAX), 1);
    assert_int_equal(attribute(*state, STREAMS_ATTRIBUTES_MAX + 1), -E2BIG);
}

static int flood(struct streams *streams, const char *start, size_t limit)
{
    static char block[4096];
    int result = read_whole(streams, start);

    memset(block, 'x', sizeof(block));
    for (size_t given = 0; given <= limit && result == 0; given += sizeof(block))
        result = streams_feed(streams, block, sizeof(block));
    return result;
}

static void endless_texts_tags_and_documents_are_refused(void **state)
{
    assert_int_equal(flood(*state, HEAD "<Events><Block sequence='1'>", STREAMS_TEXT_MAX),
                     -E2BIG);
    assert_int_equal(flood(*state, "<a b='", 2 << 20), -E2BIG);
    assert_int_equal(flood(*state, "<a>", STREAMS_DOCUMENT_MAX), -E2BIG);
    assert_int_equal(read_whole(*state, HEAD TAIL), 1);
}

static char *load(const char *folder, const char *name, size_t *ret_length)
{
    char *bytes = recording_load(folder, name, ret_length);

    if (!bytes) {
        print_message("no recording %s/%s\n", folder, name);
        skip();
    }
    return bytes;
}

static void a_recorded_day_is_whole_and_sorted(void **state)
{
    struct streams *streams = *state;
    size_t length;
    char *xml = load(DOCS, "sample-nist-hurco04-agent1.3.0.16.xml", &length);

    for (size_t at = 0; at < length; at += 1000)
        (void)streams_feed(streams, xml + at, length - at < 1000 ? length - at : 1000);
    assert_true(streams_is_complete(streams));
    assert_int_equal(streams_count(streams), 11928);
    for (size_t i = 0; i < 11928; i++)
        assert_int_equal(streams_sequence(streams, i), 819002 + i);
    free(xml);
}

static void every_recorded_document_is_read(void **state)
{
    struct streams *streams = *state;
    const char *names[64];
    size_t count = recording_list(DOCS, ".xml", names, 64);

    if (!count) {
        print_message("no recordings in " DOCS "\n");
        skip();
    }
    for (size_t i = 0; i < count; i++) {
        size_t length;
        char *xml = load(DOCS, names[i], &length);
        bool is_streams = strstr(xml, "MTConnectStreams") != NULL;

        streams_reset(streams);
        assert_int_equal(streams_feed(streams, xml, length), 1);
        assert_int_equal(streams_kind(streams) == STREAMS_OBSERVATIONS, is_streams);
        if (is_streams)
            assert_true(streams_count(streams) > 0);
        for (size_t k = 0; k < streams_count(streams); k++) {
            struct observation observation;
            streams_read(streams, k, &observation);
            assert_true(*observation.data_item_id && *observation.timestamp);
        }
        free(xml);
    }
}

static void every_recorded_error_has_a_code(void **state)
{
    struct streams *streams = *state;
    const char *names[64];
    size_t count = recording_list(WIRE, ".http", names, 64);

    if (!count) {
        print_message("no recordings in " WIRE "\n");
        skip();
    }
    for (size_t i = 0; i < count; i++) {
        char type[256];
        size_t length, body_length = 0;
        char *wire = load(WIRE, names[i], &length);
        char *body = strstr(names[i], "-error-0") || strstr(names[i], "-error-1")
                         ? recording_body(wire, length, type, &body_length)
                         : NULL;

        streams_reset(streams);
        if (body && strstr(body, "MTConnectError")) {
            assert_int_equal(streams_feed(streams, body, body_length), 1);
            assert_int_equal(streams_kind(streams), STREAMS_ERROR);
            assert_true(*streams_error_code(streams) && *streams_error_text(streams));
            assert_true(streams_header(streams)->has_instance);
        }
        free(body);
        free(wire);
    }
}

#define STORY(story) cmocka_unit_test_setup_teardown(story, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest stories[] = {
        STORY(observations_come_in_the_order_of_their_sequence),
        STORY(the_header_is_read_with_64_bits),
        STORY(conditions_have_their_level_as_name),
        STORY(sets_tables_and_series_keep_their_entries),
        STORY(errors_of_all_versions_are_understood),
        STORY(vendors_elements_and_unknown_prefixes_do_no_harm),
        STORY(half_a_document_counts_for_nothing),
        STORY(a_login_page_is_something_else),
        STORY(a_doctype_is_refused_before_it_can_grow),
        STORY(depth_has_a_limit),
        STORY(attributes_have_a_limit),
        STORY(endless_texts_tags_and_documents_are_refused),
        STORY(a_recorded_day_is_whole_and_sorted),
        STORY(every_recorded_document_is_read),
        STORY(every_recorded_error_has_a_code),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
