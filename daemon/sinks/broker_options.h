/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a broker is reached: the rows that mqtt and sparkplug share.
 */
#pragma once

#include "daemon/base/option.h"

enum broker_protocol {
    BROKER_PROTOCOL_311,
    BROKER_PROTOCOL_5,
};

struct broker_options {
    char *url;
    unsigned protocol; /* enum broker_protocol */
    char *client_id;
    char *username, *password_file;
    char *ca_file, *certificate_file, *key_file;
    bool insecure_skip_verify;
    bool allow_plaintext_password;
    int64_t keepalive;   /* ns */
    int64_t ack_timeout; /* ns */
};

extern const char *const broker_protocols[];

// clang-format off
/* Rows for `struct record`, which has a struct broker_options called broker. */
#define BROKER_ROWS(record)                                                                  \
    OPTION_AS("url", record, broker.url, .required = true,                                   \
              .example = "mqtts://broker.plant:8883",                                        \
              .help = "address of the broker; mqtts:// is encrypted"),                       \
    OPTION_AS("protocol", record, broker.protocol, .choices = broker_protocols,              \
              .fallback.choice = BROKER_PROTOCOL_5, .help = "version of MQTT"),              \
    OPTION_AS("client_id", record, broker.client_id,                                         \
              .help = "name of this client; made of gateway and sink when absent"),          \
    OPTION_AS("username", record, broker.username, .help = "name of the account"),           \
    OPTION_AS("password_file", record, broker.password_file, .example = "mqtt-password",     \
              .help = "credential or file with the password"),                               \
    OPTION_AS("ca_file", record, broker.ca_file,                                             \
              .help = "certificates to trust; the system's when absent"),                    \
    OPTION_AS("certificate_file", record, broker.certificate_file,                           \
              .help = "our certificate, for mutual TLS"),                                    \
    OPTION_AS("key_file", record, broker.key_file, .help = "the key of our certificate"),    \
    OPTION_AS("insecure_skip_verify", record, broker.insecure_skip_verify,                   \
              .help = "accept any certificate: anybody in between can read and change"),     \
    OPTION_AS("allow_plaintext_password", record, broker.allow_plaintext_password,           \
              .help = "send the password unencrypted over the network"),                     \
    OPTION_AS("keepalive", record, broker.keepalive, .measure = MEASURE_DURATION,            \
              .fallback.integer = INT64_C(10000000000), .min = 1e9, .max = 3600e9,           \
              .help = "longest silence before the broker is asked whether it is there"),     \
    OPTION_AS("ack_timeout", record, broker.ack_timeout, .measure = MEASURE_DURATION,        \
              .fallback.integer = INT64_C(15000000000), .min = 1e9, .max = 300e9,            \
              .help = "connect again when nothing is acknowledged for this long")
// clang-format on

/* The rules every broker section keeps. Returns 0, or -EINVAL with a sentence. */
int broker_check(const struct broker_options *options, char reterr_sentence[256]);
