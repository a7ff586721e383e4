/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a configuration: either settings or at least one complaint, nothing else.
 */
#include "config/config.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = NULL;
    struct text complaints;

    text_init_heap(&complaints);
    int error = config_load_text("fuzz", (const char *)data, size, &complaints, &config);
    if ((error == 0) != (config != NULL) || (error && complaints.length == 0))
        abort();
    config_free(config);
    text_done(&complaints);
    return 0;
}
