# SPDX-License-Identifier: Apache-2.0
"""Recordings of real machines, counted here from their text and compared with what replay makes of them."""

import collections

from player import check_closure, of, recording, replay, run

DEVICES = recording("mtconnect", "devices", "nist-testbed-devices-2017-02.xml")

# device and recording
DAYS = (("Hurco01", "hurco01-20170502.shdr"), ("Hurco04", "hurco04-plate-op1-3parts.shdr"),
        ("Mazak01", "mazak01-20180509.shdr"), ("Mazak03", "mazak03-20190417.shdr"),
        ("GFAgie01", "gfagie01-20161025.shdr"))
EXECUTIONS = {"ACTIVE", "READY", "FEED_HOLD", "INTERRUPTED", "STOPPED", "PROGRAM_COMPLETED", "PROGRAM_STOPPED",
              "OPTIONAL_STOP", "WAIT", "UNAVAILABLE", "PROGRAM_OPTIONAL_STOP"}


def values(name):
    """Key to its values in order, for lines that are whole."""
    found = collections.defaultdict(list)
    with open(recording("mtconnect", "shdr", name), encoding="utf-8", errors="replace") as file:
        for line in file:
            fields = line.rstrip("\r\n").split("|")
            if len(fields) < 3 or "T" not in fields[0]:
                continue
            for key, value in zip(fields[1::2], fields[2::2]):
                found[key].append(value)
    return found


def stays(execution):
    """How often ACTIVE began."""
    last, count = None, 0
    for value in execution:
        if value == last:
            continue
        count += value == "ACTIVE"
        last = value
    return count


def ends(execution):
    return sum(1 for a, b in zip(execution, execution[1:]) if b == "PROGRAM_COMPLETED" and a != b)


def execution_of(found):
    """The key that speaks of executions and of nothing else."""
    keys = [key for key, said in found.items() if "ACTIVE" in said and set(said) <= EXECUTIONS | {""}]
    assert len(keys) == 1, keys
    return found[keys[0]]


def days():
    for device, name in DAYS:
        records, _ = replay("--devices", DEVICES, "--device", device, recording("mtconnect", "shdr", name))
        cycles = {c["cycle_no"]: c for c in of(records, "cycle")}
        yield name, values(name), records, [cycles[number] for number in sorted(cycles)]


def nothing_is_invented():
    for name, found, records, cycles in days():
        check_closure(records)
        execution = execution_of(found)
        running = {r["t"] for r in of(records, "state") if r["state"] == 0}
        print(f"   {name}: ACTIVE {stays(execution)}, states {len(running)}, completed {ends(execution)}, "
              f"cycles {len(cycles)}, parts {sum(c['parts'] or 0 for c in cycles)}")
        assert len(running) <= stays(execution), name
        assert len(cycles) <= stays(execution), name
        assert sum(c["class"] == 1 for c in cycles) >= min(1, ends(execution)), name
        for record in of(records, "state") + of(records, "segment"):
            assert record["dur"] is None or record["dur"] >= 0, record
        for cycle in cycles:
            for bucket in ("ct", "net", "cut", "noncut", "tchg", "hold", "gap", "ptp"):
                assert cycle[bucket] is None or cycle[bucket] >= 0, cycle


run(nothing_is_invented)
