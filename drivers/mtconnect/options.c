/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/mtconnect/options.h"

#include "daemon/base/moment.h"
#include "daemon/base/text.h"
#include "drivers/mtconnect/mapping.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static const struct option override_rows[] = {
    OPTION(mapping_override, signal, .required = true, .example = "temperature.spindle",
           .help = "what the data item means"),
    OPTION(mapping_override, data_item, .required = true, .example = "Stemp",
           .help = "id or name of the data item"),
    {0},
};

static const struct section override_section = {
    .name = "override",
    .help = "one data item and the signal it is, whatever would be thought of it",
    .size = sizeof(struct mapping_override),
    .options = override_rows,
};

static const struct option rows[] = {
    OPTION(mtconnect_options, url, .example = "http://10.20.0.9:5000",
           .help = "the agent; or an adapter: shdr://host:7878"),
    OPTION(mtconnect_options, device, .example = "VMC-3Axis",
           .help = "name or uuid of the device; without it the first machine"),
    OPTION(mtconnect_options, devices, .example = "/etc/spindled/Devices.xml",
           .help = "the file that tells the data items of an adapter"),
    OPTION(mtconnect_options, path, .example = "//Path",
           .help = "take only this part of the device (XPath); agents do the work"),
    OPTION(mtconnect_options, interval, .measure = MEASURE_DURATION,
           .fallback.integer = 500 * NS_PER_MS, .min = 0, .max = 60e9,
           .help = "shortest pause between two parts of the stream"),
    OPTION(mtconnect_options, heartbeat, .measure = MEASURE_DURATION,
           .fallback.integer = 10 * NS_PER_S, .min = 100e6, .max = 300e9,
           .help = "how often the agent says that it lives when nothing happens"),
    OPTION(mtconnect_options, count, .fallback.integer = 1000, .min = 1, .max = 10000,
           .help = "observations of one part, at most"),
    OPTION(mtconnect_options, assets, .fallback.flag = true,
           .help = "read cutting tools when the agent says that they changed"),
    OPTION(mtconnect_options, backlog, .fallback.flag = true,
           .help = "at the very first start, take all that the agent still has"),
    OPTION(mtconnect_options, own_clock,
           .help = "its stamps are the time, however fast its clock runs; for simulated "
                   "machines and recordings played faster than they were made"),
    OPTION(mtconnect_options, username, .help = "for an agent behind a login"),
    OPTION(mtconnect_options, password_file, .example = "agent-password",
           .help = "name of a credential, or a path"),
    OPTION(mtconnect_options, ca_file, .help = "trust certificates signed by this one"),
    OPTION(mtconnect_options, certificate_file, .help = "our own, if the agent asks"),
    OPTION(mtconnect_options, key_file, .help = "the key to it"),
    OPTION(mtconnect_options, insecure, .help = "do not check the agent's certificate"),
    OPTION(mtconnect_options, map, .entry = &override_section,
           .help = "data items that mean something else than we would think"),
    {0},
};

bool mtconnect_is_adapter(const struct mtconnect_options *options)
{
    return options->url && strncasecmp(options->url, "shdr://", 7) == 0;
}

static int complain(char reterr_sentence[256], const char *sentence)
{
    (void)text_copy(reterr_sentence, 256, sentence);
    return -EINVAL;
}

static int check(const void *record, char reterr_sentence[256])
{
    const struct mtconnect_options *options = record;

    if (!options->url)
        return options->devices ? 0 : complain(reterr_sentence, "url is missing");
    if (mtconnect_is_adapter(options))
        return options->devices
                   ? 0
                   : complain(reterr_sentence,
                              "an adapter tells no data items; give the file "
                              "with them as `devices`");
    if (strncasecmp(options->url, "http://", 7) != 0 &&
        strncasecmp(options->url, "https://", 8) != 0)
        return complain(reterr_sentence, "url begins with http://, https:// or shdr://");
    if (strchr(options->url, '@'))
        return complain(reterr_sentence, "no password in the url: use username and "
                                         "password_file");
    if (strpbrk(options->url, "?# "))
        return complain(reterr_sentence, "url is the agent's address alone; see device "
                                         "and path");
    if (!options->username != !options->password_file)
        return complain(reterr_sentence, "username and password_file go together");
    return 0;
}

const struct section mtconnect_section = {
    .name = "mtconnect",
    .help = "an MTConnect agent, or an adapter",
    .size = sizeof(struct mtconnect_options),
    .options = rows,
    .check = check,
};
