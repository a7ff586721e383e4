/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/alarm/alarms.h"

#include "daemon/base/pages.h"

#include <errno.h>
#include <string.h>

#define SETTLE_NS NS_PER_S

enum {
    ALARMS_MAX = 64,
    VERSION = 1,
    KEY_MAX = RECORD_NAME_MAX
};

/* One active condition; free while `level` is NORMAL. */
struct alarm {
    enum level level;
    uint16_t path;
    bool is_going; /* cleared at `going`, not yet announced */
    struct moment going;
    char type[KEY_MAX], id[KEY_MAX], code[KEY_MAX];
};

struct alarms {
    int32_t version;
    bool lamp, stop;
    struct alarm list[ALARMS_MAX];
};

/* What an event is about, on its way into a record. */
struct news {
    const char *code, *text;
    enum severity severity;
    bool is_over;
    struct moment at;
    uint16_t path;
};

static void announce(const struct machine_view *view, const struct news *news,
                     const struct record_sink *out)
{
    uint16_t path = news->path >= 1 && news->path <= PATHS_MAX ? news->path : 1;
    int64_t cycle_no = view->paths[path - 1].cycle_no;
    struct record record;

    record_init(&record, RECORD_EVENT, news->at);
    analytic_stamp(view, &record);
    record.path = path;
    (void)text_copy(record.event.code, sizeof(record.event.code), news->code);
    (void)text_copy(record.event.text, sizeof(record.event.text), news->text);
    record.event.severity = news->severity;
    record.event.cleared = news->is_over;
    record.event.cycle_no = cycle_no > 0 ? cycle_no : RECORD_UNKNOWN;
    out->append(out->owner, &record);
}

static void announce_alarm(const struct machine_view *view, const struct alarm *alarm,
                           const struct news *news, const struct record_sink *out)
{
    char name[RECORD_NAME_MAX];
    struct text text;
    struct news complete = *news;

    text_init_fixed(&text, name, sizeof(name));
    text_add(&text, "condition.");
    text_add(&text, alarm->type);
    if (*alarm->code) {
        text_add_char(&text, '.');
        text_add(&text, alarm->code);
    }
    complete.code = name;
    complete.path = alarm->path;
    announce(view, &complete, out);
}

static void announce_end(const struct machine_view *view, struct alarm *alarm,
                         const char *text, const struct record_sink *out)
{
    const struct news news = {
        .text = text, .severity = SEVERITY_INFO, .is_over = true, .at = alarm->going};

    announce_alarm(view, alarm, &news, out);
    *alarm = (struct alarm){.level = LEVEL_NORMAL};
}

/* Those that have been gone for long enough, in the order they went. */
static void settle(struct alarms *alarms, const struct machine_view *view,
                   struct moment now, const struct record_sink *out)
{
    for (;;) {
        struct alarm *first = NULL;

        for (size_t i = 0; i < ALARMS_MAX; i++) {
            struct alarm *alarm = &alarms->list[i];
            if (alarm->is_going && now.mono_ns - alarm->going.mono_ns >= SETTLE_NS &&
                (!first || alarm->going.mono_ns < first->going.mono_ns))
                first = alarm;
        }
        if (!first)
            return;
        announce_end(view, first, "cleared", out);
    }
}

static bool is_of(const struct alarm *alarm, const struct sample *sample)
{
    return alarm->level != LEVEL_NORMAL && alarm->path == sample->path &&
           strncmp(alarm->type, sample->place, KEY_MAX - 1) == 0;
}

/* The alarm of this id, or a free place; NULL when all are taken. */
static struct alarm *find(struct alarms *alarms, const struct sample *sample,
                          const char *id)
{
    struct alarm *vacant = NULL;

    for (size_t i = 0; i < ALARMS_MAX; i++) {
        struct alarm *alarm = &alarms->list[i];
        if (is_of(alarm, sample) && strncmp(alarm->id, id, KEY_MAX - 1) == 0)
            return alarm;
        if (alarm->level == LEVEL_NORMAL && !vacant)
            vacant = alarm;
    }
    return vacant;
}

static void raise_alarm(struct alarms *alarms, const struct machine_view *view,
                        const struct sample *sample, const struct record_sink *out)
{
    const struct condition *condition = sample->value.condition;
    struct alarm *alarm = find(alarms, sample, condition->id);

    if (!alarm)
        return;
    alarm->is_going = false;
    if (alarm->level == condition->level)
        return;

    alarm->level = condition->level;
    alarm->path = sample->path;
    (void)text_copy(alarm->type, sizeof(alarm->type), sample->place);
    (void)text_copy(alarm->id, sizeof(alarm->id), condition->id);
    (void)text_copy(alarm->code, sizeof(alarm->code), condition->code);
    const struct news news = {
        .text = condition->text,
        .severity = condition->level == LEVEL_FAULT ? SEVERITY_ALARM : SEVERITY_WARNING,
        .at = sample->at,
    };
    announce_alarm(view, alarm, &news, out);
}

/* Normal with an id clears that one; without, all of this type. */
static void clear_alarms(struct alarms *alarms, const struct sample *sample)
{
    const char *id = sample->value.condition->id;

    for (size_t i = 0; i < ALARMS_MAX; i++) {
        struct alarm *alarm = &alarms->list[i];
        if (!is_of(alarm, sample) || alarm->is_going ||
            (*id && strncmp(alarm->id, id, KEY_MAX - 1) != 0))
            continue;
        alarm->is_going = true;
        alarm->going = sample->at;
    }
}

/* The source does not know any more: ended as unknown, not as cleared. */
static void forget_alarms(struct alarms *alarms, const struct machine_view *view,
                          const struct sample *sample, const struct record_sink *out)
{
    for (size_t i = 0; i < ALARMS_MAX; i++) {
        struct alarm *alarm = &alarms->list[i];
        if (!is_of(alarm, sample))
            continue;
        alarm->going = sample->at;
        announce_end(view, alarm, "not known any more", out);
    }
}

static void observe_condition(struct alarms *alarms, const struct machine_view *view,
                              const struct sample *sample, const struct record_sink *out)
{
    if (sample->value.kind != VALUE_CONDITION) {
        forget_alarms(alarms, view, sample, out);
        return;
    }
    switch (sample->value.condition->level) {
    case LEVEL_WARNING:
    case LEVEL_FAULT:
        raise_alarm(alarms, view, sample, out);
        break;
    case LEVEL_NORMAL:
        clear_alarms(alarms, sample);
        break;
    case LEVEL_UNAVAILABLE:
        forget_alarms(alarms, view, sample, out);
        break;
    }
}

static void observe_flag(bool *was, const struct machine_view *view,
                         const struct sample *sample, const struct record_sink *out)
{
    bool is = sample->value.integer != 0;

    if (sample->value.kind != VALUE_FLAG || is == *was)
        return;
    *was = is;
    const struct news news = {
        .code = signal_names[sample->signal],
        .text = is ? "on" : "off",
        .severity = is ? SEVERITY_ALARM : SEVERITY_INFO,
        .is_over = !is,
        .at = sample->at,
        .path = sample->path,
    };
    announce(view, &news, out);
}

static int create(const struct tracker_options *options, void **ret_self)
{
    struct alarms *alarms = pages_take(sizeof(*alarms));

    (void)options;
    if (!alarms)
        return -ENOMEM;
    alarms->version = VERSION;
    *ret_self = alarms;
    return 0;
}

static void destroy(void *self)
{
    pages_free(self);
}

static void observe(void *self, const struct machine_view *view,
                    const struct sample *sample, const struct record_sink *out)
{
    struct alarms *alarms = self;

    settle(alarms, view, sample->at, out);
    switch (sample->signal) {
    case SIGNAL_CONDITION:
        observe_condition(alarms, view, sample, out);
        break;
    case SIGNAL_ALARM:
        observe_flag(&alarms->lamp, view, sample, out);
        break;
    case SIGNAL_EMERGENCY_STOP:
        observe_flag(&alarms->stop, view, sample, out);
        break;
    default:
        break;
    }
}

static void advance(void *self, const struct machine_view *view, struct moment now,
                    const struct record_sink *out)
{
    settle(self, view, now, out);
}

static void save(const void *self, struct text *text)
{
    text_add_bytes(text, self, sizeof(struct alarms));
}

static int restore(void *self, const void *bytes, size_t length)
{
    int32_t version;

    if (length != sizeof(struct alarms))
        return -EPROTO;
    memcpy(&version, bytes, sizeof(version));
    if (version != VERSION)
        return -EPROTO;
    pages_copy(self, bytes, length);
    return 0;
}

const struct analytic analytic_alarms = {
    .name = "alarms",
    .create = create,
    .destroy = destroy,
    .observe = observe,
    .advance = advance,
    .save = save,
    .restore = restore,
};
