/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/api.h"

#include "daemon/pipeline/roster.h"

#include <microhttpd.h>
#include <string.h>

enum {
    PATH_MAX_BYTES = 512
};

/* {} stands for one part of the path. */
static const struct {
    const char *method, *pattern;
    api_handler handle;
} routes[] = {
    {"GET",  "/",                       api_show_asset    },
    {"GET",  "/assets/{}",              api_show_asset    },
    {"GET",  "/healthz",                api_show_health   },
    {"GET",  "/metrics",                api_show_metrics  },
    {"GET",  "/v1/version",             api_show_version  },
    {"GET",  "/v1/events",              api_stream_events },
    {"GET",  "/v1/samples",             api_stream_samples},
    {"GET",  "/v1/queue",               api_show_queue    },
    {"GET",  "/v1/queue/letters",       api_list_letters  },
    {"POST", "/v1/queue/{}/letters/{}", api_settle_letters},
    {"GET",  "/v1/runs",                api_list_runs     },
    {"GET",  "/v1/runs/{}/report",      api_show_report   },
    {"GET",  "/v1/machines",            api_list_machines },
    {"GET",  "/v1/machines/{}",         api_show_machine  },
    {"GET",  "/v1/machines/{}/signals", api_list_signals  },
    {"GET",  "/v1/machines/{}/{}",      api_list_records  },
    {"POST", "/v1/machines/{}/cmd/{}",  api_take_command  },
};

/* Cuts `path` in place; what stood at {} becomes the match's parts. */
static bool matches(const char *pattern, char *path, struct route_match *ret_match)
{
    *ret_match = (struct route_match){0};
    while (*pattern && *path) {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t length = strcspn(path, "/");
        if (length == 0 || ret_match->count == PATH_PARTS)
            return false;
        ret_match->parts[ret_match->count++] = path;
        pattern += 2;
        path += length;
        if (*path && *pattern == '/') {
            *path++ = '\0';
            pattern++;
        }
    }
    return !*pattern && !*path;
}

void api_handle(const struct api *api, struct request *request)
{
    const char *method = request_method(request);
    bool path_known = false;

    if (strcmp(method, "HEAD") == 0)
        method = "GET";
    for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
        char path[PATH_MAX_BYTES];
        struct route_match match;

        if (!text_copy(path, sizeof(path), request_path(request)) ||
            !matches(routes[i].pattern, path, &match))
            continue;
        path_known = true;
        if (strcmp(routes[i].method, method) != 0)
            continue;
        routes[i].handle(api, request, &match);
        return;
    }
    if (path_known)
        request_refuse(request, MHD_HTTP_METHOD_NOT_ALLOWED,
                       "this path wants another method");
    else
        request_refuse(request, MHD_HTTP_NOT_FOUND,
                       "nothing here; see /v1/machines, /v1/queue, /metrics, /healthz");
}

uint64_t api_roster_edition(const void *source)
{
    const struct api *api = source;

    return roster_edition(pipeline_roster(api->site.pipeline));
}

void api_show_version(const struct api *api, struct request *request,
                      const struct route_match *match)
{
    char body[128];
    struct text text;

    (void)match;
    text_init_fixed(&text, body, sizeof(body));
    text_add_format(&text, "{\"name\":\"spindled\",\"version\":\"%s\",\"api\":\"v1\"}",
                    api->site.version);
    request_answer(request, MHD_HTTP_OK, "application/json", text.data, text.length);
}

void api_take_command(const struct api *api, struct request *request,
                      const struct route_match *match)
{
    const char *user = request_user(request);
    const char *answer =
        control_execute(api->site.control, match->parts[0], match->parts[1],
                        request_body(request), *user ? user : "socket");
    bool ok = strncmp(answer, "{\"ok\":true", 10) == 0;

    request_answer(request, ok ? MHD_HTTP_OK : MHD_HTTP_BAD_REQUEST, "application/json",
                   answer, strlen(answer));
}
