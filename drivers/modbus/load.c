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

/* All links on the line of the first of them; they are complained about at the last. */
static void check_line(const void *const *options, size_t first, size_t count,
                       const struct driver_report *report)
{
    struct line_terms terms = link_terms(options[first]);
    double share = 0;
    size_t last = first;
    char sentence[2 * ADDRESS_MAX];

    for (size_t i = first; i < count; i++) {
        struct line_terms other = link_terms(options[i]);
        if (strcmp(other.address.key, terms.address.key) != 0)
            continue;
        last = i;
        share += load_share(options[i], LOAD_THINKING_NS);
        if (!same_terms(&terms, &other)) {
            (void)snprintf(sentence, sizeof(sentence),
                           "%s is used by another link with another speed, parity, "
                           "max_in_flight or quirk; one line has one of each",
                           terms.address.key);
            report->complain(report->owner, i, false, sentence);
        }
    }
    if (share > 1) {
        (void)snprintf(sentence, sizeof(sentence),
                       "%s cannot carry this: %.0f ms of every second are needed at %d "
                       "baud; ask less often or for less (spindlectl plan shows it)",
                       terms.address.key, share * 1000, terms.address.baud);
        report->complain(report->owner, last, false, sentence);
    } else if (share > 0.8) {
        (void)snprintf(sentence, sizeof(sentence),
                       "%s is busy for %.0f %% of the time; a retry may not fit in",
                       terms.address.key, share * 100);
        report->complain(report->owner, last, true, sentence);
    }
    if (line_address_is_unstable(&terms.address)) {
        (void)snprintf(sentence, sizeof(sentence),
                       "%s may be another device after a restart; use its name under "
                       "/dev/serial/by-id or by-path",
                       terms.address.name);
        report->complain(report->owner, first, true, sentence);
    }
}

static bool is_first(const void *const *options, size_t index)
{
    struct line_terms terms = link_terms(options[index]);

    for (size_t i = 0; i < index; i++) {
        struct line_terms other = link_terms(options[i]);
        if (strcmp(other.address.key, terms.address.key) == 0)
            return false;
    }
    return true;
}

void load_check(const void *const *options, size_t count,
                const struct driver_report *report)
{
    for (size_t i = 0; i < count; i++)
        if (is_first(options, i))
            check_line(options, i, count, report);
}
