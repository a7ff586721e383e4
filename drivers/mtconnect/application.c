/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/application.h"

#include "daemon/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Only the first sample of an observation has its sequence, so that each is told once. */
static void emit(struct application *application, const struct sample *sample)
{
    struct sample following = *sample;

    if (application->count++) {
        following.sequence = 0;
        sample = &following;
    }
    application->sink->emit(application->sink->owner, sample);
}

static void emit_text(struct application *application, const char *place,
                      const char *string)
{
    struct sample sample = application->sample;

    sample.signal = SIGNAL_CUSTOM;
    sample.place = place;
    sample.sequence = 0;
    sample.quality = QUALITY_GOOD;
    sample.why = WHY_NONE;
    sample.value = (struct value){.kind = VALUE_TEXT, .text = string};
    emit(application, &sample);
}

/* ---- conditions ---- */

static void apply_condition(struct application *application, const struct target *target)
{
    const struct observation *observation = application->observation;
    bool has_id = *observation->condition_id != '\0';
    struct condition condition = {
        .level = observation->level,
        .id = has_id ? observation->condition_id : observation->native_code,
        .code = observation->native_code,
        .severity = observation->native_severity,
        .qualifier = observation->qualifier,
        .text = observation->value,
    };
    struct sample sample = application->sample;

    (void)target;
    if (observation->category != OBSERVATION_CONDITION)
        condition.level = LEVEL_UNAVAILABLE; /* a value says nothing of it */
    sample.value = (struct value){.kind = VALUE_CONDITION, .condition = &condition};
    if (condition.level == LEVEL_UNAVAILABLE) {
        sample.quality = QUALITY_BAD;
        sample.why = WHY_UNAVAILABLE;
    }
    emit(application, &sample);
}

/* ---- data sets and tables ---- */

static bool has_room(const struct mapping *mapping, const char *place)
{
    return mapping->plan.places.count < PLACES_MAX ||
           words_find(&mapping->plan.places, place);
}

/* The number under which a set's places are told apart from those of other items. */
static int owner_of(const struct application *application, const struct target *target)
{
    return (int)(target - application->mapping->plan.targets) + 1;
}

/* `owner` is whose entry it is from now on, 0 = it is gone. */
static void emit_entry(struct application *application, int owner, const char *place,
                       const char *value)
{
    struct mapping *mapping = application->mapping;
    struct sample sample = application->sample;
    double number;

    if (!has_room(mapping, place)) {
        mapping->oddities++;
        return;
    }
    sample.signal = SIGNAL_CUSTOM;
    sample.place = plan_keep_place(&mapping->plan, place);
    sample.quality = QUALITY_GOOD;
    sample.why = WHY_NONE;
    struct word *word = words_find(&mapping->plan.places, place);
    if (word)
        word->value = owner;
    if (!owner || text_equal_fold(value, "UNAVAILABLE"))
        value_clear(&sample, WHY_UNAVAILABLE);
    else if (text_read_number(value, &number) == 0 && isfinite(number))
        sample.value = (struct value){.kind = VALUE_NUMBER, .number = number};
    else
        sample.value = (struct value){.kind = VALUE_TEXT, .text = value};
    emit(application, &sample);
}

static void apply_entry(struct application *application, const struct target *target,
                        const struct observation_entry *entry)
{
    int owner = entry->removed ? 0 : owner_of(application, target);
    char place[SIGNAL_NAME_MAX];

    if (!entry->cell_count) {
        (void)snprintf(place, sizeof(place), "%s.%s", target->place, entry->key);
        emit_entry(application, owner, place, entry->value);
        return;
    }
    for (size_t i = 0; i < entry->cell_count; i++) {
        (void)snprintf(place, sizeof(place), "%s.%s.%s", target->place, entry->key,
                       entry->cells[i].key);
        emit_entry(application, owner, place, entry->cells[i].value);
    }
}

/* Is this the whole set, so that what it had before is gone? */
static bool is_whole(const struct application *application)
{
    const struct observation *observation = application->observation;
    bool is_state = application->sample.flags & SAMPLE_SNAPSHOT &&
                    !application->mapping->plan.is_native;

    return is_state || *observation->reset_triggered || observation->is_unavailable;
}

static void doubt_entries(struct words *places, int owner)
{
    for (size_t i = 0; i < places->capacity; i++)
        if (places->slots[i].value == owner)
            places->slots[i].value = -owner;
}

static void end_doubted(struct application *application, int owner)
{
    const struct words *places = &application->mapping->plan.places;

    for (size_t i = 0; i < places->capacity; i++)
        if (places->slots[i].value == -owner)
            emit_entry(application, 0, places->slots[i].string, "");
}

static void apply_entries(struct application *application, const struct target *target)
{
    const struct observation *observation = application->observation;
    int owner = owner_of(application, target);

    if (is_whole(application))
        doubt_entries(&application->mapping->plan.places, owner);
    for (size_t i = 0; i < observation->entry_count; i++)
        apply_entry(application, target, &observation->entries[i]);
    if (is_whole(application))
        end_doubted(application, owner);
    if (!observation->entry_count) {
        struct sample sample = application->sample;
        value_clear(&sample, WHY_UNAVAILABLE);
        emit(application, &sample);
    }
}

/* ---- time series ---- */

static int count_words(const char *text)
{
    int count = 0;

    for (text += strspn(text, " \t\r\n"); *text; count++) {
        text += strcspn(text, " \t\r\n");
        text += strspn(text, " \t\r\n");
    }
    return count;
}

/* The stamp is the last value's; the others came before it, one a period. */
static void apply_series(struct application *application, struct target *target)
{
    const struct observation *observation = application->observation;
    const char *cursor = observation->value;
    int left = count_words(cursor);
    double rate = observation->sample_rate_hz;
    double period_ns = isfinite(rate) && rate > 0 ? (double)NS_PER_S / rate : 0;
    char word[64];

    for (; left > 0; left--) {
        struct sample sample = application->sample;
        char room[VALUE_TEXT_MAX];

        cursor += strspn(cursor, " \t\r\n");
        size_t length = strcspn(cursor, " \t\r\n");
        (void)snprintf(word, sizeof(word), "%.*s", (int)(length < 60 ? length : 60),
                       cursor);
        cursor += length;
        sample.at = moment_plus(sample.at, -(int64_t)(period_ns * (left - 1)));
        if (!value_read(&sample, word, &target->rule, &target->steadiness, room))
            application->mapping->oddities++;
        emit(application, &sample);
    }
}

/* ---- signals of more than one data item ---- */

static struct path_state *state_of(struct mapping *mapping, uint16_t path)
{
    return &mapping->paths[path <= mapping->device->paths ? path : 0];
}

/* ControllerMode FEED_HOLD (2.0) is automatic and held: Execution still says ACTIVE. */
static void follow_mode(struct application *application)
{
    struct path_state *state = state_of(application->mapping, application->sample.path);
    bool is_held = text_equal_fold(application->observation->value, "FEED_HOLD");

    if (is_held == state->is_held)
        return;
    state->is_held = is_held;
    if (!state->has_execution || state->execution.value.integer != EXECUTION_RUN)
        return;

    struct sample sample = state->execution;
    sample.at = application->sample.at;
    sample.sequence = 0;
    sample.flags = application->sample.flags;
    if (is_held)
        sample.value.integer = EXECUTION_HOLD;
    emit(application, &sample);
}

static void follow_execution(struct application *application, struct sample *sample)
{
    struct path_state *state = state_of(application->mapping, sample->path);

    state->has_execution = sample->value.kind == VALUE_CODE;
    if (!state->has_execution)
        return;
    state->execution = *sample;
    if (state->is_held && sample->value.integer == EXECUTION_RUN)
        sample->value.integer = EXECUTION_HOLD;
}

/* GOOD + BAD is the count where the control gives no other. */
static void follow_parts(struct application *application, const struct sample *part)
{
    struct path_state *state = state_of(application->mapping, part->path);
    bool is_known = part->value.kind == VALUE_INTEGER;
    struct sample sample = *part;

    sample.sequence = 0;
    if (part->signal == SIGNAL_PART_COUNT_GOOD) {
        state->has_good = is_known;
        state->good = is_known ? part->value.integer : 0;
    } else {
        state->has_bad = is_known;
        state->bad = is_known ? part->value.integer : 0;
    }
    sample.signal = SIGNAL_PART_COUNT;
    if (state->has_good || state->has_bad)
        sample.value =
            (struct value){.kind = VALUE_INTEGER, .integer = state->good + state->bad};
    emit(application, &sample);
}

static void follow_tool(struct application *application, const struct target *target)
{
    struct sample sample = application->sample;
    struct value_rule rule = target->rule;
    struct steadiness none = {0};
    char room[VALUE_TEXT_MAX];

    sample.signal = SIGNAL_TOOL;
    sample.sequence = 0;
    (void)value_read(&sample, application->observation->value, &rule, &none, room);
    emit(application, &sample);
}

/* ---- plain values ---- */

static bool is_lost_word(const struct sample *sample)
{
    return sample->value.kind == VALUE_NONE && sample->quality == QUALITY_UNCERTAIN;
}

static void apply_value(struct application *application, struct target *target)
{
    const struct observation *observation = application->observation;
    struct sample sample = application->sample;
    char room[VALUE_TEXT_MAX];

    if (!value_read(&sample, observation->value, &target->rule, &target->steadiness,
                    room))
        application->mapping->oddities++;
    if (sample.signal == SIGNAL_EXECUTION)
        follow_execution(application, &sample);
    emit(application, &sample);

    if (sample.signal == SIGNAL_MODE)
        follow_mode(application);
    if (target->feeds_parts)
        follow_parts(application, &sample);
    if (target->feeds_tool)
        follow_tool(application, target);
    if (is_lost_word(&sample)) /* the word itself is kept for people */
        emit_text(application,
                  plan_keep_place(&application->mapping->plan, target->item->id),
                  observation->value);
}

static void apply_target(struct application *application, struct target *target)
{
    const struct observation *observation = application->observation;
    bool is_set = target->item->representation == REPRESENTATION_DATA_SET ||
                  target->item->representation == REPRESENTATION_TABLE ||
                  observation->entry_count > 0;

    if (target->signal == SIGNAL_CONDITION)
        apply_condition(application, target);
    else if (is_set)
        apply_entries(application, target);
    else if (target->item->representation == REPRESENTATION_TIME_SERIES &&
             !observation->is_unavailable)
        apply_series(application, target);
    else
        apply_value(application, target);
}

/* Not in the probe: kept under its id, as text or number by its category. */
static void apply_unknown(struct application *application)
{
    const struct observation *observation = application->observation;
    const char *id =
        *observation->data_item_id ? observation->data_item_id : observation->element;
    char room[VALUE_TEXT_MAX];
    struct steadiness none = {0};
    struct value_rule rule = {.category = observation->category,
                              .conversion = {.factor = 1}};

    application->mapping->oddities++;
    if (!*id || !has_room(application->mapping, id))
        return; /* application_run tells */
    application->sample.place = plan_keep_place(&application->mapping->plan, id);
    if (observation->category == OBSERVATION_CONDITION) {
        application->sample.signal = SIGNAL_CONDITION;
        apply_condition(application, NULL);
        return;
    }
    (void)value_read(&application->sample, observation->value, &rule, &none, room);
    emit(application, &application->sample);
}

/* An observation that gave nothing, a series without values, a name too many, is told
 * all the same: its sequence must be somewhere. */
static void tell_nothing(struct application *application, const struct target *target)
{
    struct sample sample = application->sample;

    sample.signal = SIGNAL_CUSTOM;
    sample.place = target ? target->place : "unlisted";
    value_clear(&sample, WHY_CONFIG);
    emit(application, &sample);
}

void application_run(struct application *application, struct target *target)
{
    if (target)
        apply_target(application, target);
    else
        apply_unknown(application);
    if (!application->count)
        tell_nothing(application, target);
}
