/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/shdr_body.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"

#include <string.h>

void shdr_body_begin(struct shdr_body *body, char *rest)
{
    body->is_long = false;
    body->length = 0;
    body->text[0] = '\0';
    body->mark[0] = '\0';
    if (!rest)
        return;
    if (strncmp(rest, "--multiline--", 13) == 0)
        (void)text_copy(body->mark, sizeof(body->mark), rest);
    else
        shdr_body_add(body, rest);
}

void shdr_body_add(struct shdr_body *body, const char *text)
{
    size_t length = strlen(text);

    body->is_long = body->is_long || body->length + length + 2 > SHDR_BODY_MAX;
    if (body->is_long)
        return;
    memcpy(body->text + body->length, text, length + 1);
    body->length += length;
}

bool shdr_body_awaits(const struct shdr_body *body, const char *line)
{
    int64_t wall_ns;

    return body->mark[0] && (moment_parse(line, &wall_ns) < 0 || !strchr(line, '|'));
}
