/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/view.h"

#include "daemon/base/text.h"

int view_open(struct view *view, struct board *board)
{
    char path[512];

    uv_mutex_lock(&board->lock);
    int generation = board->generation;
    int64_t first_id = board->first_id;
    (void)text_copy(path, sizeof(path), board->path);
    uv_mutex_unlock(&board->lock);

    if (view->database.handle && generation == view->generation)
        return 0;
    database_close(&view->database);
    int error = database_open(&view->database, path, true);
    if (error)
        database_close(&view->database);
    view->generation = generation;
    view->database.first_id = first_id;
    return error;
}

void view_close(struct view *view)
{
    database_close(&view->database);
}
