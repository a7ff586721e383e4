#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The page in a real browser, the API behind it, metrics, and what hostile clients can do."""
import html.parser
import json
import re
import socket
import urllib.request

from browser import Browser
from cell import Cell
from daemon import Daemon, demo_config
from rig import fetch, run, wait_for


MACHINES = ["vmc-1", "drill-2", "hmc-3", "lathe-4"]
EVIL = "<img src=x onerror=document.title='taken'>"
SAMPLE = re.compile(r'^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
                    r'(,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*")*\})? -?[0-9.e+-]+$')
daemon = None


def port():
    return int(daemon.url.rsplit(":", 1)[1])


def get(path):
    """What the page answers."""
    status, body = fetch(daemon.url + path)
    assert status == 200, (path, status, body)
    return json.loads(body)


def every_machine_is_on_the_page_with_its_state_in_words():
    with Browser() as browser:
        browser.open(daemon.url + "/")
        browser.wait("return document.body.dataset.ready", "the page")
        shown = browser.run("return [...document.querySelectorAll('.machine')].map(each => each.dataset.machine)")
        assert shown[:4] == MACHINES, shown
        browser.wait("return [...document.querySelectorAll('.machine .state')].some(each => each.textContent === 'Running')",
                     "a machine that runs")
        browser.wait("return document.getElementById('live').textContent === 'live'", "events")
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
        browser.run("location.hash = '#/machine/vmc-1'")
        browser.wait("return document.querySelectorAll('.chart .mark').length > 3", "cycles in the run chart")
        browser.wait("return document.querySelectorAll('.chart .s-run').length > 0", "the state timeline")
        browser.wait("return document.querySelectorAll('.lives .line').length > 0", "the loads of a tool's lives")
        assert browser.run("return document.querySelector('h1').textContent") == "vmc-1"
        complaints = browser.complaints()
        assert not complaints, complaints


def one_state_can_be_looked_at_alone():
    shown = "return [...document.querySelectorAll('.machine .state')].map(each => each.textContent)"
    with Browser() as browser:
        browser.open(daemon.url + "/")
        browser.wait("return document.querySelector('#only-Not-linked') !== null", "a button for the machine without a link")
        browser.run("document.querySelector('#only-Not-linked').click()")
        assert browser.run(shown) == ["Not linked"], browser.run(shown)
        assert browser.run("return document.querySelector('#only-Not-linked').getAttribute('aria-pressed')") == "true"
        browser.run("document.querySelector('#only-Not-linked').click()")
        assert len(browser.run(shown)) > 4, browser.run(shown)


def new_cycles_come_without_asking_again():
    with Browser() as browser:
        browser.open(daemon.url + "/#/machine/vmc-1")
        newest = "return Number((document.querySelector('.now .fact dt')?.textContent.match(/\\d+/) ?? [0])[0])"
        first = browser.wait(newest, "a cycle that runs")
        browser.wait(f"const n = (() => {{ {newest} }})(); return n > {first}", "the next cycle")


def a_name_that_is_html_stays_text():
    with Browser() as browser:
        browser.open(daemon.url + "/")
        browser.wait("return document.body.dataset.ready", "the page")
        names = browser.run("return [...document.querySelectorAll('.machine h3')].map(each => each.textContent)")
        assert EVIL in names, names
        browser.run("location.hash = '#/machine/' + encodeURIComponent(arguments[0])", EVIL)
        browser.wait("return document.querySelector('h1')?.textContent === arguments[0]".replace(
            "arguments[0]", json.dumps(EVIL)), "its own page")
        assert browser.run("return document.querySelectorAll('img').length") == 0
        assert browser.run("return document.title") != "taken"


def a_page_that_gets_no_answers_says_so():
    with Browser() as browser:
        browser.open(daemon.url + "/")
        browser.wait("return document.getElementById('live').textContent === 'live'", "events")
        browser.tell("Network.enable")
        browser.tell("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
        browser.wait("return document.getElementById('live').textContent === 'not live'"
                     " && !document.getElementById('alarm').hidden", "the sign")
        browser.tell("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        browser.wait("return document.getElementById('live').textContent === 'live'", "events again")


def states_come_from_the_tracker_for_modbus_too():
    machine = get("/v1/machines/vmc-1")
    path = machine["paths"][0]
    assert path["state"] in ("run", "wait", "hold", "done", "idle"), path
    assert path["cycle_no"] >= 1 and path["program"] == "1234", path
    assert path["in_cycle"] in (True, False) and path["state_s"] >= 0, path


def every_collection_answers():
    for collection in ("cycles", "segments", "tools", "thermal", "quality", "events", "signals", "states", "gaps", "archive"):
        answer = get(f"/v1/machines/vmc-1/{collection}?limit=5")
        assert isinstance(answer, list), collection
    cycles = get("/v1/machines/vmc-1/cycles?limit=3&order=oldest")
    assert [each["cycle_no"] for each in cycles] == sorted(each["cycle_no"] for each in cycles)
    assert get("/v1/version")["api"] == "v1"


def errors_are_sentences():
    for path, wanted in (("/v1/machines/nobody", 404), ("/v1/machines/vmc-1/nothing", 404), ("/nowhere", 404), ("/v1/runs/999/report", 404),
                         ("/v1/runs/x/report", 400), ("/v1/machines/vmc-1/cycles?limit=0", 400), ("/v1/machines/vmc-1/cycles?from=later", 400),
                         ("/v1/samples", 404), ("/assets/nothing.js", 404)):
        status, body = fetch(daemon.url + path)
        assert status == wanted, (path, status)
        assert len(json.loads(body)["error"]) > 10, body
    status, body = fetch(daemon.url + "/v1/machines/vmc-1/cmd/lot", "{}", "POST")
    assert status == 405 and "control socket" in body, (status, body)


def health_says_which_link_is_down():
    status, body = fetch(daemon.url + "/healthz")
    answer = json.loads(body)
    assert status == 503 and not answer["ok"], body
    assert any(EVIL in reason for reason in answer["reasons"]), answer


def metrics_are_what_prometheus_reads():
    status, body = fetch(daemon.url + "/metrics")
    assert status == 200
    seen, typed = set(), set()
    for line in body.splitlines():
        if line.startswith("#"):
            word, name = line.split()[1:3]
            assert (word, name) not in typed, line
            typed.add((word, name))
            continue
        assert SAMPLE.match(line), line
        series = line.rsplit(" ", 1)[0]
        assert series not in seen, line
        seen.add(series)
        assert ("TYPE", series.split("{")[0]) in typed, line
    assert sum(each.startswith("spindled_link_up{") for each in seen) == 6, sorted(seen)[:20]


def a_browser_may_run_only_what_came_with_the_page():
    with urllib.request.urlopen(daemon.url + "/", timeout=10) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in answer.headers
        page = answer.read().decode()
    assert "<script>" not in page and "http://" not in page.replace("http://www.w3.org", ""), page


class Checker(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = {}

    def handle_starttag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1


def the_report_of_a_run_stands_alone():
    wait_for(lambda: len([each for each in get("/v1/machines/vmc-1/cycles") if each["run_seq"] == 1]) > 2, "cycles of the run")
    status, body = fetch(daemon.url + "/v1/runs/1/report")
    assert status == 200, body
    checker = Checker()
    checker.feed(body)
    assert "BRKT-7" in body and checker.tags["circle"] > 2, checker.tags
    assert "script" not in checker.tags and "link" not in checker.tags and "src=" not in body


def two_hundred_slow_clients_hold_up_nobody():
    asked = get("/v1/machines/vmc-1")["links"][0]
    clients = []
    try:
        for _ in range(200):
            client = socket.create_connection(("127.0.0.1", port()), timeout=5)
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            clients.append(client)
        # The control socket is another server: polling is seen to go on from there.
        wait_for(lambda: daemon.get("/v1/machines")[1]["machines"][0]["links"][0]["answered"] >= asked["answered"] + 40, "polls")
        after = daemon.get("/v1/machines")[1]["machines"][0]["links"][0]
        assert after["timeouts"] == asked["timeouts"], (asked, after)
        refused = 0
        for client in clients:
            client.settimeout(0.05)
            try:
                refused += client.recv(1) == b""
            except TimeoutError:
                pass
            except OSError:
                refused += 1
        assert refused >= 200 - 16, refused
    finally:
        for client in clients:
            client.close()
    wait_for(lambda: fetch(daemon.url + "/v1/version")[0] == 200, "the page again")


def subscribe():
    """A socket on which events come; None when there is no room now."""
    client = socket.create_connection(("127.0.0.1", port()), timeout=5)
    try:
        client.sendall(b"GET /v1/events?machine=nobody HTTP/1.1\r\nHost: x\r\n\r\n")
        if b"text/event-stream" in client.recv(4096):
            return client
    except OSError:
        pass
    client.close()
    return None


def streams_of_clients_that_left_are_closed():
    for _ in range(2):
        clients = [wait_for(subscribe, "room for another") for _ in range(12)]
        for client in clients:
            client.close()


if __name__ == "__main__":
    dead = f"""
  - name: "{EVIL}"
    cell: "<b>c"
    modbus:
      - {{url: "tcp://127.0.0.1:1", unit: 1, points: [{{signal: part_count, address: 0}}]}}
      - {{url: "tcp://127.0.0.1:1", unit: 2, points: [{{signal: alarm, area: coil, address: 0}}]}}
"""
    with Cell("--speed", "6") as cell, Daemon(demo_config(cell, dead)) as daemon:
        assert daemon.spindlectl("run", "start", "vmc-1", "part=BRKT-7", "op=10", "stage=pilot", "target=50")[0] == 0
        wait_for(lambda: len(get("/v1/machines/vmc-1/cycles")) > 2, "cycles")
        run([every_machine_is_on_the_page_with_its_state_in_words, one_state_can_be_looked_at_alone, new_cycles_come_without_asking_again,
             a_name_that_is_html_stays_text, a_page_that_gets_no_answers_says_so,
             states_come_from_the_tracker_for_modbus_too, every_collection_answers, errors_are_sentences,
             health_says_which_link_is_down, metrics_are_what_prometheus_reads,
             a_browser_may_run_only_what_came_with_the_page, the_report_of_a_run_stands_alone,
             two_hundred_slow_clients_hold_up_nobody, streams_of_clients_that_left_are_closed])
