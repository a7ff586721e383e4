/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/portions.h"

#include <microhttpd.h>
#include <stdlib.h>

enum {
    BEGUN_ANEW_MAX =
        8 /* then the rest is made in one turn: machines come and go for long */
};

/* Somebody's answer, half made. */
struct portion_order {
    struct portions *portions;
    struct request *request;
    const struct portion_kind *kind;
    const void *source;
    uint64_t version;
    int begun_anew;
    size_t next; /* portion */
    struct text text;
    struct portion_order *behind;
};

static void add_last(struct portions *portions, struct portion_order *order)
{
    struct portion_order **place = &portions->first;

    while (*place)
        place = &(*place)->behind;
    *place = order;
}

static void take_out(struct portions *portions, const struct portion_order *order)
{
    struct portion_order **place = &portions->first;

    while (*place != order)
        place = &(*place)->behind;
    *place = order->behind;
}

static void forget(struct portion_order *order)
{
    take_out(order->portions, order);
    text_done(&order->text);
    free(order);
}

static void on_gone(void *owner)
{
    forget(owner);
}

static bool print_next(struct portion_order *order)
{
    return order->kind->print(order->source, order->next++, &order->text) &&
           !order->text.failed;
}

static void begin_anew_if_changed(struct portion_order *order)
{
    uint64_t version = order->kind->version(order->source);

    if (version == order->version)
        return;
    order->version = version;
    order->begun_anew++;
    order->next = 0;
    text_clear(&order->text);
}

static void serve(struct portion_order *order)
{
    struct request *request = order->request;
    struct text text = order->text;
    const char *content_type = order->kind->content_type;

    text_init_heap(&order->text);
    forget(order);
    request_give(request, MHD_HTTP_OK, content_type, &text);
}

static bool step(void *owner)
{
    struct portions *portions = owner;
    struct portion_order *order = portions->first;

    if (!order)
        return false;
    begin_anew_if_changed(order);
    bool has_more = print_next(order);
    while (has_more && order->begun_anew > BEGUN_ANEW_MAX)
        has_more = print_next(order);
    if (!has_more)
        serve(order);
    return portions->first != NULL;
}

void portions_init(struct portions *portions, uv_loop_t *loop)
{
    *portions = (struct portions){.first = NULL};
    slices_init(&portions->slices, loop, portions, step);
}

void portions_serve(struct portions *portions, struct request *request,
                    const struct portion_kind *kind, const void *source)
{
    struct portion_order *order = calloc(1, sizeof(*order));

    if (!order) {
        request_refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
        return;
    }
    *order = (struct portion_order){
        .portions = portions,
        .request = request,
        .kind = kind,
        .source = source,
        .version = kind->version(source),
    };
    text_init_heap(&order->text);
    add_last(portions, order);
    request_hold(request, order, on_gone);
    slices_work(&portions->slices);
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
