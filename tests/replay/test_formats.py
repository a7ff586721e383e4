# SPDX-License-Identifier: Apache-2.0
"""One day as many programs write it: the records are the same, and what cannot be read is told with its line."""

import gzip
import json
import os
import subprocess
import tempfile
import time

from player import SPINDLECTL, of, run

HEADER = ("time", "execution", "part_count", "spindle_load", "program")
START = 1772431200  # 2026-03-02T06:00:00Z
ROWS = [(START + 40 * cycle + second, "run" if second < 30 else "done", cycle + (second >= 30), 20.5 if second < 30 else 0.0, "O1")
        for cycle in range(6) for second in range(40)]
DEVICES = """<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.7"><Header version="1.7"/><Devices>
<Device id="d" name="VMC" uuid="V1"><Components><Controller id="c"><Components><Path id="p"><DataItems>
<DataItem category="EVENT" id="exec" name="execution" type="EXECUTION"/>
<DataItem category="EVENT" id="tn" name="tool" type="TOOL_NUMBER"/>
<DataItem category="EVENT" id="pc" name="part_count" type="PART_COUNT"/>
<DataItem category="SAMPLE" id="f" name="feed" type="PATH_FEEDRATE" units="MILLIMETER/SECOND"/>
</DataItems></Path></Components></Controller></Components></Device></Devices></MTConnectDevices>"""


def iso(second, form="%Y-%m-%dT%H:%M:%SZ", ahead=0):
    return time.strftime(form, time.gmtime(second + ahead))


def table(stamp=iso, separator=",", point=".", end="\n", header=HEADER):
    rows = [[stamp(row[0]), row[1], str(row[2]), str(row[3]).replace(".", point), row[4]] for row in ROWS]
    return end.join(separator.join(row) for row in [header, *rows]) + end


def shdr(stamp=iso, end="\n"):
    lines, last = [], None
    for row in ROWS:
        if row[1] != last:
            lines.append(f"{stamp(row[0])}|part_count|{row[2]}")
            lines.append(f"{stamp(row[0])}|execution|{'ACTIVE' if row[1] == 'run' else 'PROGRAM_COMPLETED'}")
        last = row[1]
    return end.join(lines) + end


def play(folder, name, content, *arguments):
    """Cycles (how long each took), what was said, and the exit status."""
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    done = subprocess.run([SPINDLECTL, "replay", "--format", "json", *arguments, path], capture_output=True, text=True, timeout=60)
    cycles = of([json.loads(line) for line in done.stdout.splitlines()], "cycle")
    return [(cycle["ct"], cycle["parts"]) for cycle in cycles], done.stderr, done.returncode


def the_same_day_is_the_same_in_every_dress():
    dresses = {
        "bom.csv": "\ufeff" + table(end="\r\n"), "semicolons.csv": table(separator=";", point=","), "tabs.tsv": table(separator="\t"),
        "milliseconds.csv": table(lambda t: f"{t}000"), "microseconds.csv": table(lambda t: f"{t}000000"),
        "nanoseconds.csv": table(lambda t: f"{t}000000000"), "zone.csv": table(lambda t: iso(t, "%Y-%m-%d %H:%M:%S+08", 8 * 3600)),
        "slashes.csv": table(lambda t: iso(t, "%Y/%m/%d %H:%M:%S")), "unit.csv": table(lambda t: f"{t}000", header=("Time [ms]", *HEADER[1:])),
        "packed.csv.gz": gzip.compress(table().encode()), "quoted.csv": table(separator='","').replace("\n", '"\n"')[:-1].join(('"', "")),
    }
    with tempfile.TemporaryDirectory() as folder:
        plain, said, status = play(folder, "plain.csv", table())
        assert len(plain) == 6 and not said and status == 0, (plain, said)
        for name, content in dresses.items():
            cycles, said, status = play(folder, name, content)
            assert (cycles, said, status) == (plain, "", 0), (name, cycles, said)


def adapters_logs_too():
    with tempfile.TemporaryDirectory() as folder:
        devices = os.path.join(folder, "Devices.xml")
        with open(devices, "w", encoding="utf-8") as file:
            file.write(DEVICES)
        arguments = ("--devices", devices)
        plain, said, _ = play(folder, "plain.shdr", shdr(), *arguments)
        assert len(plain) == 6 and not said, (plain, said)
        open_asset = iso(START) + "|@ASSET@|T1|CuttingTool|--multiline--A\n<CuttingTool>\n"
        for name, content, told in (
                ("bom.shdr", "\ufeff" + shdr(end="\r\n"), ""), ("packed.shdr.gz", gzip.compress(shdr().encode()), ""),
                ("epoch.log", shdr(lambda t: f"{t}000"), ""), ("asset.shdr", open_asset + shdr(), "1 asset without an end (line 3)"),
                ("zeros.shdr", "\0" * 4096 + shdr(), "1 line with zero bytes (line 1)"),
                ("key.shdr", shdr() + iso(START + 240) + "|other|1\n", "1 value of a key that the device does not have (line 25: other)"),
                ("value.shdr", shdr() + iso(START + 240) + "|feed|fast\n", "1 value that is none (line 25: feed)"),
                ("stamp.shdr", shdr() + "noon|feed|1\n", "1 stamp that is no time (line 25: 'noon')")):
            cycles, said, status = play(folder, name, content, *arguments)
            assert (cycles, status) == (plain, 0) and told in said and bool(told) == bool(said), (name, cycles, said)
        cycles, said, _ = play(folder, "never.shdr", shdr(lambda t: iso(t, "%m/%d/%Y %H:%M:%S")), *arguments)
        assert not cycles and "nothing in it has a time; 24 stamps that are no time (line 1: '03/02/2026 06:00:00')" in said, said


def tools_that_an_adapter_tells_of_are_heard():
    """Parts counted up, parts counted down to 20 (its last line on its own), minutes at the pace of the edge."""
    tool = "<CuttingTool assetId='T{0}'><CuttingToolLifeCycle>{1}<ProgramToolNumber>{0}</ProgramToolNumber></CuttingToolLifeCycle></CuttingTool>"
    lives = ("<ToolLife type='PART_COUNT' countDirection='UP' limit='40'>10</ToolLife>",
             "<ToolLife type='PART_COUNT' countDirection='DOWN' initial='90' limit='20'>33</ToolLife>",
             "<ToolLife type='MINUTES' countDirection='UP' limit='7'>5</ToolLife>")
    lines = []
    for cycle in range(4):
        at = START + 60 * cycle
        lines.append(f"{iso(at)}|execution|ACTIVE")
        for number, life in enumerate(lives, 1):
            mark = "--multiline--X\n" if number == 2 else ""
            lines.append(f"{iso(at - 86400)}|@ASSET@|T{number}|CuttingTool|{mark}{tool.format(number, life)}" + ("\n--multiline--X" if mark else ""))
            lines.append(f"{iso(at + 10 * number - 10)}|tool|{number}")
        lines.append(f"{iso(at + 30)}|execution|PROGRAM_COMPLETED")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("Devices.xml", DEVICES), ("a.shdr", "\n".join(lines) + "\n")):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(content)
        done = subprocess.run([SPINDLECTL, "replay", "--devices", os.path.join(folder, "Devices.xml"), "--format", "json",
                               os.path.join(folder, "a.shdr")], capture_output=True, text=True, check=True)
    left = {record["tool"]: (record["remaining"], record["source_name"]) for record in map(json.loads, done.stdout.splitlines())
            if record["measurement"] == "tool"}
    assert left["1"] == (30, "control") and left["2"] == (13, "control"), left
    assert abs(left["3"][0] - 12) < 0.1, left  # 2 min of 10 s a part


def what_cannot_be_read_is_told():
    lines = table().splitlines()
    packed = gzip.compress(table(lambda t: f"{t}.{t * 2654435761 % 65536}").encode())
    cases = (
        ("american.csv", table(lambda t: iso(t, "%m/%d/%Y %I:%M:%S %p")), 0, "240 lines not understood (line 2: its time '03/02/2026 06:00:00 AM'"),
        ("german.csv", table(lambda t: iso(t, "%d.%m.%Y %H:%M:%S"), ";"), 0, "(line 2: its time '02.03.2026 06:00:00'"),
        ("short.csv", "\n".join([*lines[:9], iso(START + 9) + ",run", *lines[10:]]), 0, "1 row with cells missing or too many (line 10)"),
        ("cell.csv", table().replace("20.5", "n/a", 1), 0, "1 value that is none (line 2: spindle_load)"),
        ("named.csv", table(header=("Time", "Exec", "Parts", "Load", "Pgm")), 1, "none of its columns is a signal ('Exec', 'Parts', 'Load', …)"),
        ("timeless.csv", table(header=("Zeit", *HEADER[1:])), 1, "line 1 has no column 'time'; it begins with 'Zeit'"),
        ("wide.csv", table().encode("utf-16"), 1, "UTF-16"), ("empty.csv", "", 1, "it is empty"),
        ("header.csv", lines[0] + "\n", 0, "nothing in it has a time"),
        ("cut.csv.gz", packed[:len(packed) // 2], 1, "it ends in the middle, after line"))
    with tempfile.TemporaryDirectory() as folder:
        for name, content, status, told in cases:
            _, said, returned = play(folder, name, content)
            assert returned == status and told in said, (name, returned, said)
        done = subprocess.run([SPINDLECTL, "replay", "--input-format", "csv", folder], capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and "directory" in done.stderr, done.stderr


run(the_same_day_is_the_same_in_every_dress, adapters_logs_too, tools_that_an_adapter_tells_of_are_heard, what_cannot_be_read_is_told)
