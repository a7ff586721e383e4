/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many observations a second are read from documents: bench_streams FILE.xml
 * [ROUNDS]. FILE is an MTConnectStreams document; it comes in pieces of 16 KiB, as from
 * curl.
 */
#include "daemon/base/clock.h"
#include "drivers/mtconnect/streams.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    PIECE = 16 * 1024,
    ROUNDS = 50,
    FILE_MAX = 64 << 20,
};

static size_t read_once(struct streams *streams, const char *bytes, size_t length)
{
    struct observation observation;

    streams_reset(streams);
    for (size_t at = 0; at < length; at += PIECE)
        if (streams_feed(streams, bytes + at, length - at < PIECE ? length - at : PIECE) <
            0)
            return 0;
    for (size_t i = 0; i < streams_count(streams); i++)
        streams_read(streams, i, &observation);
    return streams_count(streams);
}

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : ROUNDS;
    char *bytes = malloc(FILE_MAX);
    struct streams *streams;

    if (!file || !bytes || streams_create(&streams)) {
        (void)fprintf(stderr, "usage: bench_streams FILE.xml [ROUNDS]\n");
        return 2;
    }
    size_t length = fread(bytes, 1, FILE_MAX, file), count = 0;
    (void)fclose(file);

    struct moment start = clock_now();
    for (int i = 0; i < rounds; i++)
        count += read_once(streams, bytes, length);
    double seconds = moment_seconds(start, clock_now());
    (void)printf("%zu observations in %.3f s: %.0f/s, %.1f MB/s\n", count, seconds,
                 (double)count / seconds, (double)length * rounds / seconds / 1e6);
    streams_destroy(streams);
    free(bytes);
    return 0;
}
