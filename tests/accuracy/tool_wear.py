# SPDX-License-Identifier: Apache-2.0
"""How well remaining life and wear are told on recordings of real tools.

    tool_wear.py BUILD_FOLDER DATA_FOLDER

Plays the NASA/UC Berkeley milling cases, the Vicomtech turning tools and the Michigan mill
through `spindlectl replay` and compares the tool records with what was measured. A case whose
wear is predicted is never among those the daemon has learned from. Prints the figures that
docs/tools.md quotes, and fails when one of them is worse than it promises.
"""

import csv
import gzip
import json
import math
import os
import random
import subprocess
import sys
import tempfile

BUILD, DATA = sys.argv[1], sys.argv[2]
SPINDLECTL = os.path.join(BUILD, "tools", "spindlectl", "spindlectl")
FAILURES = []


def check(name, value, limit, is_least=False):
    good = value >= limit if is_least else value <= limit
    print(f"{name}: {value:.3f} ({'at least' if is_least else 'at most'} {limit}) "
          f"{'ok' if good else 'NOT MET'}")
    if not good:
        FAILURES.append(name)


def replay(config, rows, measurements):
    """rows: [{column: value}], in time order. Returns the records."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("c.yaml", "s.csv", "m.csv")]
        with open(paths[0], "w", encoding="utf-8") as file:
            file.write(config)
        with open(paths[1], "w", newline="", encoding="utf-8") as file:
            columns = ["time"] + sorted({key for row in rows for key in row} - {"time"})
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
        with open(paths[2], "w", encoding="utf-8") as file:
            file.write("time,feature,value,tool\n")
            for line in measurements:
                file.write(",".join(str(word) for word in line) + "\n")
        done = subprocess.run(
            [SPINDLECTL, "replay", "--config", paths[0], "--machine", "m", "--format", "json",
             "--measurements", paths[2], paths[1]],
            capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def judge_folds(name, folds, unit, most):
    """folds: {left out: [error]}. All readings count; the worst fold is told, too."""
    every = [error for errors in folds.values() for error in errors]
    worst = max((math.sqrt(sum(e * e for e in errors) / len(errors)), name)
                for name, errors in folds.items() if errors)
    print(f"{name}: {len(every)} readings; worst is {worst[1]} with {worst[0]:.3f} {unit}, "
          f"none of {[name for name, errors in folds.items() if not errors]}")
    check(f"  root mean square error, {unit}",
          math.sqrt(sum(e * e for e in every) / len(every)), most)


def seconds_of(record):
    """Of a record, after the recording's start in 1970."""
    hour, minute, second = record["t"][11:-1].split(":")
    day = int(record["t"][8:10]) - 1
    return day * 86400 + int(hour) * 3600 + int(minute) * 60 + float(second)


# ---- milling: remaining life from few measurements ----

def nasa():
    with open(os.path.join(DATA, "nasa_milling", "runs.csv"), encoding="utf-8") as file:
        cases = {}
        for row in csv.DictReader(file):
            if row["corrupt"] == "0":
                cases.setdefault(int(row["case"]), []).append(row)
        return cases


def crossing(cuts, limit):
    points = [(float(c["time"]), float(c["VB"])) for c in cuts if c["VB"]]
    for (a, x), (b, y) in zip(points, points[1:]):
        if x < limit <= y:
            return a + (limit - x) / (y - x) * (b - a)
    return None


def cut_rows(cuts, start, tool):
    """A cut lasts until the machining time its row tells; a minute of pause follows it.
    Returns samples, and measurements as (moment, wear, machining time)."""
    rows, wear, before, to_s = [], [], 0.0, start
    for cut in cuts:
        end = float(cut["time"])
        from_s = to_s + 60
        to_s = from_s + 60 * max(end - before, 0.02)
        load = float(cut["smcAC_rms"])
        rows.append({"time": from_s, "execution": "ACTIVE", "tool": tool,
                     "program": "O" + cut["case"], "spindle_current": load})
        at = from_s + 5
        while at < to_s - 1:
            rows.append({"time": at, "spindle_current": load})
            at += 5
        rows.append({"time": to_s - 0.1, "spindle_current": load})
        rows.append({"time": to_s, "execution": "READY"})
        if cut["VB"]:
            wear.append((to_s + 20, float(cut["VB"]), end))
        before = max(end, before + 0.02)
    return rows, wear


CONFIG = """version: 1
machines:
  - name: m
    tools:
      list: [{list}]
"""


def predictions(cases, limits, start=0.5):
    """[(error as a share of life, within 80 %, within 90 %, case)], and how often nothing was told,
    at every measurement from `start` of life on."""
    told, unknown = [], []
    for limit in limits:
        for case, cuts in cases.items():
            life = crossing(cuts, limit)
            if not life:
                continue
            rows, wear = cut_rows(cuts, 0, "1")
            config = CONFIG.replace("{list}",
                                    f'{{tool: "1", type: insert, wear_limit: {limit:g}mm}}')
            records = replay(config, rows, [(t, "VB", v, "1") for t, v, _ in wear])
            for at, _, now in wear:
                if not start * life <= now < life:
                    continue
                record = [r for r in records if r["measurement"] == "tool"
                          and abs(seconds_of(r) - at) < 0.5][-1]
                if record.get("rul_q50") is None:
                    unknown.append((case, limit, now))
                    continue
                left = life - now
                assert record["unit"] == "min" and abs(record["used"] - now) < 0.2, record
                told.append(((record["rul_q50"] - left) / life,
                             record["rul_q10"] <= left <= record["rul_q90"],
                             record["rul_q05"] <= left <= record["rul_q95"], case))
    return told, unknown


def judge(name, told, unknown, coverage=0.75):
    errors = sorted(abs(row[0]) for row in told)
    bias = sum(row[0] for row in told) / len(told)
    without = [[row[1] for row in told if row[3] != case] for case in {row[3] for row in told}]
    held = [sum(rows) / len(rows) for rows in without]
    print(f"{name}: {len(told)} predictions, {len(unknown)} unknown, bias {bias:+.3f}, "
          f"q05-q95 held {sum(r[2] for r in told) / len(told):.2f}, the 80 % interval without one "
          f"of the cases {min(held):.2f} to {max(held):.2f}")
    check("  mean error, share of life", sum(errors) / len(errors), 0.15)
    check("  median error, share of life", errors[len(errors) // 2], 0.10)
    check("  coverage of the 80 % interval", sum(r[1] for r in told) / len(told), coverage,
          True)


def disturbed(chance, keep, noise):
    """The cases as another shop would have measured them."""
    cases = {}
    for case, cuts in nasa().items():
        cases[case] = []
        for cut in cuts:
            other = dict(cut)
            if cut["VB"] and chance.random() > keep:
                other["VB"] = ""
            elif cut["VB"]:
                other["VB"] = f'{max(0, float(cut["VB"]) + chance.gauss(0, noise)):.3f}'
            cases[case].append(other)
    return cases


def remaining_life():
    judge("milling, remaining life after half of life, limits 0.3 and 0.6 mm",
          *predictions(nasa(), (0.3, 0.6)))
    judge("  the same at other limits, 0.2 to 0.7 mm",
          *predictions(nasa(), (0.2, 0.25, 0.35, 0.4, 0.45, 0.5, 0.55, 0.65, 0.7)))

    chance = random.Random(1)
    for keep, noise in ((0.7, 0.015), (1, 0.01), (1, 0.02), (0.5, 0)):
        told, unknown = [], []
        for _ in range(8):
            more = predictions(disturbed(chance, keep, noise), (0.3, 0.6))
            told += more[0]
            unknown += more[1]
        judge(f"  the same with {1000 * noise:.0f} um of noise and {1 - keep:.0%} of "
              "measurements left out", told, unknown)


# ---- milling: wear from relative spindle current ----

def wear_from_current():
    cases, folds = nasa(), {}
    for left_out in cases:
        folds[left_out] = []
        rows, measured, truth, start, entries = [], [], [], 0, []
        for case in [c for c in cases if c != left_out] + [left_out]:
            tool = str(case)
            entries.append(f'{{tool: "{tool}", type: insert}}')
            more, wear = cut_rows(cases[case], start, tool)
            rows += more
            if case == left_out:
                truth = wear
            else:
                measured += [(t, "VB", v, tool) for t, v, _ in wear]
            start = more[-1]["time"] + 60
        records = replay(CONFIG.replace("{list}", ", ".join(entries)), rows, measured)
        for at, wear, _ in truth:
            told = [r for r in records if r["measurement"] == "tool"
                    and r["tool"] == str(left_out) and 0 <= at - seconds_of(r) < 60]
            if told and told[-1].get("wear_um") is not None:
                folds[left_out].append(told[-1]["wear_um"] / 1000 - wear)
    judge_folds("milling, wear of a case from the spindle current of the others", folds, "mm",
                0.18)


# ---- turning: wear from axis and spindle signals ----

COLUMNS = {"TV50.S_MEAN": "spindle_power", "TV2.S_MEAN": "spindle_load",
           "TV2.X_MEAN": "axis_load.X", "TV2.Z_MEAN": "axis_load.Z",
           "CV3.X_MEAN": "axis_current.X", "CV3.Z_MEAN": "axis_current.Z"}


def turning_wear():
    path = os.path.join(DATA, "turning_vicomtech", "turning.csv.gz")
    tools = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            tools.setdefault(row["tool"], []).append(row)
    folds, features = {}, set()
    for left_out in tools:
        folds[left_out] = []
        rows, measured, truth, at, entries = [], [], [], 0.0, []
        for tool in [t for t in tools if t != left_out] + [left_out]:
            entries.append(f'{{tool: "{tool}", type: insert, unit: min}}')
            for i, segment in enumerate(tools[tool]):
                load = {signal: segment[column] for column, signal in COLUMNS.items()}
                rows.append({"time": at, "execution": "ACTIVE", "tool": tool, **load})
                rows.append({"time": at + 0.5, **load})
                rows.append({"time": at + 1, "execution": "READY", **load})
                if tool == left_out:
                    truth.append((at + 1, float(segment["Vb"])))
                elif i % 5 == 0:
                    measured.append((at + 1, "Vb", float(segment["Vb"]) / 1000, tool))
                at += 10
        records = replay(CONFIG.replace("{list}", ", ".join(entries)), rows, measured)
        told = {round(seconds_of(r)): r for r in records
                if r["measurement"] == "tool" and r["tool"] == left_out}
        for moment, wear in truth:
            record = told.get(round(moment))
            if record and record.get("wear_um") is not None:
                folds[left_out].append(record["wear_um"] - wear)
                features.add(record["feature"])
    judge_folds(f"turning, wear of a tool from loads of the others, by {', '.join(sorted(features))}",
                folds, "um", 70)


# ---- Michigan: worn and unworn tools draw the same ----

def no_wear_alarm():
    rows, start = [], 0.0
    for name in sorted(os.listdir(os.path.join(DATA, "michigan_cnc"))):
        if not name.startswith("experiment"):
            continue
        path = os.path.join(DATA, "michigan_cnc", name)
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for i, row in enumerate(csv.DictReader(file)):
                speed = 60 * abs(float(row["S1_ActualVelocity"]))
                rows.append({"time": start + 0.1 * i, "tool": "1", "spindle_speed": speed,
                             "execution": "ACTIVE",
                             "spindle_power": 1000 * float(row["S1_OutputPower"]),
                             "feed": float(row["M1_CURRENT_FEEDRATE"])})
        rows.append({"time": rows[-1]["time"] + 0.1, "execution": "READY"})
        start = rows[-1]["time"] + 60
    records = replay(CONFIG.replace("{list}", '{tool: "1", limit: 1000 parts}'), rows, [])
    alarms = [r for r in records if r["measurement"] == "event"
              and r["code"] in ("tool_worn", "tool_wear_warn")]
    print(f"michigan: {len([r for r in records if r['measurement'] == 'cycle'])} cycles")
    check("  wear alarms", len(alarms), 0)


if not os.path.isdir(os.path.join(DATA, "nasa_milling")):
    print(f"skipped: no {DATA}")
    sys.exit(77)
for story in (remaining_life, wear_from_current, turning_wear, no_wear_alarm):
    story()
sys.exit(1 if FAILURES else 0)
