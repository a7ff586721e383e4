/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

void config_print_manual(struct text *text)
{
    text_add(text, "");
}

void config_print_schema(struct text *text)
{
    text_add(text, "");
}
