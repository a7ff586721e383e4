#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How well spindled finds broken and worn tools on live simulated machines at any speed.

cncsim serves a mill, a machining centre with pallets, a drill with two tools and a bar
lathe; spindled listens to each of them over Modbus TCP (every 200 ms) and over MTConnect.
Tools wear, break and are changed, nobody tells it. What it says is compared with the
truth. The faster the machines live, the fewer values a cut has over Modbus: what cannot
be told then must not be told wrong. Prints one line a speed and protocol, and fails when
there is more than one false call of breakage a thousand cycles.

    tests/accuracy/tool_live.py BUILD_FOLDER [SECONDS [SPEED ...]]
"""

import bisect
import collections
import json
import pathlib
import sqlite3
import sys
import time
from datetime import datetime

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from cell import POINTS, Cell
from daemon import Daemon, archiving

SEEDS = (1, 2)
FEW = 3  # false calls that may be chance when there are not thousands of cycles
MACHINES = ("mill", "centre", "drill", "lathe")
CALLS = ("tool_suspect", "tool_broken", "tool_wrong")

SCENARIO = """seed: {seed}
machines:
  - name: mill
    modbus: {{unit: 1}}
    mtconnect: {{version: "2.5"}}
    load: 6s
    spindle_tau: 6m
    programs:
      - name: O1234
        blocks:
          - {{tool: "1", cut: 5s, rapid: 800ms, change: 2.2s, load: 30, rpm: 8000, feed: 1200}}
          - {{tool: "2", cut: 4s, rapid: 600ms, change: 2.2s, load: 18, rpm: 5000, feed: 600}}
          - {{tool: "3", cut: 3s, rapid: 500ms, change: 2.4s, load: 12, rpm: 3200, feed: 400}}
    tools:
      - {{tool: "1", asset: T1.1, type: facemill-50, life: 60, gain: 0.4}}
      - {{tool: "2", asset: T2.1, type: endmill-10, life: 40, gain: 0.5}}
      - {{tool: "3", asset: T3.1, type: drill-8, life: 90, gain: 0.3}}
    incidents:
      - {{kind: hold, every: 12, for: 4s}}
      - {{kind: override, every: 15, for: 20s, value: 80}}
      - {{kind: tool_breaks, every: 60, text: "1"}}
  - name: centre
    modbus: {{unit: 2}}
    mtconnect: {{version: "2.0"}}
    pallets: 2
    load: 4s
    programs:
      - name: O3100
        blocks:
          - {{tool: "12", cut: 20s, rapid: 1s, change: 3s, load: 35, rpm: 6000, feed: 1500}}
          - {{tool: "14", cut: 12s, rapid: 1s, change: 3s, load: 25, rpm: 9000, feed: 900}}
          - {{kind: probe, cut: 2s, rapid: 500ms}}
          - {{kind: pallet, cut: 4s, rapid: 0s}}
    tools:
      - {{tool: "12", asset: EM12.1, type: endmill-12, life: 80, gain: 0.5}}
      - {{tool: "14", asset: DR14.1, type: drill-14, life: 70}}
    incidents:
      - {{kind: alarm, every: 25, for: 6s, text: "1101|COOLANT LEVEL LOW"}}
      - {{kind: tool_breaks, every: 60, text: "14"}}
  - name: drill
    modbus: {{unit: 3}}
    mtconnect: {{version: "1.8"}}
    load: 5s
    programs:
      - name: O200
        blocks:
          - {{tool: "5", cut: 8s, rapid: 1s, change: 2s, load: 22, rpm: 2800, feed: 300}}
          - {{tool: "6", cut: 4s, rapid: 500ms, change: 2s, load: 15, rpm: 900, feed: 250}}
    tools:
      - {{tool: "5", type: drill-12, life: 80}}
      - {{tool: "6", type: tap-m12, life: 150}}
    incidents:
      - {{kind: tool_breaks, every: 80, text: "5"}}
  - name: lathe
    modbus: {{unit: 4}}
    mtconnect: {{version: "1.3"}}
    counter: 3763
    bar_parts: 12
    bar_change: 15s
    programs:
      - name: O77
        loop: true
        blocks:
          - {{tool: "1", cut: 7s, rapid: 1s, change: 1s, load: 40, rpm: 3500, feed: 700}}
          - {{tool: "3", cut: 5s, rapid: 1s, change: 1s, load: 20, rpm: 4500, feed: 300}}
          - {{tool: "7", cut: 3s, rapid: 500ms, change: 1s, load: 15, rpm: 2000, feed: 100}}
    tools:
      - {{tool: "1", asset: CNMG.1, type: cnmg, life: 120}}
      - {{tool: "3", asset: VCMT.1, type: vcmt, life: 150}}
      - {{tool: "7", asset: PART.1, type: parting-3, life: 100}}
    incidents:
      - {{kind: tool_breaks, every: 70, text: "3"}}
"""

REGISTERS = POINTS + """
          - {signal: reset, area: coil, address: 5}
          - {signal: feed, address: 8, type: uint16}
          - {signal: feed_override, address: 9, type: uint16}"""


def machines_of(cell):
    text = ""
    for name in MACHINES:
        places = cell.ports["machines"][name]
        unit = MACHINES.index(name) + 1
        cycle = "\n    cycle: {boundary: partcount}" if name == "lathe" else ""
        text += (f"  - name: {name}-modbus{cycle}\n    modbus:\n      - url: \"{places['modbus']}\"\n"
                 f"        unit: {unit}\n        every: 200ms\n        points:{REGISTERS}\n"
                 f"  - name: {name}-mtconnect{cycle}\n"
                 f"    mtconnect: {{url: \"{places['mtconnect']}\", device: {name}}}\n")
    return text


def seconds(text):
    return datetime.fromisoformat(text[:26].rstrip("Z") + "+00:00").timestamp()


class Score(collections.Counter):
    """What was found on one machine over one protocol."""

    def add_breaks(self, machine, truth, events, codes):
        cycles = [t for t in truth if t["truth"] == "cycle"]
        ends = [t["ended_ns"] / 1e9 for t in cycles]
        self["cycles"] += len(cycles)
        called = [(at, tool, code) for at, tool, code in events if code in CALLS]
        explained = set()
        for event in truth:
            if event["truth"] != "event" or event["event"] != "tool_breaks":
                continue
            at, tool = seconds(event["t"]), event["text"]
            cycle = bisect.bisect_left(ends, at)
            if cycle + 2 >= len(ends):
                continue
            near = [c for c in called if c[1] == tool and at - 1 <= c[0] <= ends[cycle + 2] + 1]
            explained.update(near)
            start = cycles[cycle]["started_ns"] / 1e9
            if not any(s["tool"] == tool and at - start < s["to"] - 2 for s in cycles[cycle]["segments"]):
                continue
            self["broke"] += 1
            self["prompt"] += any(c[0] < ends[cycle] + 3 for c in near)
        for call in called:
            if call not in explained:
                self["false"] += 1
                codes[(machine, call[1], call[2])] += 1

    def add_wear(self, truth, events):
        changes = collections.defaultdict(list)
        began = min((t["started_ns"] / 1e9 for t in truth if t["truth"] == "cycle"), default=0)
        broke = collections.defaultdict(list)
        for t in truth:
            if t["truth"] == "event" and t["event"] == "tool_changed":
                changes[t["text"]].append(seconds(t["t"]))
            if t["truth"] == "event" and t["event"] == "tool_breaks":
                broke[t["text"]].append(seconds(t["t"]))
        for tool, ends in changes.items():
            told = [at for at, who, code in events
                    if who == tool and code in ("tool_wear_warn", "tool_worn")]
            for number, (begin, end) in enumerate(zip([began] + ends, ends)):
                if any(begin < at <= end for at in broke[tool]):
                    continue
                first = [at for at in told if begin < at <= end]
                late = "first" if number < 3 else "later"
                self["worn_" + late] += 1
                self["told_" + late] += bool(first) and first[0] - begin <= 0.8 * (end - begin)
                self["early_" + late] += bool(first) and first[0] - begin < 0.5 * (end - begin)


def tool_events(daemon, machine):
    """(time, tool, code) of what was told of tools."""
    store = sqlite3.connect(f"file:{daemon.store}?mode=ro", uri=True, timeout=30)
    query = ("SELECT record.wall_ns, record.body FROM event JOIN record ON record.id = event.id JOIN machine ON "
             "machine.machine = record.machine WHERE machine.name = ? ORDER BY record.wall_ns")
    for wall_ns, body in store.execute(query, (machine,)).fetchall():
        event = json.loads(body)
        if event["code"].startswith("tool_"):
            yield wall_ns / 1e9, event["text"].split(":")[0].split(" ")[1], event["code"]
    store.close()


def run(speed, seed, lasts, scores, codes):
    with Cell("--speed", str(speed), scenario=SCENARIO.format(seed=seed)) as cell:
        first = time.time()
        with Daemon(archiving(machines_of(cell))) as daemon:
            time.sleep(lasts)
            truth = {name: [] for name in MACHINES}
            for line in (cell.folder / "truth").read_text().split("\n")[:-1]:
                record = json.loads(line)
                truth[record["machine"]].append(record)
            time.sleep(1)
            for name in MACHINES:
                for protocol in ("modbus", "mtconnect"):
                    score = scores[protocol]
                    events = list(tool_events(daemon, f"{name}-{protocol}"))
                    if protocol == "modbus":
                        events = [(first + (at - first) * speed, *rest) for at, *rest in events]
                    until = max(seconds(t["t"]) for t in truth[name])
                    events = [e for e in events if e[0] <= until]
                    score["seen"] += len(daemon.records("cycle", f"{name}-{protocol}"))
                    score.add_breaks(f"{name}-{protocol}", truth[name], events, codes)
                    score.add_wear(truth[name], events)


def share(part, whole):
    return f"{part}/{whole}" + (f" ({100 * part / whole:.0f} %)" if whole else "")


def main():
    lasts = float(sys.argv[2]) if len(sys.argv) > 2 else 120
    for speed in [float(speed) for speed in sys.argv[3:]] or [5, 20, 60]:
        scores, codes = collections.defaultdict(Score), collections.Counter()
        for seed in SEEDS:
            run(speed, seed, lasts, scores, codes)
        for protocol, s in sorted(scores.items()):
            print(f"speed {speed:g} {protocol}: {s['cycles']} cycles, {s['seen']} recorded; "
                  f"broken {share(s['prompt'], s['broke'])}; false {s['false']} = "
                  f"{1000 * s['false'] / max(1, s['cycles']):.2f} a thousand; told by 80 %: first "
                  f"{share(s['told_first'], s['worn_first'])}, later {share(s['told_later'], s['worn_later'])}; "
                  f"before half {s['early_first']} + {s['early_later']}", flush=True)
        for who, count in sorted(codes.items()):
            print("   ", *who, count)
        FAILURES.extend(f"speed {speed:g} {protocol}" for protocol, s in scores.items()
                        if s["false"] > max(FEW, s["cycles"] / 1000))


FAILURES = []
if __name__ == "__main__":
    main()
    sys.exit(1 if FAILURES else 0)
