#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Wear told apart from heat in simulated shops that share no code with spindled.

Each shop works shifts of eight hours with a break, two-minute parts and edges of sixty,
and is shown to spindled as a customer would: a CSV of signals and one of measurements.
Truth: wear 0.15 um a part, growth 18 um with 60 min (90 min down), noise 2 um. The
stories change one thing each: the time constants, what is known, lots, fixtures,
overrides, or a schedule in which nothing can be told apart.

    tests/accuracy/thermal_shops.py build/dev/tools/spindlectl/spindlectl [SEEDS]
"""

import collections
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone

START = datetime(2026, 3, 2, 6, tzinfo=timezone.utc)
DAY, HOUR, PART_S = 86400.0, 3600.0, 120.0
WITHIN_80 = 1.2816
CAUSES = ("wear", "heat", "lot", "fixture", "override")

CONFIG = """version: 1
machines:
  - name: vmc
    thermal: {sensors: ["temperature.*"]}
parts:
  - part: BRKT-7
    programs: [O1000]
    features: [{name: bore1, nominal: 25, lower: 24.95, upper: 25.05}]
"""

USUAL = {
    "days": 3, "shift_h": 8, "break_at_h": 4, "edge_parts": 60, "every": 1, "noise": 2.0,
    "wear": 0.15, "growth": 18.0, "tau_s": HOUR, "cooling": 1.5, "tool_um": 0.0,
    "has_sensor": False, "tells_edge": True, "lots": {}, "fixtures": {}, "overrides": (),
}

STORIES = {
    "thermometer": {"has_sensor": True},
    "spindle bit only": {},
    "thermometer, every 5th": {"has_sensor": True, "every": 5},
    "bit only, every 5th": {"every": 5},
    "cools as it warms": {"cooling": 1.0},
    "cools twice as slowly": {"cooling": 2.0},
    "48 min, between the bank's": {"tau_s": 48 * 60},
    "110 min, between the bank's": {"tau_s": 110 * 60},
    "tool setting 3 um": {"tool_um": 3.0},
    "a lot of +25 um": {"lots": {260: ("B", 25.0)}},
    "seven lots": {"lots": {100 * i: (f"L{i}", um) for i, um in
                            enumerate((0, 15, -12, 20, 8, -20, 30))}},
    "two fixtures in turn": {"fixtures": {50 * i: (f"F{i % 2}", 15.0 * (i % 2))
                                          for i in range(13)}},
    "an override of +30 um": {"overrides": ((260, 300, 30.0),)},
    "edges that nobody tells": {"tells_edge": False},
    "one edge, four hours": {"edge_parts": 1000, "days": 1, "shift_h": 4, "break_at_h": 9},
}


def stamp(seconds):
    return (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace(
        "+00:00", "Z")


class Shop:
    def __init__(self, seed, story):
        self.story = collections.namedtuple("Story", USUAL)(**{**USUAL, **story})
        self.random = random.Random(seed)
        self.now = self.warmth = self.set_um = 0.0
        self.parts = self.age = 0
        self.edge = 1
        self.lot, self.fixture, self.override = ("A", 0.0), ("F0", 0.0), 0.0
        self.rows, self.measured, self.truth = [], [], {}

    def show(self, at, execution, speed):
        celsius = 21 + 12 * self.warmth + self.random.gauss(0, 0.2)
        self.rows.append(f"{stamp(at)},{execution},O1000,{self.parts},{speed},"
                         f"{70 if self.override else 100}"
                         + (f",{celsius:.2f}" if self.story.has_sensor else ""))

    def live(self, seconds, heat):
        tau = self.story.tau_s * (1 if heat >= self.warmth else self.story.cooling)
        self.warmth = heat + (self.warmth - heat) * math.exp(-seconds / tau)
        self.now += seconds

    def stand(self, until):
        while self.now < until - 1:
            self.show(self.now, "READY", 0)
            self.live(min(300, until - self.now), 0)

    def make_part(self):
        story = self.story
        if self.age == story.edge_parts:
            self.age, self.edge = 0, self.edge + 1
            self.set_um = self.random.gauss(0, story.tool_um)
        self.lot = story.lots.get(self.parts, self.lot)
        self.fixture = story.fixtures.get(self.parts, self.fixture)
        self.override = sum(um for first, end, um in story.overrides
                            if first <= self.parts < end)
        self.show(self.now + 0.001, "ACTIVE", 8000)
        for _ in range(4):
            self.live(PART_S / 4, 1)
            self.show(self.now - 1, "ACTIVE", 8000)
        self.age += 1
        self.parts += 1
        self.show(self.now - 0.5, "READY", 8000)
        if self.parts % story.every == 0:
            self.measure(self.now - 0.4)

    def measure(self, at):
        parts = {"wear": self.story.wear * self.age, "heat": self.story.growth * self.warmth,
                 "lot": self.lot[1], "fixture": self.fixture[1], "override": self.override}
        um = sum(parts.values()) + self.set_um + self.random.gauss(0, self.story.noise)
        tool = f"12.{self.edge}" if self.story.tells_edge else "12"
        self.measured.append(
            f"{stamp(at)},bore1,{25 + um / 1000:.5f},{self.lot[0]},{self.fixture[0]},{tool}")
        self.truth[stamp(at)] = parts

    def work(self):
        for day in range(self.story.days):
            self.stand(day * DAY)
            self.now, ate = day * DAY, False
            while self.now - day * DAY < self.story.shift_h * HOUR:
                if not ate and self.now - day * DAY >= self.story.break_at_h * HOUR:
                    ate = True
                    self.stand(self.now + HOUR / 2)
                self.make_part()
        self.show(self.now + 60, "READY", 0)

    def replay(self, program, folder):
        head = "time,execution,program,part_count,spindle_speed,feed_override"
        head += ",temperature.spindle" if self.story.has_sensor else ""
        (folder / "spindled.yaml").write_text(CONFIG)
        (folder / "signals.csv").write_text("\n".join([head, *self.rows, ""]))
        (folder / "measured.csv").write_text(
            "\n".join(["time,feature,value,lot,fixture,tool", *self.measured, ""]))
        output = subprocess.run(
            [program, "replay", "--config", folder / "spindled.yaml", "--machine", "vmc",
             "--format", "json", "--measurements", folder / "measured.csv",
             folder / "signals.csv"], check=True, capture_output=True, text=True).stdout
        return [json.loads(line) for line in output.splitlines()]


def judge(shop, records, tally):
    """Counts what spindled said; the last thermal record of the bore, or None."""
    end = None
    for record in records:
        if record["measurement"] == "thermal" and record["axis"] == "bore1":
            end = record
        if record["measurement"] != "feature":
            continue
        if record["u_um"]:
            tally["judged"] += 1
            tally["held"] += abs(record["resid_um"]) <= WITHIN_80 * record["u_um"]
        truth = {cause: abs(um) for cause, um in shop.truth[record["t"]].items()}
        said = record.get("attribution")
        if said in CAUSES:
            tally["right" if said == max(truth, key=truth.get) else "wrong"] += 1
        elif said:
            tally["undecided"] += 1
    return end


def tell(name, story, program, seeds):
    tally, ends = collections.Counter(), []
    for seed in range(1, seeds + 1):
        shop = Shop(seed, story)
        shop.work()
        with tempfile.TemporaryDirectory() as folder:
            records = shop.replay(program, pathlib.Path(folder))
        end = judge(shop, records, tally)
        if end.get("amplitude_um") is not None:
            ends.append(end)
    wear = [end["wear_part_um"] for end in ends]
    growth = [end["amplitude_um"] for end in ends]
    known = "refused by all" if not ends else (
        f"{sum(wear) / len(ends):.3f} {min(wear):.3f}-{max(wear):.3f}  "
        f"{sum(growth) / len(ends):.1f} {min(growth):.1f}-{max(growth):.1f}")
    print(f"{name:28s} {len(ends):2d}/{seeds} {known:32s} "
          f"{100 * tally['held'] / tally['judged']:3.0f} %  {tally['right']:5d} "
          f"{tally['wrong']:4d} {tally['undecided']:5d}", flush=True)


def main():
    program = sys.argv[1]
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    print("story                        told  wear/um          growth/um         80 %  "
          "right wrong undecided")
    for name, story in STORIES.items():
        tell(name, story, program, seeds)


if __name__ == "__main__":
    main()
