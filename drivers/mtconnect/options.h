/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `mtconnect:` of a machine, as plain data: the link connects by it, replay reads
 * recordings by it. Durations are nanoseconds.
 */
#pragma once

#include "daemon/base/option.h"

struct mtconnect_options {
    char *url;     /* http://agent:5000 or shdr://adapter:7878; NULL for replay */
    char *device;  /* name or uuid; NULL = the only machine */
    char *devices; /* path of a Devices.xml: for shdr:// and replay; or NULL */
    struct option_list map; /* of struct mapping_override */
};
