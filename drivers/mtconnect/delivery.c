/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/delivery.h"

#include "daemon/base/text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nothing before "@" is shown; the options refuse it, but a page must not depend on it.
 */
static void show_address(char ret_address[256], const char *url)
{
    const char *host = strstr(url, "://"), *at = strrchr(url, '@');

    if (host && at)
        (void)snprintf(ret_address, 256, "%.*s%s", (int)(host + 3 - url), url, at + 1);
    else
        (void)text_copy(ret_address, 256, url);
}

void delivery_init(struct delivery *delivery, const struct driver_site *site,
                   const struct mtconnect_options *options)
{
    *delivery = (struct delivery){.site = site, .options = options};
    timeline_init(&delivery->timeline, options->own_clock);
    delivery->health.latency_p99_s = NAN;
    delivery->health.clock_offset_s = NAN;
    show_address(delivery->health.address, options->url);
}

/* Out of memory leaves them to nobody, which is better than names that dangle. */
static void retire(struct delivery *delivery)
{
    struct delivery_retired *retired = calloc(1, sizeof(*retired));

    if (!retired)
        return;
    *retired = (struct delivery_retired){.next = delivery->retired,
                                         .devices = delivery->devices,
                                         .mapping = delivery->mapping};
    delivery->retired = retired;
}

void delivery_done(struct delivery *delivery)
{
    while (delivery->retired) {
        struct delivery_retired *retired = delivery->retired;
        delivery->retired = retired->next;
        mapping_destroy(retired->mapping);
        devices_free(retired->devices);
        free(retired);
    }
    mapping_destroy(delivery->mapping);
    devices_free(delivery->devices);
    delivery->mapping = NULL;
    delivery->devices = NULL;
}

/* "there is no device 'VMC'; there are OKUMA and LATHE" as far as there is room. */
static void list_devices(const struct mtconnect_options *options,
                         const struct devices *devices, char ret_sentence[160])
{
    struct text text;
    bool any = false;

    text_init_fixed(&text, ret_sentence, 160);
    text_add_format(&text, "there is no device '%.40s'",
                    options->device ? options->device : "");
    for (size_t i = 0; i < devices->count; i++) {
        if (devices->items[i].is_agent)
            continue;
        text_add(&text, any ? ", " : "; the agent has: ");
        text_add(&text, devices->items[i].name);
        any = true;
    }
}

int delivery_plan(const struct mtconnect_options *options, const struct devices *devices,
                  struct mapping **ret_mapping, char reterr_sentence[160])
{
    const struct device *device = devices_find(devices, options->device);
    const struct mapping_options wishes = {
        .overrides = options->map.items,
        .override_count = options->map.count,
        .is_native = mtconnect_is_adapter(options),
    };

    if (device)
        return mapping_create(device, &wishes, ret_mapping, reterr_sentence);
    list_devices(options, devices, reterr_sentence);
    return -ENODEV;
}

void delivery_adopt(struct delivery *delivery, struct devices *devices,
                    struct mapping *mapping)
{
    if (delivery->mapping)
        retire(delivery);
    delivery->devices = devices;
    delivery->mapping = mapping;
}

int delivery_map(struct delivery *delivery, struct devices *devices,
                 char reterr_sentence[160])
{
    struct mapping *mapping;
    int error = delivery_plan(delivery->options, devices, &mapping, reterr_sentence);

    if (error)
        devices_free(devices);
    else
        delivery_adopt(delivery, devices, mapping);
    return error;
}

static void emit(void *owner, const struct sample *sample)
{
    struct delivery *delivery = owner;

    delivery->health.samples++;
    delivery->site->deliver(delivery->site->owner, sample, 1);
}

void delivery_observation(struct delivery *delivery,
                          const struct observation *observation, struct moment received,
                          bool is_news)
{
    const struct mapping_sink sink = {delivery, emit};
    struct hearing hearing = {.at = timeline_now(&delivery->timeline, received),
                              .flags = is_news ? 0 : SAMPLE_SNAPSHOT};
    int64_t stamp_ns;

    if (moment_parse(observation->timestamp, &stamp_ns) > 0) {
        struct placement placement =
            timeline_place(&delivery->timeline, stamp_ns, received, is_news);
        hearing.at = placement.at;
        hearing.flags |= (placement.is_suspect ? SAMPLE_CLOCK : 0) |
                         (placement.is_jump ? SAMPLE_JUMP : 0);
    } else {
        hearing.flags |= SAMPLE_CLOCK;
    }
    (void)mapping_apply(delivery->mapping, observation, &hearing, &sink);
}

void delivery_gap(struct delivery *delivery, const struct position_gap *gap,
                  const char *reason, struct moment now)
{
    const struct gap lost = {
        .from = (int64_t)gap->from,
        .to = (int64_t)gap->to,
        .count = gap->count ? (int64_t)gap->count : -1,
        .seconds = delivery->heard.mono_ns ? moment_seconds(delivery->heard, now) : 0,
        .reason = reason,
    };
    struct sample sample = {
        .signal = SIGNAL_GAP,
        .quality = QUALITY_GOOD,
        .path = 1,
        .place = "",
        .value = {.kind = VALUE_GAP, .gap = &lost},
        .at = timeline_now(&delivery->timeline, now),
    };

    if (sample.at.wall_ns <= delivery->gap_wall_ns)
        sample.at.wall_ns = delivery->gap_wall_ns + 1;
    delivery->gap_wall_ns = sample.at.wall_ns;
    delivery->health.lost += (int64_t)gap->count;
    delivery->site->deliver(delivery->site->owner, &sample, 1);
}

void delivery_link(struct delivery *delivery, bool is_linked, struct moment now)
{
    const struct sample sample = {
        .signal = SIGNAL_LINK,
        .quality = QUALITY_GOOD,
        .path = 1,
        .place = "",
        .value = {.kind = VALUE_FLAG, .integer = is_linked},
        .at = timeline_now(&delivery->timeline, now),
    };

    if (is_linked)
        delivery->health.trouble[0] = '\0';
    if (delivery->health.linked == is_linked && delivery->health.since_wall_ns)
        return;
    delivery->health.linked = is_linked;
    delivery->health.since_wall_ns = now.wall_ns;
    delivery->site->deliver(delivery->site->owner, &sample, 1);
}

void delivery_trouble(struct delivery *delivery, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(delivery->health.trouble, sizeof(delivery->health.trouble), format,
                    arguments);
    va_end(arguments);
}

void delivery_alive(struct delivery *delivery, struct moment now)
{
    delivery->heard = now;
    delivery->health.last_wall_ns = now.wall_ns;
    delivery->health.clock_offset_s = timeline_offset(&delivery->timeline);
}
