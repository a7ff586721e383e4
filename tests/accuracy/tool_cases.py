# SPDX-License-Identifier: Apache-2.0
"""How well remaining life is told, from measured wear, of hundreds of edges nobody has seen.

    tool_cases.py BUILD_FOLDER [CASES [SEED]]

Plays generated edges (wear_cases.py) through `spindlectl replay`, cut by cut, at wear limits of
0.3 and 0.6 mm: each as the first life of a tool of its own, and one after another in one pocket,
where every worn edge teaches the next and a change is only to be seen in the wear. Prints what
docs/tools.md quotes and fails when it promises too much.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

import wear_cases

BUILD = sys.argv[1]
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 240
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
SPINDLECTL = os.path.join(BUILD, "tools", "spindlectl", "spindlectl")
AT_ONCE = 24  # edges in one replay; a daemon remembers 32 types
FAILURES = []


class Tape:
    """Cuts of several edges, one after another on one machine."""

    def __init__(self):
        self.now, self.samples, self.measured, self.moments = 0.0, [], [], []

    def cut(self, tool, minutes):
        self.samples.append((self.now, "ACTIVE", tool, "O1", 2))
        at = self.now + 5
        self.now += 60 * minutes
        while at < self.now - 1:
            self.samples.append((at, "", "", "", 2))
            at += 20
        self.samples.append((self.now, "READY", "", "", ""))

    def play(self, tool, case, cuts):
        """Notes, for each measurement, (moment, case, age)."""
        before = 0.0
        for age, _, seen in cuts:
            self.cut(tool, age - before)
            before = age
            if seen is not None:
                self.measured.append((self.now + 20, "VB", seen, tool))
                self.moments.append((round(self.now + 20), case, age))
            self.now += 60

    def write(self, path, header, lines):
        with open(path, "w", encoding="utf-8") as file:
            file.write(header + "\n")
            file.writelines(",".join(str(word) for word in line) + "\n" for line in lines)

    def replay(self, tools):
        """Records of tools by their second."""
        with tempfile.TemporaryDirectory() as folder:
            config, samples, measured = (os.path.join(folder, name) for name in ("c.yaml", "s.csv", "m.csv"))
            with open(config, "w", encoding="utf-8") as file:
                file.write(f"version: 1\nmachines:\n  - name: m\n    tools: {{list: [{tools}]}}\n")
            self.write(samples, "time,execution,tool,program,spindle_current", self.samples)
            self.write(measured, "time,feature,value,tool", self.measured)
            done = subprocess.run(
                [SPINDLECTL, "replay", "--config", config, "--machine", "m", "--format", "json",
                 "--measurements", measured, samples],
                capture_output=True, text=True, timeout=900, check=True)
        records = {}
        for line in done.stdout.splitlines():
            record = json.loads(line)
            if record["measurement"] == "tool":
                day, clock = int(record["t"][8:10]) - 1, record["t"][11:-1].split(":")
                at = day * 86400 + int(clock[0]) * 3600 + int(clock[1]) * 60 + float(clock[2])
                records[round(at)] = record
        return records


def first_lives(cases, limit):
    """Each edge is a tool of its own. Yields (case, life, age, used, record)."""
    for start in range(0, len(cases), AT_ONCE):
        tape, chosen = Tape(), range(start, min(start + AT_ONCE, len(cases)))
        for case in chosen:
            tape.play(f"T{case}", case, cases[case])
        records = tape.replay(", ".join(
            f'{{tool: "T{case}", wear_limit: {limit:g}mm}}' for case in chosen))
        yield from ((case, age, records[at]) for at, case, age in tape.moments)


def one_pocket(cases, limit):
    """One edge after another in pocket 1."""
    for start in range(0, len(cases), AT_ONCE):
        tape, chosen = Tape(), range(start, min(start + AT_ONCE, len(cases)))
        for case in chosen:
            tape.play("1", case, cases[case])
        records = tape.replay(f'{{tool: "1", wear_limit: {limit:g}mm}}')
        yield from ((case, age, records[at]) for at, case, age in tape.moments)


def judge(name, cases, play):
    told, unknown, misread = {}, 0, 0
    for limit in (0.3, 0.6):
        for case, age, record in play(cases, limit):
            life = wear_cases.crossing(cases[case], limit)
            if not life or not 0.5 * life <= age < life:
                continue
            if abs(record["used"] - age) > 0.5:
                misread += 1
                continue
            if record.get("rul_q50") is None:
                unknown += 1
                continue
            left = life - age
            told.setdefault(case // 8, []).append(
                ((record["rul_q50"] - left) / life, record["rul_q10"] <= left <= record["rul_q90"],
                 record["rul_q05"] <= left <= record["rul_q95"]))
    report(name, told, unknown, misread)


def check(name, value, least, most):
    good = least <= value <= most
    print(f"  {name}: {value:.3f} ({least} to {most}) {'ok' if good else 'NOT MET'}")
    if not good:
        FAILURES.append(name)


def report(name, told, unknown, misread):
    every = [row for rows in told.values() for row in rows]
    errors = sorted(abs(row[0]) for row in every)
    print(f"{name}: {len(every)} predictions, {unknown} more unknown, {misread} taken for another edge, "
          f"bias {sum(row[0] for row in every) / len(every):+.3f}, "
          f"q05-q95 held {sum(row[2] for row in every) / len(every):.3f}")
    check("mean error, share of life", sum(errors) / len(errors), 0, 0.15)
    check("median error, share of life", errors[len(errors) // 2], 0, 0.10)
    check("coverage of the 80 % interval", sum(row[1] for row in every) / len(every), 0.75, 0.90)
    print(f"  of {len(told)} eights of edges " + ", ".join(
        f"{sum(test(rows) for rows in told.values()) / len(told):.0%} {what}" for what, test in (
            ("have a mean error of at most 15 %",
             lambda rows: sum(abs(row[0]) for row in rows) <= 0.15 * len(rows)),
            ("a median of at most 10 %",
             lambda rows: sorted(abs(row[0]) for row in rows)[len(rows) // 2] <= 0.10),
            ("a coverage below 75 %", lambda rows: sum(row[1] for row in rows) < 0.75 * len(rows)),
            ("above 90 %", lambda rows: sum(row[1] for row in rows) > 0.9 * len(rows)))))


def main():
    chance = random.Random(SEED)
    cases = [wear_cases.wear_a_case(chance) for _ in range(COUNT)]
    judge("each edge the first of its tool", cases, first_lives)
    judge("one edge after another in one pocket", cases, one_pocket)
    sys.exit(1 if FAILURES else 0)


main()
