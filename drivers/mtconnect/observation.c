/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/observation.h"

#include <math.h>

void observation_init(struct observation *observation)
{
    *observation = (struct observation){
        .category = OBSERVATION_EVENT,
        .data_item_id = "",
        .name = "",
        .element = "",
        .type = "",
        .sub_type = "",
        .composition = "",
        .component = "",
        .statistic = "",
        .reset_triggered = "",
        .timestamp = "",
        .value = "",
        .duration_s = NAN,
        .condition_id = "",
        .native_code = "",
        .native_severity = "",
        .qualifier = "",
        .sample_rate_hz = NAN,
    };
}
