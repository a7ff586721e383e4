/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine of two paths, and what its observations come out as, one text for all
 * samples: "execution=run;", "program=null/unavailable;".
 */
#pragma once

#include "drivers/mtconnect/mapping.h"

struct heard {
    char lines[4096];
    struct sample last;
};

struct mapping_scene {
    struct devices *devices;
    struct mapping *mapping;
    struct heard heard;
};

extern const char mapping_machine[]; /* its devices document; the machine is "vmc" */

/* Fails the test when it is no devices document. */
struct devices *mapping_read(const char *xml);

void mapping_scene_init(struct mapping_scene *scene,
                        const struct mapping_options *options);
void mapping_scene_done(struct mapping_scene *scene);

/* For mapping_apply(): adds to `lines`. */
void mapping_hear(void *heard, const struct sample *sample);

/* What one observation comes out as; borrowed until the next. */
const char *mapping_say_at(struct mapping_scene *scene, const char *id, const char *value,
                           double seconds);
const char *mapping_say(struct mapping_scene *scene, const char *id, const char *value);
