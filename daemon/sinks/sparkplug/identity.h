/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Under which names an edge node speaks, and the number of its births that outlives it.
 */
#pragma once

#include "daemon/base/text.h"
#include "daemon/sinks/sink.h"
#include "daemon/sinks/sparkplug/options.h"

enum {
    IDENTITY_TOPIC_MAX = 512,
};

struct identity {
    const char *group, *edge;
    char client_id[128];
    char death_topic[IDENTITY_TOPIC_MAX];
    char state_topic[IDENTITY_TOPIC_MAX]; /* of the primary host; "" = none */
    char file[512];                       /* keeps bdSeq */
    int64_t host_ms;                      /* of the newest STATE; INT64_MIN = none yet */
};

/* Borrows the options' and the place's strings. */
void identity_init(struct identity *identity, const struct sink_site *site,
                   const struct sparkplug_options *options);

/*
 * A STATE message of the primary host, {"online":true,"timestamp":1668114759262} (3.0).
 * One that is older than another of this connection is not heard
 * (tck-id-message-flow-edge-node-birth-publish-phid-wait-timestamp): a host's late will
 * does not end what its next session began.
 */
void identity_hear_host(struct identity *identity, const char *json, size_t length,
                        bool *is_online);

/* A new connection: any timestamp is heard. */
void identity_forget_host(struct identity *identity);

/* Ids keep their case; only what a topic cannot hold is replaced. */
void identity_print_id(const char *id, struct text *text);

/* spBv1.0/group/type/edge[/device]; `device` may be NULL. */
void identity_print_topic(const struct identity *identity, const char *type,
                          const char *device, char ret_topic[IDENTITY_TOPIC_MAX]);

/*
 * bdSeq, 0 to 255, must differ from the last one even after a restart
 * (tck-id-payloads-nbirth-bdseq). recall() counts on from the file's and writes it back.
 * Small local files; loop thread.
 */
int64_t identity_recall(const char *file);
void identity_remember(const char *file, int64_t bd_seq);
