/* SPDX-License-Identifier: Apache-2.0 */
/* An NCMD is what anybody on the network may have sent. */
#include "daemon/sinks/sparkplug/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)message_wants_rebirth(data, size);
    return 0;
}
