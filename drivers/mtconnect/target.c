/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/target.h"

#include "daemon/base/text.h"
#include "drivers/mtconnect/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int find_spindles(struct plan *plan, const struct device *device)
{
    for (size_t i = 0; i < device->count; i++) {
        const struct data_item *item = &device->items[i];
        if (meaning_shows_spindle(item) &&
            !words_add(&plan->spindles, item->axis_id, (int)plan->spindles.count + 1))
            return -ENOMEM;
    }
    return 0;
}

static void make_custom(struct plan *plan, struct target *target)
{
    const struct data_item *item = target->item;

    target->meaning = NULL;
    target->signal = SIGNAL_CUSTOM;
    target->is_custom = true;
    target->place = place_keep(plan, *item->id ? item->id : item->name);
}

/* By its name; by its id where it has none. */
static bool is_named_spindle(const struct data_item *item)
{
    const char *name = *item->name ? item->name : item->id;

    return (*name == 'S' || *name == 's') && (*item->name || strstr(name, "load"));
}

/*
 * Some builders hang the load of the C axis and of the spindle it is onto one Rotary;
 * only the names tell them apart (mazak: Cload and Sload). The one not named S is the
 * axis'.
 */
static bool is_axis_load_of_spindle(const struct plan *plan, const struct target *target)
{
    const struct data_item *item = target->item;

    if (target->signal != SIGNAL_SPINDLE_LOAD || is_named_spindle(item))
        return false;
    for (size_t i = 0; i < plan->count; i++) {
        const struct target *other = &plan->targets[i];
        if (other->signal == SIGNAL_SPINDLE_LOAD && other != target &&
            strcmp(other->item->axis_id, item->axis_id) == 0 &&
            is_named_spindle(other->item))
            return true;
    }
    return false;
}

static void wish(struct plan *plan, struct target *target)
{
    const struct data_item *item = target->item;
    char place[SIGNAL_NAME_MAX];

    if (item->category == OBSERVATION_CONDITION)
        return;
    target->meaning = meaning_find(item, place_spindle(plan, item) > 0);
    if (!target->meaning) {
        make_custom(plan, target);
        return;
    }
    target->signal = target->meaning->signal;
    if (!units_convert(item, signal_rows[target->signal].unit, plan->is_native,
                       &target->rule.conversion)) {
        make_custom(plan, target);
        return;
    }
    place_name(plan, target, place);
    target->place = place_keep(plan, place);
}

static void move_axis_loads(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct target *target = &plan->targets[i];
        if (is_axis_load_of_spindle(plan, target)) {
            target->signal = SIGNAL_AXIS_LOAD;
            target->place = place_keep(plan, place_first(target->item->axis_name,
                                                         target->item->axis_id, "axis"));
        }
    }
}

static void print_slot(const struct target *target, char ret_slot[SIGNAL_NAME_MAX * 2])
{
    (void)snprintf(ret_slot, SIGNAL_NAME_MAX * 2, "%d/%u/%s", (int)target->signal,
                   target->path, target->place);
}

/* A second temperature or displacement of the same place is told apart by what it is on,
 * or its name. */
static void make_distinct(struct plan *plan, struct target *target, struct words *slots)
{
    const struct data_item *item = target->item;
    const char *const suffixes[] = {item->composition, item->component_name, item->name};
    char slot[SIGNAL_NAME_MAX * 2];
    char place[SIGNAL_NAME_MAX * 2];

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (!*suffixes[i])
            continue;
        (void)snprintf(place, sizeof(place), "%s_%.60s", target->place, suffixes[i]);
        if (i == 0)
            place_lower(place);

        struct target distinct = *target;
        distinct.place = place_keep(plan, place);
        print_slot(&distinct, slot);
        if (words_find(slots, slot))
            continue;
        target->place = distinct.place;
        (void)words_add(slots, slot, (int)(target - plan->targets));
        return;
    }
    make_custom(plan, target);
}

/* Each slot to the lowest rank, then to the first of the document. */
static int settle(struct plan *plan)
{
    struct words slots;
    char slot[SIGNAL_NAME_MAX * 2];

    words_init(&slots);
    for (size_t i = 0; i < plan->count; i++) {
        struct target *target = &plan->targets[i];
        if (target->is_custom || target->item->category == OBSERVATION_CONDITION)
            continue;
        print_slot(target, slot);
        struct word *word = words_add(&slots, slot, (int)i);
        if (!word) {
            words_done(&slots);
            return -ENOMEM;
        }
        struct target *holder = &plan->targets[word->value];
        if (holder == target)
            continue;
        if (target->meaning && holder->meaning &&
            target->meaning->rank < holder->meaning->rank) {
            word->value = (int)i;
            make_custom(plan, holder);
        } else if (target->signal == SIGNAL_TEMPERATURE ||
                   target->signal == SIGNAL_DISPLACEMENT) {
            make_distinct(plan, target, &slots);
        } else {
            make_custom(plan, target);
        }
    }
    words_done(&slots);
    return 0;
}

/* door.enclosure is just door where the machine has one. */
static void settle_components(struct plan *plan)
{
    int counts[SIGNAL_COUNT] = {0};

    for (size_t i = 0; i < plan->count; i++)
        if (plan->targets[i].meaning)
            counts[plan->targets[i].signal]++;
    for (size_t i = 0; i < plan->count; i++) {
        struct target *target = &plan->targets[i];
        if (target->meaning && target->meaning->place == MEANING_AT_COMPONENT &&
            counts[target->signal] == 1)
            target->place = "";
    }
}

static int count_conditions(const struct plan *plan, const char *type)
{
    int count = 0;

    for (size_t i = 0; i < plan->count; i++)
        if (plan->targets[i].item->category == OBSERVATION_CONDITION &&
            strcmp(plan->targets[i].item->type, type) == 0)
            count++;
    return count;
}

/* condition.system, or condition.system.hydraulic and more where there are several. */
static void place_condition(struct plan *plan, struct target *target)
{
    const struct data_item *item = target->item;
    char place[SIGNAL_NAME_MAX];
    char component[SIGNAL_NAME_MAX];

    (void)text_copy(place, sizeof(place), *item->type ? item->type : "condition");
    place_lower(place);
    place_clean(place);
    if (count_conditions(plan, item->type) > 1) {
        size_t length = strlen(place);
        struct text tail;
        (void)text_copy(component, sizeof(component),
                        place_first(item->name, item->id, item->component));
        place_clean(component);
        text_init_fixed(&tail, place + length, sizeof(place) - length);
        text_add_char(&tail, '.');
        text_add(&tail, component);
    }
    target->signal = SIGNAL_CONDITION;
    target->place = plan_keep_place(plan, place);
}

static bool is_slot_taken(const struct plan *plan, enum signal signal, uint16_t path)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->targets[i].signal == signal && plan->targets[i].path == path)
            return true;
    return false;
}

/* Signals nobody gives are made of the next best. */
static void find_substitutes(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct target *target = &plan->targets[i];
        if (target->signal == SIGNAL_TOOL_ASSET)
            target->feeds_tool = !is_slot_taken(plan, SIGNAL_TOOL, target->path);
        if (target->signal == SIGNAL_PART_COUNT_GOOD ||
            target->signal == SIGNAL_PART_COUNT_BAD)
            target->feeds_parts = !is_slot_taken(plan, SIGNAL_PART_COUNT, target->path);
    }
}

static struct target *find_item(const struct plan *plan, const char *id_or_name)
{
    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->targets[i].item->id, id_or_name) == 0)
            return &plan->targets[i];
    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->targets[i].item->name, id_or_name) == 0)
            return &plan->targets[i];
    return NULL;
}

/* The operator knows better: his item takes the signal from whoever had it. */
static int apply_override(struct plan *plan, const struct mapping_override *override,
                          char reterr_sentence[160])
{
    struct target *target = find_item(plan, override->data_item);
    char place[SIGNAL_NAME_MAX];
    enum signal signal;
    uint16_t path;

    if (!target) {
        (void)snprintf(reterr_sentence, 160, "map: there is no data item '%.80s'",
                       override->data_item);
        return -EINVAL;
    }
    if (signal_parse(override->signal, &signal, &path, place, reterr_sentence))
        return -EINVAL;
    for (size_t i = 0; i < plan->count; i++) {
        struct target *other = &plan->targets[i];
        if (other->signal == signal && other->path == path &&
            strcmp(other->place, place) == 0)
            make_custom(plan, other);
    }
    target->meaning = NULL;
    target->is_custom = false;
    target->signal = signal;
    target->path = path;
    target->place = plan_keep_place(plan, place);
    (void)units_convert(target->item, signal_rows[signal].unit, plan->is_native,
                        &target->rule.conversion);
    return 0;
}

static void begin_target(struct target *target, const struct data_item *item)
{
    const char *units = item->units;
    size_t length = strlen(units);

    *target = (struct target){
        .item = item,
        .path = item->path,
        .place = "",
        .signal = SIGNAL_CUSTOM,
        .rule = {.category = item->category,
                 .is_vector = length > 3 && strcmp(units + length - 3, "_3D") == 0,
                 .conversion = {.factor = 1}},
    };
}

int plan_init(struct plan *plan, const struct device *device,
              const struct mapping_options *options, char reterr_sentence[160])
{
    *plan = (struct plan){.is_native = options->is_native, .count = device->count};
    words_init(&plan->places);
    words_init(&plan->spindles);
    (void)snprintf(reterr_sentence, 160, "out of memory");
    plan->targets = calloc(device->count ? device->count : 1, sizeof(*plan->targets));
    if (!plan->targets || find_spindles(plan, device))
        return -ENOMEM;

    for (size_t i = 0; i < plan->count; i++)
        begin_target(&plan->targets[i], &device->items[i]);
    for (size_t i = 0; i < plan->count; i++)
        wish(plan, &plan->targets[i]);
    move_axis_loads(plan);
    if (settle(plan))
        return -ENOMEM;
    settle_components(plan);
    for (size_t i = 0; i < plan->count; i++)
        if (plan->targets[i].item->category == OBSERVATION_CONDITION)
            place_condition(plan, &plan->targets[i]);
    for (size_t i = 0; i < options->override_count; i++) {
        int error = apply_override(plan, &options->overrides[i], reterr_sentence);
        if (error)
            return error;
    }
    find_substitutes(plan);
    return 0;
}

void plan_done(struct plan *plan)
{
    free(plan->targets);
    words_done(&plan->places);
    words_done(&plan->spindles);
}
