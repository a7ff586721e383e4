/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads back what record_print_json() or record_print_known() wrote. No clock, no I/O.
 *
 * Exact: numbers are written in their shortest form that reads back as the same double.
 * What a layout does not name (the path of a kind without one, the id) is not in the
 * body.
 */
#pragma once

#include "daemon/model/record.h"

/*
 * Returns 0, -EINVAL when it is not such an object, or -ENOMEM. `body` is written into:
 * packed.signals points into it and lives as long as it does.
 */
int record_read_json(char *body, struct record *ret_record);
