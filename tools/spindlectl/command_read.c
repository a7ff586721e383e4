/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/spindlectl/asker.h"
#include "tools/spindlectl/command_modbus.h"
#include "tools/spindlectl/spellings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct question {
    const char *url;
    int64_t unit, address, timeout_ms;
    enum area area;
};

static void print_value(const struct register_value *value)
{
    if (value->kind == REGISTER_INTEGER)
        (void)printf(" %20" PRId64, value->integer);
    else if (value->kind == REGISTER_NUMBER)
        (void)printf(" %20.9g", value->number);
    else
        (void)printf(" %20s", "-");
}

static void print_spelling(void *owner, const struct spelling *spelling)
{
    (void)owner;
    (void)printf("%-8s %-8.*s", spelling->type, (int)(2 * spelling->words),
                 spelling->order);
    print_value(&spelling->value);
    (void)printf("\n");
}

static void print_answer(const struct question *question,
                         const struct asker_answer *answer, size_t count)
{
    uint16_t words[SPELLINGS_WORDS];

    if (area_is_bits(question->area)) {
        (void)printf("%d\n", answer->data[0] & 1);
        return;
    }
    (void)printf("registers");
    for (size_t i = 0; i < count; i++) {
        words[i] = register_word(answer->data + 2 * i);
        (void)printf(" 0x%04x", words[i]);
    }
    (void)printf("\n");
    spellings_each(words, count, print_spelling, NULL);
}

/* Asks for four registers; a device that has fewer there is asked for less. */
static enum exit_status ask(const struct question *question)
{
    char sentence[256] = "out of memory";
    struct asker *asker;
    struct asker_answer answer;
    uint16_t count = area_is_bits(question->area) ? 1 : SPELLINGS_WORDS;

    if (asker_open(question->url, question->timeout_ms * NS_PER_MS, &asker, sentence)) {
        (void)fprintf(stderr, "spindlectl: %s\n", sentence);
        return EXIT_USAGE;
    }
    if (question->address + count > 65536)
        count = (uint16_t)(65536 - question->address);
    do {
        asker_ask(asker, (uint8_t)question->unit, question->area,
                  (uint16_t)question->address, count, &answer);
    } while (answer.result == LINE_REFUSED && answer.exception <= 4 && (count /= 2) > 0);
    asker_close(asker);
    if (answer.result != LINE_ANSWERED) {
        (void)fprintf(stderr, "spindlectl: %s, unit %" PRId64 ", %s %" PRId64 ": %s\n",
                      question->url, question->unit, area_names[question->area],
                      question->address, asker_trouble(&answer));
        return EXIT_FAILED;
    }
    print_answer(question, &answer, count);
    return EXIT_DONE;
}

static bool take_area(const char *name, enum area *ret_area)
{
    for (int i = 0; i < AREA_COUNT; i++) {
        if (strcmp(area_names[i], name) == 0) {
            *ret_area = (enum area)i;
            return true;
        }
    }
    return false;
}

static bool take_integer(const char *string, int64_t max, int64_t *ret_value)
{
    return text_read_integer(string, ret_value) == 0 && *ret_value >= 0 &&
           *ret_value <= max;
}

static bool take_option(struct question *question, const char *name, const char *value)
{
    if (strcmp(name, "--unit") == 0)
        return take_integer(value, 255, &question->unit);
    if (strcmp(name, "--area") == 0)
        return take_area(value, &question->area);
    return strcmp(name, "--timeout") == 0 &&
           take_integer(value, 60000, &question->timeout_ms);
}

/* By hand: <getopt.h> has another struct option than the drivers. */
enum exit_status run_read(int argc, char **argv)
{
    struct question question = {.unit = 1, .timeout_ms = 1000};
    const char *words[2];
    int count = 0;
    bool understood = true;

    for (int i = 1; i < argc && understood; i++) {
        if (strncmp(argv[i], "--", 2) == 0) {
            understood = i + 1 < argc && take_option(&question, argv[i], argv[i + 1]);
            i++;
        } else {
            understood = count < 2;
            if (understood)
                words[count++] = argv[i];
        }
    }
    if (!understood || count != 2 || !take_integer(words[1], 65535, &question.address)) {
        (void)fprintf(stderr, "usage: spindlectl read URL ADDRESS [--unit N] "
                              "[--area holding|input|coil|discrete] [--timeout MS]\n");
        return EXIT_USAGE;
    }
    question.url = words[0];
    return ask(&question);
}
