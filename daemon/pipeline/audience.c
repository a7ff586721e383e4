/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/audience.h"

void audience_join(struct audience *audience, struct listener *listener)
{
    listener->next = audience->first;
    audience->first = listener;
}

void audience_leave(struct audience *audience, struct listener *listener)
{
    for (struct listener **place = &audience->first; *place; place = &(*place)->next)
        if (*place == listener) {
            *place = listener->next;
            return;
        }
}

void audience_tell(const struct audience *audience, const struct sample *sample)
{
    for (struct listener *listener = audience->first; listener; listener = listener->next)
        listener->on_sample(listener->owner, sample);
}

void audience_dismiss(struct audience *audience)
{
    while (audience->first) {
        struct listener *listener = audience->first;

        audience->first = listener->next;
        listener->on_gone(listener->owner);
    }
}
