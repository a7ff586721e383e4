/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of any bytes, split anywhere, through the cutter and the documents' reader. */
#include "drivers/mtconnect/multipart.h"
#include "drivers/mtconnect/streams.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_begin(void *owner)
{
    streams_reset(owner);
}

static int on_body(void *owner, const char *bytes, size_t length)
{
    return streams_feed(owner, bytes, length) > 0;
}

static int on_end(void *owner)
{
    struct streams *streams = owner;
    struct observation observation;

    for (size_t i = 0; streams_is_complete(streams) && i < streams_count(streams); i++)
        streams_read(streams, i, &observation);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct streams *streams;
    struct multipart multipart;

    if (!streams && streams_create(&streams))
        abort();
    if (size < 2 || multipart_init(&multipart, "multipart/mixed;boundary=aab"))
        return 0;

    const struct multipart_sink sink = {streams, on_begin, on_body, on_end};
    const char *bytes = (const char *)data + 1;
    size_t step = data[0] ? data[0] : 1, length = size - 1;
    int error = 0;
    for (size_t at = 0; at < length && !error; at += step)
        error = multipart_feed(&multipart, bytes + at,
                               step < length - at ? step : length - at, &sink);
    return 0;
}
