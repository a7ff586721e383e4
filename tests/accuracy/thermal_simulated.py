#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How well wear and heat are told apart on simulated shifts whose truth is known.

cncsim lives three days of one shift each: wear 0.15 um a part, growth of 18 um at full
heat with a time constant of 60 min, edges of about 60 parts, noise of 2 um. Every part,
or every 5th, is measured; spindled is told when the edge was changed. With and without
the spindle's thermometer.

    tests/accuracy/thermal_simulated.py BUILD_FOLDER [SEEDS]
"""

import collections
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

WEAR, AMPLITUDE = 0.15, 18.0
SECONDS = 2 * 86400 + 28800

SCENARIO = """seed: {seed}
machines:
  - name: vmc
    mtconnect: {{version: "2.0", serve: false}}
    spindle_tau: 60m
    programs:
      - name: O1000
        blocks:
          - {{kind: cut, tool: "12", cut: 120s, rpm: 8000, feed: 800, load: 30}}
          - {{kind: cut, tool: "5", cut: 30s, rpm: 4000, feed: 500, load: 20}}
    tools:
      - {{tool: "12", asset: T12, life: 60}}
      - {{tool: "5", asset: T5, life: 500}}
    features:
      - {{name: bore1, tool: "12", nominal: 25.0, wear_um: 0.15, heat_um: 18, noise_um: 2,
         every: {every}}}
    incidents:
      - {{kind: emergency_stop, at: 8h, repeat: 24h, for: 16h}}
"""

CONFIG = """version: 1
machines:
  - name: vmc
    mtconnect: {{url: "http://127.0.0.1:5000", devices: {folder}/vmc.xml}}
    thermal: {{sensors: [{sensor}]}}
parts:
  - part: BRKT-7
    programs: [O1000]
    features: [{{name: bore1, nominal: 25, lower: 24.95, upper: 25.05}}]
"""


def simulate(build, folder, seed, every):
    (folder / "cell.yaml").write_text(SCENARIO.format(seed=seed, every=every))
    subprocess.run([build / "tools/cncsim/cncsim", "--scenario", folder / "cell.yaml",
                    "--speed", "0", "--seconds", str(SECONDS),
                    "--start", "2026-01-01T06:00:00Z", "--record", folder,
                    "--truth", folder / "truth.jsonl"], check=True, capture_output=True)
    return [json.loads(line) for line in open(folder / "truth.jsonl")]


def mark_edges(folder, truth):
    """The simulator's measurements with the edge that cut each."""
    changes = [event["t"] for event in truth
               if event.get("event") == "tool_changed" and event["text"] == "12"]
    with open(folder / "vmc.csv") as file, open(folder / "bores.csv", "w") as bores:
        bores.write("time,feature,value,tool\n")
        for row in csv.DictReader(file):
            edge = 1 + sum(change < row["time"] for change in changes)
            bores.write(f"{row['time']},{row['feature']},{row['value']},12.{edge}\n")


def replay(build, folder, sensor):
    (folder / "spindled.yaml").write_text(CONFIG.format(folder=folder, sensor=sensor))
    output = subprocess.run(
        [build / "tools/spindlectl/spindlectl", "replay", "--config",
         folder / "spindled.yaml", "--machine", "vmc", "--format", "json",
         "--measurements", folder / "bores.csv", folder / "vmc.shdr"],
        check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def cause_of(measurement):
    """What really moved the part most."""
    parts = {cause: abs(measurement[cause + "_um"])
             for cause in ("wear", "heat", "lot", "fixture")}
    return max(parts, key=parts.get)


def judge(records, truth, tally):
    measured = {event["t"]: event for event in truth if event["truth"] == "measurement"}
    for record in records:
        if record["measurement"] != "feature":
            continue
        if record["u_um"]:
            tally["judged"] += 1
            tally["held"] += abs(record["resid_um"]) <= 1.2816 * record["u_um"]
        cause = record.get("attribution")
        if cause == "undecided":
            tally["undecided"] += 1
        elif cause:
            tally["right" if cause == cause_of(measured[record["t"]]) else "wrong"] += 1


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print("sensor every  wear/um    growth/um   tau/min  80 % holds  right wrong undecided")
    for every in (1, 5):
        for sensor in ("temperature.spindle", "temperature.none"):
            tally, ends = collections.Counter(), []
            for seed in range(1, seeds + 1):
                with tempfile.TemporaryDirectory() as name:
                    folder = pathlib.Path(name)
                    truth = simulate(build, folder, seed, every)
                    mark_edges(folder, truth)
                    records = replay(build, folder, sensor)
                judge(records, truth, tally)
                ends.append([record for record in records
                             if record["measurement"] == "thermal" and
                             record["axis"] == "bore1" and "amplitude_um" in record][-1])
            for end in ends:
                print(f"  {end['wear_part_um']:.3f}±{end['wear_part_u']:.3f} "
                      f"{end['amplitude_um']:.1f}±{end['amplitude_u']:.1f} "
                      f"{(end['tau_s'] or 0) / 60:.0f}")
            print(f"{'yes' if 'spindle' in sensor else 'no':6s} {every:5d}  "
                  f"{sum(end['wear_part_um'] for end in ends) / seeds:.3f}      "
                  f"{sum(end['amplitude_um'] for end in ends) / seeds:.1f}   "
                  f"{100 * tally['held'] / tally['judged']:9.0f} %   {tally['right']} "
                  f"{tally['wrong']} {tally['undecided']}", flush=True)


if __name__ == "__main__":
    main()
