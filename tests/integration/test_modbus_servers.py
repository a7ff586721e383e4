#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Servers that others wrote, and one that is slow: what they hold is read right, and `probe` prints what loads."""
import contextlib
import logging
import re
import socketserver
import struct
import sys
import threading
import time

from cell import Cell
from daemon import Daemon, archiving
from rig import assert_loads, free_port, run, spindlectl, wait_for


try:
    from pymodbus.constants import Endian
    from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
    from pymodbus.payload import BinaryPayloadBuilder
    from pymodbus.server import StartTcpServer
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

ORDERS = {"ABCD": (Endian.Big, Endian.Big), "CDAB": (Endian.Big, Endian.Little),
          "BADC": (Endian.Little, Endian.Big), "DCBA": (Endian.Little, Endian.Little)}
TYPES = {"int16": ("16bit_int", -12345), "uint16": ("16bit_uint", 54321), "float16": ("16bit_float", -3.25),
         "int32": ("32bit_int", -1234567890), "uint32": ("32bit_uint", 3123456789), "float32": ("32bit_float", 1234.5),
         "int64": ("64bit_int", -1234567890123456789), "uint64": ("64bit_uint", 1234567890123456789),
         "float64": ("64bit_float", -98765.4321)}
NEEDS_S = 0.04  # what the slow server wants between two requests


def lay_out(points):
    """Registers with every type in every order, as pymodbus encodes them."""
    registers = []
    for order, (byte, word) in ORDERS.items():
        for kind, (name, number) in TYPES.items():
            builder = BinaryPayloadBuilder(byteorder=byte, wordorder=word)
            getattr(builder, "add_" + name)(number)
            points[f"custom.{kind}_{order}"] = (f"address: {len(registers)}, type: {kind}, order: {order}", number)
            registers += builder.to_registers()
    points["custom.name"] = (f"address: {len(registers)}, type: 'string:12'", "BRKT-7 OP10")
    builder = BinaryPayloadBuilder(byteorder=Endian.Big)
    builder.add_string("BRKT-7 OP10 ")
    return registers + builder.to_registers()


def serve(points):
    """pymodbus's server with known values in all four areas; fills `points` {signal: (options, value)}."""
    logging.disable(logging.CRITICAL)
    holding = lay_out(points)
    bits = [i % 3 == 0 for i in range(24)]
    for area, start in (("coil", 1), ("discrete", 0)):
        for i in range(8):
            points[f"custom.{area}_{i}"] = (f"area: {area}, address: {i}", bits[start + i])
    points["custom.input_5"] = ("area: input, address: 5, scale: 0.1, type: int16", -20.5)
    context = ModbusSlaveContext(
        hr=ModbusSequentialDataBlock(0, holding), ir=ModbusSequentialDataBlock(0, [0] * 5 + [65536 - 205] + [0] * 10),
        co=ModbusSequentialDataBlock(0, bits[1:]), di=ModbusSequentialDataBlock(0, bits), zero_mode=True)
    port = free_port()
    threading.Thread(target=StartTcpServer, daemon=True,
                     kwargs={"context": ModbusServerContext(slaves=context, single=True),
                             "address": ("127.0.0.1", port)}).start()
    return f"tcp://127.0.0.1:{port}"


def machine(url, points):
    lines = "".join(f"          - {{signal: {name}, {options}}}\n" for name, (options, _) in points.items())
    return (f"  - name: m\n    cell: c\n    modbus:\n      - url: '{url}'\n        every: 200ms\n"
            f"        points:\n{lines}")


class Slow(socketserver.BaseRequestHandler):
    """Ten registers, 4 and 5 a float with its low word first; a question too soon after an answer is lost."""
    HELD = [0, 1, 2, 3, 0x5000, 0x449A, 6, 7, 8, 9]

    def handle(self):
        answered = 0.0
        while True:
            request = self.request.recv(12)
            if len(request) < 12:
                return
            tid, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", request)
            if time.monotonic() - answered < NEEDS_S:
                continue
            answer = struct.pack(">BB", function | 0x80, 1 if function != 3 else 2)
            if function == 3 and address + count <= 10:
                answer = struct.pack(f">BB{count}H", 3, 2 * count, *self.HELD[address:address + count])
            answered = time.monotonic()
            with contextlib.suppress(OSError):
                self.request.sendall(struct.pack(">HHHB", tid, 0, 1 + len(answer), unit) + answer)


def probe(url, *options, unit=1):
    """What `probe` prints, after spindled has said that it loads."""
    done = spindlectl("probe", url, "--unit", str(unit), *options)
    assert done.returncode == 0, (done.returncode, done.stderr)
    assert_loads(done.stdout)
    return done.stdout, int(re.search(r"(\d+) requests", done.stderr)[1])


def every_type_in_every_order_is_read_from_pymodbus():
    points = {}
    url = serve(points)
    values = {}
    with Daemon(archiving(machine(url, points))) as daemon:
        def all_are_there():
            answer = daemon.ask("signals", "m") or []
            values.update({each["signal"]: each["value"] for each in answer
                           if each["signal"] in points and each.get("value") is not None})
            return len(values) == len(points)

        wait_for(all_are_there, "every value")
        for name, (_, wanted) in points.items():
            assert values[name] == wanted, (name, values[name], wanted)
        daemon.stop()


def what_is_probed_loads_and_shows_what_was_expected():
    with Cell() as cell:
        place = cell.ports["machines"]["vmc-1"]
        output, requests = probe(place["modbus"], "--expect", "holding:14=21.0", "--expect", "9=12345", unit=place["unit"])
    assert requests <= 400, requests
    assert "custom.expected_holding_14, area: holding, address: 14, type: int16, order: ABCD, scale: 0.1}  # 21\n" in output, output
    assert "# 9=12345: in no type, order and scale" in output, output
    assert "pause_between" not in output, output


def a_slow_device_gets_the_pause_it_needs():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Slow) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        output, requests = probe(f"tcp://127.0.0.1:{server.server_address[1]}", "--expect", "holding:4=1234.50")
        server.shutdown()
    assert requests <= 400, requests
    assert re.search(r"quirks: \{pause_between: (20|50)ms\}", output), output
    assert "address: 4, type: float32, order: CDAB, scale: 1}  # 1234.5\n" in output, output


run([every_type_in_every_order_is_read_from_pymodbus, what_is_probed_loads_and_shows_what_was_expected,
     a_slow_device_gets_the_pause_it_needs])
