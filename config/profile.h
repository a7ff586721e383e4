/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register maps that ship with the daemon or lie beside the configuration: NAME.yaml in
 * one of the reader's folders, whose keys count as if they were written in the section.
 */
#pragma once

#include "config/reader.h"

/* The map of the profile that `name` names; without yaml, after a complaint, if there is
 * none. */
struct node profile_open(struct reader *reader, struct node name);
