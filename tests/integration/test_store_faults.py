#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The disk is gone, broken or slow, the resolver hangs, a peer never answers: machines are read and served all the same."""
import socket
import sys

from cell import Cell, quick_machines
from daemon import Daemon, config, mtconnect_machines
from faults import Faults
from rig import BUILD, run, wait_for
from servers import InfluxDB


SANITIZED = "asan" in BUILD.name or "tsan" in BUILD.name


def influx_sink(influx):
    return f'  influx: {{url: "{influx.url}", database: spindled}}'


def heard(daemon):
    return daemon.metric("spindled_link_samples_total")


def delivered(daemon):
    return daemon.queue()["sinks"][0]["ledger"]["delivered"]


def is_store_in_trouble(daemon):
    return any("store" in reason for reason in daemon.health()["reasons"])


def wait_for_more(count, what):
    before = count()
    wait_for(lambda: count() > before, what)


def assert_all_once(daemon, influx, minimum):
    """All cycles of the truth that lie between the first and the last record are in file and database."""
    wait_for(lambda: daemon.queue()["sinks"][0]["pending_rows"] == 0, "all that is owed")
    rows = daemon.rows("SELECT machine.name, wall_ns FROM record JOIN machine USING(machine) WHERE kind=0")
    points = [(point["machine"], point["time"]) for point in influx.query("SELECT ct, machine FROM cycle")]
    assert len(rows) == len(set(rows)), "a cycle is twice in the store"
    assert set(rows) <= set(points), set(rows) - set(points)
    numbers = daemon.rows("SELECT machine, json_extract(body,'$.cycle_no') FROM record WHERE kind=0 ORDER BY 1, 2")
    for machine in {machine for machine, _ in numbers}:
        own = [number for other, number in numbers if other == machine]
        assert own == list(range(own[0], own[0] + len(own))), (machine, own)
    assert len(numbers) >= minimum, numbers


def a_broken_disk_stops_nothing_and_heals(fault):
    with Faults() as faults, InfluxDB() as influx:
        influx.create()
        with Cell(scenario=quick_machines()) as cell, Daemon(
                config(mtconnect_machines(cell), influx_sink(influx)), faults.data / "s.db", faults.environment) as daemon:
            wait_for(lambda: influx.query("SELECT count(ct) FROM cycle"), "a first cycle")
            faults.say(fault)
            wait_for(lambda: is_store_in_trouble(daemon), "the status to tell of it")
            wait_for(lambda: "kept in memory" in daemon.log(), "the refuge")
            wait_for_more(lambda: heard(daemon), "samples")
            wait_for_more(lambda: delivered(daemon), "records that are delivered from memory")
            assert is_store_in_trouble(daemon)
            faults.say("")
            wait_for(lambda: not is_store_in_trouble(daemon), "the store to come home")
            wait_for_more(lambda: delivered(daemon), "records from the file")
            cell.stop()
            assert_all_once(daemon, influx, 4)


def an_io_error_of_fsync_stops_nothing_and_heals():
    a_broken_disk_stops_nothing_and_heals("sync error 5")


def a_file_system_that_turns_read_only_stops_nothing_and_heals():
    a_broken_disk_stops_nothing_and_heals("write error 30")


def without_its_disk_it_starts_and_comes_home():
    with Faults() as faults, InfluxDB() as influx:
        influx.create()
        home = faults.folder / "later"
        home.write_text("a file where a folder should be")
        with Cell(scenario=quick_machines()) as cell, Daemon(
                config(mtconnect_machines(cell), influx_sink(influx)), home / "s.db") as daemon:
            assert is_store_in_trouble(daemon)
            wait_for(lambda: influx.query("SELECT count(ct) FROM cycle"), "a cycle delivered from memory")
            home.unlink()
            home.mkdir()
            wait_for(lambda: not is_store_in_trouble(daemon), "the store to come home")
            cell.stop()
            assert_all_once(daemon, influx, 1)


def a_held_disk_resolver_and_peer_hold_up_no_machine():
    with Faults() as faults, socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)  # accepts nobody: connections beyond the first hang
        crowd = [socket.socket() for _ in range(4)]
        for client in crowd:
            client.setblocking(False)
            client.connect_ex(silent.getsockname())
        faults.say("resolve hold")
        odd = f"""
  - {{name: hung, cell: a, mtconnect: {{url: "http://127.0.0.1:{silent.getsockname()[1]}", device: hung}}}}
  - {{name: lost, cell: a, mtconnect: {{url: "http://slow.invalid:7878", device: lost}}}}
"""
        sink = '  influx: {url: "http://slow.invalid:8086", database: spindled}'
        with Cell(scenario=quick_machines()) as cell, Daemon(
                config(mtconnect_machines(cell) + odd, sink), faults.data / "s.db", faults.environment) as daemon:
            wait_for(lambda: faults.is_held("resolve"), "the resolver to hang")
            wait_for_more(lambda: heard(daemon), "samples while the resolver hangs")
            faults.say("sync hold", "resolve hold")
            wait_for(lambda: faults.is_held("sync"), "the disk to hang")
            for _ in range(5):
                wait_for_more(lambda: heard(daemon), "samples while disk, resolver and peer hang")
            assert faults.is_held("sync") and faults.is_held("resolve"), faults.log.read_text()
            faults.say("")
            wait_for(lambda: not faults.is_held("sync"), "the disk to go on")
            wait_for(lambda: daemon.queue()["store"]["unwritten"] == 0, "what waited to be written")
        for client in crowd:
            client.close()


if SANITIZED:
    print("skipped: the shim and the sanitizers both want to be first")
    sys.exit(77)
run([an_io_error_of_fsync_stops_nothing_and_heals, a_file_system_that_turns_read_only_stops_nothing_and_heals,
     without_its_disk_it_starts_and_comes_home, a_held_disk_resolver_and_peer_hold_up_no_machine])
