# SPDX-License-Identifier: Apache-2.0
"""How well remaining life is told from dimensions that drift with their tool.

    tool_dimension.py BUILD_FOLDER [CASES [SEED]]

Plays generated dimensions (dimension_cases.py), part by part, through `spindlectl replay`, and judges
what is told at each tenth from half of life on. Prints what docs/tools.md quotes, by kind of case,
and fails when all kinds together do not hold what an 80 % interval promises.
"""

import datetime
import json
import os
import random
import subprocess
import sys
import tempfile

import dimension_cases

SPINDLECTL = os.path.join(sys.argv[1], "tools", "spindlectl", "spindlectl")
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 60
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
PACE = 30  # seconds a part, 20 of them cut
CONFIG = """version: 1
machines:
  - name: m
parts:
  - part: P1
    op: "10"
    features: [{{name: D1, upper: {:.6f}, tools: ["1"]}}]
"""


def write(path, header, lines):
    with open(path, "w", encoding="utf-8") as file:
        file.write(header + "\n")
        file.writelines(",".join(str(word) for word in line) + "\n" for line in lines)


def replay(case):
    """Records of the tool by the part that was measured."""
    samples, measured = [], []
    for part in range(1, case.life + 1):
        at = part * PACE
        samples += [(at, "ACTIVE", "1", "O1", 2), (at + 10, "", "", "", 2), (at + 20, "READY", "", "", "")]
    for part, value, offset in case.seen:
        if part <= case.life:
            measured.append((part * PACE + 25, "D1", f"{value / 1000:.4f}", offset, "1"))
    with tempfile.TemporaryDirectory() as folder:
        config, cuts, gauge = (os.path.join(folder, name) for name in ("c.yaml", "s.csv", "m.csv"))
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(case.limit / 1000))
        write(cuts, "time,execution,tool,program,spindle_current", samples)
        write(gauge, "time,feature,value,offset_um,tool", measured)
        done = subprocess.run(
            [SPINDLECTL, "replay", "--config", config, "--machine", "m", "--format", "json",
             "--run", "part=P1,op=10,stage=pilot",
             "--measurements", gauge, cuts], capture_output=True, text=True, timeout=300, check=True)
    records = {}
    for line in done.stdout.splitlines():
        record = json.loads(line)
        if record["measurement"] == "tool":
            at = datetime.datetime.fromisoformat(record["t"].replace("Z", "+00:00")).timestamp()
            if round(at) % PACE == 25:
                records[round(at) // PACE] = record
    return records


def judge(case):
    """(error, held by q10 to q90, width), shares of life, at tenths of life; None = unknown."""
    records = replay(case)
    for tenth in range(5, 10):
        part = max((part for part in records if part <= tenth / 10 * case.life), default=0)
        if part < (tenth - 0.5) / 10 * case.life:
            continue
        record, left = records[part], case.life - part
        if record.get("rul_q50") is None:
            yield None
            continue
        unit = record["used"] / part
        low, middle, high = (record[name] / unit for name in ("rul_q10", "rul_q50", "rul_q90"))
        yield (middle - left) / case.life, low <= left <= high, (high - low) / case.life


def report(name, rows):
    told = [row for row in rows if row]
    held = sum(row[1] for row in told) / len(told)
    print(f"{name}: {len(told)} moments, {len(rows) - len(told)} more unknown, "
          f"mean error {sum(abs(row[0]) for row in told) / len(told):.3f}, "
          f"bias {sum(row[0] for row in told) / len(told):+.3f}, 80 % interval held {held:.3f}, "
          f"width {sum(row[2] for row in told) / len(told):.3f}", flush=True)
    return held


def main():
    every = []
    for kind in dimension_cases.KINDS:
        chance, rows = random.Random(f"{SEED} {kind}"), []
        for _ in range(COUNT):
            case = dimension_cases.make(kind, chance)
            rows += list(judge(case)) if case.life else []
        report(kind, rows)
        every += rows
    sys.exit(0 if 0.75 <= report("all", every) <= 0.90 else 1)


main()
