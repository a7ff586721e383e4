/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/secret.h"
#include "daemon/sinks/address.h"
#include "daemon/sinks/influx/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
    const char *url, *scheme, *host, *port;
    bool has_credentials, is_local;
} urls[] = {
    {"http://127.0.0.1:8086",      "http",  "127.0.0.1",          "8086", false, true },
    {"HTTPS://Influx.plant/x?y=@", "https", "Influx.plant",       "",     false, false},
    {"http://[::1]:80/",           "http",  "::1",                "80",   false, true },
    {"mqtts://u:p@broker:8883",    "mqtts", "broker",             "8883", true,  false},
    {"tcp://localhost",            "tcp",   "localhost",          "",     false, true },
    {"tcp://127.0.0.1.evil.com",   "tcp",   "127.0.0.1.evil.com", "",     false, false},
    {"broker:1883",                NULL,    NULL,                 NULL,   false, false},
    {"http://",                    NULL,    NULL,                 NULL,   false, false},
    {"http://host:80x",            NULL,    NULL,                 NULL,   false, false},
    {"http://[::1",                NULL,    NULL,                 NULL,   false, false},
};

static void addresses_are_taken_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
        struct address address;
        int error = address_parse(urls[i].url, &address);

        assert_int_equal(error == 0, urls[i].scheme != NULL);
        if (error)
            continue;
        assert_string_equal(address.scheme, urls[i].scheme);
        assert_string_equal(address.host, urls[i].host);
        assert_string_equal(address.port, urls[i].port);
        assert_int_equal(address.has_credentials, urls[i].has_credentials);
        assert_int_equal(address_is_local(&address), urls[i].is_local);
    }
}

static void every_api_has_its_address(void **state)
{
    static const struct {
        unsigned api;
        const char *url;
    } cases[] = {
        {INFLUX_V1, "http://h:1/write?precision=ns&db=a%20b"                  },
        {INFLUX_V2, "http://h:1/api/v2/write?precision=ns&org=o%26&bucket=b"  },
        {INFLUX_V3, "http://h:1/api/v3/write_lp?precision=nanosecond&db=a%20b"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char url[] = "http://h:1/", database[] = "a b", org[] = "o&", bucket[] = "b";
        const struct influx_options options = {.url = url,
                                               .api = cases[i].api,
                                               .database = database,
                                               .org = org,
                                               .bucket = bucket};
        char array[128];
        struct text text;

        text_init_fixed(&text, array, sizeof(array));
        influx_print_url(&options, &text);
        assert_string_equal(array, cases[i].url);
    }
}

static int check(const char *url, bool has_password, bool allowed, char *sentence)
{
    static char name[] = "n", file[] = "f", database[] = "d";
    char copy[64];
    struct influx_options options = {.url = copy,
                                     .database = database,
                                     .username = has_password ? name : NULL,
                                     .password_file = has_password ? file : NULL,
                                     .allow_plaintext_password = allowed};

    (void)text_copy(copy, sizeof(copy), url);
    return influx_section.check(&options, sentence);
}

static void a_password_does_not_cross_the_network_in_plain_text(void **state)
{
    char sentence[256];

    (void)state;
    assert_int_equal(check("http://10.0.0.1:8086", false, false, sentence), 0);
    assert_int_equal(check("http://127.0.0.1:8086", true, false, sentence), 0);
    assert_int_equal(check("https://10.0.0.1:8086", true, false, sentence), 0);
    assert_int_equal(check("http://10.0.0.1:8086", true, true, sentence), 0);
    assert_true(check("http://10.0.0.1:8086", true, false, sentence) < 0);
    assert_non_null(strstr(sentence, "allow_plaintext_password"));
    assert_true(check("http://u:secret@10.0.0.1:8086", false, false, sentence) < 0);
    assert_null(strstr(sentence, "secret"));
    assert_true(check("http://10.0.0.1:8086/?u=u&p=secret", false, false, sentence) < 0);
    assert_null(strstr(sentence, "secret"));
    assert_true(check("mqtt://10.0.0.1:8086", false, false, sentence) < 0);
}

static void a_secret_is_a_credential_or_a_file(void **state)
{
    char folder[] = "/tmp/spindled-secret-XXXXXX";
    char path[64], secret[SECRET_MAX], sentence[256];

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/influx-token", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("s3cret\n", file);
    (void)fclose(file);

    assert_int_equal(secret_read(path, secret, sentence), 0);
    assert_string_equal(secret, "s3cret");
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
    secret[0] = '\0';
    assert_int_equal(secret_read("influx-token", secret, sentence), 0);
    assert_string_equal(secret, "s3cret");
    assert_true(secret_read("nothing", secret, sentence) < 0);
    assert_non_null(strstr(sentence, "nothing: No such file"));
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    assert_true(secret_read("influx-token", secret, sentence) < 0);
    assert_non_null(strstr(sentence, "CREDENTIALS_DIRECTORY"));

    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_taken_apart),
        cmocka_unit_test(every_api_has_its_address),
        cmocka_unit_test(a_password_does_not_cross_the_network_in_plain_text),
        cmocka_unit_test(a_secret_is_a_credential_or_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
