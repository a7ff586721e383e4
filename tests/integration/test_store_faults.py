#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The disk is gone, broken or slow, the resolver hangs, a peer never answers: machines are read and served all the same."""
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from works import Plant  # noqa: E402
from servers import need, run, start_influxdb, wait_for  # noqa: E402

BUILD = pathlib.Path(sys.argv[1])
SOURCE = pathlib.Path(__file__).resolve().parent / "faults.c"
SANITIZED = "asan" in BUILD.name or "tsan" in BUILD.name


class Faults:
    """The shim, what it is told, and what it says."""

    def __init__(self):
        need("cc")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="spindled-faults-"))
        self.data = self.folder / "data"
        self.data.mkdir()
        self.control, self.log = self.folder / "control", self.folder / "log"
        self.control.write_text("")
        self.log.write_text("")
        subprocess.run(["cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", self.folder / "faults.so", SOURCE],
                       check=True)
        self.environment = {"LD_PRELOAD": str(self.folder / "faults.so"), "FAULTS": str(self.control),
                            "FAULTS_LOG": str(self.log), "FAULTS_PATH": str(self.data)}

    def say(self, *lines):
        # In one write, so that the shim never reads half of it.
        new = self.folder / "new"
        new.write_text("\n".join(lines) + "\n")
        new.rename(self.control)

    def is_held(self, what):
        words = self.log.read_text().split("\n")
        return words.count(f"enter {what}") > words.count(f"leave {what}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)


def influx_sink(influx):
    return f'sinks:\n  influx: {{url: "{influx.url}", database: spindled}}'


def heard(plant):
    return plant.metric("spindled_link_samples_total")


def delivered(plant):
    return plant.queue()["sinks"][0]["ledger"]["delivered"]


def is_store_in_trouble(plant):
    return any("store" in reason for reason in plant.health()["reasons"])


def wait_for_more(count, what):
    before = count()
    wait_for(lambda: count() > before, what)


def assert_all_once(plant, influx, minimum):
    """All cycles of the truth that lie between the first and the last record are in file and database."""
    wait_for(lambda: plant.queue()["sinks"][0]["pending_rows"] == 0, "all that is owed")
    rows = plant.rows("SELECT machine.name, wall_ns FROM record JOIN machine USING(machine) WHERE kind=0")
    points = [(point["machine"], point["time"]) for point in influx.query("SELECT ct, machine FROM cycle")]
    assert len(rows) == len(set(rows)), "a cycle is twice in the store"
    assert set(rows) <= set(points), set(rows) - set(points)
    numbers = plant.rows("SELECT machine, json_extract(body,'$.cycle_no') FROM record WHERE kind=0 ORDER BY 1, 2")
    for machine in {machine for machine, _ in numbers}:
        own = [number for other, number in numbers if other == machine]
        assert own == list(range(own[0], own[0] + len(own))), (machine, own)
    assert len(numbers) >= minimum, numbers


def a_broken_disk_stops_nothing_and_heals(fault):
    with Faults() as faults, start_influxdb() as influx:
        influx.create()
        with Plant(BUILD, influx_sink(influx), store=faults.data / "s.db",
                   environment=faults.environment) as plant:
            plant.start()
            wait_for(lambda: influx.query("SELECT count(ct) FROM cycle"), "a first cycle")
            faults.say(fault)
            wait_for(lambda: is_store_in_trouble(plant), "the status to tell of it")
            wait_for(lambda: "kept in memory" in plant.log(), "the refuge")
            wait_for_more(lambda: heard(plant), "samples")
            wait_for_more(lambda: delivered(plant), "records that are delivered from memory")
            assert is_store_in_trouble(plant)
            faults.say("")
            wait_for(lambda: not is_store_in_trouble(plant), "the store to come home")
            wait_for_more(lambda: delivered(plant), "records from the file")
            plant.end_cell()
            plant.cell = None
            assert_all_once(plant, influx, 4)
            assert plant.end() == 0, plant.log()[-2000:]


def an_io_error_of_fsync_stops_nothing_and_heals():
    a_broken_disk_stops_nothing_and_heals("sync error 5")


def a_file_system_that_turns_read_only_stops_nothing_and_heals():
    a_broken_disk_stops_nothing_and_heals("write error 30")


def without_its_disk_it_starts_and_comes_home():
    with Faults() as faults, start_influxdb() as influx:
        influx.create()
        home = faults.folder / "later"
        home.write_text("a file where a folder should be")
        with Plant(BUILD, influx_sink(influx), store=home / "s.db") as plant:
            plant.start()
            plant.wait_up()
            assert is_store_in_trouble(plant)
            wait_for(lambda: influx.query("SELECT count(ct) FROM cycle"), "a cycle delivered from memory")
            home.unlink()
            home.mkdir()
            wait_for(lambda: not is_store_in_trouble(plant), "the store to come home")
            plant.end_cell()
            plant.cell = None
            assert_all_once(plant, influx, 1)
            assert plant.end() == 0, plant.log()[-2000:]


def a_held_disk_resolver_and_peer_hold_up_no_machine():
    with Faults() as faults, socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)  # accepts nobody: connections beyond the first hang
        crowd = [socket.socket() for _ in range(4)]
        for client in crowd:
            client.setblocking(False)
            client.connect_ex(silent.getsockname())
        faults.say("sync hold", "resolve hold")
        with Plant(BUILD, "sinks:\n  influx: {url: \"http://slow.invalid:8086\", database: spindled}",
                   store=faults.data / "s.db", environment=faults.environment) as plant:
            config = plant.folder / "spindled.yaml"
            config.write_text(config.read_text() + f"""
  - {{name: hung, cell: a, mtconnect: {{url: "http://127.0.0.1:{silent.getsockname()[1]}", device: hung}}}}
  - {{name: lost, cell: a, mtconnect: {{url: "http://slow.invalid:7878", device: lost}}}}
""")
            faults.say("resolve hold")
            plant.start()
            plant.wait_up()
            wait_for(lambda: faults.is_held("resolve"), "the resolver to hang")
            wait_for_more(lambda: heard(plant), "samples while the resolver hangs")
            faults.say("sync hold", "resolve hold")
            wait_for(lambda: faults.is_held("sync"), "the disk to hang")
            for _ in range(5):
                wait_for_more(lambda: heard(plant), "samples while disk, resolver and peer hang")
            assert faults.is_held("sync") and faults.is_held("resolve"), faults.log.read_text()
            faults.say("")
            wait_for(lambda: not faults.is_held("sync"), "the disk to go on")
            wait_for(lambda: plant.queue()["store"]["unwritten"] == 0, "what waited to be written")
            assert plant.end() == 0, plant.log()[-2000:]
        for client in crowd:
            client.close()


if SANITIZED:
    print("skipped: the shim and the sanitizers both want to be first")
    sys.exit(77)
run([an_io_error_of_fsync_stops_nothing_and_heals, a_file_system_that_turns_read_only_stops_nothing_and_heals,
     without_its_disk_it_starts_and_comes_home, a_held_disk_resolver_and_peer_hold_up_no_machine])
