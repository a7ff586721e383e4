/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records get their place by series and time later than they are written, many at once: a
 * commit with records of a hundred machines would write an index page for each of them.
 * Until then history finds them by their time; there are never many. Store thread.
 */
#pragma once

#include "daemon/store/database.h"

/* Gives all records their place, in one transaction; returns 0 or database_error(). */
int placing_do(struct database *database);

/* The same once some thousands wait, or those that wait span more than two hours. */
int placing_look(struct database *database);
