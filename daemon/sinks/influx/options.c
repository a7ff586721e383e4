/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/influx/options.h"

#include "daemon/base/moment.h"
#include "daemon/sinks/address.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static const char *const apis[] = {"v1", "v2", "v3", NULL};

static const struct option rows[] = {
    OPTION(influx_options, url, .required = true, .example = "http://127.0.0.1:8086",
           .help = "address of the server, without a path for writing"),
    OPTION(influx_options, api, .choices = apis, .fallback.choice = INFLUX_V1,
           .help =
               "v1: InfluxDB 1.x and VictoriaMetrics (/write); v2: /api/v2/write; v3: "
               "/api/v3/write_lp"),
    OPTION(influx_options, database, .fallback.text = "spindled",
           .help = "database, for v1 and v3; spindled does not create it"),
    OPTION(influx_options, retention_policy,
           .help = "retention policy, for v1; the database's own when absent"),
    OPTION(influx_options, org, .help = "organisation, for v2"),
    OPTION(influx_options, bucket, .help = "bucket, for v2"),
    OPTION(influx_options, token_file, .example = "influx-token",
           .help = "credential or file with the token, for v2 and v3"),
    OPTION(influx_options, username, .help = "name, for v1"),
    OPTION(influx_options, password_file, .example = "influx-password",
           .help = "credential or file with the password, for v1"),
    OPTION(influx_options, ca_file,
           .help = "certificates to trust; the system's when absent"),
    OPTION(influx_options, certificate_file, .help = "our certificate, for mutual TLS"),
    OPTION(influx_options, key_file, .help = "the key of our certificate"),
    OPTION(influx_options, create_database, .fallback.flag = true,
           .help = "create the database when it does not exist (v1)"),
    OPTION(influx_options, gzip, .help = "compress what is sent"),
    OPTION(influx_options, insecure_skip_verify,
           .help = "accept any certificate: anybody in between can read and change"),
    OPTION(influx_options, allow_plaintext_password,
           .help = "send a password or token unencrypted over the network"),
    OPTION(influx_options, timeout, .measure = MEASURE_DURATION,
           .fallback.integer = 10 * NS_PER_S, .min = NS_PER_S, .max = 5 * NS_PER_MINUTE,
           .help = "longest wait for one answer"),
    OPTION(influx_options, batch_bytes, .measure = MEASURE_SIZE,
           .fallback.integer = 256 * 1024, .min = 4096, .max = 16.0 * 1024 * 1024,
           .help = "largest request, before compression"),
    {0},
};

static int complain(char reterr_sentence[256], const char *sentence)
{
    (void)text_copy(reterr_sentence, 256, sentence);
    return -EINVAL;
}

static int check(const void *record, char reterr_sentence[256])
{
    static const char *const schemes[] = {"http", "https", NULL};
    const struct influx_options *options = record;
    const struct address_rule rule = {
        .url = options->url ? options->url : "",
        .schemes = schemes,
        .has_password = options->token_file || options->password_file,
        .allow_plaintext = options->allow_plaintext_password,
    };

    int error = address_check(&rule, reterr_sentence);
    if (error)
        return error;
    if (options->api == INFLUX_V2 && !options->bucket)
        return complain(reterr_sentence, "api v2 needs a bucket");
    if (options->api == INFLUX_V1 && options->token_file)
        return complain(reterr_sentence,
                        "api v1 knows no token; use username and password_file");
    if (options->api != INFLUX_V1 && options->password_file)
        return complain(reterr_sentence, "api v2 and v3 take a token_file, no password");
    if (!options->username != !options->password_file)
        return complain(reterr_sentence, "username and password_file go together");
    if (!options->certificate_file != !options->key_file)
        return complain(reterr_sentence, "certificate_file and key_file go together");
    return 0;
}

static void add_parameter(const char *key, const char *value, char lead,
                          struct text *text)
{
    if (!value)
        return;
    text_add_char(text, lead);
    text_add(text, key);
    text_add_char(text, '=');
    for (; *value; value++) {
        if (isalnum((unsigned char)*value) || strchr("-._~", *value))
            text_add_char(text, *value);
        else
            text_add_format(text, "%%%02X", (unsigned char)*value);
    }
}

static void add_address(const struct influx_options *options, const char *path,
                        struct text *text)
{
    size_t length = strlen(options->url);

    while (length && options->url[length - 1] == '/')
        length--;
    text_add_bytes(text, options->url, length);
    text_add(text, path);
}

void influx_print_url(const struct influx_options *options, struct text *text)
{
    switch ((enum influx_api)options->api) {
    case INFLUX_V1:
        add_address(options, "/write?precision=ns", text);
        add_parameter("db", options->database, '&', text);
        add_parameter("rp", options->retention_policy, '&', text);
        break;
    case INFLUX_V2:
        add_address(options, "/api/v2/write?precision=ns", text);
        add_parameter("org", options->org, '&', text);
        add_parameter("bucket", options->bucket, '&', text);
        break;
    case INFLUX_V3:
        add_address(options, "/api/v3/write_lp?precision=nanosecond", text);
        add_parameter("db", options->database, '&', text);
        break;
    }
}

void influx_print_metrics_url(const struct influx_options *options, struct text *text)
{
    add_address(options, "/metrics", text);
}

void influx_print_creation(const struct influx_options *options, struct text *text)
{
    char array[512];
    struct text statement;

    text_init_fixed(&statement, array, sizeof(array));
    text_add(&statement, "CREATE DATABASE \"");
    for (const char *c = options->database; *c; c++) {
        if (*c == '"' || *c == '\\')
            text_add_char(&statement, '\\');
        text_add_char(&statement, *c);
    }
    text_add_char(&statement, '"');
    add_address(options, "/query", text);
    add_parameter("q", array, '?', text);
}

const struct section influx_section = {
    .name = "influx",
    .help = "line protocol to InfluxDB 1.x, 2.x, 3.x or VictoriaMetrics",
    .size = sizeof(struct influx_options),
    .options = rows,
    .check = check,
};
