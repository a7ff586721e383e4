#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A hall of devices, some of them sick: no wrong value, no neighbour disturbed, all of them come back."""
import collections
import gzip
import http.server
import json
import threading
import time

from daemon import Daemon, config
from modbus_farm import REGISTERS, Device, Farm, Judge
from rig import PATIENCE, run, wait_for


HEALTHY = 40
PERIODS = 12  # that healthy devices must have been asked for
FAULTS = [("dead", 1), ("dead", 3), ("black hole", 1), ("late", 3), ("wrong tid", 3), ("wrong unit", 3),
          ("wrong function", 3), ("exception", 3), ("busy", 3), ("truncated", 3), ("short", 3), ("oversize", 3),
          ("dribble", 2), ("duplicate", 2), ("reset", 3), ("flapping", 2), ("garbage", 3), ("garbage", 1)]


class Receiver:
    """What a time series database would be told."""

    def __init__(self, judge):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                for line in body.decode().splitlines():
                    if line.startswith("signal,"):
                        outer.judge.take(line)
                self.send_response(204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.judge = judge
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def machine(name, url, unit, extra="", registers=REGISTERS):
    points = [f"{{signal: custom.r{i}, address: {i}}}" for i in range(registers)]
    return (f"  - name: {name}\n    cell: c\n    publish: {{signals: ['*']}}\n    modbus:\n"
            f"      - url: '{url}'\n        unit: {unit}\n        every: 1s\n        timeout: 1s\n        {extra}\n"
            f"        points: [{', '.join(points)}]\n")


def stored_values(daemon):
    """How many values each machine has in the history."""
    count = collections.Counter()
    for name, packed in daemon.rows("SELECT machine, signals FROM archive"):
        count[name] += sum(map(len, json.loads(packed).values()))
    return count


def status(daemon):
    return "".join(daemon.spindlectl("status")[1:])


class Scene:
    """Farm, receiver and daemon."""

    def __init__(self, devices, machines):
        self.judge = Judge()
        self.receiver = Receiver(self.judge)
        self.farm = Farm(devices)
        self.machines = machines
        self.daemon = None

    def __enter__(self):
        self.farm.__enter__()
        self.daemon = Daemon(config("".join(self.machines()), f"  influx: {{url: '{self.receiver.url}'}}"))
        return self

    def __exit__(self, *_):
        self.daemon.remove()
        self.farm.__exit__()
        self.receiver.close()

    def check_nothing_wrong(self):
        assert not self.judge.wrong, self.judge.wrong[:5]
        for device in self.farm.devices:
            assert device.writes == 0, device.number
            assert device.most_connections <= 1, (device.number, device.fault, device.most_connections)


def told(scene, device, unit=1):
    return scene.judge.count(f"d{device.identity(unit)}")


def check_schedule(device, unit=1):
    """Every period of the time between the first request and the last had its request."""
    arrivals = device.arrivals[unit]
    periods = round(arrivals[-1] - arrivals[0])
    assert len(arrivals) - 1 >= 0.95 * periods, (device.number, len(arrivals) - 1, periods)
    assert len(arrivals) - 1 <= periods + 1, (device.number, len(arrivals) - 1, periods)


def sick_devices_disturb_nobody_and_come_back():
    healthy = [Device(i + 1) for i in range(HEALTHY)]
    sick = [Device(1000 + i, fault=fault, every=every) for i, (fault, every) in enumerate(FAULTS)]
    devices = healthy + sick

    def machines():
        return [machine(f"d{d.number}", f"tcp://127.0.0.1:{d.port}", 1) for d in devices]

    with Scene(devices, machines) as scene:
        wait_for(lambda: all(told(scene, d) >= PERIODS for d in healthy), "the healthy ones", 4 * PATIENCE)
        scene.check_nothing_wrong()
        for device in healthy:
            check_schedule(device)
            assert device.connections == 1, device.connections
        for device in sick:
            if device.fault not in ("dead", "black hole", "garbage"):
                assert told(scene, device) > 0, device.fault
            if device.fault in ("late", "wrong tid", "wrong unit", "wrong function", "exception", "busy", "short",
                                "dribble", "duplicate"):
                assert device.connections == 1, (device.fault, device.connections)
        before = {}
        began = time.monotonic()
        for device in sick:
            before[device.number] = told(scene, device)
            scene.farm.heal(device)
        wait_for(lambda: all(told(scene, d) > before[d.number] + 2 for d in sick), "those that were sick")
        print(f"     all are back after {time.monotonic() - began:.1f} s, {scene.judge.values} values")
        wait_for(lambda: "no answer" not in status(scene.daemon), "a status without complaints")
        scene.daemon.stop()
        scene.check_nothing_wrong()
        for device in healthy:
            missing = set(device.good[1]) - set(scene.judge.answers[f"d{device.number}"])
            # What was answered in the last second may still be owed; it is in the store.
            assert len(missing) <= 2 and missing <= set(sorted(device.good[1])[-2:]), (device.number, missing)
        count = stored_values(scene.daemon)
        for device in healthy:
            assert count[f"d{device.number}"] >= (REGISTERS - 3) * (PERIODS - 1), count[f"d{device.number}"]


def units_behind_one_gateway_share_it_and_a_dead_one_costs_little():
    gateway = Device(1, units=tuple(range(1, 9)))
    gateway.dead_units = {3}

    def machines():
        return [machine(f"d{gateway.identity(u)}", f"tcp://127.0.0.1:{gateway.port}", u, "max_words: 50")
                for u in gateway.units]

    with Scene([gateway], machines) as scene:
        alive = [u for u in gateway.units if u != 3]
        wait_for(lambda: all(gateway.requests[u] >= 4 * PERIODS for u in alive), "the living units", 4 * PATIENCE)
        assert gateway.connections == 1, gateway.connections
        # The dead unit has one request where its neighbours have dozens.
        assert gateway.requests[3] <= 8, gateway.requests
        gateway.dead_units = set()
        wait_for(lambda: gateway.good[3], "the unit that was dead", 2 * PATIENCE)
        scene.check_nothing_wrong()


def bad_places_get_a_sentence_and_the_rest_runs():
    well, refusing, mad = Device(1), Device(2), Device(3, fault="garbage")
    refusing.refused = 40
    places = [("d1", lambda: f"tcp://127.0.0.1:{well.port}"), ("d2", lambda: f"tcp://127.0.0.1:{refusing.port}"),
              ("d3", lambda: f"tcp://127.0.0.1:{mad.port}"),
              ("unknown", lambda: "tcp://no-such-host.invalid:502"), ("closed", lambda: "tcp://127.0.0.1:1")]
    sentences = {"d2": "refuses to show custom.r40 (holding 40)", "d3": "what it sends is not Modbus",
                 "unknown": "the name of the host is not known", "closed": "connection refused"}

    def machines():
        return [machine(name, url(), 1) for name, url in places]

    def says(text, name):
        return any(name in line and sentences[name] in line for line in text.splitlines())

    with Scene([well, refusing, mad], machines) as scene:
        wait_for(lambda: told(scene, well) >= 3 and told(scene, refusing) >= 3, "values")
        for name in sentences:
            wait_for(lambda name=name: says(status(scene.daemon), name), f"'{sentences[name]}' in status")
            wait_for(lambda name=name: says(scene.daemon.log(), name), f"'{sentences[name]}' in the log")
        scene.check_nothing_wrong()


run([sick_devices_disturb_nobody_and_come_back, units_behind_one_gateway_share_it_and_a_dead_one_costs_little,
     bad_places_get_a_sentence_and_the_rest_runs])
