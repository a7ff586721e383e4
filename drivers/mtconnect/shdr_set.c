/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/shdr_set.h"

#include <string.h>

static const char blanks[] = " \t\r\n";

/* The end of a value that starts at `text`: of its quotes, braces or word. */
static char *find_end(char *text)
{
    if (*text == '{') {
        int depth = 0;
        for (char *c = text; *c; c++) {
            depth += (*c == '{') - (*c == '}');
            if (!depth)
                return c + 1;
        }
        return text + strlen(text);
    }
    if (*text == '"' || *text == '\'') {
        char *end = strchr(text + 1, *text);
        return end ? end + 1 : text + strlen(text);
    }
    return text + strcspn(text, blanks);
}

/* Takes the braces or quotes off; `end` is behind the value. */
static char *unwrap(char *text, char *end)
{
    bool is_wrapped = *text == '{' || *text == '"' || *text == '\'';

    if (!is_wrapped)
        return text;
    if (end > text + 1 && (end[-1] == '}' || end[-1] == *text))
        end[-1] = '\0';
    return text + 1;
}

/* The next `key=value` or bare key; false at the end. */
static bool read_pair(char **cursor, char **ret_key, char **ret_value)
{
    char *key = *cursor + strspn(*cursor, blanks);
    size_t length = strcspn(key, "= \t\r\n");
    char *value = NULL;
    char *end = key + length;

    if (!length)
        return false;
    if (*end == '=') {
        value = end + 1;
        *end = '\0';
        end = find_end(value);
    }
    *cursor = *end ? end + 1 : end;
    *end = '\0';
    *ret_key = key;
    *ret_value = value ? unwrap(value, end) : NULL;
    return true;
}

static void read_cells(struct shdr_set *set, struct observation_entry *entry, char *text)
{
    char *key;
    char *value;

    entry->cells = &set->cells[set->cell_count];
    while (set->cell_count < SHDR_CELLS_MAX && read_pair(&text, &key, &value)) {
        set->cells[set->cell_count++] =
            (struct observation_cell){.key = key, .value = value ? value : ""};
        entry->cell_count++;
    }
}

void shdr_set_read(struct shdr_set *set, char *text, bool is_table)
{
    char *key;
    char *value;

    set->entry_count = 0;
    set->cell_count = 0;
    text += strspn(text, blanks);
    set->reset = text + strlen(text);
    if (*text == ':') {
        set->reset = text + 1;
        text += strcspn(text, blanks);
        if (*text)
            *text++ = '\0';
    }
    while (set->entry_count < SHDR_ENTRIES_MAX && read_pair(&text, &key, &value)) {
        struct observation_entry *entry = &set->entries[set->entry_count++];
        *entry = (struct observation_entry){
            .key = key, .value = value && !is_table ? value : "", .removed = !value};
        if (value && is_table)
            read_cells(set, entry, value);
    }
}
