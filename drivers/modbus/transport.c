/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/modbus/transport.h"

int transport_open(uv_loop_t *loop, const struct line_address *address,
                   const struct transport_events *events,
                   struct transport **ret_transport)
{
    const struct transport_kind *kind =
        address->kind == LINE_RTU ? &transport_serial : &transport_socket;

    return kind->open(loop, address, events, ret_transport);
}

int transport_write(struct transport *transport, const uint8_t *bytes, size_t length)
{
    return transport->kind->write(transport, bytes, length);
}

bool transport_is_unread(const struct transport *transport)
{
    return transport && transport->is_unread;
}

void transport_flush(struct transport *transport)
{
    if (transport->kind->flush)
        transport->kind->flush(transport);
}

void transport_close(struct transport *transport)
{
    if (transport)
        transport->kind->close(transport);
}
