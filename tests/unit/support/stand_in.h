/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server on the test's own loop that answers each HTTP request with the bytes its
 * script says, in pieces and as late as the script likes. Listens on 127.0.0.1.
 */
#pragma once

#include <stddef.h>
#include <uv.h>

struct stand_in;
struct stand_in_visitor; /* one connection */

/* `target` is the request line's path and query, or a whole line when it is not HTTP. */
typedef void (*stand_in_script)(void *owner, struct stand_in_visitor *visitor,
                                const char *target);

struct stand_in *stand_in_open(uv_loop_t *loop, void *owner, stand_in_script script);
int stand_in_port(const struct stand_in *stand_in);

/* Closes every connection and the listener; they are gone after the loop has turned. */
void stand_in_close(struct stand_in *stand_in);

/* Hangs up on everybody and refuses newcomers until told otherwise. */
void stand_in_unplug(struct stand_in *stand_in);
void stand_in_plug(struct stand_in *stand_in);

/* Called with every connection that ends, so that a script can forget it. May be NULL. */
void stand_in_on_leave(struct stand_in *stand_in,
                       void (*on_leave)(void *owner, struct stand_in_visitor *visitor));

/* Every connection speaks lines instead of HTTP; a new one is announced by "". */
void stand_in_speak_lines(struct stand_in *stand_in);

void visitor_send(struct stand_in_visitor *visitor, const void *bytes, size_t length);
void visitor_say(struct stand_in_visitor *visitor, const char *text);
void visitor_hang_up(struct stand_in_visitor *visitor);

/* Status line, Content-Length and the body: "200 OK", "text/xml". */
void visitor_answer(struct stand_in_visitor *visitor, const char *status,
                    const char *type, const char *body);
