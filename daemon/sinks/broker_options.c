/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/broker_options.h"

#include "daemon/base/text.h"
#include "daemon/sinks/address.h"

#include <errno.h>

const char *const broker_protocols[] = {"3.1.1", "5", NULL};

static int complain(char reterr_sentence[256], const char *sentence)
{
    (void)text_copy(reterr_sentence, 256, sentence);
    return -EINVAL;
}

int broker_check(const struct broker_options *options, char reterr_sentence[256])
{
    static const char *const schemes[] = {"mqtt", "mqtts", "tcp", "ssl", NULL};
    const struct address_rule rule = {
        .url = options->url ? options->url : "",
        .schemes = schemes,
        .has_password = options->password_file,
        .allow_plaintext = options->allow_plaintext_password,
    };

    int error = address_check(&rule, reterr_sentence);
    if (error)
        return error;
    if (options->password_file && !options->username)
        return complain(reterr_sentence, "password_file needs a username");
    if (!options->certificate_file != !options->key_file)
        return complain(reterr_sentence, "certificate_file and key_file go together");
    return 0;
}
