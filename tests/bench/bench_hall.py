#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A hall of simulated machines with both sinks: bench_hall.py BUILD [MACHINES] [SECONDS].

Prints what it costs in each phase of a day: start, running, history asked for, the broker and the database away,
their backlog drained, the configuration read again, and the end: memory, and the longest turn of the loop.
"""
import pathlib
import sys
import time

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from cell import DEMO, Cell  # noqa: E402
from daemon import Daemon, config, modbus_machine, mtconnect_machine  # noqa: E402
from servers import InfluxDB, Mosquitto  # noqa: E402

MACHINES = int(sys.argv[2]) if len(sys.argv) > 2 else 100
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 60


def hall():
    """The demo cell's machining centres again and again: (scenario, names by protocol)."""
    kinds = {machine["name"]: machine for machine in yaml.safe_load(DEMO.read_text())["machines"]}
    machines = [{**kinds["vmc-1" if i % 2 else "hmc-3"], "name": f"m-{i}"} for i in range(MACHINES)]
    return yaml.safe_dump({"seed": 7, "machines": machines}), [machine["name"] for machine in machines]


def measure(daemon, name):
    """One row: what the daemon says of itself now."""
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
    resident = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
    ticks = pathlib.Path(f"/proc/{daemon.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    metrics = dict(line.rsplit(" ", 1) for line in daemon.get("/metrics")[1].splitlines() if line[:1] != "#")
    print(f"{name:32} RSS {resident:6.1f} MiB, longest turn of the last minute "
          f"{1e3 * float(metrics['spindled_loop_max_seconds']):6.1f} ms, "
          f"CPU so far {(int(ticks[11]) + int(ticks[12])) / 100:6.1f} s", flush=True)


def main():
    scenario, names = hall()
    with Cell(scenario=scenario) as cell, InfluxDB() as influx, Mosquitto() as broker:
        influx.create()
        machines = "".join((modbus_machine if i % 2 else mtconnect_machine)(name, cell)
                           for i, name in enumerate(names))
        sinks = f'  influx: {{url: "{influx.url}"}}\n  mqtt: {{url: "{broker.url}"}}'
        text = config(machines, sinks)
        with Daemon(text) as daemon:
            measure(daemon, "started")
            time.sleep(SECONDS)
            measure(daemon, f"{SECONDS:.0f} s later")
            for name in names:
                daemon.cycles(name)
                daemon.machine(name)
            daemon.get("/v1/machines")
            time.sleep(3)
            measure(daemon, "all histories asked for")
            broker.kill()
            influx.kill()
            time.sleep(SECONDS)
            measure(daemon, f"nobody there for {SECONDS:.0f} s")
            broker.start()
            influx.start()
            time.sleep(SECONDS)
            measure(daemon, f"back for {SECONDS:.0f} s")
            daemon.write(text.replace("every: 200ms", "every: 250ms"))
            daemon.reload()
            time.sleep(5)
            measure(daemon, "read again, half of it changed")


if __name__ == "__main__":
    main()
