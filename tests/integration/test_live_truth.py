#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Agents whose clocks run sixty times as fast as ours: every cycle is recorded as it was."""
import datetime

from cell import DEMO, Cell
from daemon import Daemon, config, mtconnect_machine
from rig import run, wait_for


MORE = {"hmc-3": "", "lathe-4": "    cycle: {boundary: partcount}\n"}


def milliseconds(text):
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def every_cycle_of_ten_minutes_in_ten_seconds_is_as_it_was():
    with Cell("--speed", "60", "--seed", "9", scenario=DEMO.read_text()) as cell:
        machines = "".join(mtconnect_machine(name, cell).replace("device:", "own_clock: true, device:") + more
                           for name, more in MORE.items())
        with Daemon(config(machines)) as daemon:
            # The cycle that runs is told in the machine's seconds, too; in ours it was always 0 s old.
            wait_for(lambda: [path for name in MORE for path in daemon.get(f"/v1/machines/{name}")[1]["paths"]
                              if path["in_cycle"] and 1 < path["elapsed"] < 40 and path["state_s"] > 0], "a cycle that runs")
            wait_for(lambda: all(len(daemon.cycles(name)) >= 18 for name in MORE), "cycles")
            for name in MORE:
                truth = {milliseconds(cycle["t"]): cycle for cycle in cell.truth("cycle") if cycle["machine"] == name}
                cycles = [cycle for cycle in daemon.cycles(name) if not cycle["flags"] & 1]
                assert len(cycles) >= 16, cycles
                ends = sorted(truth)
                first = ends.index(milliseconds(cycles[0]["t"]))
                assert [milliseconds(c["t"]) for c in cycles] == ends[first:first + len(cycles)], (name, cycles, ends)
                for cycle in cycles:
                    known = truth[milliseconds(cycle["t"])]
                    assert abs(cycle["ct"] - known["ct"]) < 0.0015, (cycle, known)
                    assert not cycle["flags"] & 4, cycle


run([every_cycle_of_ten_minutes_in_ten_seconds_is_as_it_was])
