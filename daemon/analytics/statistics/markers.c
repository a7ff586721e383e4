/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/analytics/statistics/markers.h"

#include "daemon/analytics/statistics/order.h"

#include <math.h>
#include <string.h>

void markers_init(struct markers *markers, double share)
{
    memset(markers, 0, sizeof(*markers));
    markers->share = share;
    for (int i = 0; i < MARKERS; i++)
        markers->place[i] = i + 1;
    markers->wanted[0] = 1;
    markers->wanted[1] = 1 + 2 * share;
    markers->wanted[2] = 1 + 4 * share;
    markers->wanted[3] = 3 + 2 * share;
    markers->wanted[4] = 5;
}

/* The cell the value falls into, 0 to 3; the outer markers move with the extremes. */
static int find_cell(struct markers *markers, double value)
{
    if (value < markers->height[0])
        markers->height[0] = value;
    if (value >= markers->height[4])
        markers->height[4] = value;
    for (int cell = 0; cell < 3; cell++)
        if (value < markers->height[cell + 1])
            return cell;
    return 3;
}

static double parabolic(const struct markers *markers, int i, int step)
{
    const double *q = markers->height;
    const int64_t *n = markers->place;
    double above = (double)(n[i + 1] - n[i]), below = (double)(n[i] - n[i - 1]);

    return q[i] + step / (above + below) *
                      ((below + step) * (q[i + 1] - q[i]) / above +
                       (above - step) * (q[i] - q[i - 1]) / below);
}

static double linear(const struct markers *markers, int i, int step)
{
    const double *q = markers->height;
    const int64_t *n = markers->place;

    return q[i] + step * (q[i + step] - q[i]) / (double)(n[i + step] - n[i]);
}

static void adjust(struct markers *markers, int i)
{
    const int64_t *n = markers->place;
    double apart = markers->wanted[i] - (double)n[i];
    int step = 0;

    if (apart >= 1 && n[i + 1] - n[i] > 1)
        step = 1;
    else if (apart <= -1 && n[i - 1] - n[i] < -1)
        step = -1;
    if (step == 0)
        return;

    double height = parabolic(markers, i, step);
    if (!(markers->height[i - 1] < height && height < markers->height[i + 1]))
        height = linear(markers, i, step);
    markers->height[i] = height;
    markers->place[i] += step;
}

void markers_add(struct markers *markers, double value)
{
    const double share = markers->share;
    const double steps[MARKERS] = {0, share / 2, share, (1 + share) / 2, 1};

    if (markers->count < MARKERS) {
        markers->height[markers->count++] = value;
        order_sort(markers->height, (size_t)markers->count);
        return;
    }
    markers->count++;
    for (int i = find_cell(markers, value) + 1; i < MARKERS; i++)
        markers->place[i]++;
    for (int i = 0; i < MARKERS; i++)
        markers->wanted[i] += steps[i];
    for (int i = 1; i < MARKERS - 1; i++)
        adjust(markers, i);
}

double markers_quantile(const struct markers *markers)
{
    if (markers->count <= MARKERS)
        return order_quantile(markers->height, (size_t)markers->count, markers->share);
    return markers->height[2];
}
