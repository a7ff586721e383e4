/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/trust.h"

#include "daemon/base/text.h"
#include "daemon/sinks/address.h"

#include <curl/curl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define PROBE_MS 3000L
#define ALERT_MS 500 /* an alert follows the handshake of TLS 1.3 */

/* In curl's words and OpenSSL's; the first that is found. */
static const struct {
    const char *words, *remedy;
} remedies[] = {
    {"alert certificate required",
     "it wants a certificate of ours: certificate_file and key_file"                       },
    {"alert handshake failure",
     "it wants a certificate of ours (certificate_file and key_file), or TLS 1.1"          },
    {"alert unknown ca",           "it does not trust who signed our certificate_file"     },
    {"alert bad certificate",      "it does not accept our certificate_file"               },
    {"alert certificate expired",  "our certificate_file must be renewed"                  },
    {"alert",                      "it does not accept our certificate_file or TLS version"},
    {"has expired",                "it must be renewed there, or the clock here is wrong"  },
    {"not yet valid",              "the clock here or there is wrong"                      },
    {"issuer certificate",         "name the authority that signed it in ca_file"          },
    {"self-signed",                "name the authority that signed it in ca_file"          },
    {"self signed",                "name the authority that signed it in ca_file"          },
    {"subject name",               "put a name into url that its certificate carries"      },
    {"setting certificate file",   "ca_file must be a PEM file that can be read"           },
    {"private key",                "key_file must be the PEM key of certificate_file"      },
    {"client certificate",         "certificate_file must be a PEM file that can be read"  },
    {"wrong version number",       "what answers there does not speak TLS: check url"      },
};

const char *trust_remedy(const char *words)
{
    for (size_t i = 0; i < sizeof(remedies) / sizeof(*remedies); i++)
        if (strstr(words, remedies[i].words))
            return remedies[i].remedy;
    return "";
}

static void set_probe(CURL *easy, const struct trust_question *question, char *words)
{
    const struct {
        CURLoption option;
        const char *text;
    } files[] = {
        {CURLOPT_CAINFO,  question->ca_file         },
        {CURLOPT_SSLCERT, question->certificate_file},
        {CURLOPT_SSLKEY,  question->key_file        },
    };

    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        if (files[i].text && *files[i].text)
            (void)curl_easy_setopt(easy, files[i].option, files[i].text);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, question->insecure ? 0L : 1L);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, question->insecure ? 0L : 2L);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, PROBE_MS);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words);
}

/* The handshake was good; does it hang up all the same, with an alert or without? */
static bool hangs_up(CURL *easy)
{
    curl_socket_t socket = CURL_SOCKET_BAD;
    char bytes[16];
    size_t length;

    (void)curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket);
    struct pollfd news = {.fd = socket, .events = POLLIN};
    while (socket != CURL_SOCKET_BAD && poll(&news, 1, ALERT_MS) > 0) {
        CURLcode code = curl_easy_recv(easy, bytes, sizeof(bytes), &length);
        if (code != CURLE_AGAIN)
            return code != CURLE_OK || length == 0;
    }
    return false;
}

bool trust_probe(const struct trust_question *question, char ret_words[TRUST_WORDS_MAX])
{
    char words[CURL_ERROR_SIZE] = "", url[256];
    struct address address;
    CURL *easy = curl_easy_init();
    bool is_ipv6;

    if (!easy || address_parse(question->url, &address)) {
        curl_easy_cleanup(easy);
        return false;
    }
    is_ipv6 = strchr(address.host, ':') != NULL;
    (void)snprintf(url, sizeof(url), "https://%s%s%s:%s", is_ipv6 ? "[" : "",
                   address.host, is_ipv6 ? "]" : "", address.port);
    (void)curl_easy_setopt(easy, CURLOPT_URL, url);
    set_probe(easy, question, words);
    CURLcode code = curl_easy_perform(easy);
    bool hung_up = code == CURLE_OK && hangs_up(easy);
    curl_easy_cleanup(easy);

    const char *remedy = trust_remedy(words);
    if (!*remedy && hung_up)
        (void)text_copy(words, sizeof(words), "it hangs up after the TLS handshake");
    if (!*remedy && hung_up)
        remedy = "certificate_file is missing or none that it accepts, or it is no MQTT "
                 "broker";
    if (!*remedy && code == CURLE_SSL_CONNECT_ERROR)
        remedy = "what answers there may not speak TLS: check url";
    if (*remedy)
        (void)snprintf(ret_words, TRUST_WORDS_MAX, "%.140s: %s", words, remedy);
    return *remedy;
}
