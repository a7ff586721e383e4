/* SPDX-License-Identifier: Apache-2.0 */
/* Prints spindled.yaml(5) from the option tables, so that it cannot say anything else. */
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char head[] = ".TH SPINDLED.YAML 5 \"\" spindled \"File formats\"\n"
                           ".SH NAME\n"
                           "spindled.yaml \\- configuration of spindled\n"
                           ".SH DESCRIPTION\n"
                           "One YAML file,\n"
                           ".IR /etc/spindled/spindled.yaml ,\n"
                           "and\n"
                           ".I conf.d/*.yaml\n"
                           "beside it.\n"
                           ".B spindled \\-\\-check\n"
                           "tells every mistake with its line and column.\n"
                           ".SH OPTIONS\n"
                           ".nf\n";

static const char tail[] = ".fi\n"
                           ".SH SEE ALSO\n"
                           ".BR spindled (8)\n";

/* A point or an apostrophe that begins a line would be a command, a backslash an escape.
 */
static void print_escaped(const char *text)
{
    bool begins_line = true;

    for (; *text; text++) {
        if (begins_line && (*text == '.' || *text == '\''))
            (void)fputs("\\&", stdout);
        if (*text == '\\')
            (void)fputs("\\e", stdout);
        else if (*text == '-')
            (void)fputs("\\-", stdout);
        else
            (void)putchar(*text);
        begins_line = *text == '\n';
    }
}

int main(void)
{
    struct text manual;

    text_init_heap(&manual);
    config_print_manual(&manual);
    if (manual.failed)
        return EXIT_FAILURE;
    (void)fputs(head, stdout);
    print_escaped(manual.data);
    (void)fputs(tail, stdout);
    text_done(&manual);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
