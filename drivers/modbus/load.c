/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/load.h"

#include "drivers/modbus/frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int load_plan(const struct link_options *options, struct request_plan **ret_requests)
{
    size_t count = options->points.count;
    const struct point_options *points = options->points.items;
    struct line_terms terms = link_terms(options);
    struct plan_limits limits = link_limits(options, terms.address.kind);
    struct span *spans = calloc(count + 1, sizeof(*spans));
    struct request_plan *requests = calloc(count + 1, sizeof(*requests));
    uint32_t *scratch = calloc(2 * (count + 1), sizeof(*scratch));
    int result = -ENOMEM;

    if (!spans || !requests || !scratch)
        goto out;
    for (size_t i = 0; i < count; i++) {
        struct register_form form = point_form(&points[i]);
        bool bits = area_is_bits((enum area)points[i].area);
        spans[i] = (struct span){
            .area = (enum area)points[i].area,
            .address = point_address(&points[i]),
            .count = (uint16_t)(bits ? 1 : register_words(&form)),
            .class_ns = points[i].every ? points[i].every : options->every,
            .owner = i,
        };
    }
    result = (int)plan_make(spans, count, &limits, NULL, 0, requests, scratch);
    *ret_requests = requests;
    requests = NULL;

out:
    free(spans);
    free(requests);
    free(scratch);
    return result;
}

int64_t load_request_ns(const struct line_terms *terms,
                        const struct request_plan *request, int64_t thinking_ns)
{
    struct frame_request frame = {.function = frame_function(request->area),
                                  .address = request->address,
                                  .count = request->count};
    enum framing framing = line_framing(&terms->address);
    int64_t silence = line_silence_ns(&terms->address);

    if (terms->address.kind != LINE_RTU)
        return 0;
    int64_t after = silence > terms->pause_between_ns ? silence : terms->pause_between_ns;
    return line_wire_ns(&terms->address, frame_request_length(framing) +
                                             frame_answer_length(framing, &frame)) +
           thinking_ns + after;
}

double load_share(const struct link_options *options, int64_t thinking_ns)
{
    struct line_terms terms = link_terms(options);
    struct request_plan *requests = NULL;
    double share = 0;

    if (terms.address.kind != LINE_RTU)
        return 0;
    int count = load_plan(options, &requests);
    for (int i = 0; i < count; i++)
        share += (double)load_request_ns(&terms, &requests[i], thinking_ns) /
                 (double)requests[i].class_ns;
    free(requests);
    return share;
}

static bool same_terms(const struct line_terms *a, const struct line_terms *b)
{
    return line_address_agrees(&a->address, &b->address) &&
           a->max_in_flight == b->max_in_flight && a->zero_ids == b->zero_ids &&
           a->close_after_scan == b->close_after_scan &&
           a->pause_between_ns == b->pause_between_ns;
}

/* A link among those that share its line. */
struct neighbour {
    struct line_terms terms;
    const struct link_options *options;
    size_t index; /* among all links */
};

static int by_line(const void *a, const void *b)
{
    const struct neighbour *left = a, *right = b;
    int order = strcmp(left->terms.address.key, right->terms.address.key);

    if (order)
        return order;
    return (left->index > right->index) - (left->index < right->index);
}

/* How many from the first on are on its line. */
static size_t count_line(const struct neighbour *first, const struct neighbour *end)
{
    const struct neighbour *next = first + 1;

    while (next < end && strcmp(next->terms.address.key, first->terms.address.key) == 0)
        next++;
    return (size_t)(next - first);
}

/* All links of one line; what they do together is complained about at the last. */
static void check_line(const struct neighbour *links, size_t count,
                       const struct driver_report *report)
{
    const struct line_terms *terms = &links[0].terms;
    size_t last = links[count - 1].index;
    double share = 0;
    char sentence[2 * ADDRESS_MAX];

    for (size_t i = 0; i < count; i++) {
        share += load_share(links[i].options, LOAD_THINKING_NS);
        if (same_terms(terms, &links[i].terms))
            continue;
        (void)snprintf(sentence, sizeof(sentence),
                       "%s is used by another link with another speed, parity, "
                       "max_in_flight or quirk; one line has one of each",
                       terms->address.key);
        report->complain(report->owner, links[i].index, false, sentence);
    }
    if (share > 1) {
        (void)snprintf(sentence, sizeof(sentence),
                       "%s cannot carry this: %.0f ms of every second are needed at %d "
                       "baud; ask less often or for less (spindlectl plan shows it)",
                       terms->address.key, share * 1000, terms->address.baud);
        report->complain(report->owner, last, false, sentence);
    } else if (share > 0.8) {
        (void)snprintf(sentence, sizeof(sentence),
                       "%s is busy for %.0f %% of the time; a retry may not fit in",
                       terms->address.key, share * 100);
        report->complain(report->owner, last, true, sentence);
    }
    if (line_address_is_unstable(&terms->address)) {
        (void)snprintf(sentence, sizeof(sentence),
                       "%s may be another device after a restart; use its name under "
                       "/dev/serial/by-id or by-path",
                       terms->address.name);
        report->complain(report->owner, links[0].index, true, sentence);
    }
}

/* Sorted by line, so that thousands of machines take no time that a person notices. */
void load_check(const void *const *options, size_t count,
                const struct driver_report *report)
{
    struct neighbour *links = calloc(count + 1, sizeof(*links));

    if (!links)
        return;
    for (size_t i = 0; i < count; i++)
        links[i] = (struct neighbour){link_terms(options[i]), options[i], i};
    qsort(links, count, sizeof(*links), by_line);
    for (size_t i = 0, length; i < count; i += length) {
        length = count_line(&links[i], links + count);
        check_line(&links[i], length, report);
    }
    free(links);
}
