/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page's files, compiled in from daemon/status/page/ so that the daemon is one file.
 */
#include "daemon/status/assets.h"
#include "daemon/status/api.h"

#include <microhttpd.h>
#include <string.h>

void api_show_asset(const struct api *api, struct request *request,
                    const struct route_match *match)
{
    const char *name = match->count ? match->parts[0] : "index.html";

    (void)api;
    for (const struct asset *asset = assets; asset->name; asset++) {
        if (strcmp(asset->name, name) != 0)
            continue;
        request_answer(request, MHD_HTTP_OK, asset->content_type,
                       (const char *)asset->bytes, asset->length);
        return;
    }
    request_refuse(request, MHD_HTTP_NOT_FOUND, "no such file");
}
