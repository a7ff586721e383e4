#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How long the loop is ever away from its sockets: bench_loop.py BUILD [SECONDS].

The demo cell and one reader of the history, spindled with MQTT and InfluxDB. Prints the
longest turn of the loop and exits 1 when it is above 20 ms; for the release build.
"""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from plant import Cell, Daemon, config, modbus_machine, mtconnect_machine  # noqa: E402
from servers import start_influxdb, start_mosquitto  # noqa: E402

SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 130
LIMIT_S = 0.020


def longest_turn(daemon):
    """Of the minute before, as the daemon publishes it."""
    for line in daemon.get("/metrics")[1].splitlines():
        if line.startswith("spindled_loop_max_seconds "):
            return float(line.split()[1])
    raise AssertionError("no spindled_loop_max_seconds in /metrics")


def main():
    with Cell() as cell, start_influxdb() as influx, start_mosquitto() as broker:
        influx.create()
        machines = "".join([modbus_machine("vmc-1", cell), modbus_machine("drill-2", cell),
                            mtconnect_machine("hmc-3", cell), mtconnect_machine("lathe-4", cell)])
        sinks = f'  influx: {{url: "{influx.url}"}}\n  mqtt: {{url: "{broker.url}"}}'
        with Daemon(config(machines, sinks)) as daemon:
            longest, until = 0.0, time.monotonic() + SECONDS
            while time.monotonic() < until:
                daemon.cycles("hmc-3")
                longest = max(longest, longest_turn(daemon))
                time.sleep(1)
    print(f"longest turn of the loop in {SECONDS:.0f} s: {1e3 * longest:.2f} ms (limit {1e3 * LIMIT_S:.0f} ms)")
    return 1 if longest > LIMIT_S or longest == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
