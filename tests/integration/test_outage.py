#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Broker, database and daemon fail in every way while machines work: nothing is missing, nothing is there twice."""
import json
import random
import time

from cell import Cell, quick_machines
from daemon import Daemon, config, mtconnect_machines
from rig import run, wait_for
from servers import InfluxDB, Mosquitto


NEAR_NS = 100_000_000  # clocks are compared over the network; a cycle is about 2.6 s
PERSISTENT = ("persistence true", "autosave_on_changes true", "autosave_interval 1", "max_queued_messages 0")


def sinks_of(broker, influx):
    return (f'  mqtt: {{url: "{broker.url}"}}\n'
            f'  influx: {{url: "{influx.url}", database: spindled}}')


def live_through(cell, seconds):
    """Lets the machines work. Nothing is asserted of how long it was."""
    cycles = sum(map(len, cell.cycle_ends().values()))
    deadline = time.monotonic() + seconds
    wait_for(lambda: time.monotonic() > deadline and sum(map(len, cell.cycle_ends().values())) > cycles, "a cycle")


def drain(cell, daemon):
    """What has been worked so far is recorded; then the machines stop, and all that is owed arrives."""
    newest = {name: ends[-1] for name, ends in cell.cycle_ends().items()}
    wait_for(lambda: all(near(recorded, newest[name]) for name, recorded in stored(cell, daemon).items()),
             "the last cycles in the store")
    cell.stop()
    wait_for(lambda: all(sink["pending_rows"] == 0 for sink in daemon.queue()["sinks"]), "all that is owed", 60)


def stored(cell, daemon):
    rows = daemon.rows("SELECT machine.name, wall_ns FROM record JOIN machine USING(machine) WHERE kind=0")
    return {name: sorted(at for machine, at in rows if machine == name) for name in cell.names()}


def near(times, at):
    return [time_ns for time_ns in times if abs(time_ns - at) < NEAR_NS]


def assert_each_once(cell, recorded, what):
    """Every whole cycle from the first record to the last is there once, and nothing else is."""
    total = 0
    for name, ends in cell.cycle_ends().items():
        times = recorded[name]
        assert times, f"{what} has nothing of {name}"
        while times and not near(ends, times[0]):
            times = times[1:]  # the cycle that ran when the daemon started may end before the first whole one
        assert times, f"{what} has nothing of {name} that was"
        ends = [end for end in ends if times[0] - NEAR_NS < end < times[-1] + NEAR_NS]
        missing = [end for end in ends if not near(times, end)]
        twice = [end for end in ends if len(near(times, end)) > 1]
        assert not missing, f"{what}: {name} lacks {len(missing)} of {len(ends)} cycles: {missing[:5]}"
        assert not twice, f"{what}: {name} has {len(twice)} of {len(ends)} cycles twice: {twice[:5]}"
        others = [time_ns for time_ns in times if not near(ends, time_ns)]
        assert not others, f"{what}: {name} has cycles that never were: {others[:5]} beside {ends[-9:]}"
        total += len(ends)
    return total


def in_influx(cell, influx):
    points = influx.query("SELECT ct, machine FROM cycle")
    return {name: sorted(p["time"] for p in points if p["machine"] == name) for name in cell.names()}


def assert_seen(daemon, subscriber):
    """Each record of the store came at least once."""
    payloads = [payload for _, _, _, payload in subscriber.messages() if payload.startswith("{")]
    numbers = {json.loads(payload).get("seq") for payload in payloads}
    owed = [row[0] for row in daemon.rows("SELECT id FROM record WHERE kind=0")]
    missing = [number for number in owed if number not in numbers]
    assert not missing, f"a subscriber never saw {len(missing)} of {len(owed)} cycles: {missing[:10]}"


def assert_ledger_closes(daemon):
    for sink in daemon.queue()["sinks"]:
        ledger = sink["ledger"]
        others = [name for name, value in ledger.items() if value and name.startswith(("dropped", "lost", "sent"))]
        assert ledger["closes"] and ledger["sampled"] > 0 and not others, sink
        assert ledger["sampled"] == ledger["delivered"] + sink["pending_values"], sink


def servers_that_fail_in_every_way_lose_nothing():
    with Mosquitto(*PERSISTENT) as broker, InfluxDB() as influx:
        influx.create()
        with broker.subscribe() as subscriber, Cell(scenario=quick_machines()) as cell, \
                Daemon(config(mtconnect_machines(cell), sinks_of(broker, influx))) as daemon:
            wait_for(lambda: influx.query("SELECT count(ct) FROM cycle"), "a first cycle in InfluxDB")
            for fail, mend in (("kill", "start"), ("freeze", "thaw"), ("stop", "start")):
                getattr(broker, fail)()
                getattr(influx, fail)()
                live_through(cell, 4)
                getattr(influx, mend)()
                getattr(broker, mend)()
                live_through(cell, 2)
            drain(cell, daemon)
            assert assert_each_once(cell, stored(cell, daemon), "the store") > 10
            assert_each_once(cell, in_influx(cell, influx), "InfluxDB")
            assert_seen(daemon, subscriber)
            assert_ledger_closes(daemon)


def twenty_kills_of_the_daemon_lose_and_repeat_nothing():
    luck = random.Random(5)
    with Mosquitto(*PERSISTENT) as broker, InfluxDB() as influx:
        influx.create()
        with broker.subscribe() as subscriber, Cell(scenario=quick_machines()) as cell, \
                Daemon(config(mtconnect_machines(cell), sinks_of(broker, influx))) as daemon:
            wait_for(lambda: influx.query("SELECT count(ct) FROM cycle"), "a first cycle in InfluxDB")
            for _ in range(20):
                moment = time.monotonic() + luck.uniform(0.05, 2.0)
                wait_for(lambda: time.monotonic() > moment, "the moment")
                daemon.kill()
                daemon.launch()
            daemon.wait_ready()
            drain(cell, daemon)
            assert assert_each_once(cell, stored(cell, daemon), "the store") > 10
            assert_each_once(cell, in_influx(cell, influx), "InfluxDB")
            assert_seen(daemon, subscriber)
            assert_ledger_closes(daemon)


run([servers_that_fail_in_every_way_lose_nothing, twenty_kills_of_the_daemon_lose_and_repeat_nothing])
