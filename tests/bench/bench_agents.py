#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What MTConnect agents cost: bench_agents.py BUILD [AGENTS [PER_SECOND [SECONDS]]]. For the release build.

Prints, against an agent in this process: processor time and memory of many agents, how long from a part to the store,
observations a second after an outage, and the longest turn of the loop while large documents are read.
"""
import http.client
import os
import pathlib
import re
import selectors
import socket
import sqlite3
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from daemon import Daemon, archiving  # noqa: E402
from rig import wait_for  # noqa: E402

AGENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 200
PER_SECOND = int(sys.argv[3]) if len(sys.argv) > 3 else 50
SECONDS = int(sys.argv[4]) if len(sys.argv) > 4 else 30
INTERVAL, BACKLOG, BIG = 0.5, 131072, 40000
ITEMS = [("Execution", "ex", "EXECUTION", "EVENT", ""), ("Load", "ld", "LOAD", "SAMPLE", " units='PERCENT'"),
         ("Position", "x", "POSITION", "SAMPLE", " units='MILLIMETER'"), ("Line", "ln", "LINE", "EVENT", ""), ("Fault", "sys", "SYSTEM", "CONDITION", "")]
VALUES = len(ITEMS) - 1


class Agents:
    """Any number of agents on one port, told apart by the path: /a7/sample."""

    def __init__(self, issued, big=0, faults=False):
        self.issued, self.big, self.faults = issued, big, faults  # a function: how much each has issued by now
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1000)
        self.port = self.listener.getsockname()[1]
        self.selector = selectors.DefaultSelector()
        self.listener.setblocking(False)
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.streams = {}  # connection: next sequence
        self.sent = {}     # when the observation before this one was sent
        self.ready = (self.probe(), self.document(1, big + 1)) if big else None  # else making them delays who measures
        threading.Thread(target=self.run, daemon=True).start()

    def observation(self, number):
        element, item, *_ = ITEMS[number % VALUES]
        value = ("ACTIVE" if number // 4000 % 2 else "READY") if item == "ex" else number % 100
        if self.big:
            element, item, value = "Position", f"item{number}", number
        if self.faults:
            return f'<Fault dataItemId="sys" type="SYSTEM" nativeCode="E{number}" sequence="{number}" timestamp="{self.stamp}">fault {number}</Fault>'
        return (f'<{element} dataItemId="{item}" name="{item}" sequence="{number}" timestamp="{self.stamp}">{value}</{element}>')

    def document(self, first, until):
        now = time.time()
        self.stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1e6):06d}Z"
        body = "".join(map(self.observation, range(first, until)))
        if body:
            body = f'<DeviceStream name="m" uuid="u"><ComponentStream component="Path"><Events>{body}</Events></ComponentStream></DeviceStream>'
        return (f'<MTConnectStreams xmlns="urn:mtconnect.org:MTConnectStreams:2.0"><Header instanceId="1" bufferSize="{BACKLOG}" firstSequence="1" '
                f'lastSequence="{self.issued()}" nextSequence="{until}"/><Streams>{body}</Streams></MTConnectStreams>').encode()

    def probe(self):
        items = [f"<DataItem id='{i}' type='{t}' category='{c}'{u}/>" for _, i, t, c, u in ITEMS]
        items += [f"<DataItem id='item{n}' name='a_rather_long_name_of_item_{n}' type='POSITION' subType='ACTUAL' category='SAMPLE' units='MILLIMETER' "
                  f"nativeUnits='MILLIMETER'><Source>source of the item {n}, which is long, too</Source></DataItem>" for n in range(1, self.big + 1)]
        return ("<MTConnectDevices xmlns='urn:mtconnect.org:MTConnectDevices:2.0'><Header instanceId='1' version='2.0'/><Devices><Device id='d' name='m' uuid='u'>"
                f"<Components><Path id='p'><DataItems>{''.join(items)}</DataItems></Path></Components></Device></Devices></MTConnectDevices>").encode()

    def answer(self, connection, target):
        if "/sample" in target and "interval=" in target:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed;boundary=b\r\nConnection: close\r\n\r\n")
            self.streams[connection] = int(target.split("from=")[1].split("&")[0]), int(target.split("count=")[1].split("&")[0])
            return
        if "/asset" in target:
            body = b"<MTConnectError><Errors><Error errorCode='UNSUPPORTED'/></Errors></MTConnectError>"
        elif "/probe" in target:
            body = self.ready[0] if self.big else self.probe()
        else:
            issued = self.issued()
            body = self.ready[1] if self.big else self.document(max(1, issued - 3), issued + 1)
        connection.setblocking(True)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        connection.setblocking(False)

    def pump(self, connection):
        first, count = self.streams[connection]
        until = min(self.issued() + 1, first + count)
        if until == first and first % 10:
            return False
        body = self.document(first, until)
        connection.setblocking(True)
        connection.sendall(b"--b\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body + b"\r\n")
        connection.setblocking(False)
        self.sent[until - 1] = time.time()
        self.streams[connection] = until, count
        return until <= self.issued()

    def run(self):
        due = {}
        while True:
            for key, _ in self.selector.select(0 if 0 in due.values() else 0.005):
                if key.fileobj is self.listener:
                    connection, _ = self.listener.accept()
                    connection.setblocking(False)
                    self.selector.register(connection, selectors.EVENT_READ)
                    continue
                try:
                    data = key.fileobj.recv(65536)
                except OSError:
                    data = b""
                if data:
                    self.answer(key.fileobj, data.split(b" ")[1].decode())
                else:
                    self.selector.unregister(key.fileobj)
                    self.streams.pop(key.fileobj, None)
                    key.fileobj.close()
            now = time.monotonic()
            for connection in list(self.streams):
                if now < due.get(connection, 0):
                    continue
                try:
                    due[connection] = 0 if self.pump(connection) else now + INTERVAL
                except OSError:
                    self.streams.pop(connection, None)


def machines(agents, count, more=""):
    return "".join(f"  - name: m{i}\n    mtconnect: {{url: \"http://127.0.0.1:{agents.port}/a{i}\"{more}}}\n" for i in range(count))


def processor_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def newest(daemon, machine="m0"):
    """By the daemon's own word where it can be had without reading the whole store."""
    return max([0, *(v[2] for values in daemon.observations(machine).values() for v in values)])


def from_part_to_record():
    """Each part has one fault, which is one event: until the commit has it."""
    began = time.monotonic()
    agents = Agents(lambda: 1 + int((time.monotonic() - began) / 0.7), faults=True)
    late = []
    with Daemon(archiving(machines(agents, 1))) as daemon:
        wait_for(lambda: len(agents.sent) > 2, "parts")
        store = sqlite3.connect(f"file:{daemon.store}?mode=ro", uri=True)
        for _ in range(30):
            number = max(agents.sent)
            number = wait_for(lambda n=number: max(agents.sent) > n and max(agents.sent), "a part")
            while not store.execute("SELECT count(*) FROM event WHERE code LIKE ?", (f"%.E{number}",)).fetchone()[0]:
                time.sleep(0.001)
            late.append(1e3 * (time.time() - agents.sent[number]))
        store.close()
    print(f"from part to record stored: {min(late):.0f} … {statistics.median(late):.0f} … {max(late):.0f} ms (n = {len(late)}; "
          f"the commit interval is 200 ms, {1e3 * INTERVAL:.0f} ms is the agent's, before it)")


def many_agents():
    began = time.monotonic()
    agents = Agents(lambda: 100 + int((time.monotonic() - began) * PER_SECOND))
    rest = {}
    for count in (1, AGENTS):
        with Daemon(archiving(machines(agents, count))) as daemon:
            pid = daemon.process.pid
            wait_for(lambda: len(agents.streams) >= count, "streams")
            time.sleep(5)
            used, since = processor_s(pid), time.monotonic()
            time.sleep(SECONDS)
            share = (processor_s(pid) - used) / (time.monotonic() - since)
            rest[count] = resident_mib(pid)
            if count == 1:
                late = []
                for _ in range(10):
                    mark = wait_for(lambda: max(agents.sent), "a part")
                    wait_for(lambda m=mark: newest(daemon) >= m, "the store")
                    late.append(time.time() - agents.sent[mark])
                print(f"from part to store, raw values (packed a second at a time): {1e3 * min(late):.0f} … {1e3 * max(late):.0f} ms")
            else:
                dropped = sum(m["reception"]["dropped"] for m in daemon.ask("machines")["machines"])
                print(f"{count} agents × {PER_SECOND}/s: {100 * share:.1f} % of one core, {rest[count]:.0f} MiB, "
                      f"{(rest[count] - rest[1]) / (count - 1):.2f} MiB an agent, {dropped} values dropped")
        wait_for(lambda: not agents.streams, "the end of the streams")


def catching_up():
    agents = Agents(lambda: BACKLOG)
    since = time.monotonic()
    with Daemon(archiving(machines(agents, 1))) as daemon:
        wait_for(lambda: daemon.ask("machines")["machines"][0]["reception"]["observed"] >= BACKLOG, "all of it", 60)
        seconds = time.monotonic() - since
        wait_for(lambda: newest(daemon) >= BACKLOG, "the store")
        used = processor_s(daemon.process.pid)
        print(f"catching up: {BACKLOG} observations in {seconds:.2f} s from the start of spindled, {BACKLOG / seconds:,.0f}/s; "
              f"{used:.2f} s of processor time, {BACKLOG / used:,.0f} per second of it")


def longest_answer(page, is_over):
    """In milliseconds: what the loop does meanwhile delays it."""
    connection, longest, until = http.client.HTTPConnection(page), 0, time.monotonic() + 2
    while time.monotonic() < until or not is_over():
        since = time.perf_counter()
        connection.request("GET", "/v1/version")
        connection.getresponse().read()
        longest = max(longest, 1e3 * (time.perf_counter() - since))
    return longest


def longest_turn(log):
    """By the daemon's own word, with --verbose."""
    turns = [tuple(map(float, turn)) for turn in re.findall(r"a turn took ([\d.]+) ms, ([\d.]+) ms", log)]
    wall, processor = (max([turn[i] for turn in turns], default=5) for i in (0, 1))
    return f"longest turn of the loop: {wall:.1f} ms, {processor:.1f} ms of CPU at most; {len(turns)} of 5 ms and more"


def big_documents(count, items):
    agents = Agents(lambda: items, big=items)
    sizes = [len(document) for document in agents.ready]
    with Daemon(archiving(machines(agents, count, ", backlog: false")), options=["--verbose"]) as daemon:
        page = daemon.url.split("/")[2]
        longest, others = longest_answer(page, lambda: len(agents.streams) >= count), longest_answer(page, lambda: True)
        print(f"{count} × documents of {sizes[0] / 1e6:.1f} and {sizes[1] / 1e6:.1f} MB: an answer of the page took {longest:.1f} ms at most "
              f"({others:.1f} ms without them); {longest_turn(daemon.log())}")


if __name__ == "__main__":
    big_documents(1, BIG)
    big_documents(100, BIG // 20)
    catching_up()
    from_part_to_record()
    many_agents()
