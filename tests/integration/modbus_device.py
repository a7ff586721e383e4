# SPDX-License-Identifier: Apache-2.0
"""A Modbus TCP device that holds what a test says, and has the oddities a test wants.

    with Device({(HOLDING, 7): 42}, most=10) as device: … device.url() …

Framing of its own, from the specification: nothing is shared with spindled or libmodbus.
"""
import socketserver
import struct
import threading
import time

COIL, DISCRETE, HOLDING, INPUT = 1, 2, 3, 4


class Device(socketserver.ThreadingTCPServer):
    """`held` is {(function, address): bit or word}; exception 2 answers for all else."""
    daemon_threads = True

    def __init__(self, held, unit=None, most=2000, exception=None, delay=0.0, hangs_up=False):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.held = held
        self.unit = unit  # the only one that answers
        self.most = most  # in one request; exception 3 for more
        self.exception = exception  # the only answer
        self.delay = delay  # in seconds, before an answer
        self.hangs_up = hangs_up  # after each answer
        self.arrivals = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def url(self):
        return f"tcp://127.0.0.1:{self.server_address[1]}"

    def answer(self, function, address, count):
        values = [self.held.get((function, address + i)) for i in range(count)]
        if self.exception or count > self.most or None in values:
            return bytes([function | 0x80, self.exception or (3 if count > self.most else 2)])
        if function in (COIL, DISCRETE):
            packed = sum(bool(bit) << i for i, bit in enumerate(values)).to_bytes((count + 7) // 8, "little")
            return bytes([function, len(packed)]) + packed
        return struct.pack(f">BB{count}H", function, 2 * count, *values)

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        device = self.server
        while True:
            request = self.rfile.read(12)
            if len(request) < 12:
                return
            device.arrivals.append(time.monotonic())
            tid, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", request)
            if device.unit not in (None, unit):
                continue
            if device.delay:
                time.sleep(device.delay)
            body = device.answer(function, address, count)
            try:
                self.wfile.write(struct.pack(">HHHB", tid, 0, len(body) + 1, unit) + body)
            except OSError:
                return
            if device.hangs_up:
                return
