# SPDX-License-Identifier: Apache-2.0
"""Generated dimensions that drift with their tool, measured with a gauge now and then.

Each case is a dimension of one edge: what the part would be without corrections (raw, um from
the new edge's), part by part, until it has passed the limit. Not made with the daemon's own model.
"""

import math

KINDS = ("steady", "sparse", "dense", "bent at the end", "offsets typed", "thermal wobble", "wandering")


class Case:
    """truth[n]: raw dimension at part n, um; seen: (part, measured, offset), um."""

    def __init__(self, kind, limit, truth, seen):
        self.kind, self.limit, self.truth, self.seen = kind, limit, truth, seen
        self.life = next((n for n, value in enumerate(truth) if value >= limit), None)


def pace_of(kind, chance):
    """Rate of wear by share of life, mean about 1."""
    if kind != "bent at the end":
        return lambda u: 1
    since, rise = chance.uniform(0.55, 0.9), chance.uniform(1, 3)
    return lambda u: 1 + rise * max(0, u - since) / (1 - since)


def wear_of(kind, chance, limit, life):
    """Raw dimensions, part by part, with one more fifth of life than there may be."""
    pace, parts = pace_of(kind, chance), math.ceil(2 * life)
    wobble = chance.uniform(1, 0.12 * limit) if kind == "thermal wobble" else 0
    period, phase = life * chance.uniform(0.15, 0.8), chance.uniform(0, 2 * math.pi)
    wander = limit * chance.uniform(0.04, 0.15) / math.sqrt(life) if kind == "wandering" else 0
    total = sum(pace(i / 400) for i in range(400)) / 400
    value, truth = 0.0, []
    for n in range(parts):
        truth.append(value + wobble * math.sin(2 * math.pi * n / period + phase))
        value += limit / life / total * pace(n / life) + chance.gauss(0, wander)
    return truth


def measure(kind, chance, truth, every):
    """By the operator, who corrects what is too far off when offsets are typed."""
    noise, offset, seen = chance.uniform(1, 3), 0, []
    allowed = chance.uniform(4, 8)
    for n in range(every, len(truth), every):
        if chance.random() < 0.1:
            continue  # forgotten
        value = round(truth[n] + offset + chance.gauss(0, noise), 1)
        seen.append((n, value, offset))
        if kind == "offsets typed" and abs(value) > allowed:
            offset -= round(value)
    return seen


def make(kind, chance):
    limit, life = chance.uniform(12, 40), 60 * 10 ** chance.random()
    points = {"sparse": chance.uniform(8, 14), "dense": chance.uniform(60, 150)}.get(kind, chance.uniform(12, 60))
    truth = wear_of(kind, chance, limit, life)
    return Case(kind, limit, truth, measure(kind, chance, truth, max(1, round(life / points))))
