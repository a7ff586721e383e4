/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a machine says, a record is one whole line: names, texts and packed signals.
 */
#include "daemon/sinks/influx/line.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct place place = {
    .gateway = "g", .enterprise = "e", .site = "s", .area = "a"};

static size_t count_newlines(const struct text *text)
{
    size_t count = 0;

    for (size_t i = 0; i < text->length; i++)
        count += text->data[i] == '\n';
    return count;
}

static void check(const struct record *record)
{
    struct text text;

    text_init_heap(&text);
    int lines = line_print(record, &place, &text);
    assert(count_newlines(&text) == (lines > 0 ? (size_t)lines : 0));
    text_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char string[4096];
    struct record record;

    if (size >= sizeof(string))
        return 0;
    memcpy(string, data, size);
    string[size] = '\0';

    record_init(&record, RECORD_EVENT, (struct moment){0});
    (void)text_copy(record.machine, sizeof(record.machine), string);
    (void)text_copy(record.event.code, sizeof(record.event.code), string);
    (void)text_copy(record.event.text, sizeof(record.event.text), string);
    check(&record);

    record_init(&record, RECORD_SIGNAL, (struct moment){0});
    record.packed.signals = string;
    check(&record);
    return 0;
}
