# SPDX-License-Identifier: Apache-2.0
"""What every test of the whole needs: where things are, patience, and programs that go when their test does."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/dev").resolve()
SPINDLED = BUILD / "daemon/spindled"
SPINDLECTL = BUILD / "tools/spindlectl/spindlectl"
CNCSIM = BUILD / "tools/cncsim/cncsim"
PATIENCE = 30


def need(*programs):
    """Skips the test when one of them is not installed."""
    for program in programs:
        if not find(program):
            print(f"skipped: {program} is not installed")
            sys.exit(77)


def find(program):
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def free_port():
    """A port nobody has now. Listeners that cannot bind to 0 themselves need one."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(condition, what, patience=PATIENCE):
    """Asks until `condition()` answers something true, and gives it; fails at the deadline."""
    deadline = time.monotonic() + patience
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience} s in vain for {what}")
        time.sleep(0.02)


def fetch(url, body=None, method=None):
    """(status, text) of a request; 0 when nobody answers."""
    data = body.encode() if isinstance(body, str) else body
    request = urllib.request.Request(url, data=data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def spindlectl(*words, patience=PATIENCE):
    """What became of it: returncode, stdout, stderr."""
    return subprocess.run([SPINDLECTL, *words], capture_output=True, text=True, timeout=patience, check=False)


def check(path):
    """What spindled says of a configuration: returncode, stdout, stderr."""
    return subprocess.run([SPINDLED, "--config", path, "--check"], capture_output=True, text=True, timeout=PATIENCE, check=False)


def assert_loads(text):
    """spindled takes this configuration."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        done = check(file.name)
    assert done.returncode == 0, (done.stdout, done.stderr, text)


class Program:
    """One process, in a folder of its own that has its log. It can be killed, stopped, frozen and started again."""

    def __init__(self, kind):
        self.kind = kind
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"spindled-{kind}-"))
        self.process = None

    def command(self):
        """What to run; to be said by each kind of program."""
        raise NotImplementedError

    def is_ready(self):
        """Whether it does its work by now; asked while it starts."""
        raise NotImplementedError

    def start(self):
        """Returns when it is ready."""
        self.launch()
        self.wait_ready()

    def launch(self, **more):
        """Starts it and waits for nothing."""
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([str(word) for word in self.command()], cwd=self.folder, stderr=log,
                                            **{"stdin": subprocess.DEVNULL, "stdout": log, **more})

    def wait_ready(self):
        def is_up():
            assert self.process.poll() is None, f"{self.kind} ended:\n{self.log()[-2000:]}"
            return self.is_ready()

        wait_for(is_up, f"{self.kind} to be ready")

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def kill(self):
        """As a power cut would: SIGKILL."""
        self.end(signal.SIGKILL)

    def stop(self):
        """As systemd does. Gives the exit status."""
        return self.end(signal.SIGTERM)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self, how):
        if self.process.poll() is None:
            self.thaw()
            self.process.send_signal(how)
        try:
            return self.process.wait(timeout=PATIENCE)
        finally:
            self.process.kill()
            self.process.wait()

    def remove(self):
        if self.process:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


def run(tests):
    """Runs functions whose names are sentences; the exit status says how it went."""
    failed = 0
    for test in tests:
        try:
            test()
            print(f"ok   {test.__name__}", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"FAIL {test.__name__}: {error}", flush=True)
    sys.exit(1 if failed else 0)
