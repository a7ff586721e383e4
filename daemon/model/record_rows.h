/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the rows of a record's layout are written: only record_layout*.c include this. A
 * layout that grew too long for record_layout.c has a file of its own and is named here.
 */
#pragma once

#include "daemon/model/record.h"

#include <stddef.h>

// clang-format off
#define ROW(member, key, kind_, role_, names_) \
    {.name = (key), .kind = FIELD_##kind_, .role = ROLE_##role_, \
     .offset = offsetof(struct record, member), \
     .size = sizeof(((struct record *)0)->member), .names = (names_)}
#define LAST {0}
// clang-format on
#define TAG(member, key)              ROW(member, key, TEXT, TAG, NULL)
#define TAG_NUMBER(member, key)       ROW(member, key, INTEGER, TAG, NULL)
#define TAG_NAME(member, key, names)  ROW(member, key, NAME, TAG, names)
#define NUMBER(member, key)           ROW(member, key, NUMBER, FIELD, NULL)
#define INTEGER(member, key)          ROW(member, key, INTEGER, FIELD, NULL)
#define TEXT(member, key)             ROW(member, key, TEXT, FIELD, NULL)
#define CODED(member, key, names)     ROW(member, key, CODE, FIELD, names)
#define NAMED(member, key, names)     ROW(member, key, NAME, FIELD, names)
#define NOTE_NUMBER(member, key)      ROW(member, key, NUMBER, NOTE, NULL)
#define NOTE_INTEGER(member, key)     ROW(member, key, INTEGER, NOTE, NULL)
#define NOTE_TEXT(member, key)        ROW(member, key, TEXT, NOTE, NULL)
#define NOTE_NAME(member, key, names) ROW(member, key, NAME, NOTE, names)

/* Tags and fields that whole families of records share. */
#define WHERE TAG(cell, "cell"), TAG(machine, "machine")
#define PATH  TAG_NUMBER(path, "path")
#define WHAT                                          \
    TAG(context.part, "part"), TAG(context.op, "op"), \
        TAG_NAME(context.stage, "stage", stage_names)
#define ORDER                                                                   \
    INTEGER(context.run_seq, "run_seq"), INTEGER(context.lot_seq, "lot_seq"),   \
        INTEGER(context.fixture_seq, "fixture"), NOTE_TEXT(context.lot, "lot"), \
        NOTE_TEXT(context.fixture, "fixture_name"),                             \
        NOTE_TEXT(context.revision, "revision")

extern const struct record_field tool_fields[];
