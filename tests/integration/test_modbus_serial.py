#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""npm's modbus-serial as a server: three units behind one connection, out of order, are read right in every area."""
import pathlib
import subprocess
import sys

from daemon import Daemon, archiving
from rig import need, run, wait_for

HERE = pathlib.Path(__file__).resolve().parent

UNITS = (1, 2, 3)
REFUSED = "custom.h40"
need("node")
if not (HERE / "node/node_modules/modbus-serial").is_dir():
    print("skipped: modbus-serial is not installed (tools/install-dependencies --tests)")
    sys.exit(77)


def points(unit):
    """{signal: (options, what the server holds)}, said here anew."""
    known = {f"custom.h{i}": (f"address: {i}", 1000 * unit + i) for i in range(48)}
    known |= {f"custom.i{i}": (f"area: input, address: {i}", 40000 + 100 * unit + i) for i in range(0, 90, 7)}
    known |= {f"custom.f{i}": (f"address: {50 + 2 * i}, type: float32", -1.25 * (i + 1)) for i in range(5)}
    known |= {f"custom.c{i}": (f"area: coil, address: {i}", (i + unit) % 3 == 0) for i in range(20)}
    known |= {f"custom.d{i}": (f"area: discrete, address: {i}", (i + unit) % 2 == 0) for i in range(20)}
    return known


def machine(port, unit):
    lines = "".join(f"          - {{signal: {name}, {options}}}\n" for name, (options, _) in points(unit).items())
    return (f"  - name: m{unit}\n    cell: c\n    modbus:\n      - url: 'tcp://127.0.0.1:{port}'\n        unit: {unit}\n"
            f"        every: 500ms\n        timeout: 2s\n        max_in_flight: 4\n        max_words: 30\n        points:\n{lines}")


def all_values(daemon, unit, wanted):
    heard = {each["signal"]: each["value"] for each in daemon.ask("signals", f"m{unit}") or [] if each.get("value") is not None}
    return heard if set(wanted) <= set(heard) else None


def every_unit_is_read_right_and_one_refusal_costs_one_point():
    server = subprocess.Popen(["node", str(HERE / "node/server.js")], stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline())
        with Daemon(archiving("".join(machine(port, unit) for unit in UNITS))) as daemon:
            for unit in UNITS:
                wanted = {name: value for name, (_, value) in points(unit).items() if name != REFUSED}
                heard = wait_for(lambda unit=unit, wanted=wanted: all_values(daemon, unit, wanted), f"every value of unit {unit}")
                for name, value in wanted.items():
                    assert heard[name] == value, (unit, name, heard[name], value)
                assert REFUSED not in heard, heard[REFUSED]
            wait_for(lambda: "custom.h40 (holding 40)" in daemon.log(), "the refusal in the log")
            daemon.stop()
            for unit in UNITS:
                for row in daemon.records("archive", f"m{unit}"):
                    for name, values in row["signals"].items():
                        wrong = [v for v in values if v[1] is not None and v[1] != points(unit)[name][1]]
                        assert not wrong, (unit, name, wrong)
    finally:
        server.kill()
        server.wait()


run([every_unit_is_read_right_and_one_refusal_costs_one_point])
