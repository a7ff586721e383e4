/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `mtconnect:` of a machine, as rows and as plain data: the link connects by it, replay
 * reads recordings by it.
 */
#pragma once

#include "daemon/base/option.h"

struct mtconnect_options {
    char *url;     /* http(s)://host:port of an agent, shdr://host:port of an adapter;
                      NULL for replay alone */
    char *device;  /* name or uuid; NULL = the first machine */
    char *devices; /* file with the device's data items; for shdr and replay */
    char *path;    /* XPath over the probe document; NULL = everything */
    int64_t interval, heartbeat; /* ns */
    int64_t count;               /* observations of one part, at most */
    bool assets;
    bool own_clock; /* nothing is laid beside its stamps, as in a recording */
    bool backlog;   /* at the very first start take what the agent still has */
    char *username, *password_file;
    char *ca_file, *certificate_file, *key_file;
    bool insecure;
    struct option_list map; /* of struct mapping_override */
};

extern const struct section mtconnect_section;

/* Is it the url of an adapter? */
bool mtconnect_is_adapter(const struct mtconnect_options *options);
