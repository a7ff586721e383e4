/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A read-only connection to the file in use. The file may have been set aside since, or
 * rows go to a refuge: then it is opened anew. Of one thread.
 */
#pragma once

#include "daemon/store/database.h"
#include "daemon/store/mail.h"

struct view {
    struct database database;
    int generation; /* the board's, when it was opened */
};

/* Before each use. Returns 0 or database_error(). */
int view_open(struct view *view, struct board *board);
void view_close(struct view *view);
