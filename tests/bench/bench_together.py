#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A whole gateway on one core: bench_together.py BUILD [AGENTS [PER_SECOND [SECONDS]]]. For the release build.

MTConnect agents beside 500 Modbus devices of 100 registers a second; spindled alone on the first core, what it talks to on
the others. Prints what it costs, the longest turn of the loop, and what is missing of what the agents issued.
"""
import os
import pathlib
import sys
import tempfile
import time

arguments = (sys.argv[1:] + ["100", "50", "30"][len(sys.argv) - 2:])[:4]
sys.argv = [sys.argv[0], arguments[0], "500", arguments[3]]
import bench_modbus  # noqa: E402
sys.argv = [sys.argv[0], *arguments]
import bench_agents  # noqa: E402
from daemon import Daemon, config  # noqa: E402
from rig import wait_for  # noqa: E402


class Clock:
    """How much each agent has issued; can be stopped, so that all of it can be asked for."""

    def __init__(self, per_second):
        self.since, self.per_second, self.total = time.monotonic(), per_second, None

    def __call__(self):
        return self.total or 100 + int((time.monotonic() - self.since) * self.per_second)

    def stop(self):
        self.total = self()


def reception(daemon):
    machines = [m for m in daemon["machines"] if m["machine"].startswith("m")]
    return [(m["reception"], m["links"][0]) for m in machines]


def main():
    rest = set(range(1, os.cpu_count()))
    os.sched_setaffinity(0, rest)
    clock = Clock(bench_agents.PER_SECOND)
    agents = bench_agents.Agents(clock)
    farm = bench_modbus.Farm()
    with tempfile.TemporaryDirectory(prefix="spindled-bench-") as folder:
        text = bench_modbus.configuration(pathlib.Path(folder), farm.ports, []).read_text()
    devices = text.split("machines:\n", 1)[1]
    try:
        os.sched_setaffinity(0, {0})
        with Daemon(config(devices + bench_agents.machines(agents, bench_agents.AGENTS), store="signals: none"),
                    options=["--verbose"]) as daemon:
            os.sched_setaffinity(0, rest)
            wait_for(lambda: len(agents.streams) >= bench_agents.AGENTS, "streams", 60)
            started = len(daemon.log())
            bench_modbus.measure(daemon.process, farm)
            log = daemon.log()[started:]  # without the start and the questions that follow
            clock.stop()
            wait_for(lambda: all(r["observed"] >= clock.total for r, _ in reception(daemon.ask("machines"))), "all of it", 60)
            dropped = sum(r["dropped"] for r, _ in reception(daemon.ask("machines")))
            print(f"{dropped} of {clock.total * bench_agents.AGENTS} observations dropped")
            print(bench_agents.longest_turn(log))
    finally:
        farm.close()


if __name__ == "__main__":
    main()
