/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* config/demo/cell.yaml, as it was when this was built. */
extern const char builtin_scenario[];
