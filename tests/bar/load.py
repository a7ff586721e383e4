# SPDX-License-Identifier: Apache-2.0
"""A plant under load: machines with cycles and devices with a thousand values a second that prove
that none is missing, and the audit of what became of them.

A device counts its answers; register k holds counter + k. So what is stored of a register grows by one from
value to value, and a hole in it is a value that was lost.
"""
import calendar
import contextlib
import json
import pathlib
import socketserver
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from cell import Cell, quick_machines  # noqa: E402
from daemon import Daemon, config, mtconnect_machines  # noqa: E402
from rig import find, wait_for  # noqa: E402

REGISTERS = 100


class Device(socketserver.BaseRequestHandler):
    def handle(self):
        with contextlib.suppress(OSError):
            while True:
                head = self._take(7)
                transaction, _, length, unit = struct.unpack(">HHHB", head)
                function, _, count = struct.unpack(">BHH", self._take(length - 1)[:5])
                self.server.counts[unit] = number = self.server.counts.get(unit, 0) + 1
                body = b"".join(struct.pack(">H", (number + k) & 0xffff) for k in range(count))
                self.request.sendall(struct.pack(">HHHBBB", transaction, 0, 3 + len(body), unit, function, len(body)) + body)

    def _take(self, count):
        data = b""
        while len(data) < count:
            more = self.request.recv(count - len(data))
            if not more:
                raise OSError("gone")
            data += more
        return data


class Hall(socketserver.ThreadingTCPServer):
    """All devices behind one address, a unit each."""
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Device)
        self.counts = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()


def loads(names, port, every):
    """A machine of REGISTERS values for each name, read so often; all are published."""
    points = ", ".join(f"{{signal: custom.r{k}, address: {k}, type: uint16}}" for k in range(REGISTERS))
    return "".join(f"""  - name: {name}
    cell: b
    modbus: {{url: "tcp://127.0.0.1:{port}", unit: {unit}, every: {every}, points: [{points}]}}
    publish: {{signals: ["custom.*"]}}
""" for unit, name in enumerate(names, 1))


class LoadedPlant(Daemon):
    """`every`: how often each of `devices` is read; 100 values each time. `sinks`: map entries."""

    def __init__(self, sinks, devices=10, every="1s", machines=4, store=None, environment=None):
        self.devices = [f"load-{i}" for i in range(1, devices + 1)]
        self.hall, self.rss_kib = Hall(), 0
        self.cell = Cell(scenario=quick_machines(machines))
        text = mtconnect_machines(self.cell) + loads(self.devices, self.hall.server_address[1], every)
        super().__init__(config(text, sinks), store, environment)

    def note_rss(self):
        """Keeps the largest."""
        with contextlib.suppress(OSError, StopIteration, ValueError):
            status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
            self.rss_kib = max(self.rss_kib, int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]))
        return self.rss_kib

    def live(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.note_rss()
            time.sleep(min(0.5, max(0.01, deadline - time.monotonic())))

    def sink(self, name):
        return next(each for each in self.queue()["sinks"] if each["sink"] == name)

    def quieten(self):
        """The machines stop; all that is owed by then arrives. What has nobody to read owes rows again and again."""
        self.cell.stop()
        self.hall.shutdown()
        self.hall.server_close()
        owed = {sink["sink"]: sink["ledger"]["sampled"] for sink in self.queue()["sinks"]}

        def is_settled(sink):
            return sink["ledger"]["sampled"] - sink["pending_values"] >= owed[sink["sink"]]

        wait_for(lambda: self.note_rss() and all(map(is_settled, self.queue()["sinks"])), "all that is owed", 600)

    def remove(self):
        self.hall.shutdown()
        self.cell.remove()
        super().remove()


class Watch:
    """A subscriber at QoS 1 that notes when each message came: what was seen, and how old live data were."""

    def __init__(self, port):
        self.seen, self.ages, self.raw = set(), [], 0
        self.process = subprocess.Popen(
            [find("mosquitto_sub"), "-h", "127.0.0.1", "-p", str(port), "-t", "#", "-q", "1", "-i", "bar-watch", "-c",
             "-F", "%U %r %p"], stdout=subprocess.PIPE, text=True, errors="replace")
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        for line in self.process.stdout:
            came, retained, payload = line.rstrip("\n").split(" ", 2)
            if not payload.startswith("{") or retained == "1":
                continue
            record = json.loads(payload)
            self.seen.add(record.get("seq"))
            if "signals" in record and not record.get("replayed"):
                newest = max(values[-1][0] for values in record["signals"].values())
                self.ages.append((float(came), float(came) - at(record["t"]) - newest / 1000))

    def oldest(self, since=0.0):
        """Seconds; of the live raw messages that came after `since` (seconds since 1970)."""
        return max((age for came, age in self.ages if came >= since), default=None)

    def close(self):
        self.process.kill()
        self.process.wait()


def at(text):
    """Seconds since 1970 of an RFC 3339 time in UTC."""
    seconds = time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")
    return calendar.timegm(seconds) + float("0" + text[19:-1] if len(text) > 20 else "0")


def cycles_of(plant, influx):
    """(cycles in the store, those of them that are in InfluxDB exactly once)."""
    rows = plant.rows("SELECT machine.name, wall_ns FROM record JOIN machine USING(machine) WHERE kind=0")
    points = [(point["machine"], point["time"]) for point in influx.query("SELECT ct, machine FROM cycle")]
    return len(rows), sum(1 for row in rows if points.count(row) == 1)


def holes_of(plant, influx):
    """Values of register 7 in InfluxDB, and how many are missing between the first and the last."""
    total = missing = 0
    for name in plant.devices:
        values = [int(row["custom.r7"]) for row in influx.query(f"SELECT \"custom.r7\" FROM signal WHERE machine='{name}'")]
        total += len(values)
        missing += sum((after - before - 1) % 65536 for before, after in zip(values, values[1:]))
    return total, missing


def audit(plant, influx, watch):
    """A dictionary of what is true at the end; call after quieten()."""
    ids = {row[0] for row in plant.rows("SELECT id FROM record")}
    wait_for(lambda: ids <= watch.seen, "the subscriber to have seen everything", 5) if ids - watch.seen else None
    cycles, once = cycles_of(plant, influx)
    values, missing = holes_of(plant, influx)
    ledgers = [sink["ledger"] for sink in plant.queue()["sinks"]]
    return {"records": len(ids), "unseen": len(ids - watch.seen), "cycles": cycles, "cycles_once": once,
            "register_values": values, "register_missing": missing,
            "closes": all(ledger["closes"] for ledger in ledgers),
            "gone": sum(ledger[name] for ledger in ledgers for name in ledger
                        if name.startswith(("dropped", "lost"))),
            "rss_mib": plant.rss_kib / 1024}


def is_alive(plant):
    return plant.is_ready()
