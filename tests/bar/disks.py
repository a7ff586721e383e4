# SPDX-License-Identifier: Apache-2.0
"""R6, R7, R9: what fails is the disk, the data or the clock."""
import contextlib
import http.server
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import time

from load import LoadedPlant, Watch, audit, is_alive
from outages import PERSISTENT, verdict
from faults import Faults
from rig import BUILD, free_port, wait_for
from servers import InfluxDB, Mosquitto

class NotHere(Exception):
    """This machine cannot do it."""


@contextlib.contextmanager
def small_disk(mebibytes):
    folder = tempfile.mkdtemp(prefix="spindled-bar-")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", folder], check=False, capture_output=True)
    try:
        if mounted.returncode:
            raise NotHere("mounting a tmpfs needs root")
        yield pathlib.Path(folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def plant_on(store, environment=None):
    with Mosquitto(*PERSISTENT) as broker, InfluxDB() as influx:
        influx.create()
        sinks = f'  mqtt: {{url: "{broker.url}"}}\n  influx: {{url: "{influx.url}", database: spindled}}'
        watch = Watch(broker.port)
        try:
            with LoadedPlant(sinks, store=store, environment=environment) as plant:
                wait_for(lambda: influx.query("SELECT count(ct) FROM cycle") and watch.ages, "a first cycle")
                yield plant, broker, influx, watch
        finally:
            watch.close()


def in_trouble(plant):
    return any("store" in reason for reason in plant.health()["reasons"])


def delivered(plant):
    return plant.sink("influx")["ledger"]["delivered"]


def full_disk(_):
    """The file system fills up (a foreign file takes all that is free), stays so, and has room again."""
    with small_disk(24) as disk, plant_on(disk / "s.db") as (plant, _, influx, watch):
        filler = disk / "filler"
        with contextlib.suppress(OSError), open(filler, "wb") as file:
            while True:
                file.write(b"x" * 4096)
                file.flush()
        wait_for(lambda: in_trouble(plant), "the status to tell of it", 60)
        before = delivered(plant)
        plant.live(15)
        served = delivered(plant) - before
        assert is_alive(plant)
        filler.unlink()
        wait_for(lambda: not in_trouble(plant), "the store to be well again", 60)
        plant.live(3)
        plant.quieten()
        result = audit(plant, influx, watch)
        dropped = result["gone"]
        result["gone"] = 0  # raw values may go; they are counted
        good, words = verdict(result, with_holes=False)
        records_lost = sum(1 for line in plant.log().splitlines() if "closing without" in line)
        return good and not records_lost, f"15 s full, {served} values delivered meanwhile, {dropped} values counted as dropped. {words}"


def broken_disk(_):
    """EIO of fsync, then a file system that is read-only, 15 s each."""
    with Faults() as faults, plant_on(faults.data / "s.db", faults.environment) as (plant, _, influx, watch):
        told = []
        for name, fault in (("EIO on fsync", "sync error 5"), ("read-only", "write error 30")):
            before = delivered(plant)
            faults.say(fault)
            wait_for(lambda: in_trouble(plant), "the status to tell of it")
            plant.live(15)
            told.append(f"{name}: {delivered(plant) - before} values delivered meanwhile")
            faults.say("")
            wait_for(lambda: not in_trouble(plant), "the store to come home", 90)
        plant.live(2)
        plant.quieten()
        good, words = verdict(audit(plant, influx, watch))
        return good, "; ".join(told) + ". " + words


def slow_disk(_):
    """Every fsync takes 300 ms, as on an SD card."""
    with Faults() as faults, plant_on(faults.data / "s.db", faults.environment) as (plant, _, influx, watch):
        faults.say("sync slow 300")
        plant.live(3)
        since, asked = time.time(), sum(plant.hall.counts.values())
        plant.live(20)
        asked = sum(plant.hall.counts.values()) - asked
        age = watch.oldest(since)
        faults.say("")
        plant.quieten()
        good, words = verdict(audit(plant, influx, watch))
        return good and 195 <= asked <= 205, (f"20 s: {asked} of 200 polls made, live raw values at most {1e3 * age:.0f} ms old. {words}")


def clocks(_):
    """The wall clock goes an hour forward, two hours back and to its place, 8 s each; in Debian's libfaketime."""
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if not library:
        raise NotHere("libfaketime is not installed")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="spindled-bar-"))
    stamp = folder / "stamp"
    stamp.write_text("+0s\n")
    environment = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(stamp), "FAKETIME_NO_CACHE": "1",
                   "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    try:
        with plant_on(folder / "s.db", environment) as (plant, _, influx, watch):
            for leap in ("+3600s", "-7200s", "+0s"):
                (folder / "new").write_text(leap + "\n")
                (folder / "new").rename(stamp)
                before = delivered(plant)
                plant.live(8)
                assert delivered(plant) > before, "nothing was delivered after " + leap
            plant.quieten()
            good, words = verdict(audit(plant, influx, watch), with_holes=None)  # the stamps leap, so there is no order
            return good, words
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def large_store(options):
    """How long a start takes with `--rows` rows in the spool."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="spindled-bar-", dir="/var/tmp"))
    try:
        made = subprocess.run([BUILD / "tests/bench/bench_store", folder, str(options.rows), "100", "0"], check=True,
                              capture_output=True, text=True)
        file = pathlib.Path(re.search(r"file: (\S+)", made.stdout).group(1))
        size = file.stat().st_size / 2 ** 20
        with LoadedPlant(f'  influx: {{url: "http://127.0.0.1:{free_port()}", database: spindled}}', store=file) as plant:
            plant.stop()
            times = []
            for _ in range(3):
                subprocess.run(["sh", "-c", "sync; echo 3 >/proc/sys/vm/drop_caches"], check=False, capture_output=True)
                began = time.monotonic()
                plant.start()
                times.append(time.monotonic() - began)
                plant.live(2)
                plant.stop()
            return max(times) <= 5, (f"{options.rows:,} rows, {size:,.0f} MiB: the page answers after at most {max(times):.1f} s; "
                                     f"RSS {plant.rss_kib / 1024:.0f} MiB")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Poisoned(http.server.BaseHTTPRequestHandler):
    """A database that answers 500 for ever to any request with a line of machine load-1, and 204 to all others."""
    taken = set()

    def do_POST(self):
        lines = self.rfile.read(int(self.headers["Content-Length"]))
        bad = b"machine=load-1" in lines
        if not bad:
            Poisoned.taken.update(re.findall(rb" (\d+)\n", lines + b"\n"))
        self.send_response(500 if bad else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def poison(_):
    """One machine's rows get a 500 for ever: how long others wait."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Poisoned)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sinks = f'  influx: {{url: "http://127.0.0.1:{server.server_port}", database: spindled, gzip: false}}'
    with LoadedPlant(sinks, 3, "5s", machines=2) as plant:
        longest = 0
        until = time.monotonic() + 150
        while time.monotonic() < until:
            plant.live(1)
            longest = max(longest, plant.sink("influx").get("oldest_s") or 0)
        sink = plant.sink("influx")
        server.shutdown()
        good = sink["ledger"]["closes"] and sink["ledger"]["delivered"] > 0 and sink["dead_letters"] > 0 and longest <= 60
        return good, (f"150 s: {sink['ledger']['delivered']} values delivered, {sink['dead_letters']} rows of the poisoned machine "
                      f"dead letters, the oldest of what was owed never older than {longest:.0f} s")


ROWS = [("R6", "full disk (24 MiB tmpfs)", full_disk), ("R6", "EIO on fsync; read-only", broken_disk),
        ("R6", "fsync takes 300 ms", slow_disk), ("R6", "start with a large spool", large_store),
        ("R7", "one machine's rows answered 500 for ever", poison), ("R9", "the wall clock leaps", clocks)]
