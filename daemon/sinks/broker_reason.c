/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/broker_reason.h"

#include <stdio.h>
#include <string.h>

#define A_PERSON_NS (30 * NS_PER_S)
#define BUSY_NS     (5 * NS_PER_S)

/* MQTT 5.0, 2.4; what is not here is only a number to us. */
static const struct {
    int code;
    int64_t pause_ns; /* before the next connect */
    const char *meaning;
} reasons[] = {
    {0x80, 0,           "unspecified error"                                   },
    {0x81, A_PERSON_NS, "malformed packet"                                    },
    {0x82, A_PERSON_NS, "protocol error"                                      },
    {0x83, 0,           "implementation specific error"                       },
    {0x84, A_PERSON_NS, "the broker does not speak this version; set protocol"},
    {0x85, A_PERSON_NS, "the broker does not accept this client_id"           },
    {0x86, A_PERSON_NS, "bad user name or password"                           },
    {0x87, A_PERSON_NS, "not authorized"                                      },
    {0x88, BUSY_NS,     "server unavailable"                                  },
    {0x89, BUSY_NS,     "server busy"                                         },
    {0x8a, A_PERSON_NS, "banned"                                              },
    {0x8b, 0,           "the server is shutting down"                         },
    {0x8d, 0,           "keep alive timeout"                                  },
    {0x8e, A_PERSON_NS, "another client with our client_id has taken over"    },
    {0x90, A_PERSON_NS, "topic name invalid"                                  },
    {0x93, 0,           "receive maximum exceeded"                            },
    {0x95, A_PERSON_NS, "packet too large"                                    },
    {0x96, BUSY_NS,     "message rate too high"                               },
    {0x97, BUSY_NS,     "quota exceeded"                                      },
    {0x98, BUSY_NS,     "administrative action"                               },
    {0x9a, A_PERSON_NS, "retain not supported"                                },
    {0x9c, A_PERSON_NS, "use another server"                                  },
    {0x9d, A_PERSON_NS, "server moved"                                        },
    {0x9f, BUSY_NS,     "connection rate exceeded"                            },
    {0xa0, 0,           "maximum connect time"                                },
};

/* MQTT 3.1.1, table 3.1, and their meaning in version 5. */
static const int old_codes[] = {
    [1] = 0x84, [2] = 0x85, [3] = 0x88, [4] = 0x86, [5] = 0x87};

static size_t find(int code)
{
    size_t i = 0;

    while (i < sizeof(reasons) / sizeof(*reasons) && reasons[i].code != code)
        i++;
    return i;
}

void broker_explain(const struct broker_trouble *trouble, char ret_reason[256],
                    int64_t *ret_pause_ns)
{
    bool is_version_5 = trouble->options->protocol == BROKER_PROTOCOL_5;
    int code = trouble->code;

    if (!is_version_5 && code > 0 && code <= 5)
        code = old_codes[code];

    size_t row = find(code);
    *ret_pause_ns = 0;
    if (row < sizeof(reasons) / sizeof(*reasons)) {
        *ret_pause_ns = reasons[row].pause_ns;
        (void)snprintf(ret_reason, 256, "the broker said: %s (0x%02x)",
                       reasons[row].meaning, (unsigned)code);
    } else if (code < 0 && (!trouble->words[0] ||
                            strcmp(trouble->words, "TCP/TLS connect failure") == 0)) {
        (void)snprintf(ret_reason, 256, "cannot connect: nobody answers at %.120s",
                       trouble->options->url);
    } else if (strcmp(trouble->words, "TCP connect timeout") == 0) { /* or MQTT's own */
        (void)snprintf(ret_reason, 256, "no answer to the connect from %.200s",
                       trouble->options->url);
    } else if (strcmp(trouble->words, "TCP connect completion failure") == 0) {
        (void)snprintf(
            ret_reason, 256,
            "what answers at %.120s is no MQTT broker, or it hangs up at once; "
            "check url",
            trouble->options->url);
    } else if (trouble->words[0]) {
        (void)snprintf(ret_reason, 256, "%.250s", trouble->words);
    } else if (code > 0) {
        (void)snprintf(ret_reason, 256, "the broker said: reason 0x%02x", (unsigned)code);
    } else {
        (void)snprintf(ret_reason, 256, "the connection was lost");
    }
}

static const struct {
    int code;
    struct broker_ruling ruling;
} rulings[] = {
    {0x80, {VERDICT_RETRY, 0, "unspecified error (0x80)", true}                        },
    {0x83, {VERDICT_RETRY, 0, "implementation specific error (0x83)", true}            },
    {0x87, {VERDICT_RETRY, 2 * BUSY_NS, "not authorized to publish there (0x87)", true}},
    {0x90, {VERDICT_REFUSED, 0, "topic name invalid (0x90)", true}                     },
    {0x91, {VERDICT_RETRY, 0, "packet identifier in use (0x91)", false}                },
    {0x95, {VERDICT_REFUSED, 0, "packet too large (0x95)", true}                       },
    {0x97, {VERDICT_RETRY, BUSY_NS, "quota exceeded (0x97)", false}                    },
    {0x99, {VERDICT_REFUSED, 0, "payload format invalid (0x99)", true}                 },
};

struct broker_ruling broker_judge(int code)
{
    if (code >= 0 && code < 0x80) /* 0x10: nobody listens, which is no failure */
        return (struct broker_ruling){.verdict = VERDICT_DELIVERED, .reason = ""};
    for (size_t i = 0; i < sizeof(rulings) / sizeof(*rulings); i++)
        if (rulings[i].code == code)
            return rulings[i].ruling;
    return (struct broker_ruling){
        .verdict = VERDICT_RETRY,
        .reason = code < 0 ? "the connection was lost before the broker answered"
                           : "the broker did not take the message",
        .answered = code >= 0,
    };
}
