/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmodbus as the honest server behind every link: a request goes in at one end of a
 * socket pair, modbus_reply() answers at the other. So the client under test and this
 * simulator share no framing code. Never blocks for more than a millisecond.
 */
#pragma once

#include <modbus.h>
#include <stdbool.h>
#include <stddef.h>

struct responder;

/* One for all TCP links, one for all RTU buses. Descriptors must stay below 1024: create
 * them first. Returns 0 or a negative errno. */
int responder_create(bool is_tcp, struct responder **ret_responder);
void responder_destroy(struct responder *responder);

/*
 * Answers one whole request frame. Functions that write get exception 1: the machines are
 * there to be read. Returns the answer's length, 0 for silence.
 */
size_t responder_answer(struct responder *responder, const unsigned char *request,
                        size_t length, modbus_mapping_t *mapping,
                        unsigned char ret_answer[MODBUS_MAX_ADU_LENGTH]);

/* Would this request change anything? */
bool request_writes(bool is_tcp, const unsigned char *request);
