/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The enums of code.def, each with the array of its names: `enum stage`, STAGE_PILOT,
 * stage_names[STAGE_PILOT] == "pilot". Arrays end with NULL, so they serve as choices.
 */
#pragma once

#include <stdint.h>

#define LIST(type, prefix)         enum type {
#define CODE(prefix, name, string) prefix##_##name,
#define END(type) \
    }             \
    ;
#include "daemon/model/code.def"
#undef LIST
#undef CODE
#undef END

#define LIST(type, prefix) extern const char *const type##_names[];
#define CODE(prefix, name, string)
#define END(type)
#include "daemon/model/code.def"
#undef LIST
#undef CODE
#undef END

/* The code of `name` in `names`, whatever its case; -EINVAL when it is not there. */
int code_find(const char *const *names, const char *name);

/* The name of `code`, "" when there is none: codes also come from disk and from outside.
 */
const char *code_name(const char *const *names, int64_t code);
