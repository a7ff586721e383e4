# SPDX-License-Identifier: Apache-2.0
"""The Okuma lathe of domain.md 1.11: four programs, computed by an independent reference."""

from player import check_closure, lines, of, recording, replay, run

ARGUMENTS = ("--devices", recording("mtconnect", "devices", "okuma-mazak-demo-2.7.xml"),
             "--device", "OKUMA",
             recording("mtconnect", "shdr", "okuma-lathe-20220808.shdr"))
RECORDS, SAID = replay(*ARGUMENTS)

CYCLES = {  # ct, cut, tool changes
    "IMTS-2022-2-HOB.MIN": (186.730, 156, 7.544, "prod"),
    "IMTS-2022-1E-mm.MIN": (604.963, 460, 48.588, "prod"),
    "IMTS-2022-4B-mm.MIN": (548.932, 465, 21.291, "prod"),
    "IMTS-2022-3-TRAN.MIN": (16.752, 2, 0, "aux"),
}

SEGMENTS_OF_1E = [("8003", 0, 9.897), ("2207", 16.389, 304.478), ("2201", 312.014, 364.707),
                  ("2202", 371.080, 408.706), ("2208", 415.824, 495.575),
                  ("2205", 502.638, 518.276), ("2204", 524.764, 565.205),
                  ("2206", 572.725, 604.963)]


def near(a, b):
    return abs(a - b) < 0.00051


def cycle_of(program):
    (cycle,) = [cycle for cycle in of(RECORDS, "cycle") if cycle["program"] == program]
    return cycle


def segments_of(program):
    number = cycle_of(program)["cycle_no"]
    return [s for s in of(RECORDS, "segment") if s["cycle_no"] == number]


def every_program_is_one_cycle():
    assert {cycle["program"] for cycle in of(RECORDS, "cycle")} == set(CYCLES)
    assert len(of(RECORDS, "cycle")) == 4
    for program, (ct, cut, tchg, kind) in CYCLES.items():
        cycle = cycle_of(program)
        assert near(cycle["ct"], ct), cycle
        assert cycle["cut"] == cut, cycle
        assert near(cycle["tchg"], tchg), cycle
        assert cycle["kind"] == kind, cycle
        assert cycle["parts"] == 1, cycle
    assert abs(sum(c["ct"] for c in of(RECORDS, "cycle")) - 1357.376084) < 2e-6


def segments_are_tools_not_tool_numbers():
    segments = segments_of("IMTS-2022-1E-mm.MIN")
    assert len(segments) == len(SEGMENTS_OF_1E)
    for segment, (tool, start, end) in zip(segments, SEGMENTS_OF_1E):
        assert segment["tool"] == tool
        assert near(segment["offset"], start), segment
        assert near(segment["offset"] + segment["dur"], end), segment


def the_same_tool_twice_is_two_visits():
    visits = [(s["tool"], s["seg"]) for s in segments_of("IMTS-2022-4B-mm.MIN")]
    assert visits == [("2208", 0), ("2201", 0), ("2202", 0), ("2208", 1)]
    assert len(segments_of("IMTS-2022-2-HOB.MIN")) == 2
    assert len(segments_of("IMTS-2022-3-TRAN.MIN")) == 1


def buckets_add_up():
    check_closure(RECORDS)


def records_are_in_time_order_and_always_the_same():
    times = [record["t"][:23] for record in RECORDS]
    assert times == sorted(times)
    first = lines(*ARGUMENTS)
    assert first and first == lines(*ARGUMENTS)


def jumps_of_the_clock_are_told():
    assert "clock jumped back 2 times" in SAID


run(every_program_is_one_cycle, segments_are_tools_not_tool_numbers,
    the_same_tool_twice_is_two_visits, buckets_add_up,
    records_are_in_time_order_and_always_the_same, jumps_of_the_clock_are_told)
