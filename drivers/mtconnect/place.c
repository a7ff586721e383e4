/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/place.h"

#include "daemon/base/text.h"

#include <stdio.h>
#include <string.h>

/* Letters, digits, _ and - stay; what would confuse topics and series becomes _. */
void place_clean(char *place)
{
    for (char *c = place; *c; c++)
        if (strchr("./ \t#+,=\"\\|:", *c) || (unsigned char)*c < ' ')
            *c = '_';
}

const char *plan_keep_place(struct plan *plan, const char *place)
{
    const struct word *word = words_add(&plan->places, place, 0);

    return word ? word->string : "";
}

const char *place_keep(struct plan *plan, const char *place)
{
    char room[SIGNAL_NAME_MAX];

    (void)text_copy(room, sizeof(room), place);
    place_clean(room);
    return plan_keep_place(plan, room);
}

int place_spindle(const struct plan *plan, const struct data_item *item)
{
    const struct word *word =
        *item->axis ? words_find(&plan->spindles, item->axis_id) : NULL;

    return word ? word->value : 0;
}

/* Do two spindles of the device share this one's name? */
static bool is_shared_name(const struct plan *plan, const struct data_item *item)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct data_item *other = plan->targets[i].item;
        if (place_spindle(plan, other) && strcmp(other->axis_id, item->axis_id) != 0 &&
            strcmp(other->axis_name, item->axis_name) == 0)
            return true;
    }
    return false;
}

/* C1, or S2 where several spindles are all called C. */
static void name_spindle(const struct plan *plan, const struct data_item *item,
                         char ret_name[SIGNAL_NAME_MAX])
{
    if (!*item->axis_name || is_shared_name(plan, item))
        (void)snprintf(ret_name, SIGNAL_NAME_MAX, "S%d", place_spindle(plan, item));
    else
        (void)text_copy(ret_name, SIGNAL_NAME_MAX, item->axis_name);
}

const char *place_first(const char *name, const char *id, const char *kind)
{
    if (*name)
        return name;
    return *id ? id : kind;
}

void place_lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}

/* Where it is warm: "spindle", "C2", "X", "coolant", "X_motor". */
static void name_sensor(const struct plan *plan, const struct data_item *item,
                        char ret_name[SIGNAL_NAME_MAX])
{
    if (place_spindle(plan, item) && plan->spindles.count == 1) {
        (void)text_copy(ret_name, SIGNAL_NAME_MAX, "spindle");
    } else if (place_spindle(plan, item)) {
        name_spindle(plan, item, ret_name);
    } else if (*item->axis) {
        (void)text_copy(ret_name, SIGNAL_NAME_MAX,
                        place_first(item->axis_name, item->axis_id, item->axis));
    } else {
        (void)text_copy(ret_name, SIGNAL_NAME_MAX, item->component);
        place_lower(ret_name);
    }
}

void place_name(const struct plan *plan, const struct target *target,
                char ret_name[SIGNAL_NAME_MAX])
{
    const struct data_item *item = target->item;

    ret_name[0] = '\0';
    switch (target->meaning->place) {
    case MEANING_NOWHERE:
        break;
    case MEANING_AT_SPINDLE:
        if (plan->spindles.count > 1 && place_spindle(plan, item))
            name_spindle(plan, item, ret_name);
        break;
    case MEANING_AT_AXIS:
        (void)text_copy(ret_name, SIGNAL_NAME_MAX,
                        place_first(item->axis_name, item->axis_id, item->axis));
        break;
    case MEANING_AT_COMPONENT: /* settle_components() takes it away where it is one */
        (void)text_copy(
            ret_name, SIGNAL_NAME_MAX,
            place_first(item->component_name, item->component_id, item->component));
        break;
    case MEANING_AT_SENSOR:
        name_sensor(plan, item, ret_name);
        break;
    case MEANING_AS_NAMED:
        (void)text_copy(ret_name, SIGNAL_NAME_MAX, target->meaning->word);
        break;
    }
}
