/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/spellings.h"

enum {
    SHORT_ORDERS = 4,
    ORDERS = 12,
};

static const char *const types[] = {"int16", "uint16", "bcd16",   "float16",
                                    "int32", "uint32", "float32", "bcd32",
                                    "int64", "uint64", "float64"};

void spellings_each(const uint16_t *words, size_t count,
                    void (*take)(void *owner, const struct spelling *spelling),
                    void *owner)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        struct register_form form = {0};

        (void)register_form_parse(types[i], &form);
        size_t needed = register_words(&form);
        if (needed > count)
            continue;
        size_t first = needed == SPELLINGS_WORDS ? SHORT_ORDERS : 0;
        size_t last = needed == SPELLINGS_WORDS ? ORDERS : 2 * needed;
        for (size_t name = first; name < last; name++) {
            struct spelling spelling = {
                .type = types[i], .order = register_order_names[name], .words = needed};

            form.order = register_order_of((unsigned)name, needed);
            register_decode(&form, words, &spelling.value);
            take(owner, &spelling);
        }
    }
}
