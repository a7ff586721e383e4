# SPDX-License-Identifier: Apache-2.0
"""Recordings of real machines against what is known of them (the README beside them)."""

import os
import subprocess
import tempfile

from player import SPINDLECTL, check_closure, of, recording, replay, run

DEVICES = recording("mtconnect", "devices", "nist-testbed-devices-2017-02.xml")


def play(device, name):
    return replay("--devices", DEVICES, "--device", device,
                  recording("mtconnect", "shdr", name))


def states(records, state):
    """States by their start; a record is written again when its reason becomes known."""
    return {r["t"]: r["dur"] for r in of(records, "state")
            if r["state"] == state and r["dur"] is not None}


def hurco_counts_two_parts():
    records, said = play("Hurco01", "hurco01-20170502.shdr")
    cycles = [c for c in of(records, "cycle") if c["parts"]]
    assert [c["parts"] for c in cycles] == [1, 1], cycles
    assert all(c["class"] == 1 for c in cycles)
    check_closure(records)


def a_counter_that_starts_at_3015_made_no_parts():
    records, _ = play("Hurco01", "hurco01-20170501-outoforder.shdr")
    assert sum(c["parts"] or 0 for c in of(records, "cycle")) == 0


def three_plates_and_cut_lines():
    records, said = play("Hurco04", "hurco04-plate-op1-3parts.shdr")
    last = {}
    for cycle in of(records, "cycle"):  # a correction has the number of what it corrects
        last[cycle["cycle_no"]] = cycle
    assert sum(1 for c in last.values() if c["parts"]) == 3
    assert "3 lines cut short" in said
    check_closure(records)


def mazak_runs_31_times():
    """31 ACTIVE stays; in other modes than automatic they are no cycles."""
    records, _ = play("Mazak01", "mazak01-20180509.shdr")
    assert len(states(records, 0)) == 31, len(states(records, 0))
    check_closure(records)


def mazak_turning_runs_95_times():
    records, _ = play("Mazak03", "mazak03-20190417.shdr")
    assert len(states(records, 0)) == 95, len(states(records, 0))
    check_closure(records)


def an_adapter_that_flaps_makes_gaps_not_cycles():
    records, _ = play("GFAgie01", "gfagie01-20161025.shdr")
    assert len(states(records, 7)) >= 55 - 5
    check_closure(records)


def several_inputs_are_one_story():
    """A tape, a CSV of temperatures and measurements of the same minutes."""
    with tempfile.TemporaryDirectory() as folder:
        def write(name, text):
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            return path

        tape = write("a.tape", "spindled-tape 1\n"
                     "2026-01-01T00:00:00Z mode auto\n2026-01-01T00:00:00Z execution idle\n"
                     "2026-01-01T00:00:00Z part_count 10\n2026-01-01T00:00:10Z execution run\n"
                     "2026-01-01T00:01:12Z execution done\n"
                     "2026-01-01T00:01:12.200Z execution idle\n"
                     "2026-01-01T00:01:12.300Z part_count 11\n")
        table = write("b.csv", "time,temperature.spindle\n2026-01-01T00:00:30Z,31.5\n")
        measured = write("m.csv", "time,feature,value\n2026-01-01T00:01:30Z,bore1,25.003\n")
        records, _ = replay("--run", "part=P1,op=10,stage=pilot", "--measurements", measured,
                            tape, table)
        (cycle,) = of(records, "cycle")
        assert abs(cycle["ct"] - 62) < 1e-9 and cycle["parts"] == 1, cycle
        assert cycle["part"] == "P1" and cycle["stage"] == "pilot", cycle

        done = subprocess.run([SPINDLECTL, "replay", "--run", "stage=never", tape],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and "stage" in done.stderr, done
        done = subprocess.run([SPINDLECTL, "replay", os.path.join(folder, "gone.tape")],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and "gone.tape" in done.stderr, done


def columns_of_the_configuration_become_signals():
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "spindled.yaml")
        table = os.path.join(folder, "mill.csv")
        with open(config, "w", encoding="utf-8") as file:
            file.write("version: 1\ngateway: {id: g, enterprise: e, site: s, area: a}\n"
                       "machines:\n  - name: mill\n    cell: c\n    columns:\n"
                       "      - {column: state, signal: execution}\n"
                       "      - {column: S1 rev/s, signal: spindle_speed, scale: 60}\n")
        with open(table, "w", encoding="utf-8") as file:
            file.write("time,S1 rev/s,state\n0,0,idle\n10,50,run\n72,0,done\n")
        records, _ = replay("--config", config, "--machine", "mill", table)
        (cycle,) = of(records, "cycle")
        assert cycle["ct"] == 62 and cycle["machine"] == "mill", cycle


run(hurco_counts_two_parts, a_counter_that_starts_at_3015_made_no_parts,
    three_plates_and_cut_lines, mazak_runs_31_times, mazak_turning_runs_95_times,
    an_adapter_that_flaps_makes_gaps_not_cycles, several_inputs_are_one_story,
    columns_of_the_configuration_become_signals)
