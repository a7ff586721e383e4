/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/model/code.h"

#include "daemon/base/text.h"

#include <errno.h>
#include <stddef.h>

#define LIST(type, prefix)         const char *const type##_names[] = {
#define CODE(prefix, name, string) [prefix##_##name] = (string),
#define END(type) \
    NULL          \
    }             \
    ;
#include "daemon/model/code.def"
#undef LIST
#undef CODE
#undef END

int code_find(const char *const *names, const char *name)
{
    for (int code = 0; names[code]; code++)
        if (text_equal_fold(names[code], name))
            return code;
    return -EINVAL;
}

const char *code_name(const char *const *names, int64_t code)
{
    for (int64_t i = 0; names[i]; i++)
        if (i == code)
            return names[i];
    return "";
}
