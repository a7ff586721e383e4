/* SPDX-License-Identifier: Apache-2.0 */
/* What a person can do about a failure of TLS. */
#include "daemon/sinks/trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void words_of_curl_and_openssl_have_remedies(void **state)
{
    static const struct {
        const char *words, *remedy;
    } rows[] = {
        {"SSL certificate problem: certificate has expired",                          "renewed there"},
        {"SSL certificate problem: certificate is not yet valid",                     "clock"        },
        {"SSL certificate problem: unable to get local issuer certificate",           "ca_file"      },
        {"SSL certificate problem: self-signed certificate in certificate chain",
         "ca_file"                                                                                   },
        {"SSL: no alternative certificate subject name matches target host name 'b'",
         "into url"                                                                                  },
        {"error:0A000415:SSL routines::sslv3 alert certificate expired",
         "our certificate_file must be renewed"                                                      },
        {"error:0A00045C:SSL routines::tlsv13 alert certificate required",            "key_file"     },
        {"error:0A00010B:SSL routines::wrong version number",                         "check url"    },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_non_null(strstr(trust_remedy(rows[i].words), rows[i].remedy));
    assert_string_equal(trust_remedy("Connection refused"), "");
    assert_string_equal(trust_remedy(""), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_curl_and_openssl_have_remedies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
