/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/model/panel.h"

const struct panel_row panel_rows[ITEM_COUNT] = {
#define ITEM(id, name, kind, unit, help) {name, PANEL_##kind, unit, help},
#include "tools/cncsim/model/panel.def"
#undef ITEM
};
