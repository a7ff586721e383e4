#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How busy a serial line is, against what `spindlectl plan` says beforehand.

usage: bench_line.py BUILD [SECONDS]

A pty has no baud rate, so the device at its other end takes the time that the bits would: request, thinking (5 ms, what `plan`
reckons with, and 20 ms, which it is told), answer. Busy is that time, as it was on the clock, and the silence after it.
"""
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time
import tty

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from daemon import Daemon, archiving  # noqa: E402
from rig import SPINDLECTL  # noqa: E402

SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0
POINTS = 10
BITS = 11  # start, eight, parity, stop
# (baud, units, seconds, one request a point)
LINES = [(baud, units, every, False) for baud in (9600, 19200, 115200) for units, every in ((1, 0.2), (4, 0.5), (6, 1.0))]
LINES += [(baud, 1, every, True) for baud, every in ((9600, 1.0), (19200, 0.5), (115200, 0.5))]
THINKING_MS = (5, 20)


def crc(frame):
    value = 0xFFFF
    for byte in frame:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return struct.pack("<H", value)


class Bus(threading.Thread):
    """Units that hold addresses as values, on a pty, at the pace of a baud rate."""

    def __init__(self, baud, thinking_ms):
        super().__init__(daemon=True)
        self.baud, self.thinking_s = baud, thinking_ms / 1000
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.path, self.slave = os.ttyname(slave), slave
        self.busy_s, self.requests = 0.0, 0

    def wire_s(self, count):
        return count * BITS / self.baud

    def run(self):
        silence = 0.00175 if self.baud > 19200 else 3.5 * BITS / self.baud
        while True:
            request = b""
            while len(request) < 8:
                request += os.read(self.master, 8 - len(request))
            began = time.monotonic()
            unit, function, address, count = struct.unpack(">BBHH", request[:6])
            assert crc(request[:6]) == request[6:], request
            answer = struct.pack(f">BBB{count}H", unit, function, 2 * count, *range(address, address + count))
            answer += crc(answer)
            until = began + self.wire_s(len(request)) + self.thinking_s + self.wire_s(len(answer))
            time.sleep(max(0.0, until - time.monotonic()))
            os.write(self.master, answer)
            self.busy_s += time.monotonic() - began + silence
            self.requests += 1


def machine(name, bus, unit, every, singly):
    points = ", ".join(f"{{signal: custom.r{i}, address: {i}}}" for i in range(POINTS))
    return (f"  - name: {name}\n    cell: c\n    modbus: [{{url: 'rtu://{bus.path}?baud={bus.baud}&parity=even', unit: {unit}, "
            f"every: {every}s, timeout: 1s, quirks: {{one_request_per_point: {'true' if singly else 'false'}}}, points: [{points}]}}]\n")


def predicted(machines, thinking_ms):
    with tempfile.TemporaryDirectory(prefix="spindled-line-") as folder:
        path = pathlib.Path(folder) / "spindled.yaml"
        path.write_text(f"version: 1\ngateway: {{id: b, enterprise: e, site: s, area: a}}\nmachines:\n{machines}")
        plan = subprocess.run([SPINDLECTL, "plan", "--config", path, "--thinking", str(thinking_ms)], capture_output=True, text=True,
                              check=True).stdout
    return {path: float(share) for path, share in re.findall(r"^(\S+) is busy for ([\d.]+) %", plan, re.MULTILINE)}


def measure(thinking_ms):
    """Prints each line; returns the largest deviation."""
    buses, machines = [], ""
    for line, (baud, units, every, singly) in enumerate(LINES):
        bus = Bus(baud, thinking_ms)
        bus.start()
        buses.append(bus)
        machines += "".join(machine(f"l{line}u{unit}", bus, unit, every, singly) for unit in range(1, units + 1))
    said = predicted(machines, thinking_ms)
    with Daemon(archiving(machines)):
        time.sleep(2)
        before = [(bus.busy_s, bus.requests) for bus in buses]
        began = time.monotonic()
        time.sleep(SECONDS)
        after = [(bus.busy_s, bus.requests) for bus in buses]
        passed = time.monotonic() - began
    worst = 0.0
    for (baud, units, every, singly), bus, first, last in zip(LINES, buses, before, after):
        share = next(value for path, value in said.items() if bus.path in path)
        measured = 100 * (last[0] - first[0]) / passed
        schedule = (last[1] - first[1]) * every / (passed * units * (POINTS if singly else 1))
        worst = max(worst, abs(measured / share - 1))
        print(f"{baud:6} baud, {units} units{' singly' if singly else ''} every {every} s, thinking {thinking_ms} ms: said {share:5.1f} %, measured "
              f"{measured:5.1f} % ({100 * (measured / share - 1):+.1f} %), {100 * schedule:.0f} % of the schedule")
    return worst


print(f"worst {100 * max(map(measure, THINKING_MS)):.1f} %")
