#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""cncsim as its clients see it: mbpoll reads the register map, an agent's stream is whole."""
import json
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request

from cell import DEMO, Cell
from rig import CNCSIM, PATIENCE, free_port, need, run, wait_for


SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "../shared/data/mtconnect/xsd/mtconnect-schemas.tar.gz"
BOUNDARY = b"--6a94e5b3c41f0d27a8893b5e7c1d2f40\r\n"


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def registers(cell, machine, count, *more):
    where = cell.ports["machines"][machine]
    kind, rest = where["modbus"].split("://")
    if kind == "tcp":
        address, port = rest.split(":")
        target = ["-m", "tcp", "-p", port, *more, address]
    else:
        path, options = rest.split("?")
        baud = re.search(r"baud=(\d+)", options)[1]
        target = ["-m", "rtu", "-b", baud, "-P", "none", *more, path]
    done = subprocess.run(["mbpoll", "-a", str(where["unit"]), "-t", "4", "-r", "1", "-c", str(count), "-1",
                           "-q", *target], capture_output=True, text=True, timeout=PATIENCE, check=False)
    return {int(a) - 1: int(v) for a, v in re.findall(r"^\[(\d+)\]:\s+(\d+)", done.stdout, re.M)}, done


def mbpoll_reads_the_register_map_over_tcp_and_rtu():
    need("mbpoll")
    with Cell() as cell:
        values, _ = registers(cell, "vmc-1", 26)
        assert values[1] >= 120, values
        assert values[9] == 100 and values[10] == 100, values
        assert values[14] == 210, values
        wait_for(lambda: registers(cell, "drill-2", 6)[0].get(3) == 200, "the program of drill-2 over RTU")


def who_writes_is_refused_and_the_truth_says_so():
    need("mbpoll")
    with Cell() as cell:
        port = cell.ports["machines"]["vmc-1"]["modbus"].rsplit(":", 1)[1]
        done = subprocess.run(["mbpoll", "-m", "tcp", "-p", port, "-t", "4", "-r", "1", "127.0.0.1", "7"],
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert "Illegal function" in done.stdout + done.stderr, done
        refused = [event for event in cell.truth("event") if event["event"] == "write_refused"]
        assert len(refused) == 1, refused


def a_fault_by_command_comes_and_goes():
    need("mbpoll")
    with Cell() as cell:
        cell.order("fault vmc-1 exception value=2 for=1h")
        wait_for(lambda: "Illegal data address" in registers(cell, "vmc-1", 1)[1].stderr, "the exception")
        cell.order("clear vmc-1")
        wait_for(lambda: registers(cell, "vmc-1", 1)[0], "an answer again")


def a_farm_answers_with_values_that_prove_themselves():
    need("mbpoll")
    with Cell(scenario="devices: {count: 400}\n") as cell:
        ports = cell.ports["devices"]
        assert len(set(ports)) == 400
        for device in (1, 200, 400):
            done = subprocess.run(["mbpoll", "-m", "tcp", "-p", str(ports[device - 1]), "-t", "4", "-r", "1", "-c",
                                   "100", "-1", "-q", "127.0.0.1"],
                                  capture_output=True, text=True, timeout=PATIENCE, check=True)
            read = [int(v) for v in re.findall(r"^\[\d+\]:\s+(\d+)", done.stdout, re.M)]
            assert read[0] == device and read[5] == 100, read[:10]
            answer = read[1] * 65536 + read[2]
            expected = [(40503 * device + 2531 * i + answer) % 65536 for i in range(10, 100)]
            assert read[10:] == expected, (read, expected)


def parts_of(url, seconds_of_quiet, wanted):
    """Reads a stream until it has `wanted` parts; checks each part's length."""
    stream = urllib.request.urlopen(url, timeout=seconds_of_quiet)
    kind = stream.headers["Content-Type"]
    data = b""
    while data.count(BOUNDARY) <= wanted:
        block = stream.read1(65536)
        if not block:
            break
        data += block
    stream.close()
    parts = data.split(BOUNDARY)[1:wanted + 1]
    for part in parts:
        head, _, body = part.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        assert len(body) == length + 2, (length, len(body))
    return kind, parts


def numbers(name, document):
    return [int(number) for number in re.findall(rb'\b%s="(\d+)"' % name, document)]


def a_stream_has_every_sequence_once(machine, multipart):
    with Cell("--speed", "20") as cell:
        url = cell.ports["machines"][machine]["mtconnect"]
        kind, parts = parts_of(f"{url}/sample?from=1&interval=50&heartbeat=1000&count=37", PATIENCE, 40)
        assert kind.startswith(multipart), kind
        seen, following = [], 1
        for part in parts:
            sequences = sorted(numbers(b"sequence", part))
            assert not sequences or sequences[0] == following, (sequences[:3], following)
            seen += sequences
            following = numbers(b"nextSequence", part)[0]
        assert seen == list(range(1, len(seen) + 1)), "a hole or a double"
        assert len(seen) > 200, len(seen)


def an_agent_of_the_first_generation_streams_every_sequence_once():
    a_stream_has_every_sequence_once("lathe-4", "multipart/x-mixed-replace")


def an_agent_of_the_second_generation_streams_every_sequence_once():
    a_stream_has_every_sequence_once("hmc-3", "multipart/mixed")


def errors_are_what_each_generation_makes_of_them():
    with Cell() as cell:
        for machine, status in (("lathe-4", 200), ("hmc-3", 400)):
            url = cell.ports["machines"][machine]["mtconnect"]
            got, _, body = fetch(f"{url}/sample?from=999999")
            assert got == status and b'errorCode="OUT_OF_RANGE"' in body, (machine, got, body)


def a_restart_is_a_new_instance_and_an_overrun_moves_the_window():
    with Cell() as cell:
        url = cell.ports["machines"]["hmc-3"]["mtconnect"] + "/current"
        before = fetch(url)[2]
        cell.order("fault hmc-3 overrun for=1s")
        wait_for(lambda: numbers(b"firstSequence", fetch(url)[2])[0] > 1, "the overrun")
        assert numbers(b"instanceId", fetch(url)[2]) == numbers(b"instanceId", before)
        cell.order("fault hmc-3 restart for=1s")
        wait_for(lambda: numbers(b"instanceId", fetch(url)[2])[0] == numbers(b"instanceId", before)[0] + 1,
                 "the restart")


def documents_hold_to_the_published_schemas():
    if not SCHEMAS.exists() or not shutil.which("xmllint"):
        print("skipped: no schemas beside the checkout, or no xmllint", flush=True)
        return
    with tempfile.TemporaryDirectory() as folder, tarfile.open(SCHEMAS) as archive:
        archive.extractall(folder, filter="data") if hasattr(tarfile, "data_filter") else archive.extractall(folder)
        for version in ("1.3", "1.8", "2.0", "2.5"):
            text = DEMO.read_text().replace('version: "2.0"', f'version: "{version}"')
            with Cell("--speed", "30", scenario=text) as cell:
                url = cell.ports["machines"]["hmc-3"]["mtconnect"]
                wait_for(lambda url=url: numbers(b"nextSequence", fetch(url + "/current")[2])[0] > 400, "traffic")
                for request, kind in (("current", "Streams"), ("sample?count=400", "Streams"),
                                      ("nobody/current", "Error")):
                    document = pathlib.Path(folder) / "document.xml"
                    document.write_bytes(fetch(f"{url}/{request}")[2])
                    done = subprocess.run(["xmllint", "--noout", "--nonet", "--schema",
                                           f"{folder}/MTConnect{kind}_{version}.xsd", str(document)],
                                          capture_output=True, text=True, timeout=PATIENCE, check=False)
                    if "failed to compile" in done.stderr:
                        continue  # XSD 1.1, which xmllint does not know
                    assert done.returncode == 0, (version, request, done.stderr[:2000])


def an_adapter_says_everything_at_connect_and_answers_ping():
    import socket
    with Cell(scenario="machines:\n- name: m\n  mtconnect: {shdr_port: 0}\n"
                       "  programs: [{name: O1, blocks: [{cut: 5s}]}]\n") as cell:
        address, port = cell.ports["machines"]["m"]["shdr"].split("//")[1].split(":")
        with socket.create_connection((address, int(port)), timeout=PATIENCE) as client:
            client.sendall(b"* PING\n")
            heard = b""
            while b"* PONG 10000\n" not in heard or b"|exec|" not in heard:
                heard += client.recv(65536)


def an_hour_is_the_same_hour_again():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="spindled-hour-"))
    try:
        for name in ("a", "b"):
            subprocess.run([CNCSIM, "--speed", "0", "--seconds", "3600", "--start",
                            "2026-01-01T06:00:00Z", "--truth", str(folder / f"{name}.truth"), "--record",
                            str(folder / name)], check=True, timeout=PATIENCE)
        files = sorted(path.name for path in (folder / "a").iterdir())
        assert "vmc-1.shdr" in files and "hmc-3.xml" in files and "vmc-1.csv" in files, files
        for name in files:
            if not name.endswith(".xml"):  # a Devices.xml tells when it was made
                assert (folder / "a" / name).read_bytes() == (folder / "b" / name).read_bytes(), name
        assert (folder / "a.truth").read_bytes() == (folder / "b.truth").read_bytes()
        cycles = [json.loads(line) for line in (folder / "a.truth").read_text().splitlines()]
        assert sum(record["truth"] == "cycle" for record in cycles) > 400
    finally:
        shutil.rmtree(folder)


def a_port_that_is_taken_is_told():
    port = free_port()
    text = f"machines:\n- name: a\n  modbus: {{port: {port}}}\n- name: b\n  modbus: {{port: {port}}}\n"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="spindled-taken-"))
    try:
        (folder / "s.yaml").write_text(text)
        done = subprocess.run([CNCSIM, "--scenario", str(folder / "s.yaml")],
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 1 and "cannot serve b: Address already in use" in done.stderr, done
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    run([mbpoll_reads_the_register_map_over_tcp_and_rtu, who_writes_is_refused_and_the_truth_says_so,
         a_fault_by_command_comes_and_goes, a_farm_answers_with_values_that_prove_themselves,
         an_agent_of_the_first_generation_streams_every_sequence_once,
         an_agent_of_the_second_generation_streams_every_sequence_once,
         errors_are_what_each_generation_makes_of_them,
         a_restart_is_a_new_instance_and_an_overrun_moves_the_window,
         documents_hold_to_the_published_schemas, an_adapter_says_everything_at_connect_and_answers_ping,
         an_hour_is_the_same_hour_again, a_port_that_is_taken_is_told])
