/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/quality/eco_series.h"

#include <string.h>

struct eco_series *eco_table_take(struct eco_table *table, uint64_t context,
                                  const char *metric, int64_t now_ns)
{
    struct eco_series *oldest = &table->items[0];

    for (size_t i = 0; i < ECO_SERIES; i++) {
        struct eco_series *series = &table->items[i];

        if (series->context == context && strcmp(series->metric, metric) == 0) {
            series->used_ns = now_ns;
            return series;
        }
        if (series->used_ns < oldest->used_ns)
            oldest = series;
    }
    memset(oldest, 0, sizeof(*oldest));
    oldest->context = context;
    oldest->used_ns = now_ns;
    (void)text_copy(oldest->metric, sizeof(oldest->metric), metric);
    return oldest;
}

void eco_series_add(struct eco_series *series, double value, bool is_after)
{
    if (is_after && series->count >= ECO_KEPT)
        return;
    series->values[series->count++ % ECO_KEPT] = (float)value;
}

void eco_table_turn(struct eco_table *table)
{
    for (size_t i = 0; i < ECO_SERIES; i++) {
        struct eco_series *series = &table->items[i];

        series->before_count = series->count < ECO_KEPT ? series->count : ECO_KEPT;
        memcpy(series->before, series->values, sizeof(series->before));
        series->count = 0;
    }
}

struct comparison_sample eco_series_before(const struct eco_series *series)
{
    return (struct comparison_sample){series->before, series->before_count};
}

struct comparison_sample eco_series_after(const struct eco_series *series)
{
    return (struct comparison_sample){
        series->values, series->count < ECO_KEPT ? series->count : ECO_KEPT};
}
