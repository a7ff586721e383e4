# SPDX-License-Identifier: Apache-2.0
"""What the stories share: calling spindlectl replay and reading its records."""

import json
import os
import subprocess
import sys

BUILD, DATA = sys.argv[1], sys.argv[2]
SPINDLECTL = os.path.join(BUILD, "tools", "spindlectl", "spindlectl")


def recording(*parts):
    """The path of a recording; the story is skipped when it is not there."""
    path = os.path.join(DATA, *parts)
    if not os.path.exists(path):
        print(f"skipped: no {path}")
        sys.exit(77)
    return path


def replay(*arguments):
    """The records as dictionaries, and what was said on stderr."""
    done = subprocess.run([SPINDLECTL, "replay", "--format", "json", *arguments],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def lines(*arguments):
    """The line protocol as it is printed."""
    done = subprocess.run([SPINDLECTL, "replay", *arguments], capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def of(records, measurement):
    return [record for record in records if record["measurement"] == measurement]


def check_closure(records):
    """domain.md 1.5: the buckets of a cycle add up to it."""
    buckets = ("cut", "noncut", "tchg", "probe", "aux", "hold", "ostop", "pstop", "wait",
               "unknown")
    for cycle in of(records, "cycle"):
        if cycle["ct"] is None:
            continue
        total = sum(cycle[bucket] or 0 for bucket in buckets)
        assert abs(total - cycle["ct"]) < 1e-3, cycle


def run(*stories):
    for story in stories:
        story()
        print("ok", story.__name__)
