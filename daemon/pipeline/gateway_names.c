/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipeline/gateway_names.h"

#include "daemon/base/text.h"

#include <stdio.h>
#include <string.h>

void gateway_names_copy(struct gateway_names *names, const struct settings *settings)
{
    const struct gateway_settings *gateway = &settings->gateway;
    const char *slash = strrchr(settings->store.path, '/');
    size_t length = slash ? (size_t)(slash - settings->store.path) : 0;

    (void)text_copy(names->id, GATEWAY_NAME_MAX, gateway->id);
    (void)text_copy(names->enterprise, GATEWAY_NAME_MAX, gateway->enterprise);
    (void)text_copy(names->site, GATEWAY_NAME_MAX, gateway->site);
    (void)text_copy(names->area, GATEWAY_NAME_MAX, gateway->area);
    names->place = (struct place){names->id, names->enterprise, names->site, names->area};
    (void)snprintf(names->state_folder, sizeof(names->state_folder), "%.*s",
                   slash ? (int)(length ? length : 1) : 1,
                   slash ? settings->store.path : ".");
}
