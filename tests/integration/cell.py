# SPDX-License-Identifier: Apache-2.0
"""The demo cell: cncsim and spindled beside it, in a folder that goes with it."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

from servers import PATIENCE, fetch, free_port, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Cell:
    """`more` is YAML added to the machines, `sinks` a line `sinks: …`."""

    def __init__(self, build, speed=1, more="", sinks=""):
        self.build = pathlib.Path(build)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="spindled-cell-"))
        self.socket = self.folder / "control.sock"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes = []
        try:
            self._start_simulator(speed)
            self._start_daemon(more, sinks)
        except BaseException:
            self.close()
            raise

    def _start(self, name, *command):
        with open(self.folder / f"{name}.log", "ab") as log:
            process = subprocess.Popen([str(each) for each in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def _start_simulator(self, speed):
        ports = self.folder / "ports.json"
        self._start("cncsim", self.build / "tools/cncsim/cncsim", "--speed", speed, "--ports-file", ports)
        wait_for(lambda: ports.exists() and ports.stat().st_size, "the simulator")
        self.ports = json.loads(ports.read_text())

    def _address(self, match):
        machine, protocol = match.group(1).split()
        places = self.ports.get("machines", self.ports)
        return places[machine][protocol]

    def _start_daemon(self, more, sinks):
        text = (ROOT / "config/demo/spindled.yaml").read_text()
        text = text.replace("@folder@", str(self.folder)).replace("@listen@", f"127.0.0.1:{self.port}").replace("@sinks@", sinks)
        text = re.sub(r"@(\S+ (?:modbus|mtconnect))@", self._address, text)
        (self.folder / "spindled.yaml").write_text(text + more)
        self.daemon = self._start("spindled", self.build / "daemon/spindled", "--config", self.folder / "spindled.yaml")

        def is_up():
            assert self.daemon.poll() is None, (self.folder / "spindled.log").read_text()[-2000:]
            return fetch(self.url + "/v1/version")[0] == 200 and self.socket.exists()

        wait_for(is_up, "spindled")

    def get(self, path):
        status, body = fetch(self.url + path)
        assert status == 200, (path, status, body)
        return json.loads(body)

    def ask(self, *words, socket=None):
        """(exit status, output, errors) of spindlectl."""
        result = subprocess.run([str(self.build / "tools/spindlectl/spindlectl"), "--socket", str(socket or self.socket), *words],
                                capture_output=True, text=True, timeout=PATIENCE, check=False)
        return result.returncode, result.stdout, result.stderr

    def say(self, *words):
        status, output, errors = self.ask(*words)
        assert status == 0, (words, status, errors)
        return output

    def control(self, *words):
        return json.loads(self.say("--json", *words))

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
        codes = [process.wait(timeout=PATIENCE) for process in reversed(self.processes)]
        shutil.rmtree(self.folder, ignore_errors=True)
        return codes

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        codes = self.close()
        assert kind or codes == [0, 0], codes
