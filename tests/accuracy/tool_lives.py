# SPDX-License-Identifier: Apache-2.0
"""How well worn and broken tools are found in simulated production.

    tool_lives.py BUILD_FOLDER

Edges with three-phase wear (domain.md 3.5: life scatters by 15 %, load growth by 12 %, load
noise 3 %, material 2 %) cut part after part; what `spindlectl replay` concludes is compared with
the truth. Prints the figures that docs/tools.md quotes, and fails when one is not met.
"""

import json
import math
import os
import random
import subprocess
import sys
import tempfile

SPINDLECTL = os.path.join(sys.argv[1], "tools", "spindlectl", "spindlectl")
CONFIG = """version: 1
machines:
  - name: m
    tools: {list: [{tool: "1", type: endmill}]}
"""
FAILURES = []


def check(name, value, limit, is_least=False):
    good = value >= limit if is_least else value <= limit
    print(f"{name}: {value:.3f} ({'at least' if is_least else 'at most'} {limit}) "
          f"{'ok' if good else 'NOT MET'}")
    if not good:
        FAILURES.append(name)


def growth(u, amplitude):
    return 1 + amplitude * (0.12 * (1 - math.exp(-u / 0.03)) + 0.60 * u + 0.28 * u ** 6)


class Shop:
    """Writes the recording of one machine."""

    def __init__(self, file, seed):
        self.file, self.random, self.now = file, random.Random(seed), 0.0
        self.lot = 1.0
        file.write("time,execution,program,tool,feed,spindle_speed,spindle_load\n")

    def line(self, **values):
        columns = ("execution", "program", "tool", "feed", "spindle_speed", "spindle_load")
        self.file.write(f"{self.now:.2f}," + ",".join(str(values.get(c, "")) for c in columns)
                        + "\n")

    def part(self, net, broken_at=None):
        """One cycle: air, a cut of ten seconds, air. Returns when it ended."""
        self.line(execution="ACTIVE", program="O1", tool=1, feed=0, spindle_speed=6000,
                  spindle_load=8)
        for _ in range(3):
            self.now += 1
            self.line(spindle_load=round(8 + self.random.gauss(0, 0.2), 2))
        self.line(feed=800)
        whole = net * self.random.gauss(1, 0.03)
        for i in range(20):
            self.now += 0.5
            load = 0 if broken_at is not None and i >= broken_at else whole
            noise = self.random.gauss(0, 0.3)
            self.line(spindle_load=round(max(0, 8 + load + noise), 2))
        self.line(feed=0)
        for _ in range(2):
            self.now += 1
            self.line(spindle_load=8)
        self.now += 1
        self.line(execution="READY")
        ended = self.now
        self.now += 8
        return ended


def replay(folder, changes):
    config = os.path.join(folder, "c.yaml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(CONFIG)
    done = subprocess.run([SPINDLECTL, "replay", "--config", config, "--machine", "m",
                           "--format", "json", *changes, os.path.join(folder, "s.csv")],
                          capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def seconds_of(record):
    day = (int(record["t"][5:7]) - 1) * 31 + int(record["t"][8:10]) - 1
    hour, minute, second = record["t"][11:-1].split(":")
    return day * 86400 + int(hour) * 3600 + int(minute) * 60 + float(second)


def worn_tools(seed):
    with tempfile.TemporaryDirectory() as folder:
        lives, at = [], []
        with open(os.path.join(folder, "s.csv"), "w", encoding="utf-8") as file:
            shop = Shop(file, seed)
            file.seek(0)
            file.write("time,execution,program,tool,feed,spindle_speed,spindle_load,"
                       "tool_asset\n")
            for asset in range(24):
                life = max(40, round(120 * math.exp(shop.random.gauss(0, 0.15))))
                amplitude = 0.4 * math.exp(shop.random.gauss(0, 0.12))
                file.write(f"{shop.now:.2f},,,1,,,,A{asset}\n")
                shop.now += 1
                at.append([])
                for k in range(life):
                    if k % 25 == 0:
                        shop.lot = shop.random.gauss(1, 0.02)
                    at[-1].append(shop.part(30 * growth(k / life, amplitude) * shop.lot))
                lives.append(life)
        records = replay(folder, [])
    return lives, at, records


def judge_worn():
    errors = {0.5: [], 0.7: [], 0.8: [], 0.9: []}
    held, asked, found, lives_judged, false, parts = 0, 0, 0, 0, 0, 0
    fixed = []
    for seed in range(1, 11):
        lives, at, records = worn_tools(seed)
        tools = {round(seconds_of(r)): r for r in records if r["measurement"] == "tool"}
        events = [r for r in records if r["measurement"] == "event"]
        false += sum(r["code"] in ("tool_suspect", "tool_broken", "tool_wrong") for r in events)
        parts += sum(lives)
        numbers = {r["life_no"] for r in tools.values()}
        assert len(numbers) == len(lives), (len(numbers), len(lives))
        for i, (life, ends) in enumerate(zip(lives, at)):
            if i < 8:
                continue
            lives_judged += 1
            fixed.append(abs(sum(lives[:i]) / i - life) / life)
            warned = [r for r in events if r["code"] in ("tool_wear_warn", "tool_worn")
                      and ends[0] <= seconds_of(r) <= ends[int(0.8 * life) - 1] + 1]
            found += bool(warned)
            for share, list_ in errors.items():
                record = tools.get(round(ends[int(share * life) - 1]))
                left = life - int(share * life)
                if not record or record["rul_q50"] is None:
                    continue
                list_.append((record["rul_q50"] - left) / life)
                asked += 1
                held += record["rul_q10"] <= left <= record["rul_q90"]
    print(f"simulated lives: {lives_judged} judged after 8 learned each, {parts} parts; "
          f"the mean of past lives is wrong by {sum(fixed) / len(fixed):.3f} of life")
    for share, list_ in errors.items():
        mean = sum(abs(e) for e in list_) / len(list_)
        bias = sum(list_) / len(list_)
        check(f"  at {share:.0%} of life: mean error (bias {bias:+.3f}), share of life", mean,
              {0.5: 0.14, 0.7: 0.12, 0.8: 0.11, 0.9: 0.095}[share])
    check("  coverage of the 80 % interval", held / asked, 0.75, True)
    check("  lives whose wear was told by 80 % of life", found / lives_judged, 0.85, True)
    check("  false calls of breakage, a thousand cycles", 1000 * false / parts, 1)


def judge_broken():
    missed, late, count = 0, 0, 40
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "s.csv"), "w", encoding="utf-8") as file:
            shop = Shop(file, 9)
            file.seek(0)
            file.write("time,execution,program,tool,feed,spindle_speed,spindle_load,"
                       "tool_asset\n0,,,1,,,,B\n")
            shop.now = 1
            moments = []
            for i in range(count):
                for _ in range(30):
                    shop.part(30)
                first = shop.part(30, broken_at=i % 12)
                moments.append((first, shop.now))
                shop.part(0)
                shop.now += 1
                file.write(f"{shop.now:.2f},,,1,,,,B{i}\n")
                shop.now += 1
        records = replay(folder, [])
    suspects = [seconds_of(r) for r in records if r["measurement"] == "event"
                and r["code"] in ("tool_suspect", "tool_broken")]
    for first, following in moments:
        told = [t for t in suspects if first - 15 <= t]
        if not told or min(told) > following + 30:
            missed += 1
            print("  missed at", first)
        elif min(told) > following:
            late += 1
    print(f"simulated breakages: {count}, in the first 0 to 60 % of the cut")
    check("  found before the next part began", (count - missed - late) / count, 0.9, True)
    check("  found at all", (count - missed) / count, 1, True)


judge_worn()
judge_broken()
sys.exit(1 if FAILURES else 0)
