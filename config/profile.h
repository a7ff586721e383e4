/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register maps that ship with the daemon or lie beside the configuration: NAME.yaml in
 * one of the interpreter's folders, whose keys count as if they were written in the
 * section.
 */
#pragma once

#include "config/interpreter.h"

/* The map of the profile that `name` names; without yaml, after a complaint, if there is
 * none. */
struct node profile_open(struct interpreter *interpreter, struct node name);
