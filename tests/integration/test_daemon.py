#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The life of spindled: checked, started, reloaded, told things, stopped."""
import os
import pathlib
import re
import resource
import socket
import subprocess
import tempfile

from cell import Cell
from daemon import Daemon, config, modbus_machine, mtconnect_machine
from rig import SPINDLED, run, wait_for
from servers import Mosquitto


SCENARIO = """
seed: 3
machines:
  - name: mill-1
    modbus: {unit: 1}
    load: 1s
    programs:
      - name: O1
        blocks: [{tool: "1", cut: 3s, rapid: 500ms, change: 1s, load: 30, rpm: 8000, feed: 1200}]
  - name: mill-2
    mtconnect: {version: "2.0"}
    load: 1s
    programs:
      - name: O2
        blocks: [{tool: "1", cut: 3s, rapid: 500ms, change: 1s, load: 30, rpm: 8000, feed: 1200}]
"""


def check(text):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        told = [subprocess.run([SPINDLED, *words], capture_output=True, text=True, check=False)
                for words in (["--check", file.name], ["--config", file.name, "--check"])]
        assert told[0].stderr == told[1].stderr, told
        return told[0].returncode, told[0].stderr.replace(file.name, "F")


def check_tells_everything_that_is_wrong_with_line_and_column():
    status, said = check('version: 1\ngateway: {id: g, enterprise: e, site: s, area: a}\nmachines:\n'
                         '  - name: m\n    cell: c\n    modbus: {url: "tcp://h:502", prot: 5, every: fast}\n')
    assert status == 78, (status, said)
    assert "F:6:" in said and "unknown key 'prot'" in said, said
    assert "'every' wants a duration" in said, said
    assert check("version: 1\nmachines: []\n")[0] == 0


def has_room_for_all_descriptors(daemon):
    """From the start: while threads run, the kernel takes many milliseconds to make more."""
    room = int(re.search(r"FDSize:\s+(\d+)", pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()).group(1))
    return room >= min(16384, resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def a_bad_file_leaves_the_old_configuration_running():
    with Cell("--speed", "5", scenario=SCENARIO) as cell:
        good = config(modbus_machine("mill-1", cell))
        with Daemon(good) as daemon:
            wait_for(lambda: daemon.machine("mill-1")["linked"], "the link")
            assert has_room_for_all_descriptors(daemon)
            daemon.write(good.replace("every:", "evry:"))
            daemon.reload()
            wait_for(lambda: "the old one stays" in daemon.log(), "the complaint")
            assert "did you mean 'every'" in daemon.log(), daemon.log()
            assert daemon.machine("mill-1")["linked"]
            status, health = daemon.get("/healthz")
            assert status == 503 and health["reasons"][0].startswith("configuration: the new"), health
            assert "did you mean 'every'" in daemon.get("/v1/machines")[1]["configuration"], health
            daemon.write(good.replace("127.0.0.1:0", "127.0.0.1:1"))
            daemon.reload()
            wait_for(lambda: "http changed, which counts from the next start" in daemon.log(), "the warning")
            assert daemon.health()["reasons"][0].startswith("configuration: http changed")
            daemon.write(good)
            daemon.reload()
            wait_for(lambda: daemon.health()["ok"], "all well again")


class Gate:
    """Stands where the configuration stood: whoever reads it waits until it is opened."""

    def __init__(self, daemon):
        self.path = daemon.folder / "gate"
        os.mkfifo(self.path)
        os.link(self.path, daemon.folder / "gate-2")
        os.replace(daemon.folder / "gate-2", daemon.config)

    def open(self):
        with open(self.path, "wb"):
            pass


def a_slow_file_delays_nobody_and_is_read_again_when_asked_meanwhile():
    with Cell("--speed", "5", scenario=SCENARIO) as cell:
        good = config(modbus_machine("mill-1", cell))
        with Daemon(good) as daemon:
            wait_for(lambda: daemon.machine("mill-1")["linked"], "the link")
            gate = Gate(daemon)
            daemon.reload()
            for _ in range(2):
                seen = len(daemon.cycles("mill-1"))
                wait_for(lambda: len(daemon.cycles("mill-1")) > seen, "a cycle meanwhile")  # noqa: B023
            daemon.write(good.replace("cell: a", "cell: z"))
            daemon.reload()
            wait_for(lambda: daemon.log().count("asked to read") == 2, "the second signal")
            gate.open()
            wait_for(lambda: daemon.machine("mill-1").get("cell") == "z", "the file behind the gate")
            assert daemon.log().count("loaded anew") == 1, daemon.log()
            gate.path.unlink()
            gate = Gate(daemon)
            daemon.reload()
            wait_for(lambda: daemon.log().count("asked to read") == 3, "the third signal")
            daemon.process.terminate()
            wait_for(lambda: "stopping" in daemon.log(), "the beginning of the stop")
            gate.open()
            assert daemon.process.wait(timeout=60) == 0, daemon.log()


def a_reload_adds_changes_and_removes_sinks():
    def sinks(*names):
        return "".join(f'  {name}: {{driver: mqtt, client_id: {name}, url: "mqtt://127.0.0.1:{port}"}}\n'
                       for name, port in names)

    with Mosquitto() as broker, Mosquitto() as other, Cell("--speed", "5", scenario=SCENARIO) as cell:
        def linked():
            return {sink["sink"] for sink in daemon.queue()["sinks"] if sink["linked"]}

        def connected(at, client):
            return at.log().count(f"as {client} ")

        machine = mtconnect_machine("mill-2", cell)
        with Daemon(config(machine, sinks(("a", broker.port), ("b", broker.port)))) as daemon:
            wait_for(lambda: linked() == {"a", "b"}, "both sinks")
            daemon.write(config(machine, sinks(("a", broker.port), ("b", other.port), ("c", broker.port))))
            daemon.reload()
            wait_for(lambda: linked() == {"a", "b", "c"} and connected(other, "b"), "the moved and the new sink")
            daemon.write(config(machine, sinks(("a", broker.port))))
            daemon.reload()
            wait_for(lambda: [sink["sink"] for sink in daemon.queue()["sinks"]] == ["a"], "two to leave")
            assert linked() == {"a"}
            assert [connected(broker, client) for client in "abc"] == [1, 1, 1], broker.log()
            assert daemon.machine("mill-2")["links"][0]["reconnects"] == 0


def a_page_that_cannot_listen_is_told_by_the_control_socket():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with Daemon(config("").replace("127.0.0.1:0", address)) as daemon:
            status, health = daemon.get("/healthz")
            assert status == 503 and health["reasons"] == [f"page: cannot listen on {address}: Address already in use"]


def a_reload_touches_only_what_changed():
    with Cell("--speed", "5", scenario=SCENARIO) as cell:
        first = modbus_machine("mill-1", cell)
        with Daemon(config(first + mtconnect_machine("mill-2", cell))) as daemon:
            wait_for(lambda: all(daemon.machine(m)["linked"] for m in ("mill-1", "mill-2")), "both links")
            before = {m: daemon.machine(m)["links"][0] for m in ("mill-1", "mill-2")}
            daemon.write(config(first + mtconnect_machine("mill-2", cell).replace("cell: b", "cell: z")))
            daemon.reload()
            wait_for(lambda: daemon.machine("mill-2").get("cell") == "z"
                     and daemon.machine("mill-2")["linked"], "the changed machine")
            after = {m: daemon.machine(m)["links"][0] for m in ("mill-1", "mill-2")}
            assert after["mill-1"]["since"] == before["mill-1"]["since"], (before, after)
            assert after["mill-1"]["reconnects"] == before["mill-1"]["reconnects"]
            assert after["mill-2"]["since"] != before["mill-2"]["since"]
            daemon.write(config(first))
            daemon.reload()
            wait_for(lambda: daemon.get("/v1/machines/mill-2")[0] == 404, "the machine to leave")
            assert daemon.machine("mill-1")["links"][0]["since"] == before["mill-1"]["since"]


def what_people_say_is_on_every_record_and_survives_a_kill():
    with Cell("--speed", "5", scenario=SCENARIO) as cell:
        with Daemon(config(mtconnect_machine("mill-2", cell))) as daemon:
            status, said, _ = daemon.spindlectl("run", "start", "mill-2", "part=BRKT-7", "op=10",
                                             "stage=pilot", "lot=H4711", "target=200")
            assert status == 0, said
            seen = len(daemon.cycles("mill-2"))
            cycle = wait_for(lambda: daemon.cycles("mill-2")[seen + 1:], "a cycle of the run")[0]
            assert cycle["part"] == "BRKT-7" and cycle["stage"] == "pilot", cycle
            assert cycle["run_seq"] == 1 and cycle["lot"] == "H4711" and cycle["lot_seq"] == 1, cycle
            daemon.kill()
            daemon.start()
            job = daemon.machine("mill-2")["job"]
            assert job["run"] == 1 and job["part"] == "BRKT-7" and job["lot"] == "H4711", job
            status, answer = daemon.say("mill-2", "stage", stage="mass")
            assert status == 400 and "prototype, evt, pilot or production" in answer["error"], answer
            status, answer = daemon.say("mill-2", "run-stop")
            assert status == 200 and answer["ok"], answer
            runs = wait_for(lambda: [r for r in daemon.get("/v1/runs")[1] if r["ended"]], "the run's end")
            assert [r["run_seq"] for r in runs] == [1], runs
            events = daemon.get("/v1/machines/mill-2/events?limit=1000")[1]
            said = [e for e in events if e["code"] == "command.run-start"]
            assert len(said) == 1 and said[0]["who"].startswith("uid "), events


def a_second_daemon_takes_over_where_the_first_was_killed():
    with Cell(scenario=SCENARIO) as cell:
        with Daemon(config(mtconnect_machine("mill-2", cell))) as daemon:
            for _ in range(3):
                seen = len(daemon.cycles("mill-2"))
                wait_for(lambda: len(daemon.cycles("mill-2")) > seen, "a cycle")  # noqa: B023
                daemon.kill()
                daemon.start()
            wait_for(lambda: len(daemon.cycles("mill-2")) > seen + 2, "cycles after the kills")
            cycles = daemon.cycles("mill-2")
            truth = {c["ended_ns"]: c for c in cell.truth("cycle") if c["machine"] == "mill-2"}
            ends = [c["t"] for c in cycles]
            assert len(set(ends)) == len(ends), ends
            numbers = [c["cycle_no"] for c in cycles]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), numbers
            whole = [c for c in cycles if not c["flags"] & 1]
            lengths = sorted(t["ct"] for t in truth.values())
            for cycle in whole:
                assert any(abs(cycle["ct"] - ct) < 0.0015 for ct in lengths), (cycle, lengths)


run([check_tells_everything_that_is_wrong_with_line_and_column,
     a_bad_file_leaves_the_old_configuration_running,
     a_page_that_cannot_listen_is_told_by_the_control_socket,
     a_reload_touches_only_what_changed,
     a_slow_file_delays_nobody_and_is_read_again_when_asked_meanwhile,
     a_reload_adds_changes_and_removes_sinks,
     what_people_say_is_on_every_record_and_survives_a_kill,
     a_second_daemon_takes_over_where_the_first_was_killed])
