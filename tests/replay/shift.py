# SPDX-License-Identifier: Apache-2.0
"""A shift of a machine with dice: what it did, and what a poller that loses answers has seen of it."""

import dataclasses
import random

COMPLETE, ABORTED = 1, 2
LOST = "UNAVAILABLE"


@dataclasses.dataclass
class Cycle:
    """What a cycle was; slack: how much later nobody could tell that it had ended; touched: an answer was lost."""
    start: float
    end: float
    outcome: int = COMPLETE
    parts: int = 1
    kind: str = "prod"
    pallet: str = None
    slack: float = 0
    touched: bool = False


class Shift:
    """Told by a scenario, then polled. `options` are the configuration's `cycle:`."""

    def __init__(self, seed, options=""):
        self.dice = random.Random(seed)
        self.options = options
        self.events, self.cycles, self.odd = [], [], []
        self.frozen, self.steps, self.is_silent = [], [], False
        self.t = self.dice.uniform(3, 8)
        self.count = self.dice.randint(1, 5000)
        self.base = self.dice.uniform(30, 120)

    def say(self, signal, value, at=None):
        self.events.append((self.t if at is None else at, signal, value))

    def begin(self, **first):
        for signal, value in {"execution": "READY", "mode": "auto", "part_count": self.count, **first}.items():
            self.say(signal.replace("__", "."), value, 0)

    def wait(self, least=8, most=25):
        self.t += self.dice.uniform(least, most)

    def make(self, parts=1, lag=0.3, pause=None, length=None, modulus=None, **truth):
        """One run of the program; the counter moves `lag` seconds after its end."""
        start = self.t
        self.say("execution", "ACTIVE")
        length = length or self.base * self.dice.uniform(0.97, 1.03)
        if pause:
            self.t += length * self.dice.uniform(0.1, 0.6)
            length -= self.t - start
            self.say("execution", pause)
            self.wait(4, 40)
            self.say("execution", "ACTIVE")
        self.t += length
        self.say("execution", "PROGRAM_COMPLETED")
        self.say("execution", "READY", self.t + 5)
        if parts:
            self.count += parts
            self.count %= modulus or 10**9
            self.say("part_count", self.count, self.t + lag)
        self.cycles.append(Cycle(start, self.t, parts=parts, **truth))

    def abort(self):
        start = self.t
        self.say("execution", "ACTIVE")
        self.t += self.base * self.dice.uniform(0.2, 0.8)
        self.say("execution", "FEED_HOLD")
        self.wait(3, 10)
        self.say("execution", "READY")
        self.cycles.append(Cycle(start, self.t, outcome=ABORTED, parts=0))

    def told(self, t):
        """The moment as the clock told it that stamps the rows."""
        return t + sum(step for at, step in self.steps if at <= t)

    def poll(self, period, loss=0.01):
        """The rows of a table: what each poll saw. `odd` are polls that saw something else, `frozen` from when until when
        all saw the same, `steps` when the clock was set on and by how much; a silent source leaves out what was lost."""
        events, odd = sorted(self.events, key=lambda event: event[0]), sorted(self.odd, key=lambda event: event[0])
        signals = list(dict.fromkeys(signal for _, signal, _ in events))
        now, rows, lost, heard, held = {}, [], [], 0, None
        t = self.dice.uniform(0, period)
        while t < self.t + 60:
            while heard < len(events) and events[heard][0] <= t:
                now[events[heard][1]] = events[heard][2]
                heard += 1
            seen = dict(now)
            still = next((start for start, until in self.frozen if start <= t < until), None)
            held = (held or seen) if still else None
            seen = dict(held or seen)
            for at, until, signal, value in odd:
                if at <= t < until:
                    seen[signal] = value
            if self.dice.random() < loss or LOST in seen.values():
                seen = dict.fromkeys(signals, LOST)
                lost.append(t)
            if not self.is_silent or LOST not in seen.values():
                rows.append(f"{self.told(t):.4f}," + ",".join(str(seen.get(signal, "")) for signal in signals))
            t += period * self.dice.uniform(0.98, 1.02)
        for cycle in self.cycles:
            cycle.touched = any(cycle.start < t < cycle.end for t in lost + [at for at, _ in self.steps])
            cycle.start, cycle.end = self.told(cycle.start), self.told(cycle.end)
        return "time," + ",".join(signals) + "\n" + "\n".join(rows) + "\n"
