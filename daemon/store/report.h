/* SPDX-License-Identifier: Apache-2.0 */
/* What the store thread lets the loop see and hear. Store thread. */
#pragma once

#include "daemon/store/writer.h"

/* A sentence for people; also the health's trouble until one that is none. */
void report_trouble(struct writer *writer, bool is_trouble, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts health and ledgers on the board; the ages and dead letters, which cost a look into
   the file, only with `with_queues`. */
void report_publish(struct writer *writer, bool with_queues);

/* The rows are somewhere else from now on: as report_trouble, but whoever hears the
   sentence finds reach and ledgers on the board as they are then. */
void report_move(struct writer *writer, bool is_trouble, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
