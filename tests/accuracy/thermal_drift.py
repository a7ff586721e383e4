#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How well drift between probes is predicted, on a recorded precision machine.

Replays thermal_drift (temperatures and displacements of an assembly machine): spindled
is shown the temperatures and one measurement of each axis every 30, 60 and 120 minutes;
what it says between them is compared with what really happened, and with holding the
last measured value. Each recording is begun at three moments of the probe interval.

    tests/accuracy/thermal_drift.py build/dev/tools/spindlectl/spindlectl DATA_FOLDER
"""

import csv
import gzip
import json
import math
import pathlib
import subprocess
import sys
import tempfile
from datetime import datetime, timezone

AXES = ("dX", "dY", "dZ")
CONFIG = """version: 1
machines:
  - name: cell-1
    thermal: {sensors: ["temperature.*"]}
    columns:
      T1: temperature.t1
      T2: temperature.t2
      T3: temperature.t3
      T4: temperature.t4
parts:
  - part: probe
    features:
      - {name: dX, unit: um}
      - {name: dY, unit: um}
      - {name: dZ, unit: um}
"""


def seconds(text):
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.replace(tzinfo=moment.tzinfo or timezone.utc).timestamp()


def load(path):
    with gzip.open(path, "rt") as file:
        return [
            (row["time"], [float(row[axis + "_um"]) for axis in AXES])
            for row in csv.DictReader(file)
        ]


def replay(program, path, rows, interval, phase, folder):
    """Predictions {axis: [(time, um, sigma)]} and the probed rows' times."""
    start = seconds(rows[0][0])
    due, probes, lines = start + phase, [], ["time,feature,value"]
    for time, values in rows:
        if seconds(time) < due:
            continue
        due += interval
        probes.append((seconds(time), values))
        lines += [f"{time}Z,{axis},{value}" for axis, value in zip(AXES, values)]
    config, probed = folder / "spindled.yaml", folder / "probes.csv"
    config.write_text(CONFIG)
    probed.write_text("\n".join(lines) + "\n")
    temperatures = folder / "temperatures.csv"
    temperatures.write_bytes(gzip.open(path).read())
    output = subprocess.run(
        [program, "replay", "--config", config, "--machine", "cell-1", "--format", "json",
         "--measurements", probed, temperatures],
        check=True, capture_output=True, text=True).stdout
    said = {axis: [] for axis in AXES}
    for line in output.splitlines():
        record = json.loads(line)
        if record["measurement"] == "thermal" and record["axis"] in said:
            said[record["axis"]].append(
                (seconds(record["t"]), record["drift_um"], record["drift_u"]))
    return said, probes


def compare(rows, said, probes, number):
    """Squares of (said - true), (held - true), counts, and hits of the 80 % interval."""
    times = [seconds(time) for time, _ in rows]
    model = held = count = hits = sized = 0
    row = probe = 0
    for time, um, sigma in said:
        while row + 1 < len(times) and times[row + 1] <= time:
            row += 1
        while probe + 1 < len(probes) and probes[probe + 1][0] < time:
            probe += 1
        truth = rows[row][1][number]
        model += (um - truth) ** 2
        held += (probes[probe][1][number] - truth) ** 2
        count += 1
        if sigma is not None:
            sized += 1
            hits += abs(um - truth) <= 1.2816 * sigma
    return model, held, count, hits, sized


def main():
    program, data = sys.argv[1], pathlib.Path(sys.argv[2]) / "thermal_drift"
    paths = sorted(data.glob("run*.csv.gz"))
    if not paths:
        print("no thermal_drift recordings there")
        return 0
    worst = 0.0
    print("interval axis  spindled/um  hold/um  ratio  worst run  80 % holds")
    for interval in (1800, 3600, 7200):
        for number, axis in enumerate(AXES):
            sums, ratios = [0] * 5, []
            for path in paths:
                rows, run = load(path), [0] * 5
                for phase in (0, interval / 3, interval * 2 / 3):
                    with tempfile.TemporaryDirectory() as folder:
                        said, probes = replay(program, path, rows, interval, phase,
                                              pathlib.Path(folder))
                    found = compare(rows, said[axis], probes, number)
                    run = [a + b for a, b in zip(run, found)]
                ratios.append(math.sqrt(run[0] / run[1]))
                sums = [a + b for a, b in zip(sums, run)]
            model, held = (math.sqrt(total / sums[2]) for total in sums[:2])
            worst = max(worst, model / held)
            print(f"{interval // 60:4d} min {axis:4s} {model:12.3f} {held:8.3f} "
                  f"{model / held:6.2f} {max(ratios):10.2f} {100 * sums[3] / sums[4]:9.0f} %",
                  flush=True)
    return 0 if worst < 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
