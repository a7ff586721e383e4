/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/replay_lines.h"

#include "daemon/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    BLOCK = 64 * 1024
};

struct replay_lines {
    gzFile file;
    int64_t number;
    bool is_torn;
    char trouble[128]; /* "" while there is none */
    struct text line;
    size_t begin, end; /* what is left of the block */
    char block[BLOCK];
};

static void note_trouble(struct replay_lines *lines)
{
    int number = Z_OK;
    const char *sentence = gzerror(lines->file, &number);

    if (number == Z_ERRNO)
        sentence = strerror(errno);
    if (number != Z_OK && number != Z_STREAM_END)
        (void)text_copy(lines->trouble, sizeof(lines->trouble), sentence);
}

/* False at the end. */
static bool fill(struct replay_lines *lines)
{
    if (lines->begin < lines->end)
        return true;
    if (*lines->trouble)
        return false;

    int count = gzread(lines->file, lines->block, BLOCK);
    if (count <= 0 || count < BLOCK)
        note_trouble(lines);
    lines->begin = 0;
    lines->end = count > 0 ? (size_t)count : 0;
    return count > 0;
}

/* What Windows calls Unicode has a zero in each second byte; we would read one letter. */
static bool is_utf16(const struct replay_lines *lines)
{
    return lines->end >= 2 && (memcmp(lines->block, "\xff\xfe", 2) == 0 ||
                               memcmp(lines->block, "\xfe\xff", 2) == 0);
}

static int begin(struct replay_lines *lines, char reterr_sentence[160])
{
    (void)fill(lines);
    if (lines->end == 0 && *lines->trouble) {
        (void)snprintf(reterr_sentence, 160, "%s", lines->trouble);
        return -EIO;
    }
    if (is_utf16(lines)) {
        (void)snprintf(reterr_sentence, 160,
                       "it is UTF-16; save it as UTF-8 (iconv -f UTF-16)");
        return -EINVAL;
    }
    if (lines->end >= 3 && memcmp(lines->block, "\xef\xbb\xbf", 3) == 0)
        lines->begin = 3;
    return 0;
}

int replay_lines_open(const char *path, struct replay_lines **ret_lines,
                      char reterr_sentence[160])
{
    int descriptor =
        strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    struct replay_lines *lines = calloc(1, sizeof(*lines));
    int error = descriptor < 0 ? -errno : 0;

    if (!error && !lines)
        error = -ENOMEM;
    if (!error && !(lines->file = gzdopen(descriptor, "rb")))
        error = -ENOMEM;
    if (error) {
        (void)snprintf(reterr_sentence, 160, "%s", strerror(-error));
        if (descriptor >= 0)
            (void)close(descriptor);
        free(lines);
        return error;
    }
    text_init_heap(&lines->line);
    error = begin(lines, reterr_sentence);
    if (error) {
        replay_lines_close(lines);
        return error;
    }
    *ret_lines = lines;
    return 0;
}

void replay_lines_close(struct replay_lines *lines)
{
    if (!lines)
        return;
    (void)gzclose(lines->file);
    text_done(&lines->line);
    free(lines);
}

/* Without its end, and without zero bytes around it. */
static char *finish_line(struct replay_lines *lines)
{
    struct text *line = &lines->line;
    size_t begin = 0;

    text_add_char(line, '\r'); /* so that an empty line has memory, too */
    while (line->length && strchr("\r", line->data[line->length - 1]))
        line->data[--line->length] = '\0';
    while (begin < line->length && line->data[begin] == '\0')
        begin++;
    lines->is_torn = strlen(line->data) != line->length;
    return line->data + begin;
}

char *replay_lines_next(struct replay_lines *lines)
{
    struct text *line = &lines->line;
    const char *newline = NULL;

    text_clear(line);
    if (!fill(lines))
        return NULL;
    while (!newline && fill(lines)) {
        const char *from = lines->block + lines->begin;
        size_t left = lines->end - lines->begin;
        newline = memchr(from, '\n', left);
        size_t length = newline ? (size_t)(newline - from) : left;
        text_add_bytes(line, from, length);
        lines->begin += length + (newline != NULL);
    }
    if (line->failed) {
        (void)text_copy(lines->trouble, sizeof(lines->trouble), "out of memory");
        return NULL;
    }
    lines->number++;
    return finish_line(lines);
}

int64_t replay_lines_number(const struct replay_lines *lines)
{
    return lines->number;
}

bool replay_lines_is_torn(const struct replay_lines *lines)
{
    return lines->is_torn;
}

const char *replay_lines_trouble(const struct replay_lines *lines)
{
    return *lines->trouble ? lines->trouble : NULL;
}
