/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/chart_table.h"

#include "daemon/base/pages.h"

#include <errno.h>
#include <string.h>

#define FORMAT           UINT32_C(0x314c4151) /* "QAL1" */
#define BASELINE_NUMBERS 10

static void release_pilot(struct chart_table *table, struct chart *chart)
{
    if (chart->pilot >= 0)
        table->pilot_taken[chart->pilot] = false;
    chart->pilot = -1;
}

/* What was never frozen and has been idle longest makes room. */
static struct chart *evict(struct chart_table *table)
{
    struct chart *oldest = NULL;

    for (size_t i = 0; i < CHARTS_MAX; i++) {
        struct chart *chart = &table->charts[i];
        if (chart->baseline.count == 0 && (!oldest || chart->used_ns < oldest->used_ns))
            oldest = chart;
    }
    if (oldest)
        release_pilot(table, oldest);
    return oldest;
}

struct chart *chart_table_find(struct chart_table *table, uint64_t context,
                               const char *metric)
{
    for (size_t i = 0; i < CHARTS_MAX; i++)
        if (table->charts[i].context == context &&
            strcmp(table->charts[i].metric, metric) == 0)
            return &table->charts[i];
    return NULL;
}

struct chart *chart_table_make(struct chart_table *table, uint64_t context, uint64_t part,
                               const char *metric)
{
    struct chart *chart = NULL;

    for (size_t i = 0; i < CHARTS_MAX && !chart; i++)
        if (table->charts[i].context == 0)
            chart = &table->charts[i];
    if (!chart)
        chart = evict(table);
    if (!chart)
        return NULL;
    memset(chart, 0, sizeof(*chart));
    chart->context = context;
    chart->part = part;
    chart->pilot = -1;
    (void)text_copy(chart->metric, sizeof(chart->metric), metric);
    return chart;
}

struct chart *chart_table_next(struct chart_table *table, const struct chart *after)
{
    for (size_t i = after ? (size_t)(after - table->charts) + 1 : 0; i < CHARTS_MAX; i++)
        if (table->charts[i].context)
            return &table->charts[i];
    return NULL;
}

/* A free place; else that of the frozen chart that has been idle longest. */
static int32_t take_pilot(struct chart_table *table)
{
    struct chart *idle = NULL;

    for (int32_t i = 0; i < PILOTS_MAX; i++) {
        if (table->pilot_taken[i])
            continue;
        table->pilot_taken[i] = true;
        return i;
    }
    for (size_t i = 0; i < CHARTS_MAX; i++) {
        struct chart *chart = &table->charts[i];
        if (chart->is_frozen && chart->pilot >= 0 &&
            (!idle || chart->used_ns < idle->used_ns))
            idle = chart;
    }
    if (!idle)
        return -1;
    int32_t place = idle->pilot;
    idle->pilot = -1;
    idle->pilot_count = 0;
    return place;
}

bool chart_learn(struct chart_table *table, struct chart *chart, double value,
                 double resolution)
{
    if (chart->pilot < 0) {
        chart->pilot = take_pilot(table);
        chart->pilot_count = 0;
    }
    if (chart->pilot < 0)
        return false;
    chart->baseline.poll_sigma = resolution;
    if (chart->pilot_count < PILOT_MAX)
        table->pilots[chart->pilot][chart->pilot_count++] = (float)value;
    return true;
}

void chart_relearn(struct chart *chart)
{
    chart->is_frozen = chart->was_judged = chart->told_short = false;
    chart->pilot_count = 0;
    memset(&chart->monitor, 0, sizeof(chart->monitor));
}

bool chart_freeze(struct chart_table *table, struct chart *chart, int64_t least,
                  int64_t now_ns)
{
    if (chart->pilot < 0 || (int64_t)chart->pilot_count < least)
        return false;
    chart->baseline = baseline_learn(table->pilots[chart->pilot], chart->pilot_count,
                                     chart->baseline.poll_sigma);
    chart->baseline.frozen_ns = now_ns;
    chart->is_frozen = true;
    chart->recent_count = 0;
    memset(&chart->monitor, 0, sizeof(chart->monitor));
    return true;
}

/*
 * The stored form: FORMAT, then for each chart its length in bytes and its parts. A part
 * that may grow says how long it is; what is beyond the known length is skipped, what is
 * missing is as new. The monitor is native: another version's starts anew.
 */
static void put(struct text *text, const void *bytes, size_t length)
{
    text_add_bytes(text, bytes, length);
}

static void put_count(struct text *text, uint32_t count)
{
    put(text, &count, sizeof(count));
}

static void save_chart(const struct chart_table *table, const struct chart *chart,
                       struct text *text)
{
    const struct baseline *baseline = &chart->baseline;
    const double numbers[BASELINE_NUMBERS] = {
        (double)baseline->count, (double)baseline->dropped,
        baseline->mean,          baseline->sigma,
        baseline->median,        baseline->robust_sigma,
        baseline->p05,           baseline->p95,
        baseline->lag1,          baseline->poll_sigma};
    const int64_t times[] = {chart->used_ns, baseline->frozen_ns};
    const uint8_t flags[] = {chart->is_frozen, chart->was_judged, chart->told_short};
    uint32_t pilot = chart->pilot >= 0 ? chart->pilot_count : 0;
    uint32_t recent =
        chart->recent_count < CHART_RECENT ? chart->recent_count : CHART_RECENT;

    put(text, &chart->context, sizeof(chart->context));
    put(text, &chart->part, sizeof(chart->part));
    put(text, chart->metric, sizeof(chart->metric));
    put(text, flags, sizeof(flags));
    put(text, times, sizeof(times));
    put_count(text, BASELINE_NUMBERS);
    put(text, numbers, sizeof(numbers));
    put_count(text, pilot);
    if (pilot)
        put(text, table->pilots[chart->pilot], pilot * sizeof(float));
    put_count(text, chart->recent_count);
    put(text, chart->recent, recent * sizeof(float));
    put_count(text, sizeof(chart->monitor));
    put(text, &chart->monitor, sizeof(chart->monitor));
}

void chart_table_save(const struct chart_table *table, struct text *text)
{
    put_count(text, FORMAT);
    for (size_t i = 0; i < CHARTS_MAX; i++) {
        if (!table->charts[i].context)
            continue;
        size_t at = text->length;
        put_count(text, 0);
        save_chart(table, &table->charts[i], text);
        if (text->failed)
            return;
        uint32_t length = (uint32_t)(text->length - at - sizeof(length));
        memcpy(text->data + at, &length, sizeof(length));
    }
}

struct cursor {
    const char *at;
    size_t left;
    bool failed;
};

static void get(struct cursor *cursor, void *ret_bytes, size_t length)
{
    if (cursor->failed || length > cursor->left) {
        cursor->failed = true;
        return;
    }
    memcpy(ret_bytes, cursor->at, length);
    cursor->at += length;
    cursor->left -= length;
}

static uint32_t get_count(struct cursor *cursor)
{
    uint32_t count = 0;

    get(cursor, &count, sizeof(count));
    return count;
}

/* An array of `count` items as stored, of which at most `limit` are wanted. */
static void get_array(struct cursor *cursor, void *ret_items, size_t count, size_t limit,
                      size_t size)
{
    size_t wanted = count < limit ? count : limit;

    if (cursor->failed || count > cursor->left / size) {
        cursor->failed = true;
        return;
    }
    memcpy(ret_items, cursor->at, wanted * size);
    cursor->at += count * size;
    cursor->left -= count * size;
}

static void get_baseline(struct cursor *cursor, struct baseline *baseline)
{
    double numbers[BASELINE_NUMBERS] = {0};

    get_array(cursor, numbers, get_count(cursor), BASELINE_NUMBERS, sizeof(*numbers));
    baseline->count = (int64_t)numbers[0];
    baseline->dropped = (int64_t)numbers[1];
    baseline->mean = numbers[2];
    baseline->sigma = numbers[3];
    baseline->median = numbers[4];
    baseline->robust_sigma = numbers[5];
    baseline->p05 = numbers[6];
    baseline->p95 = numbers[7];
    baseline->lag1 = numbers[8];
    baseline->poll_sigma = numbers[9];
}

static void get_monitor(struct cursor *cursor, struct monitor *monitor)
{
    uint32_t length = get_count(cursor);

    if (length == sizeof(*monitor))
        get(cursor, monitor, length);
}

static int restore_chart(struct chart_table *table, struct chart *chart,
                         struct cursor *cursor)
{
    uint8_t flags[3] = {0};
    int64_t times[2] = {0};

    memset(chart, 0, sizeof(*chart));
    chart->pilot = -1;
    get(cursor, &chart->context, sizeof(chart->context));
    get(cursor, &chart->part, sizeof(chart->part));
    get(cursor, chart->metric, sizeof(chart->metric));
    get(cursor, flags, sizeof(flags));
    get(cursor, times, sizeof(times));
    get_baseline(cursor, &chart->baseline);
    uint32_t pilot = get_count(cursor);
    if (pilot > 0 && pilot <= PILOT_MAX && (chart->pilot = take_pilot(table)) >= 0) {
        get_array(cursor, table->pilots[chart->pilot], pilot, PILOT_MAX, sizeof(float));
        chart->pilot_count = pilot;
    } else {
        float ignored[1];
        get_array(cursor, ignored, pilot, 0, sizeof(float));
    }
    chart->recent_count = get_count(cursor);
    uint32_t recent =
        chart->recent_count < CHART_RECENT ? chart->recent_count : CHART_RECENT;
    get_array(cursor, chart->recent, recent, CHART_RECENT, sizeof(float));
    get_monitor(cursor, &chart->monitor);
    chart->metric[CHART_METRIC - 1] = '\0';
    chart->is_frozen = flags[0];
    chart->was_judged = flags[1];
    chart->told_short = flags[2];
    chart->used_ns = times[0];
    chart->baseline.frozen_ns = times[1];
    return cursor->failed || chart->context == 0 ? -EPROTO : 0;
}

int chart_table_restore(struct chart_table *table, const char *bytes, size_t length)
{
    struct cursor cursor = {bytes, length, false};
    size_t filled = 0;

    pages_clear(table, sizeof(*table));
    if (get_count(&cursor) != FORMAT)
        return -EPROTO;
    while (cursor.left > 0 && filled < CHARTS_MAX) {
        uint32_t size = get_count(&cursor);
        struct cursor chart = {cursor.at, size, false};

        if (cursor.failed || size > cursor.left ||
            restore_chart(table, &table->charts[filled++], &chart)) {
            pages_clear(table, sizeof(*table));
            return -EPROTO;
        }
        cursor.at += size;
        cursor.left -= size;
    }
    return 0;
}
