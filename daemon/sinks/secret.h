/* SPDX-License-Identifier: Apache-2.0 */
/* Moved where drivers can use it too. */
#pragma once

#include "daemon/base/secret.h"
