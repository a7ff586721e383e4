/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sparkplug B payloads as bytes, by protobuf-c. Allocates; otherwise pure.
 */
#pragma once

#include "daemon/sinks/sparkplug/metric.h"

struct message; /* one payload that is being made */

int message_create(int64_t wall_ns, struct message **ret_message);
void message_destroy(struct message *message);

/* NDEATH has none. */
void message_set_seq(struct message *message, unsigned seq);

/* A metric of births and deaths, by name; alias 0 = none. Returns 0 or -ENOMEM. */
int message_add_integer(struct message *message, const char *name, int64_t value);
int message_add_flag(struct message *message, const char *name, bool value);
int message_add_birth(struct message *message, const struct metric *metric,
                      uint64_t alias);

/* A value by alias alone, as data messages carry it. */
int message_add_value(struct message *message, enum metric_type type, uint64_t alias,
                      const struct metric_value *value, bool is_historical);

size_t message_count(const struct message *message);

/* The bytes, to be freed; NULL without memory. */
void *message_pack(const struct message *message, size_t *ret_length);

/* Does an NCMD ask for a rebirth? False for anything that is not one. */
bool message_wants_rebirth(const void *bytes, size_t length);
