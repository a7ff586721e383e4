/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/replay_run.h"

#include "daemon/base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int read_stage(struct statement *statement, const char *value)
{
    int stage = code_find(stage_names, value);

    if (stage < 0)
        return -EINVAL;
    statement->context.stage = (enum stage)stage;
    return 0;
}

static int read_word(struct statement *statement, const char *key, const char *value)
{
    struct context *context = &statement->context;
    const struct {
        const char *key;
        char *field;
    } texts[] = {
        {"part",     context->part    },
        {"op",       context->op      },
        {"revision", context->revision},
        {"rev",      context->revision},
        {"lot",      context->lot     },
        {"fixture",  context->fixture },
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(key, texts[i].key) == 0)
            return text_copy(texts[i].field, RECORD_NAME_MAX, value) ? 0 : -EINVAL;
    if (strcmp(key, "stage") == 0)
        return read_stage(statement, value);
    if (strcmp(key, "target") == 0)
        return text_read_integer(value, &statement->target);
    if (strcmp(key, "run") == 0 || strcmp(key, "id") == 0) {
        statement->run_id = value;
        return 0;
    }
    return -ENOENT;
}

int replay_run_read(char *words, struct statement *ret_statement,
                    char reterr_sentence[160])
{
    struct statement *statement = ret_statement;
    char *rest = words;

    *statement = (struct statement){
        .kind = STATEMENT_RUN_START,
        .who = "replay",
        .target = RECORD_UNKNOWN,
        .run_id = "replay",
        .tool = "",
        .text = "",
    };
    context_init(&statement->context);
    statement->context.run_seq = 1;
    for (char *word; (word = strtok_r(rest, ",", &rest));) {
        char *equals = strchr(word, '=');
        if (equals)
            *equals++ = '\0';
        int error = equals ? read_word(statement, word, equals) : -EINVAL;
        if (!error)
            continue;
        (void)snprintf(
            reterr_sentence, 160,
            error == -ENOENT
                ? "--run knows part, op, stage, revision, lot, fixture, target "
                  "and run, not '%.40s'"
                : "--run: '%.40s' has no such value",
            word);
        return -EINVAL;
    }
    if (*statement->context.lot)
        statement->context.lot_seq = 1;
    if (*statement->context.fixture)
        statement->context.fixture_seq = 1;
    return 0;
}
