/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches one document over HTTP and waits for it: for commands. */
#pragma once

#include "daemon/base/text.h"

/* `document` is appended to. Returns 0, or a negative errno with a sentence. */
int fetch_document(const char *url, struct text *document, char reterr_sentence[256]);
