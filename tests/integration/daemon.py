# SPDX-License-Identifier: Apache-2.0
"""A running spindled, and the configurations it is given.

    with Cell() as cell, Daemon(config(mtconnect_machine("hmc-3", cell))) as daemon: …
"""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3

from cell import POINTS
from rig import PATIENCE, ROOT, SPINDLED, Program, spindlectl, wait_for


def config(machines, sinks="", store="", more=""):
    """A whole configuration around `machines` (YAML list items), `sinks` (map entries), `store` (entries of its map,
    in flow style) and whatever more there is."""
    return (f"""version: 1
gateway: {{id: gw-1, enterprise: acme, site: test, area: hall}}
store: {{path: "@store@"{', ' + store if store else ''}}}
http: {{listen: "127.0.0.1:0"}}
control: {{socket: "@folder@/control.sock"}}
{more}
""" + (f"sinks:\n{sinks}\n" if sinks else "") + (f"machines:\n{machines}\n" if machines else "machines: []\n"))


def archiving(machines):
    """A configuration whose store keeps every value of every signal."""
    return config(machines, store="signals: all")


def demo_config(cell, machines="", sinks=""):
    """What tools/demo gives to spindled, and more machines and sinks (one line, `sinks: …`)."""
    text = (ROOT / "config/demo/spindled.yaml").read_text().replace("@listen@", "127.0.0.1:0").replace("@sinks@", sinks)
    addresses = cell.ports["machines"]
    return re.sub(r"@(\S+) (modbus|mtconnect)@", lambda match: addresses[match[1]][match[2]], text) + machines


def modbus_machine(name, cell, every="200ms"):
    """A machine of the cell, read over Modbus."""
    where = cell.ports["machines"][name]
    return (f"  - name: {name}\n    cell: a\n    modbus:\n      - url: \"{where['modbus']}\"\n"
            f"        unit: {where['unit']}\n        every: {every}\n        points:{POINTS}\n")


def mtconnect_machine(name, cell):
    """A machine of the cell, read from its agent."""
    where = cell.ports["machines"][name]
    return (f"  - name: {name}\n    cell: b\n    mtconnect: {{url: \"{where['mtconnect']}\", "
            f"device: {where['device']}}}\n")


def mtconnect_machines(cell):
    """All machines of the cell, each read from its agent."""
    return "".join(mtconnect_machine(name, cell) for name in cell.names())


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("spindled", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon(Program):
    """`text` is YAML; @folder@ in it is the daemon's own folder, @store@ is `store` or a file there. `environment`
    is added to ours, `options` are spindled's."""

    def __init__(self, text, store=None, environment=None, options=()):
        super().__init__("daemon")
        self.config, self.socket = self.folder / "spindled.yaml", self.folder / "control.sock"
        self.store = pathlib.Path(store or self.folder / "spindled.db")
        self.environment, self.options = environment or {}, options
        (self.folder / "run").mkdir()
        self.write(text)
        try:
            self.start()
        except BaseException:
            self.remove()
            raise

    def write(self, text):
        """The configuration, in one stroke. It counts from the next start or reload."""
        fresh = self.folder / "spindled.yaml.new"
        fresh.write_text(text.replace("@folder@", str(self.folder)).replace("@store@", str(self.store)))
        fresh.replace(self.config)

    def command(self):
        return [SPINDLED, *self.options, "--config", self.config]

    def launch(self, **more):
        super().launch(env={**os.environ, "RUNTIME_DIRECTORY": str(self.folder / "run"), **self.environment}, **more)

    def is_ready(self):
        try:
            return self.get("/v1/version")[0] == 200
        except OSError:
            return False

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        """As systemd does; it must end by itself with status 0."""
        status = super().stop()
        assert status == 0, (status, self.log()[-3000:])

    @property
    def url(self):
        """Of the page, as the log has it."""
        return wait_for(lambda: re.findall(r"status page at (http://\S+:\d+)/", self.log()), "the page")[-1]

    def request(self, method, path, body=None):
        """(status, answer) over the control socket."""
        connection = _UnixConnection(str(self.socket))
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            text = answer.read().decode()
            is_json = answer.getheader("Content-Type", "").startswith("application/json")
            return answer.status, json.loads(text) if is_json else text
        finally:
            connection.close()

    def get(self, path):
        return self.request("GET", path)

    def say(self, machine, command, **arguments):
        return self.request("POST", f"/v1/machines/{machine}/cmd/{command}", json.dumps(arguments))

    def health(self):
        return self.get("/healthz")[1]

    def queue(self):
        return self.get("/v1/queue")[1]

    def machine(self, name):
        return self.get(f"/v1/machines/{name}")[1]

    def cycles(self, machine, limit=1000):
        """The recorded cycles, oldest first."""
        status, records = self.get(f"/v1/machines/{machine}/cycles?limit={limit}&order=oldest")
        assert status == 200, records
        return records

    def metric(self, name):
        """The sum over all labels."""
        values = re.findall(rf"^{name}(?:{{.*}})? ([0-9.e+-]+)$", self.get("/metrics")[1], re.M)
        return sum(map(float, values))

    def spindlectl(self, *words, socket=None):
        """(exit status, output, errors) of spindlectl."""
        done = spindlectl("--socket", socket or self.socket, *words)
        return done.returncode, done.stdout, done.stderr

    def ask(self, *words):
        """What spindlectl answers as JSON; None when it has no answer."""
        status, output, _ = self.spindlectl("--json", *words)
        return json.loads(output) if status == 0 and output else None

    def rows(self, query, *values):
        """Of the store's file, read while it is written or after."""
        if not self.store.exists():
            return []
        store = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=PATIENCE)
        try:
            return store.execute(query, values).fetchall()
        finally:
            store.close()

    def records(self, view, machine):
        """Every record of this kind, in the order they were made."""
        table = "archived" if view == "archive" else "record"
        return [json.loads(body) for body, in self.rows(
            f"SELECT {table}.body FROM {view} JOIN {table} ON {table}.id = {view}.id "
            f"JOIN machine ON machine.machine = {table}.machine WHERE machine.name = ? ORDER BY {view}.id", machine)]

    def observations(self, machine):
        """{signal: [(value, quality, sequence)]} of all that has a sequence, in order of arrival."""
        lanes = {}
        for row in self.records("archive", machine):
            signals = row["signals"]
            for name, values in (json.loads(signals) if isinstance(signals, str) else signals).items():
                lanes.setdefault(name, []).extend((v[1], v[2], v[3]) for v in values if len(v) > 3)
        return lanes

    def gaps(self, machine):
        return [(row["from"], row["to"], row["count"]) for row in self.records("gap", machine)]

    def __exit__(self, kind, *_):
        try:
            if kind is None and self.process.poll() is None:
                self.stop()
        finally:
            self.remove()
