/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small help for expat's handlers: names without prefix, attributes by name. Pure.
 */
#pragma once

#include "daemon/base/text.h"

#include <expat.h>

/* "m:Samples" is Samples, whatever m stands for. */
const char *xml_local_name(const char *name);

/* The value of the attribute with this local name; NULL when there is none. */
const char *xml_attribute(const char **attributes, const char *name);
size_t xml_count(const char **attributes);

/* 20 digits and no sign; false leaves `ret_value` as it is. NULL is no number. */
bool xml_unsigned(const char *digits, uint64_t *ret_value);

/* The text without blanks at both ends; cuts it in place. */
const char *xml_trim(struct text *text);
