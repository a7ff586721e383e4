/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One YAML file as libyaml's tree of nodes, each of which knows where it stands.
 *
 * Aliases may make a tree refer to itself; who walks one is bounded by the option tables
 * and by the interpreter's budget.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

struct report;

struct document {
    struct document *next;
    char *name;
    bool is_public; /* everybody on this machine may read the file */
    yaml_document_t yaml;
};

struct node {
    struct document *document;
    yaml_node_t *yaml; /* NULL = there is none */
};

#define DOCUMENT_SIZE_MAX (8u * 1024 * 1024)

/* Complaints go to `report`; NULL is returned when there is no tree to work with. */
struct document *document_read(const char *path, struct report *report);
struct document *document_parse(const char *name, const char *text, size_t length,
                                struct report *report);

/* All that hang together by `next`; accepts NULL. */
void document_destroy(struct document *document);

struct node document_root(struct document *document);

const char *node_file(struct node node);
size_t node_line(struct node node);
size_t node_column(struct node node);

/* "" when it is not a scalar. */
const char *node_scalar(struct node node);

/* Nothing, "~" or "null", not in quotes: as if the key were not there. */
bool node_is_null(struct node node);
bool node_is_scalar(struct node node);
bool node_is_map(struct node node);
bool node_is_list(struct node node);

/* Of a map: pairs; of a list: items; of anything else 0. */
size_t node_count(struct node node);
struct node node_key(struct node map, size_t index);
struct node node_value(struct node map, size_t index);
struct node node_item(struct node list, size_t index);

/* The value of `key`; a node without yaml when there is none. */
struct node node_find(struct node map, const char *key);
