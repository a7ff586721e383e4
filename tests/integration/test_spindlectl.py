#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every command of spindlectl that asks a running daemon, with its exit status."""
import contextlib
import csv
import http.server
import io
import json
import subprocess
import threading

from cell import Cell
from daemon import Daemon, demo_config
from rig import SPINDLECTL, run, wait_for


daemon = None


def say(*words):
    """What spindlectl says of success."""
    status, output, errors = daemon.spindlectl(*words)
    assert status == 0, (words, status, errors)
    return output


def told(*words):
    return json.loads(say("--json", *words))


class Refusing(http.server.BaseHTTPRequestHandler):
    """An InfluxDB that takes no point."""

    def do_GET(self):
        self.answer(200, b'{"results":[{"statement_id":0}]}')

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/write") or "/api/v2/write" in self.path:
            self.answer(400, b'{"error":"partial write: field type conflict dropped=1"}')
        else:
            self.answer(200, b'{"results":[{"statement_id":0}]}')

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def questions_are_answered_as_tables_and_as_json():
    for words in (["machines"], ["signals", "vmc-1"], ["cycles", "vmc-1", "5"], ["tools", "vmc-1"], ["thermal", "vmc-1"],
                  ["events", "vmc-1"], ["run", "list"], ["run", "show", "vmc-1"], ["queue"], ["queue", "list"]):
        status, output, errors = daemon.spindlectl(*words)
        assert status == 0 and output and not errors, (words, status, errors)
        assert "\033" not in output, words
        json.loads(say(*words, "--json"))
    assert "vmc-1" in say("machines")
    assert len(told("cycles", "vmc-1", "2")) == 2


def statuses_tell_what_happened():
    for words, wanted in ((["cycles", "nobody"], 1), (["cycles"], 2), (["nothing"], 2), (["run"], 2), (["run", "--help"], 0), (["tool", "--help"], 0), ([], 2), (["export"], 2), (["export", "vmc-1", "--format", "xml"], 2),
                          (["export", "nobody"], 1), (["record", "nobody"], 1), (["record"], 2), (["report"], 2), (["report", "999"], 1),
                          (["queue", "retry"], 2), (["queue", "drop", "nobody", "all"], 1), (["queue", "nonsense"], 2), (["doctor", "--nonsense"], 2),
                          (["stage", "vmc-1", "nonsense"], 1), (["tool", "changed", "vmc-1", "1", "worn"], 0), (["tool", "changed", "vmc-1"], 2), (["reason", "vmc-1", "--help"], 0), (["--help"], 0), (["--version"], 0)):
        status, _, errors = daemon.spindlectl(*words)
        assert status == wanted, (words, status, errors)
        assert bool(errors) == (wanted != 0), (words, errors)
    for words in (["machines"], ["watch"], ["export", "vmc-1"], ["record", "vmc-1"], ["doctor"], ["lot", "vmc-1", "L"]):
        status, _, errors = daemon.spindlectl(*words, socket=daemon.folder / "nobody.sock")
        assert status == 3 and "is it running?" in errors, (words, status, errors)


def every_command_explains_itself():
    listed = [line[2:26].strip() for line in say("--help").partition("COMMAND --help")[0].splitlines() if line.startswith("  ")]
    assert len(listed) > 20 and {"doctor", "export", "record", "report", "queue retry"} <= set(listed), listed
    for name in listed:
        output = say(*name.split(), "--help")
        assert output.startswith("usage: spindlectl " + name) and "example:" in output, output


def what_is_missing_is_told_with_where_to_look():
    for words, complaint in ((("run", "start"), "which machine? see spindlectl run start --help"),
                             (("measure", "vmc-1", "value=3"), "'feature' is missing; see spindlectl measure --help"),
                             (("freeze", "vmc-1"), "'text' is missing; see spindlectl freeze --help"),
                             (("run", "stop", "vmc-1", "now"), "'now' is not of the form key=value")):
        status, _, errors = daemon.spindlectl(*words)
        assert status == 2 and complaint in errors, (words, status, errors)


def what_is_said_becomes_context():
    say("run", "start", "vmc-1", "part=BRKT-7", "op=10", "stage=pilot", "lot=H1")
    say("lot", "vmc-1", "lot=H2")
    machine = next(each for each in told("machines")["machines"] if each["machine"] == "vmc-1")
    assert machine["job"]["lot"] == "H2" and machine["job"]["stage"] == "pilot" and machine["job"]["parts"] >= 0, machine["job"]
    say("stage", "vmc-1", "production")
    wait_for(lambda: len(told("run", "list")) == 2, "the run's two stages")
    production, pilot = told("run", "list")
    assert [each["stage"] for each in (production, pilot)] == ["production", "pilot"], (production, pilot)
    assert production["part"] == "BRKT-7" and production["lot"] == "H2" and production["ended"] is None, production
    assert pilot["ended"] and pilot["started"] == production["started"], pilot


def a_run_tells_the_parts_made_so_far():
    run = wait_for(lambda: [each for each in told("run", "list") if each["parts"] > 0], "a part of the run")[0]
    assert run["stage"] == "production" and run["parts"] == run["good"], run
    assert "ENDED" in say("run", "show", "vmc-1").splitlines()[0]


@contextlib.contextmanager
def watching(*options):
    """The lines of `spindlectl watch vmc-1`, as they come."""
    process = subprocess.Popen([SPINDLECTL, "--socket", str(daemon.socket), *options, "watch", "vmc-1"],
                               stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout
    finally:
        process.terminate()
        process.wait()


def watching_shows_cycles_as_they_end():
    with watching("--json") as lines:
        for line in lines:
            record = json.loads(line)
            assert record["machine"] == "vmc-1", record
            if record["measurement"] == "cycle":
                break
    with watching() as lines:
        assert next(lines).split()[:4] == ["MACHINE", "ENDED", "NO", "KIND"]
        assert next(lines).split()[0] == "vmc-1"


def exported_cycles_are_those_that_were_recorded():
    wait_for(lambda: len(told("cycles", "vmc-1", "100")) > 5, "cycles")
    until = told("cycles", "vmc-1", "1")[0]["t"]
    wanted = [each["cycle_no"] for each in told("cycles", "vmc-1", "1000") if each["t"] < until][::-1]
    rows = list(csv.DictReader(io.StringIO(say("export", "vmc-1", "--until", until, "--format", "csv"))))
    assert [int(row["cycle_no"]) for row in rows] == wanted, rows[-1]
    lines = [json.loads(line) for line in say("export", "vmc-1", "--until", until, "--format", "json").splitlines()]
    assert [line["cycle_no"] for line in lines] == wanted


def an_exported_tape_can_be_replayed():
    tape = daemon.folder / "export.tape"
    say("export", "vmc-1", "--format", "tape", "--output", str(tape))
    lines = tape.read_text().splitlines()
    times = [line.split(" ", 1)[0] for line in lines[1:]]
    assert lines[0] == "spindled-tape 1" and len(lines) > 50 and times[0] < times[-1]
    output = say("replay", "--config", str(daemon.config), "--machine", "vmc-1", "--format", "json", str(tape))
    cycles = [each for each in map(json.loads, output.splitlines()) if each["measurement"] == "cycle"]
    assert len(cycles) > 2, output[:500]


def a_recording_is_a_tape_of_what_comes():
    tape = daemon.folder / "record.tape"
    say("record", "hmc-3", "--for", "2", "--output", str(tape))
    lines = tape.read_text().splitlines()
    assert lines[0] == "spindled-tape 1" and any(" spindle_load " in line for line in lines), lines[:10]
    status, _, errors = daemon.spindlectl("replay", "--config", str(daemon.config), "--machine", "hmc-3", str(tape))
    assert status == 0, errors


def a_report_is_saved():
    path = daemon.folder / "report.html"
    assert say("report", "1", str(path)).strip() == str(path)
    assert path.read_text().startswith("<!doctype html>")


def dead_letters_are_listed_retried_and_dropped():
    def letters():
        """Those of cycles: no correction takes their place, so they stay what they are."""
        return [each for each in told("queue", "list", "refusing") if each["record"]["measurement"] == "cycle"]

    letter = wait_for(letters, "a dead letter")[0]
    assert "field type conflict" in letter["reason"] and letter["record"]["machine"] is not None, letter
    say("queue", "drop", "refusing", str(letter["id"]))
    assert all(each["id"] != letter["id"] for each in letters()), letter
    for word in ("drop", "retry"):
        status, _, errors = daemon.spindlectl("queue", word, "refusing", str(letter["id"]))
        assert status == 1 and "no dead letter of this id" in errors, (status, errors)
    again = wait_for(letters, "another")[0]
    say("queue", "retry", "refusing", str(again["id"]))
    wait_for(lambda: any(each["id"] == again["id"] and each["refused"] > again["refused"] for each in letters()),
             "its being refused again")


def the_doctor_names_what_is_wrong_and_the_remedy():
    def findings():
        status, output, _ = daemon.spindlectl("doctor", "--json")
        return (status, json.loads(output)) if output else None

    status, found = wait_for(lambda: findings() if any(each["about"] == "dead-1" for each in findings()[1]) else None, "findings")
    assert status == 1
    assert all(each["what"] and each["remedy"] for each in found), found
    assert any("no link" in each["what"] for each in found if each["about"] == "dead-1"), found
    broken = daemon.folder / "broken.yaml"
    broken.write_text("version: 1\nnonsense: true\n")
    status, output, _ = daemon.spindlectl("doctor", "--config", str(broken))
    assert status == 1 and "broken.yaml:2:1" in output, output


def the_plan_tells_of_every_line_once():
    links = "".join(f"\n      - {{url: 'rtu:///dev/serial/by-id/{port}', unit: {unit}, points: [{{signal: custom.{port}{unit}, address: 1}}]}}"
                    for unit in (1, 2) for port in "xy")
    path = daemon.folder / "lines.yaml"
    path.write_text(f"version: 1\ngateway: {{id: g, enterprise: e, site: s, area: a}}\nmachines:\n  - name: m\n    modbus:{links}\n")
    status, output, errors = daemon.spindlectl("plan", "--config", str(path))
    assert status == 0 and not errors, errors
    busy = [line for line in output.splitlines() if " is busy for " in line]
    assert len(busy) == 2 and len({line.split(" for ")[1] for line in busy}) == 1, output


def status_is_one_when_something_is_wrong():
    status, output, _ = daemon.spindlectl("status")
    assert status == 1 and "dead-1" in output, output


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sink = f'sinks: {{refusing: {{driver: influx, url: "http://127.0.0.1:{server.server_port}", database: spindled}}}}'
    dead = '\n  - name: dead-1\n    modbus: {url: "tcp://127.0.0.1:1", points: [{signal: part_count, address: 0}]}\n'
    with Cell("--speed", "4") as cell, Daemon(demo_config(cell, dead, sink)) as daemon:
        wait_for(lambda: len(daemon.cycles("vmc-1")) > 2, "cycles")
        run([questions_are_answered_as_tables_and_as_json, statuses_tell_what_happened, every_command_explains_itself,
             what_is_missing_is_told_with_where_to_look, what_is_said_becomes_context, a_run_tells_the_parts_made_so_far, watching_shows_cycles_as_they_end, exported_cycles_are_those_that_were_recorded,
             an_exported_tape_can_be_replayed, a_recording_is_a_tape_of_what_comes, a_report_is_saved,
             dead_letters_are_listed_retried_and_dropped, the_doctor_names_what_is_wrong_and_the_remedy, the_plan_tells_of_every_line_once,
             status_is_one_when_something_is_wrong])
