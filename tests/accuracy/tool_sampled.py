#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How well broken and worn tools are found when loads are asked for seldom.

The machines of tool_live.py live a day as fast as they go. Their recording is replayed as
it is (0), and as a Modbus gateway would have seen it that asks every STEP s of machine
time, on a machine that lives SPEED times as fast. Fails when there is more than one false
call of breakage a thousand cycles.

    tests/accuracy/tool_sampled.py BUILD_FOLDER [0 | STEP:SPEED] ...
"""

import collections
import itertools
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

from tool_live import MACHINES, SCENARIO, SEEDS, Score, seconds, share

from rig import CNCSIM, SPINDLECTL  # of tests/integration, where tool_live has looked already

COLUMNS = ("execution", "mode", "program", "part_count", "tool", "feed", "feed_override",
           "spindle_speed", "spindle_load")
TYPES = {"EXECUTION": "execution", "PROGRAM": "program", "PART_COUNT": "part_count", "TOOL_NUMBER": "tool",
         "TOOL_ID": "tool", "CONTROLLER_MODE": "mode", "ROTARY_VELOCITY": "spindle_speed",
         "SPINDLE_SPEED": "spindle_speed", "PATH_FEEDRATE_OVERRIDE": "feed_override"}
START = "2026-01-05T06:00:00Z"


def columns_of(device):
    """{key of the recording: column}"""
    found = {}
    for item in re.findall(r"<DataItem [^>]*>", device):
        words = dict(re.findall(r'(\w+)="([^"]*)"', item))
        kind, sub, name = words["type"], words.get("subType", ""), words.get("name", "")
        column = TYPES.get(kind)
        if column in ("spindle_speed", "feed_override") and sub not in ("", "ACTUAL", "PROGRAMMED"):
            column = None
        if kind == "PATH_FEEDRATE":
            column = {"ACTUAL": "feed", "OVERRIDE": "feed_override"}.get(sub)
        if kind == "LOAD" and name.startswith("s_"):
            column = "spindle_load"
        if column:
            found[name] = found[words["id"]] = column
    return found


def sample(folder, machine, step, speed):
    """The recording as a CSV of what was there at each question."""
    keys = columns_of((folder / f"{machine}.xml").read_text())
    state, start, jitter = dict.fromkeys(COLUMNS, ""), seconds(START), random.Random(1)
    asked = start + step
    with open(folder / f"{machine}.csv", "w", encoding="utf-8") as file:
        file.write("time," + ",".join(COLUMNS) + "\n")
        for line in open(folder / f"{machine}.shdr", encoding="utf-8"):
            if line.startswith("*"):
                continue
            words = line.rstrip("\n").split("|")
            while seconds(words[0]) > asked:
                file.write(f"{start + (asked - start) / speed:.4f}," + ",".join(state.values()) + "\n")
                asked += step * jitter.uniform(0.9, 1.1)
            for key, value in zip(words[1::2], words[2::2]):
                if key in keys:
                    state[keys[key]] = "" if value == "UNAVAILABLE" else value
    return folder / f"{machine}.csv"


def replay(folder, machine, step, speed):
    cycle = "cycle: {boundary: partcount}, " if machine == "lathe" else ""
    devices = f"mtconnect: {{devices: \"{folder}/{machine}.xml\"}}, " if step == 0 else ""
    config = folder / "c.yaml"
    config.write_text(f"version: 1\nmachines:\n  - {{{devices}{cycle}name: {machine}}}\n")
    source = folder / f"{machine}.shdr" if step == 0 else sample(folder, machine, step, speed)
    done = subprocess.run([SPINDLECTL, "replay", "--config", config, "--machine",
                           machine, "--format", "json", source], capture_output=True, text=True, check=True)
    start = seconds(START)
    for line in done.stdout.splitlines():
        record = json.loads(line)
        if record["measurement"] == "event" and record["code"].startswith("tool_"):
            yield (start + (seconds(record["t"]) - start) * speed, record["text"].split(":")[0].split(" ")[1],
                   record["code"])


def live(folder, seed):
    """A day of the machines: their recordings in the folder, and what really happened."""
    (folder / "cell.yaml").write_text(SCENARIO.format(seed=seed))
    subprocess.run([CNCSIM, "--scenario", folder / "cell.yaml", "--speed", "0", "--seconds", "86400", "--start", START,
                    "--record", folder, "--truth", folder / "truth"], check=True)
    return [json.loads(line) for line in open(folder / "truth", encoding="utf-8")]


def main():
    kinds = sys.argv[2:] or ["0", "1:5", "4:20"]
    scores, codes = {kind: Score() for kind in kinds}, {kind: collections.Counter() for kind in kinds}
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            truth = live(folder, seed)
            for kind, machine in itertools.product(kinds, MACHINES):
                step, speed = (float(word) for word in (kind.split(":") if ":" in kind else ("0", "1")))
                events = list(replay(folder, machine, step, speed))
                lived = [t for t in truth if t["machine"] == machine]
                scores[kind].add_breaks(machine, lived, events, codes[kind])
                scores[kind].add_wear(lived, events)
    for kind, score in scores.items():
        print(f"{kind}: {score['cycles']} cycles; broken, before the next part "
              f"{share(score['prompt'], score['broke'])}; false {score['false']} {dict(codes[kind])}; told by 80 %: "
              f"first {share(score['told_first'], score['worn_first'])}, later "
              f"{share(score['told_later'], score['worn_later'])}; before half {score['early_first']} + "
              f"{score['early_later']}", flush=True)
    return any(score["false"] > score["cycles"] / 1000 for score in scores.values())


if __name__ == "__main__":
    sys.exit(main())
