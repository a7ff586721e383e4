# SPDX-License-Identifier: Apache-2.0
"""A disk and a resolver that fail when told to: faults.c, preloaded into spindled."""
import pathlib
import shutil
import subprocess
import tempfile

from rig import need

SOURCE = pathlib.Path(__file__).resolve().parent / "faults.c"


class Faults:
    """The shim, what it is told, and what it says. A store below `data` has its faults."""

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
