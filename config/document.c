/* SPDX-License-Identifier: Apache-2.0 */
#include "config/document.h"

#include "config/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Does the line that is complained about begin with a tab? libyaml does not say so. */
static bool is_indented_by_tab(const char *text, size_t length, size_t line)
{
    size_t at = 0;

    for (size_t seen = 0; seen < line && at < length; at++)
        seen += text[at] == '\n';
    while (at < length && text[at] == ' ')
        at++;
    return at < length && text[at] == '\t';
}

/* A byte that cannot be read at all: libyaml gives its offset, and no place. */
static void report_byte(struct report *report, const char *name,
                        const yaml_parser_t *parser, const char *text, size_t length)
{
    size_t end = parser->problem_offset < length ? parser->problem_offset : length;
    size_t line = 1;
    size_t begin = 0;

    for (size_t at = 0; at < end; at++)
        if (text[at] == '\n') {
            line++;
            begin = at + 1;
        }
    report_error(report, name, line, end - begin + 1,
                 "%s (0x%02x): the file is to be text in UTF-8",
                 parser->problem ? parser->problem : "not readable",
                 (unsigned)parser->problem_value);
}

static void report_syntax(struct report *report, const char *name,
                          const yaml_parser_t *parser, const char *text, size_t length)
{
    size_t line = parser->problem_mark.line;
    size_t column = parser->problem_mark.column;
    const char *problem = parser->problem ? parser->problem : "not readable as YAML";

    if (parser->error == YAML_READER_ERROR) {
        report_byte(report, name, parser, text, length);
        return;
    }
    if (parser->error == YAML_MEMORY_ERROR)
        problem = "out of memory";
    if (is_indented_by_tab(text, length, line))
        report_error(report, name, line + 1, column + 1,
                     "a tab: YAML is indented by spaces");
    else if (parser->context)
        report_error(report, name, line + 1, column + 1, "%s (%s that began in line %zu)",
                     problem, parser->context, parser->context_mark.line + 1);
    else
        report_error(report, name, line + 1, column + 1, "%s", problem);
}

/* One document a file: whatever follows "---" a second time would be overlooked. */
static void refuse_second(struct report *report, const char *name, yaml_parser_t *parser,
                          const char *text, size_t length)
{
    yaml_document_t second;

    if (!yaml_parser_load(parser, &second)) {
        report_syntax(report, name, parser, text, length);
        return;
    }
    if (yaml_document_get_root_node(&second))
        report_error(report, name, second.start_mark.line + 1,
                     second.start_mark.column + 1,
                     "a second document begins here; put it into a file of its own");
    yaml_document_delete(&second);
}

struct document *document_parse(const char *name, const char *text, size_t length,
                                struct report *report)
{
    struct document *document = calloc(1, sizeof(*document));
    yaml_parser_t parser;

    if (!document || !yaml_parser_initialize(&parser)) {
        free(document);
        report_error(report, name, 1, 1, "out of memory");
        return NULL;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    document->name = strdup(name);
    if (!document->name || !yaml_parser_load(&parser, &document->yaml)) {
        report_syntax(report, name, &parser, text, length);
        free(document->name);
        free(document);
        yaml_parser_delete(&parser);
        return NULL;
    }
    if (yaml_document_get_root_node(&document->yaml)) {
        refuse_second(report, name, &parser, text, length);
    } else {
        report_error(report, name, 1, 1, "the file says nothing");
        document_destroy(document);
        document = NULL;
    }
    yaml_parser_delete(&parser);
    return document;
}

/* Returns 0, or why this is no file to read. */
static int judge_file(int file, struct stat *ret_status)
{
    if (fstat(file, ret_status) < 0)
        return errno;
    if (!S_ISREG(ret_status->st_mode))
        return S_ISDIR(ret_status->st_mode) ? EISDIR : EINVAL;
    return ret_status->st_size > (off_t)DOCUMENT_SIZE_MAX ? EFBIG : 0;
}

/* Up to `size` bytes; returns 0 or errno. */
static int read_bytes(int file, char *text, size_t size, size_t *ret_length)
{
    while (*ret_length < size) {
        ssize_t got = read(file, text + *ret_length, size - *ret_length);

        if (got < 0 && errno != EINTR)
            return errno;
        if (got == 0)
            break;
        *ret_length += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

/* Reads the whole file; returns NULL with errno set. */
static char *read_all(const char *path, size_t *ret_length, bool *ret_is_public)
{
    struct stat status = {0};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    char *text = NULL;
    size_t length = 0;

    if (file < 0)
        return NULL;
    int error = judge_file(file, &status);
    if (!error && !(text = malloc((size_t)status.st_size + 1)))
        error = ENOMEM;
    if (!error)
        error = read_bytes(file, text, (size_t)status.st_size, &length);
    (void)close(file);
    if (error) {
        free(text);
        errno = error;
        return NULL;
    }
    *ret_length = length;
    *ret_is_public = status.st_mode & S_IROTH;
    return text;
}

struct document *document_read(const char *path, struct report *report)
{
    size_t length = 0;
    bool is_public = false;
    char *text = read_all(path, &length, &is_public);

    if (!text) {
        report_error(report, path, 1, 1, "cannot be read: %m");
        return NULL;
    }
    struct document *document = document_parse(path, text, length, report);
    if (document)
        document->is_public = is_public;
    free(text);
    return document;
}

void document_destroy(struct document *document)
{
    while (document) {
        struct document *next = document->next;

        yaml_document_delete(&document->yaml);
        free(document->name);
        free(document);
        document = next;
    }
}

struct node document_root(struct document *document)
{
    return (struct node){document, yaml_document_get_root_node(&document->yaml)};
}

const char *node_file(struct node node)
{
    return node.document->name;
}

size_t node_line(struct node node)
{
    return node.yaml->start_mark.line + 1;
}

size_t node_column(struct node node)
{
    return node.yaml->start_mark.column + 1;
}

bool node_is_scalar(struct node node)
{
    return node.yaml && node.yaml->type == YAML_SCALAR_NODE;
}

bool node_is_map(struct node node)
{
    return node.yaml && node.yaml->type == YAML_MAPPING_NODE;
}

bool node_is_list(struct node node)
{
    return node.yaml && node.yaml->type == YAML_SEQUENCE_NODE;
}

const char *node_scalar(struct node node)
{
    return node_is_scalar(node) ? (const char *)node.yaml->data.scalar.value : "";
}

bool node_is_null(struct node node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};

    if (!node.yaml)
        return true;
    if (!node_is_scalar(node) || node.yaml->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcmp(node_scalar(node), words[i]) == 0)
            return true;
    return false;
}

size_t node_count(struct node node)
{
    if (node_is_map(node))
        return (size_t)(node.yaml->data.mapping.pairs.top -
                        node.yaml->data.mapping.pairs.start);
    if (node_is_list(node))
        return (size_t)(node.yaml->data.sequence.items.top -
                        node.yaml->data.sequence.items.start);
    return 0;
}

static struct node node_at(struct node within, int index)
{
    return (struct node){within.document,
                         yaml_document_get_node(&within.document->yaml, index)};
}

struct node node_key(struct node map, size_t index)
{
    return node_at(map, map.yaml->data.mapping.pairs.start[index].key);
}

struct node node_value(struct node map, size_t index)
{
    return node_at(map, map.yaml->data.mapping.pairs.start[index].value);
}

struct node node_item(struct node list, size_t index)
{
    return node_at(list, list.yaml->data.sequence.items.start[index]);
}

struct node node_find(struct node map, const char *key)
{
    size_t count = node_is_map(map) ? node_count(map) : 0;

    for (size_t i = 0; i < count; i++)
        if (strcmp(node_scalar(node_key(map, i)), key) == 0)
            return node_value(map, i);
    return (struct node){map.document, NULL};
}
