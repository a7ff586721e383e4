/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/replay_oddity.h"

void oddity_note(struct oddity *oddity, int64_t line, const char *what)
{
    if (oddity->count++)
        return;
    oddity->line = line;
    (void)text_copy(oddity->first, sizeof(oddity->first), what);
}

void oddity_tell(const struct oddity *oddity, const char *one, const char *many,
                 struct text *text)
{
    if (!oddity->count)
        return;
    text_add_integer(text, oddity->count);
    text_add_char(text, ' ');
    text_add(text, oddity->count == 1 ? one : many);
    if (oddity->line)
        text_add_format(text, " (line %lld%s%s)", (long long)oddity->line,
                        *oddity->first ? ": " : "", oddity->first);
    text_add(text, "; ");
}
