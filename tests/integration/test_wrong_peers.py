#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Everything is written at the wrong address: each is told in words, the good machine goes on."""
import http.server
import socket
import threading

from cell import Cell
from daemon import Daemon, config, mtconnect_machine
from rig import free_port, run, wait_for


SCENARIO = """
seed: 5
machines:
  - name: good
    mtconnect: {version: "2.0"}
    load: 1s
    programs:
      - name: O1
        blocks: [{tool: "1", cut: 2s, rapid: 500ms, change: 500ms, load: 30, rpm: 8000, feed: 1200}]
"""
HALF = (b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 99999\r\n\r\n"
        b"<?xml version='1.0'?><MTConnectDevices><Header ")


class Talker:
    """Answers whatever it is asked with the same bytes, then hangs up unless it is to stay."""

    def __init__(self, words, stays=False):
        self.words, self.stays = words, stays
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                peer = self.server.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._answer, args=(peer,), daemon=True).start()

    def _answer(self, peer):
        with peer:
            try:
                while peer.recv(65536):
                    peer.sendall(self.words)
                    if not self.stays:
                        return
            except OSError:
                return


class Printer(http.server.BaseHTTPRequestHandler):
    """The page of some other device; it takes everything that is sent to it."""
    status = 200

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        page = b"<html><body>Welcome to your printer</body></html>"
        self.send_response(self.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    do_POST = do_GET

    def log_message(self, *_):
        """Nothing to the terminal."""


def printer(status):
    handler = type("Handler", (Printer,), {"status": status})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def modbus(name, url):
    return f'  - {{name: {name}, modbus: {{url: "{url}", points: [{{signal: feed, address: 1}}]}}}}\n'


def agent(name, url):
    return f'  - {{name: {name}, mtconnect: {{url: "{url}"}}}}\n'


def every_wrong_address_is_told_and_nothing_else_suffers():
    page, lost = printer(200), printer(404)
    pages = {server: f"http://127.0.0.1:{server.server_port}" for server in (page, lost)}
    noise, half, rude = Talker(b"\x00\xffnoise\r\n" * 30, True), Talker(HALF), Talker(b"250 hello\r\n\r\n")
    with Cell("--speed", "5", scenario=SCENARIO) as cell:
        machines = (mtconnect_machine("good", cell) + modbus("noise", f"tcp://127.0.0.1:{noise.port}")
                    + modbus("nobody", f"tcp://127.0.0.1:{free_port()}") + modbus("unplugged", "rtu:///dev/ttyNONE")
                    + agent("half", f"http://127.0.0.1:{half.port}") + agent("rude", f"http://127.0.0.1:{rude.port}")
                    + agent("page", pages[page]) + agent("lost", pages[lost])
                    + mtconnect_machine("good", cell).replace("name: good", "name: other").replace(
                        "device: good", "device: elsewhere"))
        sinks = (f'  s-page: {{driver: influx, url: "{pages[page]}", database: x}}\n'
                 f'  s-lost: {{driver: influx, url: "{pages[lost]}", database: x}}\n'
                 f'  s-rude: {{driver: influx, url: "http://127.0.0.1:{rude.port}", database: x}}\n'
                 f'  s-broker: {{driver: mqtt, url: "mqtt://127.0.0.1:{rude.port}"}}\n'
                 f'  s-nobody: {{driver: mqtt, url: "mqtt://127.0.0.1:{free_port()}"}}\n')
        told = {
            "noise": "what it sends is not Modbus", "nobody": "connection refused", "unplugged": "no such file",
            "half": "the answer broke off before its end", "rude": "does not speak HTTP",
            "page": "no MTConnectDevices document", "lost": "HTTP status 404", "other": "the agent has: good",
        }
        owed = {
            "s-page": "this is a page, not a database's answer", "s-lost": "check url, api and database",
            "s-broker": "is no MQTT broker", "s-nobody": "nobody answers at mqtt://",
        }
        with Daemon(config(machines, sinks)) as daemon:
            def troubles():
                health, queue = daemon.health(), daemon.queue()
                said = dict(reason.split(": ", 1) for reason in health["reasons"])
                return {**said, **{sink["sink"]: sink["trouble"] for sink in queue["sinks"]}}

            for name, words in {**told, **owed}.items():
                wait_for(lambda: words in troubles().get(name, ""), f"{name}: {words}")  # noqa: B023
                wait_for(lambda: words in daemon.log(), f"{name} in the log")  # noqa: B023
            seen = len(daemon.cycles("good"))
            wait_for(lambda: len(daemon.cycles("good")) > seen + 1, "cycles of the good machine")
            for sink in daemon.queue()["sinks"]:
                ledger = sink["ledger"]
                assert ledger["delivered"] == 0 and sink["pending_values"] > 0 and ledger["closes"], sink
    for server in (page, lost):
        server.shutdown()


run([every_wrong_address_is_told_and_nothing_else_suffers])
