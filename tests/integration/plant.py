# SPDX-License-Identifier: Apache-2.0
"""A simulated cell and spindled beside it, for tests of the whole.

    with Cell("--speed", "20") as cell, Daemon(config(machines=[…])) as daemon: …

Both live in a temporary folder of their own and are gone when the context is left.
"""
import http.client
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

from servers import PATIENCE, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/dev").resolve()
DEMO = ROOT / "config/demo/cell.yaml"

# The coils and registers cncsim documents, as points of a machine.
POINTS = """
          - {signal: operating, area: coil, address: 0}
          - {signal: cycle_start_lamp, area: coil, address: 1}
          - {signal: feed_hold_lamp, area: coil, address: 2}
          - {signal: program_end, area: coil, address: 3}
          - {signal: alarm, area: coil, address: 4}
          - {signal: emergency_stop, area: coil, address: 6}
          - {signal: cutting, area: coil, address: 9}
          - {signal: part_count, address: 0, type: uint32}
          - {signal: tool, address: 2, type: uint16}
          - {signal: program, address: 3, type: uint16}
          - {signal: spindle_speed, address: 4, type: uint16}
          - {signal: spindle_load, address: 5, type: int16, scale: 0.1}"""


class Cell:
    """A running cncsim with a command line and its truth."""

    def __init__(self, *arguments, scenario=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="spindled-cell-"))
        if scenario:
            (self.folder / "scenario.yaml").write_text(scenario)
            arguments = ("--scenario", str(self.folder / "scenario.yaml"), *arguments)
        ports = self.folder / "ports.json"
        self.process = subprocess.Popen(
            [str(BUILD / "tools/cncsim/cncsim"), "--commands", "--ports-file", str(ports), "--truth",
             str(self.folder / "truth"), *arguments], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        wait_for(ports.exists, "the ports file")
        self.ports = json.loads(ports.read_text())

    def order(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def truth(self, kind):
        lines = (self.folder / "truth").read_text().split("\n")[:-1]
        return [record for record in map(json.loads, lines) if record["truth"] == kind]

    def address(self, machine, protocol):
        return self.ports["machines"][machine][protocol]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(timeout=PATIENCE) == 0
        shutil.rmtree(self.folder)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("spindled", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    """A running spindled. `text` is YAML; @folder@ in it is the daemon's own folder."""

    def __init__(self, text, folder=None, environment=None, wrapper=()):
        self.is_own = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="spindled-daemon-"))
        self.config = self.folder / "spindled.yaml"
        self.environment, self.wrapper = environment, list(wrapper)
        self.write(text)
        self.process = None
        self.start()

    def write(self, text):
        fresh = self.folder / "spindled.yaml.new"
        fresh.write_text(text.replace("@folder@", str(self.folder)))
        fresh.replace(self.config)

    def start(self):
        self.output = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            [*self.wrapper, str(BUILD / "daemon/spindled"), "--config", str(self.config)],
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output, env=self.environment)
        wait_for(lambda: self.answers() or self.process.poll() is not None, "spindled to answer")
        assert self.process.poll() is None, self.log()

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def answers(self):
        try:
            return self.get("/v1/version")[0] == 200
        except OSError:
            return False

    def request(self, method, path, body=None):
        """(status, answer) over the control socket."""
        connection = _UnixConnection(str(self.folder / "control.sock"))
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

    def cycles(self, machine, limit=1000):
        """The recorded cycles, oldest first."""
        status, records = self.get(f"/v1/machines/{machine}/cycles?limit={limit}&order=oldest")
        assert status == 200, records
        return records

    def machine(self, name):
        return self.get(f"/v1/machines/{name}")[1]

    def control(self, *arguments):
        """spindlectl with these arguments: (exit status, standard output, standard error)."""
        done = subprocess.run([str(BUILD / "tools/spindlectl/spindlectl"), "--socket",
                               str(self.folder / "control.sock"), *arguments],
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        return done.returncode, done.stdout, done.stderr

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.output.close()

    def stop(self):
        """Stops as systemd does; it must end by itself with status 0."""
        self.process.terminate()
        status = self.process.wait(timeout=PATIENCE)
        self.output.close()
        assert status == 0, (status, self.log()[-3000:])

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            if kind is None:
                self.stop()
            else:
                self.kill()
        if self.is_own:
            shutil.rmtree(self.folder, ignore_errors=True)


def config(machines, sinks="", more=""):
    """A whole configuration around `machines` (YAML list items) and `sinks` (map entries)."""
    return (f"""version: 1
gateway: {{id: gw-1, enterprise: acme, site: test, area: hall}}
store: {{path: "@folder@/spindled.db"}}
http: {{listen: "127.0.0.1:0"}}
control: {{socket: "@folder@/control.sock"}}
{more}
""" + (f"sinks:\n{sinks}\n" if sinks else "") + f"machines:\n{machines}\n")


def modbus_machine(name, cell, every="200ms"):
    """A machine of cncsim's read over Modbus."""
    where = cell.ports["machines"][name]
    return (f"  - name: {name}\n    cell: a\n    modbus:\n      - url: \"{where['modbus']}\"\n"
            f"        unit: {where['unit']}\n        every: {every}\n        points:{POINTS}\n")


def mtconnect_machine(name, cell):
    """A machine of cncsim's read from its agent."""
    where = cell.ports["machines"][name]
    return (f"  - name: {name}\n    cell: b\n    mtconnect: {{url: \"{where['mtconnect']}\", "
            f"device: {where['device']}}}\n")
