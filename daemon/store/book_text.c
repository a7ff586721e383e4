/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/book_text.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>

void ranges_print(const struct ranges *ranges, struct text *text)
{
    text_add_char(text, '[');
    for (size_t i = 0; i < ranges->count; i++)
        text_add_format(text, "%s[%" PRId64 ",%" PRId64 "]", i ? "," : "",
                        ranges->items[i].first, ranges->items[i].last);
    text_add_char(text, ']');
}

int ranges_read(const char *json, struct ranges *ranges)
{
    json_t *array = json_loads(json, 0, NULL);
    size_t count = json_array_size(array);
    int error = json_is_array(array) ? 0 : -EINVAL;

    ranges_clear(ranges);
    for (size_t i = 0; i < count && !error; i++) {
        const json_t *pair = json_array_get(array, i);
        const json_t *first = json_array_get(pair, 0);
        const json_t *last = json_array_get(pair, 1);
        error =
            json_is_integer(first) && json_is_integer(last)
                ? ranges_add(ranges, json_integer_value(first), json_integer_value(last))
                : -EINVAL;
    }
    json_decref(array);
    return error;
}

void ledger_print(const struct ledger *ledger, struct text *text)
{
    text_add_char(text, '{');
    for (int account = 0; account < LEDGER_ACCOUNTS; account++)
        text_add_format(text, "\"%s\":%" PRId64 ",", ledger_names[account],
                        ledger->values[account]);
    text_add_format(text,
                    "\"pending\":%" PRId64 ",\"pending.rows\":%" PRId64
                    ",\"pending.bytes\":%" PRId64 "}",
                    ledger->pending, ledger->pending_rows, ledger->pending_bytes);
}

int ledger_read(const char *json, struct ledger *ret_ledger)
{
    json_t *object = json_loads(json, 0, NULL);
    struct ledger ledger = {0};

    if (!json_is_object(object)) {
        json_decref(object);
        return -EINVAL;
    }
    for (int account = 0; account < LEDGER_ACCOUNTS; account++)
        ledger.values[account] =
            json_integer_value(json_object_get(object, ledger_names[account]));
    ledger.pending = json_integer_value(json_object_get(object, "pending"));
    ledger.pending_rows = json_integer_value(json_object_get(object, "pending.rows"));
    ledger.pending_bytes = json_integer_value(json_object_get(object, "pending.bytes"));
    json_decref(object);
    *ret_ledger = ledger;
    return 0;
}
