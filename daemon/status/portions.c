/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/portions.h"

#include <microhttpd.h>
#include <stdlib.h>

/* Who waits for an answer. */
struct portion_asker {
    struct portion_order *order;
    struct request *request;
    struct portion_asker *behind;
};

/* An answer, half made. */
struct portion_order {
    struct portions *portions;
    struct portion_asker *askers;
    const struct portion_kind *kind;
    const void *source;
    uint64_t version;
    size_t next; /* portion */
    struct text text;
    bool is_made;
    struct answer *answer; /* when it is made; NULL if memory ran out */
    struct portion_order *behind;
};

static void forget(struct portion_order *order)
{
    struct portion_order **place = &order->portions->first;

    while (*place != order)
        place = &(*place)->behind;
    *place = order->behind;
    text_done(&order->text);
    answer_destroy(order->answer);
    free(order);
}

static void drop_asker(struct portion_asker *asker)
{
    struct portion_order *order = asker->order;
    struct portion_asker **place = &order->askers;

    while (*place != asker)
        place = &(*place)->behind;
    *place = asker->behind;
    free(asker);
    if (!order->askers)
        forget(order);
}

static void on_gone(void *owner)
{
    drop_asker(owner);
}

static void begin_anew_if_changed(struct portion_order *order)
{
    uint64_t version = order->kind->version(order->source);

    if (version == order->version)
        return;
    order->version = version;
    order->next = 0;
    text_clear(&order->text);
}

static void make_more(struct portion_order *order)
{
    begin_anew_if_changed(order);
    if (order->kind->print(order->source, order->next++, &order->text) &&
        !order->text.failed)
        return;
    order->is_made = true;
    order->answer = answer_create(order->kind->content_type, &order->text);
}

static void serve(struct portion_asker *asker)
{
    if (asker->order->answer)
        request_share(asker->request, MHD_HTTP_OK, asker->order->answer);
    else
        request_refuse(asker->request, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory");
    drop_asker(asker);
}

static bool step(void *owner)
{
    const struct portions *portions = owner;
    struct portion_order *order = portions->first;

    if (!order)
        return false;
    if (order->is_made)
        serve(order->askers);
    else
        make_more(order);
    return portions->first != NULL;
}

void portions_init(struct portions *portions, uv_loop_t *loop)
{
    *portions = (struct portions){.first = NULL};
    slices_init(&portions->slices, loop, portions, step);
}

/* The order that this asker may join, else the end of the line. */
static struct portion_order **find_place(struct portions *portions,
                                         const struct portion_kind *kind,
                                         const void *source)
{
    struct portion_order **place = &portions->first;

    while (*place &&
           ((*place)->next > 0 || (*place)->kind != kind || (*place)->source != source))
        place = &(*place)->behind;
    return place;
}

static struct portion_order *create_order(struct portions *portions,
                                          const struct portion_kind *kind,
                                          const void *source)
{
    struct portion_order *order = calloc(1, sizeof(*order));

    if (!order)
        return NULL;
    *order = (struct portion_order){
        .portions = portions,
        .kind = kind,
        .source = source,
        .version = kind->version(source),
    };
    text_init_heap(&order->text);
    return order;
}

void portions_serve(struct portions *portions, struct request *request,
                    const struct portion_kind *kind, const void *source)
{
    struct portion_order **place = find_place(portions, kind, source);
    struct portion_asker *asker = malloc(sizeof(*asker));

    if (asker && !*place)
        *place = create_order(portions, kind, source);
    if (!asker || !*place) {
        free(asker);
        request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
        return;
    }
    *asker = (struct portion_asker){*place, request, (*place)->askers};
    (*place)->askers = asker;
    request_hold(request, asker, on_gone);
    slices_wake(&portions->slices);
}

static void on_closed(void *owner)
{
    struct portions *portions = owner;

    portions->closed(portions->owner);
}

void portions_close(struct portions *portions, void *owner, void (*closed)(void *owner))
{
    portions->owner = owner;
    portions->closed = closed;
    slices_close(&portions->slices, on_closed);
}
