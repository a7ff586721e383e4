# SPDX-License-Identifier: Apache-2.0
"""A broker that misbehaves as a test says, and notes every message it was sent.

    with StubBroker(puback=0x97) as broker: …; broker.heal()

Faults: connack=CODE, connack_bytes=BYTES (instead of it), properties=BYTES (of the CONNACK, version 5), puback=CODE, acks=False
(never any), reads=False (nothing is read after CONNECT), disconnect=CODE (after the first message), garbage=BYTES (the same),
suback=CODE, hold_s=SECONDS (acknowledges once nothing more came for so long, which shows how many it may be sent).
"""
import contextlib
import select
import socket
import struct
import threading
import time

PATIENCE_S = 30
USER_PROPERTY, CONTENT_TYPE, EXPIRY, CORRELATION = 0x26, 0x03, 0x02, 0x09


def take_varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7f) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return value, at


def take_text(data, at):
    length = struct.unpack_from(">H", data, at)[0]
    return data[at + 2:at + 2 + length], at + 2 + length


def seq_of(data, at):
    """The user property `seq`, None without one; and where the payload begins."""
    length, at = take_varint(data, at)
    end, seq = at + length, None
    while at < end:
        kind, at = data[at], at + 1
        if kind == USER_PROPERTY:
            name, at = take_text(data, at)
            value, at = take_text(data, at)
            seq = int(value) if name == b"seq" else seq
        elif kind in (CONTENT_TYPE, CORRELATION):
            _, at = take_text(data, at)
        else:
            at += {EXPIRY: 4}[kind]
    return seq, end


class StubBroker:
    def __init__(self, **faults):
        self.faults = faults
        self.connects, self.messages, self.largest, self.most_in_flight = 0, 0, 0, 0
        self.seqs = {}  # of version 5, and how often each came
        self.clients = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"mqtt://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def heal(self):
        self.faults = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.faults = {}
        for each in [self.listener, *self.clients]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.connects += 1
                self.clients.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError, IndexError, struct.error):
            Session(self, client).run()
        with contextlib.suppress(OSError):
            client.close()


class Session:
    def __init__(self, broker, client):
        self.broker, self.client = broker, client
        self.version, self.held = 4, []

    def fault(self, name, fallback=None):
        return self.broker.faults.get(name, fallback)

    def run(self):
        while True:
            hold_s = self.fault("hold_s")
            if hold_s and self.held and not select.select([self.client], [], [], hold_s)[0]:
                self._release()
            head, body, size = self._take_packet()
            if not getattr(self, {1: "_connect", 3: "_publish", 8: "_subscribe", 12: "_ping", 14: "_part"}[head >> 4])(head, body, size):
                return

    def _take(self, count):
        data = b""
        while len(data) < count:
            more = self.client.recv(count - len(data))
            if not more:
                raise OSError("gone")
            data += more
        return data

    def _take_packet(self):
        head, length, shift = self._take(1)[0], 0, 0
        while True:
            byte = self._take(1)[0]
            length |= (byte & 0x7f) << shift
            shift += 7
            if not byte & 0x80:
                return head, self._take(length), 1 + shift // 7 + length

    def _send(self, head, body):
        self.client.sendall(bytes((head, len(body))) + body)

    def _connect(self, _, body, __):
        self.version = body[6]
        if self.fault("connack_bytes") is not None:
            self.client.sendall(self.fault("connack_bytes"))
            return self._linger()
        code = self.fault("connack", 0)
        properties = self.fault("properties", b"")
        self._send(0x20, bytes((0, code)) + (bytes((len(properties),)) + properties if self.version == 5 else b""))
        return not code and (self.fault("reads", True) or self._linger())

    def _linger(self):
        """Keeps the connection and reads nothing, until it is healed."""
        until = time.monotonic() + PATIENCE_S
        while self.broker.faults and time.monotonic() < until:
            time.sleep(0.02)
        return False

    def _publish(self, head, body, size):
        broker, qos = self.broker, head >> 1 & 3
        broker.messages += 1
        broker.largest = max(broker.largest, size)
        _, at = take_text(body, 0)
        number = body[at:at + 2]
        if self.version == 5:
            seq, _ = seq_of(body, at + (2 if qos else 0))
            if seq and self.fault("acks", True) and self.fault("puback", 0) < 0x80:
                broker.seqs[seq] = broker.seqs.get(seq, 0) + 1
        if self.fault("garbage"):
            self.client.sendall(self.fault("garbage"))
            return self._linger()
        if self.fault("disconnect"):
            self._send(0xe0, bytes((self.fault("disconnect"), 0)))
            return False
        if qos:
            self.held.append(number)
            broker.most_in_flight = max(broker.most_in_flight, len(self.held))
        if not self.fault("hold_s"):
            self._release()
        return True

    def _release(self):
        code = self.fault("puback", 0)
        held, self.held = self.held, []
        for number in held if self.fault("acks", True) else ():
            self._send(0x40, number + (bytes((code,)) if code and self.version == 5 else b""))

    def _subscribe(self, _, body, __):
        self._send(0x90, body[:2] + (b"\0" if self.version == 5 else b"") + bytes((self.fault("suback", 1),)))
        return True

    def _ping(self, *_):
        self._send(0xd0, b"")
        return True

    def _part(self, *_):
        return False
