# SPDX-License-Identifier: Apache-2.0
"""One sink alone, driven by sink_driver as a courier would."""
import os
import pathlib
import shutil
import subprocess
import tempfile

from rig import BUILD, PATIENCE, wait_for


class Driver:
    """sink_driver (see its head): `lines` grow as verdicts come."""

    def __init__(self, sink, count, batch, first=0, environment=None, **options):
        self.folder = tempfile.mkdtemp(prefix="spindled-driver-")
        self.path = os.path.join(self.folder, "lines")
        command = [str(BUILD / "tests/integration/sink_driver"), sink, str(count), str(batch), str(first)]
        command += [f"{key}={value}" for key, value in options.items()]
        with open(self.path, "wb") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output,
                                            stderr=output, env={**os.environ, **(environment or {})})

    def lines(self):
        return pathlib.Path(self.path).read_text().split("\n")[:-1]

    def wait(self, word, patience=PATIENCE):
        """The first line that begins with `word`."""
        try:
            return wait_for(lambda: next((line for line in self.lines() if line.startswith(word)), None),
                            f"'{word}'", patience)
        except AssertionError as error:
            raise AssertionError(f"{error}; it said:\n" + "\n".join(self.lines()[-20:])) from None

    def total(self, verdict):
        """How many records got it."""
        return sum(int(line.split(" ")[2]) for line in self.lines() if line.startswith(verdict + " "))

    def say(self, byte):
        self.process.stdin.write(byte)
        self.process.stdin.flush()

    def health(self):
        """What the sink says of itself now."""
        seen = len(self.lines())
        self.say(b"h")
        return wait_for(lambda: next((line for line in self.lines()[seen:] if line.startswith("health")), None), "the health")

    def close(self):
        """Stops it and checks that it left nothing behind."""
        self.process.stdin.close()
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("sink_driver did not stop:\n" + "\n".join(self.lines()[-5:])) from None
        lines = self.lines()
        shutil.rmtree(self.folder, ignore_errors=True)
        assert self.process.returncode == 0, (self.process.returncode, lines[-20:])
        assert lines[-1] == "loop 0", lines[-20:]

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.close()
        else:
            self.process.kill()
            self.process.wait()
            shutil.rmtree(self.folder, ignore_errors=True)
