# SPDX-License-Identifier: Apache-2.0
"""How well broken and worn tools are found on simulated machines.

    tool_simulated.py BUILD_FOLDER

`cncsim` lives through days of production as fast as it goes: edges that wear out at lives of
their own, edges that break, a cold spindle in the morning, overrides, holds. Its SHDR recording
goes through `spindlectl replay`; what it tells of tools is compared with the truth. Prints the
figures that docs/tools.md quotes, and fails when one of them is worse than it promises.
"""

import bisect
import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime

BUILD = sys.argv[1]
FAILURES = []
SCENARIO = """seed: {seed}
machines:
  - name: m
    mtconnect: {{version: 2.0, serve: false}}
    programs:
      - name: O1234
        blocks:
          - {{kind: cut, tool: "1", cut: 20s, rapid: 2s, change: 4s, load: 35, rpm: 6000, feed: 1200}}
          - {{kind: cut, tool: "2", cut: 12s, rapid: 2s, change: 4s, load: 20, rpm: 8000, feed: 800}}
          - {{kind: cut, tool: "3", cut: 6s, rapid: 1s, change: 4s, load: 12, rpm: 4000, feed: 400}}
    tools:
      - {{tool: "1", type: endmill, life: {life}, spread: 0.1, gain: 0.4}}
      - {{tool: "2", type: drill, life: {other}, spread: 0.15, gain: 0.3}}
      - {{tool: "3", type: reamer, life: 100000, gain: 0.2}}
    incidents:
      - {{kind: override, every: 60, for: 30s, value: 80}}
      - {{kind: hold, every: 50, for: 20s}}
{breaks}
"""
BREAKS = """      - {kind: tool_breaks, every: 90, text: "1"}
      - {kind: tool_breaks, every: 120, text: "2"}
      - {kind: tool_breaks, every: 300, text: "3"}"""
CONFIG = """version: 1
machines:
  - name: m
    mtconnect: {{devices: "{folder}/m.xml"}}
    tools: {{list: [{{tool: "1"}}, {{tool: "2"}}, {{tool: "3"}}]}}
"""


# All that may befall a machine whose tools are well.
TROUBLES = """    warmup_after: 1h
    spindle_tau: 8m""", """      - {kind: override, every: 12, for: 25s, value: 50}
      - {kind: override, every: 25, for: 60s, value: 120}
      - {kind: abort, every: 30}
      - {kind: mdi, every: 40, for: 20s}
      - {kind: dry_run, every: 45, for: 30s}
      - {kind: alarm, every: 50, for: 10s, text: "1101|COOLANT"}
      - {kind: emergency_stop, every: 120, for: 60s}
      - {kind: break, every: 100, for: 40m}
      - {kind: lot, every: 60, text: L}"""


def check(name, value, limit, is_least=False):
    good = value >= limit if is_least else value <= limit
    print(f"{name}: {value:.3f} ({'at least' if is_least else 'at most'} {limit}) "
          f"{'ok' if good else 'NOT MET'}")
    if not good:
        FAILURES.append(name)


def stamp(text):
    return datetime.fromisoformat(text[:26].rstrip("Z") + "+00:00").timestamp()


def live(seed, hours, life, other, incidents, habits=""):
    """Truth and records of one machine."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "scenario.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(SCENARIO.format(seed=seed, life=life, other=other,
                                       breaks=incidents)
                       .replace("    programs:", habits + "\n    programs:"))
        subprocess.run([os.path.join(BUILD, "tools/cncsim/cncsim"), "--scenario", path,
                        "--speed", "0", "--seconds", str(3600 * hours), "--start",
                        "2026-01-05T06:00:00Z", "--record", folder, "--truth",
                        os.path.join(folder, "truth")], check=True)
        with open(os.path.join(folder, "c.yaml"), "w", encoding="utf-8") as file:
            file.write(CONFIG.format(folder=folder))
        done = subprocess.run(
            [os.path.join(BUILD, "tools/spindlectl/spindlectl"), "replay", "--config",
             os.path.join(folder, "c.yaml"), "--machine", "m", "--format", "json",
             os.path.join(folder, "m.shdr")], capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        with open(os.path.join(folder, "truth"), encoding="utf-8") as file:
            truth = [json.loads(line) for line in file]
    return truth, [json.loads(line) for line in done.stdout.splitlines()]


def cycles_of(truth):
    return [(t["started_ns"] / 1e9, t["ended_ns"] / 1e9) for t in truth if t["truth"] == "cycle"]


def is_shown(cycle, tool, at):
    """Did the broken edge still have to cut for two seconds? It is replaced after the cycle."""
    at -= cycle["started_ns"] / 1e9
    return any(s["tool"] == tool and at < s["to"] - 2 for s in cycle["segments"])


def breakages():
    found = prompt = count = false_calls = cycles = 0
    codes = {}
    for seed in (1, 2, 3):
        truth, records = live(seed, 40, 200, 260, BREAKS)
        ends = [end for _, end in cycles_of(truth)]
        cycles += len(ends)
        truth_cycles = [t for t in truth if t["truth"] == "cycle"]
        broken = [(stamp(t["t"]), t["text"]) for t in truth
                  if t["truth"] == "event" and t["event"] == "tool_breaks"]
        called = [(stamp(r["t"]), r["text"].split(":")[0].split(" ")[1], r["code"])
                  for r in records if r["measurement"] == "event"
                  and r["code"] in ("tool_suspect", "tool_broken", "tool_wrong")]
        explained = set()
        for at, tool in broken:
            cycle = bisect.bisect_left(ends, at)
            if cycle + 2 >= len(ends):
                continue
            near = [c for c in called if c[1] == tool and at <= c[0] <= ends[cycle + 2] + 1]
            explained.update(near)
            if not is_shown(truth_cycles[cycle], tool, at):
                continue
            count += 1
            found += bool(near)
            prompt += any(c[0] <= ends[cycle] + 1 for c in near)
        for call in called:
            if call not in explained:
                false_calls += 1
                codes[call[2]] = codes.get(call[2], 0) + 1
    print(f"simulated machines: {cycles} cycles, {count} broken edges; false calls {codes}")
    check("  found in the part in which it broke, before the next", prompt / count, 0.9, True)
    check("  found at all", found / count, 0.95, True)
    check("  false calls of breakage, a thousand cycles", 1000 * false_calls / cycles, 1)


def wear():
    for life, other in ((120, 160), (60, 300)):
        told = {"first": [], "later": []}
        early, quiet_calls, cycles = 0, 0, 0
        for seed in (4, 5):
            truth, records = live(seed, 100, life, other, "")
            cycles += len(cycles_of(truth))
            changes = {}
            for t in truth:
                if t["truth"] == "event" and t["event"] == "tool_changed":
                    changes.setdefault(t["text"], []).append(stamp(t["t"]))
            warned = {}
            for r in records:
                if r["measurement"] == "event" and r["code"] in ("tool_wear_warn", "tool_worn"):
                    warned.setdefault(r["text"].split(":")[0].split(" ")[1], []).append(stamp(r["t"]))
            starts = cycles_of(truth)[0][0]
            for tool in ("1", "2"):
                begin = starts
                for number, end in enumerate(changes.get(tool, [])):
                    first = [w for w in warned.get(tool, []) if begin < w <= end + 1]
                    share = (first[0] - begin) / (end - begin) if first else 2
                    told["first" if number < 3 else "later"].append(share)
                    begin = end
            quiet_calls += len(warned.get("3", []))
        for name, shares in told.items():
            shares.sort()
            print(f"lives of {life} and {other} parts, {name} lives: {len(shares)}; "
                  f"told at {shares[len(shares) // 10]:.2f} to {shares[len(shares) * 9 // 10]:.2f}, "
                  f"median {shares[len(shares) // 2]:.2f}")
            if name == "later":
                check("  told by 80 % of life", sum(s <= 0.8 for s in shares) / len(shares), 0.8, True)
                check("  told before half of life", sum(s < 0.5 for s in shares) / len(shares), 0.05)
        check("  wear called on a tool that does not wear, a thousand cycles",
              1000 * quiet_calls / cycles, 1)


def troubles():
    cycles, calls, changes, lives = 0, 0, 0, 0
    for seed in (6, 7, 8, 9):
        truth, records = live(seed, 60, 150, 220, TROUBLES[1], TROUBLES[0])
        events = [r["code"] for r in records if r["measurement"] == "event"]
        cycles += len(cycles_of(truth))
        calls += sum(code in ("tool_suspect", "tool_broken", "tool_wrong") for code in events)
        changes += events.count("tool_changed")
        lives += sum(t["truth"] == "event" and t["event"] == "tool_changed" for t in truth)
    print(f"troubled machines: {cycles} cycles, {lives} changes of tools")
    check("  false calls of breakage, a thousand cycles", 1000 * calls / cycles, 1)
    check("  changes seen that were none, or not seen, of all", abs(changes - lives) / lives, 0.15)


for story in (breakages, wear, troubles):
    story()
sys.exit(1 if FAILURES else 0)
