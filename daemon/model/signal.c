/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/model/signal.h"

#include "daemon/base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct signal_row signal_rows[SIGNAL_COUNT] = {
#define SIGNAL(id, name, kind, place, unit, help, names) \
    [SIGNAL_##id] = {name, VALUE_##kind, PLACE_##place, unit, help, names},
#include "daemon/model/signal.def"
#undef SIGNAL
};

const char *const signal_names[SIGNAL_COUNT + 1] = {
#define SIGNAL(id, name, kind, place, unit, help, names) name,
#include "daemon/model/signal.def"
#undef SIGNAL
    NULL,
};

/* "path2/" before the name; leaves `cursor` behind it. */
static int read_path(const char **cursor, uint16_t *ret_path)
{
    const char *slash = strchr(*cursor, '/');
    unsigned path;
    int length = 0;

    *ret_path = 1;
    if (!slash)
        return 0;
    if (sscanf(*cursor, "path%3u/%n", &path, &length) != 1 ||
        *cursor + length != slash + 1 || path == 0)
        return -EINVAL;
    *ret_path = (uint16_t)path;
    *cursor = slash + 1;
    return 0;
}

static int find_signal(const char *name, size_t length)
{
    for (int i = 0; i < SIGNAL_COUNT; i++)
        if (strlen(signal_names[i]) == length &&
            strncmp(signal_names[i], name, length) == 0)
            return i;
    return -EINVAL;
}

int signal_parse(const char *name, enum signal *ret_signal, uint16_t *ret_path,
                 char ret_place[SIGNAL_NAME_MAX], char reterr_sentence[160])
{
    const char *cursor = name;
    uint16_t path;

    if (read_path(&cursor, &path)) {
        (void)snprintf(reterr_sentence, 160, "'%.60s': a path is written path2/execution",
                       name);
        return -EINVAL;
    }

    size_t length = strcspn(cursor, ".");
    const char *place = cursor[length] == '.' ? cursor + length + 1 : "";
    int signal = find_signal(cursor, length);
    if (signal < 0) {
        (void)snprintf(reterr_sentence, 160, "unknown signal '%.60s'", name);
        return -EINVAL;
    }

    const struct signal_row *row = &signal_rows[signal];
    if (row->place == PLACE_REQUIRED && !*place) {
        (void)snprintf(reterr_sentence, 160, "'%s' needs a place, as in '%s.%s'",
                       row->name, row->name,
                       signal == SIGNAL_TEMPERATURE ? "spindle" : "X");
        return -EINVAL;
    }
    if (row->place == PLACE_NONE && *place) {
        (void)snprintf(reterr_sentence, 160,
                       "'%s' has no place; write it without '.%.40s'", row->name, place);
        return -EINVAL;
    }
    if (!text_copy(ret_place, SIGNAL_NAME_MAX, place)) {
        (void)snprintf(reterr_sentence, 160, "'%.60s…' is too long", name);
        return -EINVAL;
    }
    *ret_signal = (enum signal)signal;
    *ret_path = path;
    return 0;
}

bool signal_makes_cycles(enum signal signal)
{
    switch (signal) {
    case SIGNAL_EXECUTION:
    case SIGNAL_OPERATING:
    case SIGNAL_CYCLE_BIT:
    case SIGNAL_CYCLE_START_LAMP:
    case SIGNAL_STACK_LIGHT:
    case SIGNAL_PART_COUNT:
    case SIGNAL_SPINDLE_LOAD:
    case SIGNAL_SPINDLE_SPEED:
    case SIGNAL_SPINDLE_CURRENT:
    case SIGNAL_SPINDLE_POWER:
        return true;
    default:
        return false;
    }
}
