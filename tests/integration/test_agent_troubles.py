#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Forty kinds of trouble with agents, all at once, and spindled killed meanwhile: what was issued is stored once or in a gap."""
import random
import time

from daemon import Daemon, archiving
from rig import run, wait_for
from troubled_agent import NEW, OLD, TroubledAgent


HARMLESS = """none half half_and_on bad_xml stall split trickle no_length short_length long_length odd_headers quoted preamble trailing closing reset
 page 503 nothing empty redirect packed laughs deep error_in_stream http10 no_length_at_all cannot_stream refuses_streams prefix devices again
 next_high next_low clock unplugged""".split()
RESTARTS = ["restart_new", "restart_same", "restart_ahead"]
OVERRUNS = ["overrun", "small_buffer"]
KILLS, LAST_KILL, ROUNDS = 3, 9, 12


def machines(agents):
    return "".join(f"  - name: {name}\n    mtconnect: {{url: \"http://127.0.0.1:{agent.port}\", interval: 50ms, heartbeat: 500ms"
                   f"{', device: mill' if agent.trouble == 'devices' else ''}}}\n" for name, agent in agents.items())


def stored(daemon, machine):
    """[(sequence, value)] in order of arrival, without the values a set has besides."""
    return [(sequence, value) for values in daemon.observations(machine).values() for value, _, sequence in values]


def gaps(daemon, machine):
    numbers = []
    for first, last, count in daemon.gaps(machine):
        if count > 0:
            assert count == last - first + 1, (machine, first, last, count)
            numbers += range(first, last + 1)
    assert len(numbers) == len(set(numbers)), (machine, "gaps that overlap")
    return set(numbers)


def reached(daemon, machine):
    return max([0, *(sequence for sequence, _ in stored(daemon, machine)), *gaps(daemon, machine)])


def assert_account(daemon, name, agent):
    """Of the instance that lives: all but the gaps, once. Of those that died: once, up to where the unknown loss begins."""
    lives = [*agent.history, (agent.instance, agent.observations)]
    have, lost = stored(daemon, name), gaps(daemon, name)
    unknown = [first for first, _, count in daemon.gaps(name) if count < 0]
    assert len(unknown) == len(agent.history), (name, daemon.gaps(name), len(agent.history))
    ends = [first - 1 for first in unknown] + [len(agent.observations)]
    expected = {}
    for (_, _), end in zip(lives, ends):
        for sequence in range(1, end + 1):
            expected[sequence] = expected.get(sequence, 0) + 1
    counts = {}
    for sequence, _ in have:
        counts[sequence] = counts.get(sequence, 0) + 1
    for sequence in lost:
        counts[sequence] = counts.get(sequence, 0) + 1
    wrong = {s: (expected.get(s, 0), counts.get(s, 0)) for s in expected.keys() | counts.keys()
             if expected.get(s, 0) != counts.get(s, 0)}
    assert not wrong, (name, len(wrong), sorted(wrong.items())[:8], sorted(lost)[:5], ends)
    issued = {f"{instance}-{number}" for instance, observations in lives for number in range(1, len(observations) + 1) if number % 8 == 0}
    for sequence, value in have:
        if isinstance(value, str) and value.startswith("17672"):
            assert value in issued and value.endswith(f"-{sequence}"), (name, sequence, value)


def make_agents():
    agents, styles = {}, [OLD, NEW]
    for number, trouble in enumerate([*HARMLESS, *RESTARTS, *OVERRUNS]):
        small = trouble in OVERRUNS
        agents[trouble.replace("_", "-")] = TroubledAgent(trouble, styles[number % 2], buffer=333 if small else 131072)
    return agents


def make_trouble(agent, round_):
    if agent.trouble == "restart_new" and round_ == 5:
        agent.restart(agent.instance + 1)
    elif agent.trouble == "restart_same" and round_ == LAST_KILL + 1:
        agent.restart(agent.instance)
    elif agent.trouble == "restart_ahead" and round_ == 5:
        behind = len(agent.observations)
        agent.restart(agent.instance + 7)
        agent.issue(behind + 50)
    elif agent.trouble == "overrun" and round_ in (3, 6):
        agent.drop()
        agent.issue(1000)


def every_trouble_is_accounted_for():
    agents, dice = make_agents(), random.Random(7)
    with Daemon(archiving(machines(agents))) as daemon:
        for agent in agents.values():
            agent.issue(100)
        for name in agents:
            wait_for(lambda n=name: reached(daemon, n) >= 100, f"the first observations of {name}\n{daemon.log()[-1500:]}")
        for agent in agents.values():
            agent.is_in_trouble = True
        kills = set(dice.sample(range(LAST_KILL + 1), KILLS))
        for round_ in range(ROUNDS):
            for agent in agents.values():
                make_trouble(agent, round_)
                agent.issue(0 if agent.trouble == "restart_same" and agent.history else 30)  # else nothing tells it
            time.sleep(dice.uniform(0.1, 0.4))  # the moment is the point, not a wait for something
            if round_ in kills:
                daemon.kill()
                daemon.start()
        for agent in agents.values():
            agent.is_in_trouble = False
            agent.issue(30)
        for name, agent in agents.items():
            wait_for(lambda n=name, a=agent: reached(daemon, n) >= len(a.observations) and len([0 for g in daemon.gaps(n) if g[2] < 0]) == len(a.history),
                     f"the last of {name}: {reached(daemon, name)} of {len(agent.observations)}\n{daemon.log()[-1500:]}")
        for name, agent in agents.items():
            assert_account(daemon, name, agent)
            if agent.trouble in HARMLESS:
                assert not daemon.gaps(name), (name, daemon.gaps(name))
        assert gaps(daemon, "overrun"), "nothing was overwritten"
    for agent in agents.values():
        agent.close()


if __name__ == "__main__":
    run([every_trouble_is_accounted_for])
