/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cncsim/modbus/responder.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define LAST_READ_FUNCTION 4

struct responder {
    modbus_t *modbus;
    int pair[2];
    bool is_tcp;
};

int responder_create(bool is_tcp, struct responder **ret_responder)
{
    struct responder *responder = calloc(1, sizeof(*responder));

    if (!responder)
        return -ENOMEM;
    responder->is_tcp = is_tcp;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, responder->pair) < 0) {
        free(responder);
        return -errno;
    }
    responder->modbus = is_tcp ? modbus_new_tcp("127.0.0.1", 502)
                               : modbus_new_rtu("/dev/null", 19200, 'N', 8, 1);
    if (!responder->modbus) {
        responder_destroy(responder);
        return -ENOMEM;
    }
    modbus_set_socket(responder->modbus, responder->pair[1]);
    /* An exception for a bad quantity sleeps a response time-out: make that nothing. */
    modbus_set_response_timeout(responder->modbus, 0, 1);
    modbus_set_byte_timeout(responder->modbus, 0, 1000);
    modbus_set_indication_timeout(responder->modbus, 0, 1000);
    *ret_responder = responder;
    return 0;
}

void responder_destroy(struct responder *responder)
{
    if (!responder)
        return;
    if (responder->modbus)
        modbus_free(responder->modbus);
    close(responder->pair[0]);
    close(responder->pair[1]);
    free(responder);
}

static void responder_drain(struct responder *responder)
{
    unsigned char rest[512];

    while (recv(responder->pair[1], rest, sizeof(rest), MSG_DONTWAIT) > 0)
        ;
    while (recv(responder->pair[0], rest, sizeof(rest), MSG_DONTWAIT) > 0)
        ;
}

bool request_writes(bool is_tcp, const unsigned char *request)
{
    return (request[is_tcp ? 7 : 1] & 0x7F) > LAST_READ_FUNCTION;
}

size_t responder_answer(struct responder *responder, const unsigned char *request,
                        size_t length, modbus_mapping_t *mapping,
                        unsigned char ret_answer[MODBUS_MAX_ADU_LENGTH])
{
    uint8_t query[MODBUS_MAX_ADU_LENGTH];
    ssize_t answered;
    int received;

    if (send(responder->pair[0], request, length, MSG_NOSIGNAL) != (ssize_t)length)
        return 0;
    if (!responder->is_tcp)
        modbus_set_slave(responder->modbus, request[0]);
    received = modbus_receive(responder->modbus, query);
    if (received <= 0) {
        responder_drain(responder);
        return 0;
    }
    if (request_writes(responder->is_tcp, query))
        (void)modbus_reply_exception(responder->modbus, query,
                                     MODBUS_EXCEPTION_ILLEGAL_FUNCTION);
    else
        (void)modbus_reply(responder->modbus, query, received, mapping);
    answered = recv(responder->pair[0], ret_answer, MODBUS_MAX_ADU_LENGTH, MSG_DONTWAIT);
    responder_drain(responder);
    return answered > 0 ? (size_t)answered : 0;
}
