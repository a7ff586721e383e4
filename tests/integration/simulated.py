# SPDX-License-Identifier: Apache-2.0
"""A running cncsim of any scenario, and spindled beside it, for tests that compare what was recorded with what was said.

    with Cell(BUILD, "--speed", "5", scenario=TEXT) as cell, Daemon(BUILD, cell.folder, TEXT) as daemon: …
"""
import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile

from servers import PATIENCE, wait_for


class Cell:
    """A running cncsim with a command line and its truth."""

    def __init__(self, build, *arguments, scenario=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="spindled-cell-"))
        if scenario:
            (self.folder / "scenario.yaml").write_text(scenario)
            arguments = ("--scenario", str(self.folder / "scenario.yaml"), *arguments)
        ports = self.folder / "ports.json"
        self.process = subprocess.Popen(
            [str(build / "tools/cncsim/cncsim"), "--commands", "--ports-file", str(ports), "--truth",
             str(self.folder / "truth"), *arguments], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        wait_for(lambda: ports.exists() and ports.read_text().endswith("\n"), "the ports file")
        self.ports = json.loads(ports.read_text())

    def order(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def truth(self, kind):
        lines = (self.folder / "truth").read_text().split("\n")[:-1]
        return [record for record in map(json.loads, lines) if record["truth"] == kind]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        status = self.process.wait(timeout=PATIENCE)
        shutil.rmtree(self.folder)
        assert status == 0, status


class Daemon:
    """spindled on a store of its own; can be killed and started again on it."""

    def __init__(self, build, machines, store="signals: all", options=()):
        self.build, self.options = build, options
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="spindled-daemon-"))
        self.store = self.folder / "spindled.db"
        self.config = self.folder / "spindled.yaml"
        self.config.write_text(
            f"version: 1\ngateway: {{id: test, enterprise: e, site: s, area: a}}\n"
            f"store: {{path: \"{self.store}\", {store}}}\nhttp: {{listen: \"127.0.0.1:0\"}}\n"
            f"control: {{socket: \"{self.folder}/control.sock\"}}\nmachines:\n{machines}")
        self.process = None
        self.start()

    def start(self):
        (self.folder / "control.sock").unlink(missing_ok=True)
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([str(self.build / "daemon/spindled"), *self.options, "--config", str(self.config)],
                                            stdout=log, stderr=log)
        wait_for(self.is_ready, "spindled's socket")

    def is_ready(self):
        return (self.folder / "control.sock").exists()

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def kill(self):
        """As a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=PATIENCE)

    def stop(self):
        self.process.terminate()
        status = self.process.wait(timeout=PATIENCE)
        assert status == 0, (status, self.log()[-3000:])

    def ask(self, *words):
        done = subprocess.run([str(self.build / "tools/spindlectl/spindlectl"), "--socket",
                               str(self.folder / "control.sock"), "--json", *words],
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        return json.loads(done.stdout) if done.returncode == 0 and done.stdout else None

    def rows(self, view, machine):
        """(time, body) of every record of this kind, in the order they were made."""
        if not self.store.exists():
            return []
        table = "archived" if view == "archive" else "record"
        query = (f"SELECT {table}.body FROM {view} JOIN {table} ON {table}.id = {view}.id "
                 f"JOIN machine ON machine.machine = {table}.machine WHERE machine.name = ? ORDER BY {view}.id")
        store = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=PATIENCE)
        try:
            return [json.loads(row[0]) for row in store.execute(query, (machine,))]
        finally:
            store.close()

    def observations(self, machine):
        """{signal: [(value, quality, sequence)]} of all that has a sequence, in order of arrival."""
        lanes = {}
        for row in self.rows("archive", machine):
            signals = row["signals"]
            if isinstance(signals, str):
                signals = json.loads(signals)
            for name, values in signals.items():
                lanes.setdefault(name, []).extend((v[1], v[2], v[3]) for v in values if len(v) > 3)
        return lanes

    def gaps(self, machine):
        return [(row["from"], row["to"], row["count"]) for row in self.rows("gap", machine)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=PATIENCE)
        shutil.rmtree(self.folder)
