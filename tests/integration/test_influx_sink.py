#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The influx sink against InfluxDB, VictoriaMetrics and a server that answers what it is told."""
import gzip
import http.server
import ssl
import tempfile
import threading

from rig import fetch, run, wait_for
from servers import InfluxDB, VictoriaMetrics, make_certificates
from sink import Driver


class Stub:
    """Answers each write with the next of `answers`, the last for ever; keeps what it got."""

    def __init__(self, answer, certificates=None):
        stub = self
        self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                stub.requests.append((self.path, dict(self.headers), body.decode()))
                status, text, headers = answer(body.decode(), len(stub.requests))
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        if certificates:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(f"{certificates}/server.crt", f"{certificates}/server.key")
            context.load_verify_locations(f"{certificates}/ca.crt")
            context.verify_mode = ssl.CERT_OPTIONAL
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.url = f"https://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def every_record_is_in_influxdb_once():
    with InfluxDB() as influx:
        influx.create()
        for packed in ("false", "true"):
            with Driver("influx", 1000, 137, url=influx.url, gzip=packed,
                        batch_bytes=8192) as driver:
                driver.wait("done")
                assert driver.total("delivered") == 1000
            count = influx.query("SELECT count(ct) FROM cycle")[0]["count"]
            assert count == 900, count
            count = influx.query("SELECT count(spindle_load) FROM signal")[0]["count"]
            assert count == 2 * 80, count
        tools = influx.query("SELECT * FROM tool")
        assert len(tools) == 10 and tools[0]["rul_q50"] == 60 and tools[0]["wear_um"] == 187.5, tools
        row = influx.query('SELECT * FROM cycle WHERE cycle_no = 5')[0]
        assert row["part"] == 'BRKT,7 "x"' and row["machine"] == "vmc 3", row
        assert row["kind"] == "prod" and row["ct"] == 60.5 and row["class"] == 1, row
        assert row["time"] == (1767225600 + 5) * 10**9, row
        kinds = {row["fieldKey"]: row["fieldType"] for row in influx.query("SHOW FIELD KEYS FROM cycle")}
        assert kinds["ct"] == "float" and kinds["cycle_no"] == "integer" and kinds["kind"] == "string"


def a_missing_database_is_created():
    with InfluxDB() as influx:
        with Driver("influx", 20, 10, url=influx.url, database='odd "name') as driver:
            driver.wait("done")
            assert not any(line.startswith("retry") for line in driver.lines())
        count = influx.query("SELECT count(ct) FROM cycle", database='odd "name')[0]["count"]
        assert count == 18, count


def a_missing_database_is_waited_for_with_advice():
    with InfluxDB() as influx:
        with Driver("influx", 20, 10, url=influx.url, create_database=False) as driver:
            line = driver.wait("retry")
            assert 'CREATE DATABASE "spindled"' in line and " 60 " in line, line
            influx.create()
            driver.wait("done")
        assert influx.query("SELECT count(ct) FROM cycle")[0]["count"] == 18


def a_conflicting_field_is_refused_with_the_servers_words_and_its_neighbours_stored():
    with InfluxDB() as influx:
        influx.create()
        status, text = fetch(influx.url + "/write?db=spindled", f'state,site=x state="text" {1767225600 * 10**9}')
        assert status == 204, text
        with Driver("influx", 200, 64, url=influx.url) as driver:
            driver.wait("done")
            refused = [line for line in driver.lines() if line.startswith("refused") and line.split()[2] == "1"]
            assert [int(line.split()[1]) for line in refused] == [99, 199], refused
            assert "field type conflict" in refused[0], refused
        assert influx.query("SELECT count(ct) FROM cycle")[0]["count"] == 180


def a_request_that_is_too_large_is_halved():
    with InfluxDB(max_body=3000) as influx:
        influx.create()
        with Driver("influx", 100, 50, url=influx.url) as driver:
            driver.wait("done")
            assert any("413" in line for line in driver.lines())
            assert driver.total("delivered") == 100
        assert influx.query("SELECT count(ct) FROM cycle")[0]["count"] == 90


def a_dead_server_is_waited_for():
    with InfluxDB() as influx:
        influx.create()
        influx.kill()
        with Driver("influx", 100, 10, url=influx.url) as driver:
            driver.wait("retry")
            influx.start()
            driver.wait("done")
            assert "reconnected 0" in driver.lines()
        assert influx.query("SELECT count(ct) FROM cycle")[0]["count"] == 90


def a_frozen_server_is_a_retry():
    with InfluxDB() as influx:
        influx.create()
        influx.freeze()
        with Driver("influx", 10, 10, url=influx.url, timeout=10**9) as driver:
            driver.wait("retry")
            influx.thaw()
            driver.wait("done")
        assert influx.query("SELECT count(ct) FROM cycle")[0]["count"] == 9


def a_wrong_password_is_told_and_never_shown():
    with InfluxDB(auth=True) as influx, tempfile.NamedTemporaryFile("w") as secret:
        influx.query("CREATE USER admin WITH PASSWORD 'canary-7' WITH ALL PRIVILEGES")
        secret.write("canary-wrong\n")
        secret.flush()
        with Driver("influx", 10, 10, url=influx.url, username="admin",
                    password_file=secret.name) as driver:
            line = driver.wait("retry")
            assert "401" in line and "password_file" in line, line
            secret.seek(0)
            secret.truncate()
            secret.write("canary-7\n")
            secret.flush()
            driver.wait("done", 60)
            assert "canary" not in "".join(driver.lines())


def victoria_metrics_takes_the_numbers():
    with VictoriaMetrics() as metrics:
        for api, more in (("v1", {}), ("v2", {"bucket": "any"})):
            with Driver("influx", 100, 30, url=metrics.url, api=api, **more) as driver:
                driver.wait("done")
            series = metrics.export('cycle_ct{machine="vmc 3"}')
            assert sum(len(s["values"]) for s in series) >= 90, series
            assert series[0]["metric"]["part"] == 'BRKT,7 "x"', series[0]["metric"]
            assert series[0]["timestamps"][0] == 1767225600 * 1000, series[0]["timestamps"][:3]


def a_restarted_victoria_metrics_may_have_forgotten():
    with VictoriaMetrics() as metrics:
        with Driver("influx", 20000, 1, url=metrics.url) as driver:
            driver.wait("delivered")
            metrics.kill()
            driver.wait("retry")
            metrics.start()
            driver.wait("reconnected 1")


def versions_two_and_three_get_their_tokens_and_answers():
    def answer(body, number):
        if number == 1:
            return 503, "", {"Retry-After": "3"}
        if number == 2:
            return 422, '{"code":"unprocessable entity","message":"partial write: dropped=1"}', {}
        return 204, "", {}

    with tempfile.NamedTemporaryFile("w") as token:
        token.write("canary-token")
        token.flush()
        for api, more, path, lead in (
                ("v2", {"org": "o", "bucket": "b c"}, "/api/v2/write?precision=ns&org=o&bucket=b%20c", "Token"),
                ("v3", {"database": "d"}, "/api/v3/write_lp?precision=nanosecond&db=d", "Bearer")):
            with Stub(answer) as stub:
                with Driver("influx", 4, 4, url=stub.url, api=api, token_file=token.name,
                            **more) as driver:
                    driver.wait("done")
                    assert driver.lines()[0].startswith("retry 0 4 3 "), driver.lines()
                    assert driver.lines()[1].startswith("refused 0 4 0 0 422 partial"), driver.lines()
                    assert "canary" not in "".join(driver.lines())
                where, headers, _ = stub.requests[0]
                assert where == path and headers["Authorization"] == f"{lead} canary-token", stub.requests[0]


def one_poisonous_record_does_not_block_the_rest():
    def answer(body, _):
        return (500, "panic: index out of range", {}) if "cycle_no=6i" in body else (204, "", {})

    with Stub(answer) as stub:
        with Driver("influx", 16, 8, url=stub.url) as driver:
            driver.wait("done", 60)
            assert driver.total("delivered") == 15
            last = [line for line in driver.lines() if line.startswith("refused 6 1 ")]
            assert len(last) == 1 and "panic" in last[0], driver.lines()


def certificates_are_checked_with_their_names():
    def refusal(folder, authority, words):
        with Stub(lambda *_: (204, "", {}), folder) as stub, \
                Driver("influx", 4, 4, url=stub.url, ca_file=f"{folder}/{authority}.crt") as driver:
            line = wait_for(lambda: next((l for l in driver.lines() if words in l), None), words)
            assert line.startswith("retry") and not stub.requests, line

    with make_certificates() as good, make_certificates("DNS:elsewhere") as elsewhere, make_certificates(days=-1) as old:
        with Stub(lambda *_: (204, "", {}), good) as stub:
            with Driver("influx", 4, 4, url=stub.url, ca_file=f"{good}/ca.crt", certificate_file=f"{good}/client.crt",
                        key_file=f"{good}/client.key") as driver:
                driver.wait("done")
        refusal(good, "rogue", "name the authority that signed it in ca_file")
        refusal(elsewhere, "ca", "matches target host name 'localhost': put a name into url")
        refusal(old, "ca", "has expired: it must be renewed there")


run([every_record_is_in_influxdb_once,
     a_missing_database_is_created,
     a_missing_database_is_waited_for_with_advice,
     a_conflicting_field_is_refused_with_the_servers_words_and_its_neighbours_stored,
     a_request_that_is_too_large_is_halved,
     a_dead_server_is_waited_for,
     a_frozen_server_is_a_retry,
     a_wrong_password_is_told_and_never_shown,
     victoria_metrics_takes_the_numbers,
     a_restarted_victoria_metrics_may_have_forgotten,
     versions_two_and_three_get_their_tokens_and_answers,
     one_poisonous_record_does_not_block_the_rest,
     certificates_are_checked_with_their_names])
