#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What polling many devices costs: bench_modbus.py BUILD [DEVICES] [SECONDS] [mqtt,influx].

A farm of tests/integration/modbus_farm.py in a process of its own, spindled publishing every
register (BENCH_REGISTERS, else 100 each), mosquitto and InfluxDB when asked for. Prints CPU, memory, periods kept and jitter
as the farm saw them, and judges every value that arrived.
"""
import collections
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))
import modbus_farm  # noqa: E402
import servers  # noqa: E402

BUILD = pathlib.Path(sys.argv[1])
DEVICES = int(sys.argv[2]) if len(sys.argv) > 2 else 500
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 30
SINKS = sys.argv[4].split(",") if len(sys.argv) > 4 else []
REGISTERS = int(os.environ.get("BENCH_REGISTERS", "100"))
PER_PROCESS = 250


class Farm:
    """Several processes: Python answers some thousand requests a second each."""

    def __init__(self):
        self.processes, self.ports = [], []
        for first in range(1, DEVICES + 1, PER_PROCESS):
            count = min(PER_PROCESS, DEVICES + 1 - first)
            process = subprocess.Popen(["/usr/bin/python3", HERE.parent / "integration/modbus_farm.py", str(count),
                                        str(first)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.processes.append(process)
        for process in self.processes:
            self.ports += json.loads(process.stdout.readline())

    def look(self):
        seen = []
        for process in self.processes:
            process.stdin.write("look\n")
            process.stdin.flush()
            seen += json.loads(process.stdout.readline())
        return seen

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()


def configuration(folder, ports, sinks):
    points = ", ".join(f"{{signal: custom.r{i}, address: {i}}}" for i in range(REGISTERS))
    lines = ["version: 1", "gateway: {id: bench, enterprise: e, site: s, area: a}",
             f"store: {{path: '{folder}/spindled.db'}}", "http: {listen: '127.0.0.1:0'}",
             f"control: {{socket: '{folder}/control.sock'}}", f"sinks: {{{', '.join(sinks)}}}" if sinks else "",
             "machines:"]
    for i, port in enumerate(ports):
        lines += [f"  - name: d{i + 1}", "    cell: c", "    publish: {signals: ['*']}" if sinks else "",
                  "    modbus:", f"      - url: tcp://127.0.0.1:{port}", "        every: 1s",
                  f"        points: {'&points ' if i == 0 else '*points'}{'[' + points + ']' if i == 0 else ''}"]
    path = folder / "spindled.yaml"
    path.write_text("\n".join(line for line in lines if line) + "\n")
    return path


def usage(pid):
    """CPU seconds of all threads, resident bytes."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    ticks = int(fields[11]) + int(fields[12])
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    resident = int(status.split("VmRSS:")[1].split()[0]) * 1024
    return ticks / os.sysconf("SC_CLK_TCK"), resident


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def report_schedule(seen, begin, end):
    """From the arrivals at the farm, within the window."""
    jitters, missed, asked = [], 0, 0
    for device in seen:
        arrivals = [at for at in device["arrivals"] if begin <= at <= end]
        asked += len(arrivals)
        for before, after in zip(arrivals, arrivals[1:]):
            missed += max(0, round(after - before) - 1)
            jitters.append(abs(after - before - round(after - before)))
    print(f"requests {asked} ({100 * asked / (DEVICES * (end - begin)):.2f} % of the schedule), missed periods {missed}")
    print(f"jitter at the farm: p50 {1e3 * percentile(jitters, .5):.3f} ms, p99 {1e3 * percentile(jitters, .99):.2f} ms,"
          f" max {1e3 * max(jitters, default=0):.1f} ms")
    print(f"connections: {sum(d['connections'] for d in seen)} of {DEVICES}; writes {sum(d['writes'] for d in seen)}")


def report_values(name, judge, seen, until):
    """Every answer given before `until` (wall seconds) must have arrived, with right values."""
    owed = missing = 0
    for i, device in enumerate(seen):
        told = judge.answers[f"d{i + 1}"]
        given = [answer for answer, at in device["good"] if at < until]
        owed += len(given)
        missing += sum(answer not in told for answer in given)
    print(f"{name}: {judge.values} values judged, {len(judge.wrong)} wrong, {missing} of {owed} answers missing")


def judge_influx(influx):
    judge = modbus_farm.Judge()
    for i in range(DEVICES):
        for row in influx.query(f"SELECT * FROM signal WHERE machine = 'd{i + 1}'"):
            judge.take_numbers(f"d{i + 1}", {int(k[8:]): v for k, v in row.items()
                                             if k.startswith("custom.r") and not k.endswith(".q") and v is not None},
                               row["time"])
    return judge


def judge_mqtt(messages):
    judge = modbus_farm.Judge()
    for _, _, topic, payload in messages:
        if not topic.endswith("/raw"):
            continue
        answers = collections.defaultdict(dict)
        for name, values in json.loads(payload)["signals"].items():
            for offset, number, quality in values:
                if quality >= 192:
                    answers[offset][int(name[8:])] = number
        for offset, numbers in answers.items():
            judge.take_numbers(topic.split("/")[-2], numbers, offset)
    return judge


def measure(process, farm):
    time.sleep(5)  # all connected, memory taken
    begin, (cpu, _) = time.monotonic(), usage(process.pid)
    if os.environ.get("BENCH_HOOK"):
        subprocess.Popen([os.environ["BENCH_HOOK"], str(process.pid)])
    time.sleep(SECONDS)
    end, (cpu_end, resident) = time.monotonic(), usage(process.pid)
    polls = DEVICES * (end - begin)
    print(f"{DEVICES} devices x {REGISTERS} registers x 1 s for {SECONDS:.0f} s, sinks: {','.join(SINKS) or 'none'}")
    print(f"CPU {100 * (cpu_end - cpu) / (end - begin):.1f} % of a core, {1e6 * (cpu_end - cpu) / polls:.0f} us a poll,"
          f" RSS {resident / 1e6:.1f} MB, descriptors {len(os.listdir(f'/proc/{process.pid}/fd'))}")
    until = time.time()
    time.sleep(5)  # what was answered until then has been delivered now
    seen = farm.look()
    report_schedule(seen, begin, end)
    return seen, until


def main():
    farm = Farm()
    with contextlib.ExitStack() as stack:
        stack.callback(farm.close)
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spindled-bench-")))
        sinks, subscriber, influx = [], None, None
        if "mqtt" in SINKS:
            broker = stack.enter_context(servers.Mosquitto("set_tcp_nodelay true", "max_queued_messages 0"))
            sinks.append(f"mqtt: {{url: '{broker.url}'}}")
            subscriber = stack.enter_context(broker.subscribe("e/#"))
        if "influx" in SINKS:
            influx = stack.enter_context(servers.InfluxDB())
            influx.create()
            sinks.append(f"influx: {{url: '{influx.url}'}}")
        with open(folder / "log", "wb") as log:
            process = subprocess.Popen([BUILD / "daemon/spindled", "--config",
                                        configuration(folder, farm.ports, sinks)], stdout=log, stderr=log)
        stack.callback(process.wait)
        stack.callback(process.kill)
        seen, until = measure(process, farm)
        if influx:
            report_values("InfluxDB", judge_influx(influx), seen, until)
        if subscriber:
            report_values("MQTT", judge_mqtt(subscriber.messages()), seen, until)
        print((folder / "log").read_text()[-2000:], end="")


if __name__ == "__main__":
    main()
