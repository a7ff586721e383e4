/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sinks/sparkplug/identity.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

void identity_print_id(const char *id, struct text *text)
{
    for (; *id; id++)
        text_add_char(text, strchr("+#/", *id) ? '_' : *id);
}

void identity_print_topic(const struct identity *identity, const char *type,
                          const char *device, char ret_topic[IDENTITY_TOPIC_MAX])
{
    struct text text;

    text_init_fixed(&text, ret_topic, IDENTITY_TOPIC_MAX);
    text_add(&text, "spBv1.0/");
    identity_print_id(identity->group, &text);
    text_add_char(&text, '/');
    text_add(&text, type);
    text_add_char(&text, '/');
    identity_print_id(identity->edge, &text);
    if (device) {
        text_add_char(&text, '/');
        identity_print_id(device, &text);
    }
}

void identity_remember(const char *file, int64_t bd_seq)
{
    FILE *stream = fopen(file, "we");

    if (!stream)
        return;
    (void)fprintf(stream, "%lld\n", (long long)bd_seq);
    (void)fclose(stream);
}

int64_t identity_recall(const char *file)
{
    long long number = -1;
    FILE *stream = fopen(file, "re");

    if (stream) {
        if (fscanf(stream, "%lld", &number) != 1)
            number = -1;
        (void)fclose(stream);
    }
    identity_remember(file, (number + 1) & 0xff);
    return (number + 1) & 0xff;
}

void identity_init(struct identity *identity, const struct sink_site *site,
                   const struct sparkplug_options *options)
{
    const char *folder = site->state_folder ? site->state_folder : ".";

    *identity = (struct identity){
        .group = options->group ? options->group : site->place->site,
        .edge = options->edge ? options->edge : site->place->gateway,
    };
    identity_print_topic(identity, "NDEATH", NULL, identity->death_topic);
    if (options->primary_host)
        (void)snprintf(identity->state_topic, sizeof(identity->state_topic),
                       "spBv1.0/STATE/%.400s", options->primary_host);
    (void)snprintf(identity->file, sizeof(identity->file), "%.380s/%.100s.bdseq", folder,
                   site->name);
    if (options->broker.client_id)
        (void)text_copy(identity->client_id, sizeof(identity->client_id),
                        options->broker.client_id);
    else
        (void)snprintf(identity->client_id, sizeof(identity->client_id),
                       "spindled-%.48s-%.48s", site->place->gateway, site->name);
}

void identity_hear_host(struct identity *identity, const char *json, size_t length,
                        bool *is_online)
{
    json_t *root = json_loadb(json, length, 0, NULL);
    json_t *stamp = json_object_get(root, "timestamp");
    bool is_older =
        json_is_integer(stamp) && json_integer_value(stamp) < identity->host_ms;

    if (json_is_integer(stamp) && !is_older)
        identity->host_ms = json_integer_value(stamp);
    if (!is_older)
        *is_online = json_is_true(json_object_get(root, "online"));
    json_decref(root);
}

void identity_forget_host(struct identity *identity)
{
    identity->host_ms = INT64_MIN;
}
