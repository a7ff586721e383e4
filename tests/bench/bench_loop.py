#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How long the loop is away from its sockets, phase by phase: bench_loop.py BUILD [DEVICES] [SECONDS].

The farm of bench_modbus.py (else 500 devices, all registers published), spindled with MQTT and
InfluxDB, through what happens to a gateway: start, work, people at the page, reloads, both
servers gone and back, stop. Prints for each phase its turns of 5 ms and more, by wall time and
by the CPU time of the loop's thread; exits 1 when a turn took more than 20 ms by the clock on the
wall, or when none was measured. spindled has the priority of its systemd unit, if that is allowed. For the release build on a
quiet machine. BENCH_KEEP=FILE keeps the log.
"""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

import bench_modbus
import rig
import servers

SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 30
LIMIT_MS = 20.0
TURN = re.compile(r"a turn took ([\d.]+) ms, ([\d.]+) ms of it CPU")
PAGES = ("", "v1/machines", "v1/machines/d1", "v1/machines/d1/cycles?limit=1000", "v1/machines/d1/states",
         "v1/machines/d1/alarms", "v1/sinks", "metrics", "healthz")


class Phases:
    """What the log says of each: it is read up to where it stands when the phase is over."""

    def __init__(self, log):
        self.log, self.position, self.worst_wall, self.worst_cpu = log, 0, 0.0, 0.0
        print(f"{'phase':<16}{'turns >= 5 ms':>14}{'wall max, ms':>14}{'CPU max, ms':>13}")

    @contextlib.contextmanager
    def measure(self, name):
        self.position = self.log.stat().st_size
        yield
        with open(self.log, encoding="utf-8") as file:
            file.seek(self.position)
            turns = [(float(wall), float(cpu)) for wall, cpu in TURN.findall(file.read())]
        wall, cpu = (max((turn[i] for turn in turns), default=0.0) for i in (0, 1))
        self.worst_wall, self.worst_cpu = max(self.worst_wall, wall), max(self.worst_cpu, cpu)
        print(f"{name:<16}{len(turns):>14}{wall:>14.1f}{cpu:>13.1f}{'  too long' if wall > LIMIT_MS else ''}", flush=True)


def look_at_pages(url, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for page in PAGES:
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(f"{url}/{page}", timeout=10).read()


def take_priority():
    """The unit's, where that is allowed."""
    unit = (pathlib.Path(__file__).parents[2] / "systemd/spindled.service").read_text(encoding="utf-8")
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, int(re.search(r"^Nice=(-?\d+)", unit, re.M).group(1)))


def log_has(log, words):
    return lambda: words in log.read_text(encoding="utf-8")


def reload(process, configuration, before, after):
    configuration.write_text(configuration.read_text().replace(before, after))
    process.send_signal(signal.SIGHUP)
    time.sleep(SECONDS / 2)


def live(phases, process, configuration, url, brokers):
    with phases.measure("work"):
        time.sleep(SECONDS)
    with phases.measure("pages"):
        look_at_pages(url, SECONDS / 2)
    with phases.measure("reload, same"):
        reload(process, configuration, "version: 1", "version: 1 # the same")
    with phases.measure("reload, all new"):
        reload(process, configuration, "every: 1s", "every: 1100ms")
    with phases.measure("servers gone"):
        for broker in brokers:
            broker.kill()
        time.sleep(SECONDS)
    with phases.measure("backlog"):
        for broker in brokers:
            broker.start()
        time.sleep(SECONDS)


def main():
    farm = bench_modbus.Farm()
    with contextlib.ExitStack() as stack:
        stack.callback(farm.close)
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spindled-bench-")))
        broker, influx = (stack.enter_context(start()) for start in (servers.Mosquitto, servers.InfluxDB))
        influx.create()
        sinks = [f"mqtt: {{url: '{broker.url}'}}", f"influx: {{url: '{influx.url}'}}"]
        configuration = bench_modbus.configuration(folder, farm.ports, sinks)
        log = folder / "log"
        log.touch()
        phases = Phases(log)
        with phases.measure("start"), open(log, "ab") as file:
            process = subprocess.Popen([bench_modbus.BUILD / "daemon/spindled", "--verbose", "--config", configuration],
                                       stdout=file, stderr=file, preexec_fn=take_priority)
            stack.callback(process.wait)
            stack.callback(process.kill)
            rig.wait_for(log_has(log, "http://127.0.0.1:"), "the page")
            time.sleep(10)
        url = re.search(r"http://127\.0\.0\.1:\d+", log.read_text(encoding="utf-8")).group()
        live(phases, process, configuration, url, (broker, influx))
        measures = "spindled_loop_max_seconds 0\n" not in urllib.request.urlopen(f"{url}/metrics").read().decode()
        with phases.measure("stop"):
            process.terminate()
            process.wait(timeout=60)
        if "BENCH_KEEP" in os.environ:
            shutil.copy(log, os.environ["BENCH_KEEP"])
    print(f"longest turn of the loop: {phases.worst_wall:.1f} ms (limit {LIMIT_MS:.0f} ms), {phases.worst_cpu:.1f} ms of CPU at most")
    return 1 if phases.worst_wall > LIMIT_MS or not measures else 0


if __name__ == "__main__":
    sys.exit(main())
