# SPDX-License-Identifier: Apache-2.0
"""A running cncsim: machines that cut, and the truth of what they did.

    with Cell("--speed", "5", scenario=TEXT) as cell: …
"""
import json

from rig import CNCSIM, ROOT, Program

DEMO = ROOT / "config/demo/cell.yaml"  # what cncsim simulates when it is told nothing

# The coils and registers that cncsim documents, as points of a machine.
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

QUICK_MACHINE = """
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


def quick_machines(count=4):
    """A scenario: m1, m2 … with cycles of about a second and true stamps, so that what was recorded can be held
    against the truth, cycle by cycle."""
    return "seed: 5\nmachines:" + "".join(QUICK_MACHINE.format(name=f"m{i}") for i in range(1, count + 1))


class Cell(Program):
    """`arguments` are cncsim's, `scenario` is YAML."""

    def __init__(self, *arguments, scenario=None):
        super().__init__("cell")
        self.arguments, self.ports = arguments, None
        if scenario:
            (self.folder / "scenario.yaml").write_text(scenario)
            self.arguments = ("--scenario", self.folder / "scenario.yaml", *arguments)
        try:
            self.start()
        except BaseException:
            self.remove()
            raise

    def command(self):
        return [CNCSIM, "--commands", "--ports-file", self.folder / "ports.json", "--truth", self.folder / "truth", *self.arguments]

    def launch(self, **more):
        super().launch(stdin=-1, **more)

    def is_ready(self):
        file = self.folder / "ports.json"
        text = file.read_text() if file.exists() else ""
        self.ports = json.loads(text) if text.endswith("\n") else None
        return self.ports

    def order(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def names(self):
        return list(self.ports["machines"])

    def truth(self, kind):
        lines = (self.folder / "truth").read_text().split("\n")[:-1]
        return [record for record in map(json.loads, lines) if record["truth"] == kind]

    def cycle_ends(self):
        """{machine: [end of each whole cycle, ns]} in order."""
        ends = {name: [] for name in self.names()}
        for cycle in self.truth("cycle"):
            if cycle["class"] == "complete":
                ends[cycle["machine"]].append(cycle["ended_ns"])
        return ends

    def remove(self):
        super().remove()
        if self.process:
            self.process.stdin.close()

    def __exit__(self, kind, *_):
        status = self.stop()
        self.remove()
        assert kind or status == 0, status
