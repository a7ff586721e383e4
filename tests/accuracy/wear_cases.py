# SPDX-License-Identifier: Apache-2.0
"""Generated edges, worn by cuts and measured now and then, as milling shops would see them.

Not made with the daemon's own curve: wear is summed up cut by cut from a rate that breaks in,
stays and accelerates in three phases (ISO 3685, ISO 8688), bends by chance over its life,
scatters from cut to cut, and sometimes chips or stands still. Measured with an error, rounded
as a microscope is read, now and then not at all. Materials, depths and feeds set the pace, as
in published milling experiments: 6 to 25 cuts until the edge is given up.
"""

CUTS = {"iron": ((18, 75), (1.5, 8)), "steel": ((7, 25), (1.5, 4))}  # lives, cuts: minutes


def rates(chance, share_of_life):
    """Of wear, at this share of life; a function with this edge's habits."""
    break_in, until = chance.uniform(0.02, 0.18), chance.uniform(0.02, 0.10)
    rise, since = chance.choice((0, 1, 2, 3, 5)) * chance.uniform(0.5, 1), chance.uniform(0.6, 0.9)
    bend = chance.gauss(0, 0.5)  # the steady phase itself: slower or faster as it goes on
    still = chance.uniform(0.2, 0.8) if chance.random() < 0.15 else 2
    pause = chance.uniform(0.08, 0.25)

    def rate(u):
        steady = max(0.1, 1 + bend * (u - 0.5))
        if still < u < still + pause:
            steady *= 0.15
        return (break_in * share_of_life / until * (u < until) + steady +
                rise * max(0, u - since) / (1 - since))
    return rate


def wear_a_case(chance):
    """Cuts of one edge as (minutes cut, true wear, measured wear or None)."""
    lives, pauses = CUTS[chance.choice(("iron", "steel"))]
    end = chance.uniform(0.45, 0.85)  # mm, where it is given up
    life = lives[0] * (lives[1] / lives[0]) ** chance.random()
    pace = chance.uniform(*pauses)
    rate, scatter = rates(chance, 1), chance.uniform(0.1, 0.45)
    total = sum(rate(i / 400) for i in range(400)) / 400
    noise, missing = chance.uniform(0.005, 0.02), chance.uniform(0, 0.3)
    coarse = chance.choice((0.001, 0.01, 0.01))
    now, wear, cuts = 0.0, 0.0, []
    while wear < end and len(cuts) < 30:
        step = round(pace * chance.choice((0.5, 1, 1, 1, 1.3)), 1)
        u = now / life
        middle = (rate(u) + rate(u + step / life)) / 2
        growth = end / total * middle * step / life
        wear += growth * chance.gammavariate(1 / scatter ** 2, scatter ** 2)
        if chance.random() < 0.01:
            wear += chance.uniform(0.03, 0.1)  # it chips
        now = round(now + step, 1)
        seen = max(0, round(chance.gauss(wear, noise) / coarse) * coarse)
        cuts.append((now, wear, None if chance.random() < missing else round(seen, 3)))
    return cuts


def crossing(cuts, limit):
    """Minutes cut when measured wear first reached the limit, between the two measurements."""
    points = [(now, seen) for now, _, seen in cuts if seen is not None]
    for (a, x), (b, y) in zip(points, points[1:]):
        if x < limit <= y:
            return a + (limit - x) / (y - x) * (b - a)
    return None
