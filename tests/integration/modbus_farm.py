# SPDX-License-Identifier: Apache-2.0
"""A hall of Modbus TCP devices that prove their values and misbehave on demand.

Framing of its own, from the specification: nothing is shared with spindled or libmodbus.
Register 0 of a device is its number, 1 and 2 the number of its answer (high word first),
the rest `value(device, register, answer)`: a value in the wrong place, of another device
or of another answer cannot pass for the right one.
"""
import asyncio
import collections
import contextlib
import json
import socket
import struct
import sys
import threading
import time

REGISTERS = 100
READS = (1, 2, 3, 4)


def value(device, register, answer):
    if register == 0:
        return device % 65536
    if register == 1:
        return answer >> 16
    if register == 2:
        return answer & 0xFFFF
    return (40503 * device + 2531 * register + 7 * answer) % 65536


class Device:
    """One listener, perhaps several units behind it. `fault` and `every` may change at any time."""

    def __init__(self, number, units=(1,), fault=None, every=1, delay=0.0):
        self.number, self.units, self.fault, self.every, self.delay = number, units, fault, every, delay
        self.dead_units = set()
        self.refused = None  # an address that answers exception 2
        self.port = 0
        self.server = None
        self.writers = set()
        self.connections = self.most_connections = 0
        self.requests = collections.Counter()  # by unit
        self.arrivals = collections.defaultdict(list)  # by unit: monotonic seconds
        self.good = collections.defaultdict(dict)  # by unit: answer number -> wall seconds
        self.answers = self.writes = self.misbehaved = 0
        self.sockets = []

    def identity(self, unit):
        """What register 0 says: devices with several units number each."""
        return self.number + self.units.index(unit)

    async def start(self):
        if self.fault == "black hole":
            self._dig()
            return
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=64)
        self.port = self.server.sockets[0].getsockname()[1]

    def _dig(self):
        """Nobody accepts, and the queue of those who wait is full: connecting is never answered."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(0)
        self.port = listener.getsockname()[1]
        self.sockets = [listener]
        for _ in range(3):
            waiting = socket.socket()
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", self.port))
            self.sockets.append(waiting)

    async def stop(self):
        for each in self.sockets:
            each.close()
        self.sockets = []
        if self.server:
            self.server.close()
            for writer in list(self.writers):
                writer.transport.abort()
            self.server = None

    async def _serve(self, reader, writer):
        self.connections += 1
        self.writers.add(writer)
        self.most_connections = max(self.most_connections, len(self.writers))
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            writer.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                head = await reader.readexactly(7)
                tid, protocol, length, unit = struct.unpack(">HHHB", head)
                body = await reader.readexactly(length - 1)
                assert protocol == 0 and length == 6, head
                await self._answer(writer, tid, unit, body)
        self.writers.discard(writer)
        writer.transport.abort()

    async def _answer(self, writer, tid, unit, body):
        function, address, count = struct.unpack(">BHH", body)
        self.arrivals[unit].append(time.monotonic())
        self.requests[unit] += 1
        self.answers += 1
        if function not in READS:
            self.writes += 1
        if unit in self.dead_units or unit not in self.units:
            return
        if self.delay:
            await asyncio.sleep(self.delay)
        frame = self._frame(tid, unit, function, address, count)
        sick = self.fault and self.answers % self.every == 0
        if not sick:
            self._note(unit, frame)
            writer.write(frame)
            return
        self.misbehaved += 1
        if writer.is_closing():
            return
        await getattr(self, "_" + self.fault.replace(" ", "_"))(writer, frame, unit)

    def _note(self, unit, frame):
        if not frame[7] & 0x80:
            self.good[unit][self.answers] = time.time()

    def _frame(self, tid, unit, function, address, count):
        if function != 3 or address + count > REGISTERS:
            return struct.pack(">HHHBBB", tid, 0, 3, unit, function | 0x80, 2)
        if self.refused is not None and address <= self.refused < address + count:
            return struct.pack(">HHHBBB", tid, 0, 3, unit, function | 0x80, 2)
        words = [value(self.identity(unit), address + i, self.answers) for i in range(count)]
        return struct.pack(f">HHHBBB{count}H", tid, 0, 3 + 2 * count, unit, function, 2 * count, *words)

    # Each fault: what goes out instead of the frame.
    async def _dead(self, writer, frame, unit):
        pass

    async def _late(self, writer, frame, unit):
        """The answer comes when the next question is under way; nobody may believe it."""
        loop = asyncio.get_running_loop()
        loop.call_later(1.02, lambda: writer.is_closing() or writer.write(frame))

    async def _wrong_tid(self, writer, frame, unit):
        writer.write(struct.pack(">H", (frame[0] * 256 + frame[1] + 1) % 65536) + frame[2:])

    async def _wrong_unit(self, writer, frame, unit):
        writer.write(frame[:6] + bytes([frame[6] + 1]) + frame[7:])

    async def _wrong_function(self, writer, frame, unit):
        writer.write(frame[:7] + bytes([4]) + frame[8:])

    async def _exception(self, writer, frame, unit):
        writer.write(frame[:4] + struct.pack(">HBBB", 3, frame[6], frame[7] | 0x80, 4))

    async def _busy(self, writer, frame, unit):
        writer.write(frame[:4] + struct.pack(">HBBB", 3, frame[6], frame[7] | 0x80, 6))

    async def _truncated(self, writer, frame, unit):
        writer.write(frame[:len(frame) // 2])

    async def _short(self, writer, frame, unit):
        """Sound as a frame, but with fewer registers than were asked for."""
        words = frame[9:-2]
        writer.write(frame[:4] + struct.pack(">HBBB", 3 + len(words), frame[6], frame[7], len(words)) + words)

    async def _oversize(self, writer, frame, unit):
        writer.write(frame[:4] + struct.pack(">H", 4000) + frame[6:])

    async def _garbage(self, writer, frame, unit):
        writer.write(bytes((i * 89 + self.answers) % 256 for i in range(40)))

    async def _dribble(self, writer, frame, unit):
        self._note(unit, frame)
        for i in range(len(frame)):
            if writer.is_closing():
                return
            writer.write(frame[i:i + 1])
            await asyncio.sleep(0.002)

    async def _duplicate(self, writer, frame, unit):
        self._note(unit, frame)
        writer.write(frame + frame)

    async def _reset(self, writer, frame, unit):
        writer.write(frame[:20])
        writer.transport.abort()

    async def _flapping(self, writer, frame, unit):
        writer.transport.abort()


class Farm:
    """Devices on a loop in a thread of its own. Leave the context and they are gone."""

    def __init__(self, devices):
        self.devices = devices
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    def __enter__(self):
        self.thread.start()
        for device in self.devices:
            self.call(device.start())
        return self

    def __exit__(self, *_):
        for device in self.devices:
            self.call(device.stop())
        self.call(self._finish())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    async def _finish(self):
        """Nothing is left to be destroyed while it waits."""
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def heal(self, device):
        """Everything is well with it from now on."""
        hole = device.fault == "black hole"
        device.fault, device.dead_units = None, set()
        if hole:
            self.call(device.stop())
            self.call(device.start())


class Judge:
    """Looks at lines of line protocol, `signal,…,machine=dN custom.r0=…,custom.r1=… NS`, one an answer."""
    SEVENTH = pow(7, -1, 65536)

    def __init__(self, prefix="custom.r"):
        self.prefix = prefix
        self.lock = threading.Lock()
        self.wrong = []
        self.answers = collections.defaultdict(dict)  # by machine: answer number -> wall ns
        self.bad = collections.Counter()  # lines that told of trouble, by machine
        self.values = 0

    def take(self, line):
        head, fields, stamp = line.rsplit(" ", 2)
        machine = head.rsplit("machine=", 1)[1].split(",", 1)[0]
        numbers = {}
        troubled = False
        for each in fields.split(","):
            name, text = each.split("=", 1)
            if name.endswith(".q"):
                troubled = True
            else:
                numbers[int(name[len(self.prefix):])] = float(text)
        with self.lock:
            self.bad[machine] += troubled
        if numbers:
            self.take_numbers(machine, numbers, int(stamp))

    def take_numbers(self, machine, numbers, stamp):
        """{register: number} of one moment."""
        with self.lock:
            self._judge(machine, numbers, stamp)

    def _judge(self, machine, numbers, stamp):
        """Part of an answer is enough: every value tells of its device and the answer's number."""
        self.values += len(numbers)
        device = int(machine[1:])
        register = next((r for r in numbers if r > 2), None)
        if register is None:
            answer = int(numbers.get(1, 0)) * 65536 + int(numbers.get(2, 0))
        else:
            base = int(numbers[register]) - 40503 * device - 2531 * register
            answer = base * self.SEVENTH % 65536 + 65536 * int(numbers.get(1, 0))
        wrong = [(machine, r, n, value(device, r, answer)) for r, n in numbers.items() if n != value(device, r, answer)]
        self.wrong += wrong
        self.answers[machine][answer] = stamp

    def count(self, machine):
        with self.lock:
            return len(self.answers[machine])


def main():
    """modbus_farm.py COUNT FIRST: for benches. Writes the ports, then, for each line read, what it saw."""
    devices = [Device(int(sys.argv[2]) + i) for i in range(int(sys.argv[1]))]
    with Farm(devices):
        print(json.dumps([device.port for device in devices]), flush=True)
        for _ in sys.stdin:
            seen = [{"connections": d.connections, "arrivals": d.arrivals[1], "writes": d.writes,
                     "good": list(d.good[1].items())} for d in devices]
            print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    main()
