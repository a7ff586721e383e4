#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Whatever happens to agents and to spindled: what the agent issued is in the store once, or in a gap."""
import json
import random
import re
import time
import urllib.error
import urllib.request

from cell import Cell
from daemon import Daemon, archiving
from rig import PATIENCE, assert_loads, run, spindlectl, wait_for


VERSIONS = {"mill-13": "1.3", "mill-18": "1.8", "mill-20": "2.0", "mill-25": "2.5"}
KILLS = 5


def scenario(versions=None):
    """Short cycles and many values, so that there is always something to lose."""
    return "machines:\n" + "".join(
        f"""- name: {name}
  mtconnect: {{version: "{version}", buffer: 200000}}
  tick: 50ms
  load: 1s
  programs:
  - name: O{number}
    blocks:
    - {{tool: "1", cut: 2s, rapid: 300ms, change: 500ms, load: 30, rpm: 8000, feed: 1200}}
    - {{tool: "2", cut: 1s, rapid: 200ms, change: 500ms, load: 18, rpm: 5000, feed: 600}}
  tools: [{{tool: "1", asset: A1, life: 9}}, {{tool: "2", asset: A2, life: 7}}]
""" for number, (name, version) in enumerate((versions or VERSIONS).items()))


def machines(cell, options="interval: 100ms, heartbeat: 500ms"):
    return "".join(f"  - name: {name}\n    mtconnect: {{url: \"{where['mtconnect']}\", {options}}}\n"
                   for name, where in cell.ports["machines"].items())


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def number(name, document):
    return int(re.search(rf'\b{name}="(\d+)"', document)[1])


def next_of(cell, machine):
    return number("nextSequence", fetch(cell.ports["machines"][machine]["mtconnect"] + "/current"))


def issued(cell, machine):
    """{sequence: (element, text)} of all the agent still has."""
    url, found, following = cell.ports["machines"][machine]["mtconnect"], {}, None
    first = number("firstSequence", fetch(url + "/current"))
    while following is None or first < following:
        document = fetch(f"{url}/sample?from={first}&count=5000")
        for element, attributes, text in re.findall(r"<([\w:]+) ([^<>]*?)(?:/>|>([^<]*)<)", document):
            sequence = re.search(r'\bsequence="(\d+)"', attributes)
            if sequence:
                found[int(sequence[1])] = (element, text)
        first, following = number("nextSequence", document), number("lastSequence", document) + 1
    return found


def stored(daemon, machine):
    """{sequence: how often}, over all signals of the machine."""
    counts = {}
    for values in daemon.observations(machine).values():
        for _, _, sequence in values:
            counts[sequence] = counts.get(sequence, 0) + 1
    return counts


def lost(daemon, machine):
    numbers = []
    for first, last, count in daemon.gaps(machine):
        assert count in (-1, last - first + 1), (first, last, count)
        numbers += range(first, last + 1) if count > 0 else []
    assert len(numbers) == len(set(numbers)), "gaps that overlap"
    return set(numbers)


def wait_for_sequence(daemon, machine, sequence):
    """Until the store has come to this sequence, or has it in a gap."""
    wait_for(lambda: max([0, *stored(daemon, machine), *lost(daemon, machine)]) >= sequence,
             f"sequence {sequence} of {machine}\n{daemon.log()[-1500:]}")


def assert_account(daemon, machine, first, last):
    """first … last: each once in the store, or in exactly one gap."""
    have, gone = stored(daemon, machine), lost(daemon, machine)
    doubles = [sequence for sequence, count in have.items() if count > 1]
    both = gone & set(have)
    missing = [s for s in range(first, last + 1) if s not in have and s not in gone]
    assert not doubles, (machine, "twice", len(doubles), doubles[:5])
    assert not both, (machine, "stored and lost", sorted(both)[:5])
    assert not missing, (machine, "neither stored nor lost", len(missing), missing[:5], missing[-5:])


def everything_is_stored_once_from_agents_of_every_version():
    with Cell(scenario=scenario()) as cell, Daemon(archiving(machines(cell))) as daemon:
        marks = {machine: next_of(cell, machine) + 200 for machine in VERSIONS}
        for machine in VERSIONS:
            wait_for_sequence(daemon, machine, marks[machine])
            last = next_of(cell, machine) - 1
            wait_for_sequence(daemon, machine, last)
            assert_account(daemon, machine, 1, last)
            assert not lost(daemon, machine)


def values_are_those_that_the_agent_issued():
    with Cell(scenario=scenario({"mill-20": "2.0"})) as cell, Daemon(archiving(machines(cell))) as daemon:
        wait_for_sequence(daemon, "mill-20", 600)
        truth, compared = issued(cell, "mill-20"), 0
        words = {"ACTIVE": "run", "READY": "idle", "PROGRAM_COMPLETED": "done"}
        for name, values in daemon.observations("mill-20").items():
            for value, _, sequence in values:
                element, text = truth[sequence]
                if name == "part_count" and text != "UNAVAILABLE":
                    assert int(text) == value, (name, sequence, text, value)
                    compared += 1
                if name == "execution" and text in words:
                    assert str(value).lower() == words[text], (name, sequence, text, value)
                    compared += 1
                if name.startswith("spindle_load") and text != "UNAVAILABLE":
                    assert abs(float(text) - value) < 1e-9, (name, sequence, text, value)
                    compared += 1
        assert compared > 50, compared


def trouble_in_the_stream_loses_nothing():
    with Cell(scenario=scenario()) as cell, Daemon(archiving(machines(cell))) as daemon:
        for machine in VERSIONS:
            wait_for_sequence(daemon, machine, 1)
        for fault in ("split", "half", "bad_xml", "stall"):
            for machine in VERSIONS:
                cell.order(f"fault {machine} {fault} for=2s")
            marks = {machine: next_of(cell, machine) for machine in VERSIONS}
            for machine in VERSIONS:
                wait_for(lambda m=machine: next_of(cell, m) > marks[m] + 60, "traffic")
                cell.order(f"clear {machine}")
        for machine in VERSIONS:
            last = next_of(cell, machine)
            wait_for_sequence(daemon, machine, last)
            assert_account(daemon, machine, 1, last)
            assert not lost(daemon, machine), daemon.gaps(machine)


def what_was_overwritten_is_in_a_gap():
    with Cell(scenario=scenario()) as cell, Daemon(archiving(machines(cell))) as daemon:
        for machine in VERSIONS:
            wait_for_sequence(daemon, machine, 1)
        for _ in range(3):
            for machine in VERSIONS:
                cell.order(f"fault {machine} overrun for=1s")
            for machine in VERSIONS:
                wait_for_sequence(daemon, machine, next_of(cell, machine) + 20)
        daemon.kill()
        mark = next_of(cell, "mill-13")
        wait_for(lambda: next_of(cell, "mill-13") > mark + 100, "traffic")
        for machine in VERSIONS:
            cell.order(f"fault {machine} overrun for=1s")
        daemon.start()
        for machine in VERSIONS:
            last = next_of(cell, machine) + 20
            wait_for_sequence(daemon, machine, last)
            assert_account(daemon, machine, 1, last)
            assert lost(daemon, machine), machine


def a_new_instance_is_read_from_its_beginning():
    with Cell(scenario=scenario()) as cell, Daemon(archiving(machines(cell))) as daemon:
        for machine in VERSIONS:
            wait_for_sequence(daemon, machine, 100)
        for machine in VERSIONS:
            cell.order(f"fault {machine} restart for=1s")
        for machine in VERSIONS:
            wait_for(lambda m=machine: (0, 0, -1) in [(0, 0, c) for _, _, c in daemon.gaps(m)], "the unknown loss")
            last = next_of(cell, machine) + 50
            wait_for(lambda m=machine, n=last: next_of(cell, m) > n, "traffic")
            wait_for(lambda m=machine, n=last: set(range(1, n)) <= set(stored(daemon, m)),
                     "all of the new instance")
            counts = stored(daemon, machine)
            twice = sorted(s for s, count in counts.items() if count == 2)
            assert max(counts.values()) <= 2, "three times"
            assert twice == list(range(1, len(twice) + 1)) and len(twice) >= 90, twice[:5]


def killed_at_random_moments_the_union_is_exact():
    dice = random.Random(4)
    with Cell(scenario=scenario()) as cell, Daemon(archiving(machines(cell))) as daemon:
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.1, 1.5))  # the moment is the test's point, not a wait for something
            daemon.kill()
            daemon.start()
        for machine in VERSIONS:
            last = next_of(cell, machine) + 20
            wait_for_sequence(daemon, machine, last)
            assert_account(daemon, machine, 1, last)
            assert not lost(daemon, machine), daemon.gaps(machine)


def probe_prints_a_configuration_that_loads():
    with Cell(scenario=scenario({"mill-20": "2.0"})) as cell:
        url = cell.ports["machines"]["mill-20"]["mtconnect"]
        text = spindlectl("probe", url + "/").stdout
        assert "execution " in text and "# and " in text and url in text, text
        assert_loads(text)
        answer = json.loads(spindlectl("--json", "probe", url).stdout)
        signals = {item["signal"] for item in answer["devices"][0]["items"]}
        assert {"execution", "part_count", "spindle_load"} <= signals, signals
        assert answer["devices"][0]["missing"] == [], answer["devices"][0]["missing"]


if __name__ == "__main__":
    run([everything_is_stored_once_from_agents_of_every_version, values_are_those_that_the_agent_issued,
         trouble_in_the_stream_loses_nothing, what_was_overwritten_is_in_a_gap,
         probe_prints_a_configuration_that_loads, a_new_instance_is_read_from_its_beginning, killed_at_random_moments_the_union_is_exact])
