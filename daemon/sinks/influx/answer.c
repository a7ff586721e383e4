/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/influx/answer.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"
#include "daemon/sinks/trust.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define ASK_A_PERSON_NS (60 * NS_PER_S)

enum {
    ANY = 0
};

/* The first row whose status and words fit. Words are looked for in the answer's body. */
static const struct {
    long from, until; /* statuses, inclusive; 0 to 0 = no answer at all */
    const char *words;
    enum verdict verdict;
    int64_t pause_ns;
    const char *advice; /* %s is the database */
} rules[] = {
    {200, 203, "<",                    VERDICT_RETRY,     ASK_A_PERSON_NS,
     "this is a page, not a database's answer: check url"                                             },
    {200, 203, "\"error\"",            VERDICT_RETRY,     ASK_A_PERSON_NS, "the database took nothing"},
    {200, 299, NULL,                   VERDICT_DELIVERED, 0,               NULL                       },
    {400, 599, "partial write",        VERDICT_REFUSED,   0,               NULL                       },
    {400, 599, "field type conflict",  VERDICT_REFUSED,   0,               NULL                       },
    {400, 599, "unable to parse",      VERDICT_REFUSED,   0,               NULL                       },
    {400, 599, "retention policy not", VERDICT_RETRY,     ASK_A_PERSON_NS,
     "check retention_policy, or: CREATE RETENTION POLICY … ON \"%s\" …"                          },
    {404, 404, "database not found",   VERDICT_RETRY,     ASK_A_PERSON_NS,
     "create it: CREATE DATABASE \"%s\""                                                              },
    {404, 404, "bucket",               VERDICT_RETRY,     ASK_A_PERSON_NS,
     "create the bucket, or check org and bucket"                                                     },
    {404, 404, NULL,                   VERDICT_RETRY,     ASK_A_PERSON_NS,
     "this server does not know the address: check url, api and database"                             },
    {401, 401, NULL,                   VERDICT_RETRY,     ASK_A_PERSON_NS,
     "check username and password_file, or token_file"                                                },
    {403, 403, NULL,                   VERDICT_RETRY,     ASK_A_PERSON_NS,
     "the account may not write there, or none was given"                                             },
    {408, 408, NULL,                   VERDICT_RETRY,     0,               NULL                       },
    {425, 425, NULL,                   VERDICT_RETRY,     0,               NULL                       },
    {429, 429, NULL,                   VERDICT_RETRY,     0,               NULL                       },
    {413, 413, NULL,                   VERDICT_REFUSED,   0,
     "the server takes smaller requests: lower batch_bytes"                                           },
    {300, 399, NULL,                   VERDICT_RETRY,     ASK_A_PERSON_NS,
     "redirects are not followed: check url"                                                          },
    {405, 405, NULL,                   VERDICT_RETRY,     ASK_A_PERSON_NS,
     "this is not a database's address: check url"                                                    },
    {400, 499, NULL,                   VERDICT_REFUSED,   0,               NULL                       },
    {500, 599, NULL,                   VERDICT_RETRY,     0,               NULL                       },
    {ANY, 999, NULL,                   VERDICT_RETRY,     0,               NULL                       },
};

/* Words of a server that is itself in trouble: no batch is to blame for them. */
static const char *const troubles[] = {
    "timeout",     "timed out",           "no space left",
    "read-only",   "too many open files", "engine is closed",
    "unavailable", "overloaded",          "cache-max-memory-size",
};

static bool is_own_trouble(const char *body)
{
    for (size_t i = 0; i < sizeof(troubles) / sizeof(*troubles); i++)
        if (strcasestr(body, troubles[i]))
            return true;
    return false;
}

static size_t find_rule(const struct answer *answer)
{
    size_t i = 0;

    while (i < sizeof(rules) / sizeof(*rules) - 1) {
        bool fits = answer->outcome.status >= rules[i].from &&
                    answer->outcome.status <= rules[i].until;
        if (fits && (!rules[i].words || strcasestr(answer->body, rules[i].words)))
            break;
        i++;
    }
    return i;
}

/* {"error":"…"} and {"code":…,"message":"…"} hold the words; anything else is them. */
static void print_words(const char *body, struct text *text)
{
    json_t *root = json_loads(body, JSON_DISABLE_EOF_CHECK, NULL);
    const char *words = json_string_value(json_object_get(root, "error"));

    if (!words)
        words = json_string_value(json_object_get(root, "message"));
    if (!words)
        words = body;
    for (size_t i = 0; words[i] && i < ANSWER_REASON_MAX / 2; i++)
        text_add_char(text, (unsigned char)words[i] < 0x20 ? ' ' : words[i]);
    json_decref(root);
}

static void print_reason(const struct answer *answer, const char *advice,
                         struct text *text)
{
    if (answer->outcome.error) {
        const char *reason =
            answer->outcome.reason ? answer->outcome.reason : "no answer";
        const char *remedy = trust_remedy(reason);
        text_add_format(text, "%s%s%s", reason, *remedy ? ": " : "", remedy);
        return;
    }
    text_add_integer(text, answer->outcome.status);
    text_add(text, " ");
    print_words(answer->body, text);
    if (!advice)
        return;
    text_add(text, "; ");
    const char *hole = strstr(advice, "%s");
    text_add_bytes(text, advice, hole ? (size_t)(hole - advice) : strlen(advice));
    if (hole) {
        text_add(text, answer->database ? answer->database : "");
        text_add(text, hole + 2);
    }
}

/* "… dropped=12": as many as were sent. Its count is too low, never too high. */
static bool is_all_dropped(const struct answer *answer)
{
    const char *word = strstr(answer->body, "dropped=");

    return word && answer->lines > 0 &&
           strtoull(word + strlen("dropped="), NULL, 10) >= answer->lines;
}

void answer_judge(const struct answer *answer, struct ruling *ret_ruling)
{
    size_t rule = find_rule(answer);
    struct text reason;

    *ret_ruling = (struct ruling){.verdict = VERDICT_RETRY};
    text_init_fixed(&reason, ret_ruling->reason, sizeof(ret_ruling->reason));
    if (!answer->outcome.error && rules[rule].verdict == VERDICT_DELIVERED) {
        ret_ruling->verdict = VERDICT_DELIVERED;
        return;
    }
    if (answer->outcome.error) {
        print_reason(answer, NULL, &reason);
        return;
    }
    ret_ruling->verdict = rules[rule].verdict;
    ret_ruling->is_whole =
        ret_ruling->verdict == VERDICT_REFUSED && is_all_dropped(answer);
    ret_ruling->retry_after_ns =
        answer->retry_after_ns ? answer->retry_after_ns : rules[rule].pause_ns;
    ret_ruling->answered = answer->outcome.status == 500 && rules[rule].pause_ns == 0 &&
                           !is_own_trouble(answer->body);
    print_reason(answer, rules[rule].advice, &reason);
}

int64_t answer_read_pause(const char *value)
{
    int64_t seconds;

    if (text_read_integer(value, &seconds) || seconds < 0)
        return 0;
    return (seconds > 3600 ? 3600 : seconds) * NS_PER_S;
}
