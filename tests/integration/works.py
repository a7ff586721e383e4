# SPDX-License-Identifier: Apache-2.0
"""A small plant: cncsim, spindled and what it is configured with, in a folder that goes with it.

    with Plant(BUILD, sinks="…") as plant: …

The machines have cycles of about a second and true stamps, so what spindled records can be
held against the truth, cycle by cycle.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile

from servers import PATIENCE, fetch, free_port, wait_for

MACHINE = """
  - name: {name}
    mtconnect: {{version: "2.0", buffer: 65536}}
    load: 200ms
    load_spread: 50ms
    tick: 100ms
    programs:
      - name: O1
        blocks:
          - {{tool: "1", cut: 300ms, rapid: 100ms, change: 200ms, load: 35, rpm: 6000, feed: 1500}}
          - {{tool: "2", cut: 200ms, rapid: 100ms, change: 200ms, load: 25, rpm: 9000, feed: 900}}
    tools:
      - {{tool: "1", life: 5000}}
      - {{tool: "2", life: 5000}}"""


class Plant:
    def __init__(self, build, sinks="", machines=4, store=None, environment=None):
        self.build, self.sinks, self.environment = build, sinks, environment or {}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="spindled-plant-"))
        self.store = pathlib.Path(store or self.folder / "spindled.db")
        (self.folder / "run").mkdir()
        self.names = [f"m{i}" for i in range(1, machines + 1)]
        self.port = free_port()
        self.cell = self.daemon = None

    def start_cell(self):
        scenario, ports = self.folder / "cell.yaml", self.folder / "ports.json"
        scenario.write_text("seed: 5\nmachines:" + "".join(MACHINE.format(name=n) for n in self.names))
        self.cell = subprocess.Popen(
            [self.build / "tools/cncsim/cncsim", "--scenario", scenario, "--ports-file", ports,
             "--truth", self.folder / "truth.jsonl"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: ports.is_file() and ports.read_text().strip(), "cncsim")
        return json.loads(ports.read_text())["machines"]

    def configure(self, addresses):
        machines = "".join(f'\n  - {{name: {name}, cell: a, mtconnect: {{url: "{addresses[name]["mtconnect"]}",'
                           f' device: {name}}}}}' for name in self.names)
        (self.folder / "spindled.yaml").write_text(f"""version: 1
gateway: {{id: gw, enterprise: acme, site: s, area: a}}
store: {{path: "{self.store}"}}
http: {{listen: "127.0.0.1:{self.port}"}}
control: {{socket: "{self.folder}/control.sock"}}
{self.sinks}
machines:{machines}
""")

    def start(self, *wrapper):
        log = open(self.folder / "spindled.log", "ab")
        self.daemon = subprocess.Popen(
            [*wrapper, self.build / "daemon/spindled", "--config", self.folder / "spindled.yaml"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env={**os.environ, "RUNTIME_DIRECTORY": str(self.folder / "run"), **self.environment})
        log.close()

    def wait_up(self):
        wait_for(lambda: self.health(), "the daemon's page")

    def end(self, how=signal.SIGTERM):
        """Returns the exit status."""
        if self.daemon.poll() is None:
            self.daemon.send_signal(how)
        try:
            return self.daemon.wait(timeout=PATIENCE)
        finally:
            self.daemon.kill()
            self.daemon.wait()

    def end_cell(self):
        self.cell.terminate()
        self.cell.wait(timeout=PATIENCE)

    def log(self):
        return (self.folder / "spindled.log").read_text(errors="replace")

    def ask(self, path):
        """JSON of the page; None when nobody answers."""
        status, text = fetch(f"http://127.0.0.1:{self.port}{path}")
        return json.loads(text) if status in (200, 503) else None

    def health(self):
        return self.ask("/healthz")

    def queue(self):
        done = subprocess.run([self.build / "tools/spindlectl/spindlectl", "--socket",
                               self.folder / "control.sock", "--json", "queue"],
                              capture_output=True, text=True, timeout=PATIENCE, check=True)
        return json.loads(done.stdout)

    def metric(self, name):
        """The sum over all labels."""
        _, text = fetch(f"http://127.0.0.1:{self.port}/metrics")
        values = re.findall(rf"^{name}(?:{{.*}})? ([0-9.e+-]+)$", text, re.M)
        return sum(float(value) for value in values)

    def rows(self, query):
        """Of the daemon's file, read while it runs or after."""
        store = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=10)
        try:
            return store.execute(query).fetchall()
        finally:
            store.close()

    def truth(self):
        """{machine: [end of each whole cycle, ns]} in order."""
        cycles = {name: [] for name in self.names}
        for line in (self.folder / "truth.jsonl").read_text().split("\n")[:-1]:
            fact = json.loads(line)
            if fact["truth"] == "cycle" and fact["class"] == "complete":
                cycles[fact["machine"]].append(fact["ended_ns"])
        return cycles

    def __enter__(self):
        try:
            self.configure(self.start_cell())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in (self.daemon, self.cell):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
