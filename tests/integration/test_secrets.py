#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A canary for each secret there is, and every place somebody could look: none of them shows one."""
import contextlib
import http.server
import json
import os
import pathlib
import subprocess
import tempfile
import threading

from cell import Cell, quick_machines
from daemon import Daemon, config, mtconnect_machines
from rig import check, fetch, run, wait_for
from stub_broker import StubBroker


SECRETS = ("mqtt", "influx", "token", "agent")  # each is a file that holds canary-mqtt and so on
PAGES = ("/", "/healthz", "/metrics", "/v1/version", "/v1/queue", "/v1/queue/letters", "/v1/machines", "/v1/machines/m1",
         "/v1/machines/shut", "/v1/machines/m1/signals", "/v1/machines/gw-1/self")


class Refusing(http.server.BaseHTTPRequestHandler):
    """Refuses everything, and says back whatever it was sent to prove who it is."""
    heard = []

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer()

    def do_GET(self):
        self._answer()

    def _answer(self):
        shown = self.headers.get("Authorization", "")
        Refusing.heard.append(shown)
        body = json.dumps({"error": "partial write: refused"}).encode()
        self.send_response(401 if "/probe" in self.path or not shown else 400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def secret_files():
    """A folder of files that nobody else may read."""
    with tempfile.TemporaryDirectory(prefix="spindled-secrets-") as folder:
        for secret in SECRETS:
            file = pathlib.Path(folder) / secret
            file.write_text(f"canary-{secret}\n")
            os.chmod(file, 0o600)
        yield folder


def guarded(cell, web, broker, files):
    """Everything that can have a secret has one."""
    agent = (f'  - {{name: shut, cell: a, mtconnect: {{url: "{web}", device: x, username: u, '
             f'password_file: "{files}/agent"}}}}\n')
    return config(mtconnect_machines(cell) + agent, f"""
  mqtt: {{url: "{broker.url}", username: u, password_file: "{files}/mqtt"}}
  first: {{driver: influx, url: "{web}", database: d, username: u, password_file: "{files}/influx"}}
  second: {{driver: influx, api: v2, url: "{web}", org: o, bucket: b, token_file: "{files}/token"}}""")


def everything_of(daemon):
    """Every text that a person, a script or another user of this machine can get at, by where it was."""
    pid = daemon.process.pid
    texts = {"log": daemon.log(), "ps": subprocess.run(["ps", "-ww", "-o", "args,environ", "-p", str(pid)], capture_output=True,
                                                      text=True, check=False).stdout}
    for name in ("cmdline", "environ"):
        texts[name] = pathlib.Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    for page in PAGES:
        texts[page] = fetch(daemon.url + page)[1]
    for words in (["queue"], ["queue", "list"], ["doctor"], ["machines"], ["signals", "m1"]):
        texts["spindlectl " + " ".join(words)] = "".join(daemon.spindlectl("--json", *words)[1:])
    done = check(daemon.config)
    texts["--check"] = done.stdout + done.stderr
    for file in daemon.folder.glob("spindled.db*"):
        texts[file.name] = file.read_bytes().decode(errors="replace")
    return texts


def no_secret_is_seen_anywhere():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    web = f"http://127.0.0.1:{server.server_port}"
    with StubBroker(connack=0x86) as broker:
        with Cell(scenario=quick_machines(1)) as cell, secret_files() as files, \
                Daemon(guarded(cell, web, broker, files)) as daemon:
            wait_for(lambda: any(sink["dead_letters"] for sink in daemon.queue()["sinks"]), "dead letters")
            wait_for(lambda: "bad user name or password" in daemon.log(), "the broker's refusal")
            wait_for(lambda: any("canary-token" in each for each in Refusing.heard), "the token at the server")
            texts = everything_of(daemon)
            for place, text in texts.items():
                assert text or place == "--check", f"nothing was read from {place}"
                assert "canary" not in text, f"{place}: {text[max(0, text.index('canary') - 100):][:200]}"
    server.shutdown()


def a_password_in_an_url_is_refused_and_not_repeated():
    with Cell(scenario=quick_machines(1)) as cell, tempfile.TemporaryDirectory(prefix="spindled-secrets-") as folder:
        good = config(mtconnect_machines(cell)).replace("@folder@", folder).replace("@store@", f"{folder}/spindled.db")
        file = pathlib.Path(folder) / "spindled.yaml"
        address = good.split('url: "')[1].split('"')[0]
        bad = [good.replace("machines:", f'sinks:\n  out: {{driver: {kind}, {more}url: "{url}"}}\nmachines:', 1) for kind, more, url in (
            ("mqtt", "", "mqtt://user:canary-url@127.0.0.1:1"), ("sparkplug", "group: g, node: n, ", "mqtt://user:canary-url@127.0.0.1:1"),
            ("influx", "database: d, ", "http://user:canary-url@127.0.0.1:1"),
            ("influx", "database: d, ", "http://127.0.0.1:1/?u=user&p=canary-url"))]
        bad.append(good.replace(address, address.replace("http://", "http://user:canary-url@")))
        for text in bad:
            file.write_text(text)
            for mode in (0o600, 0o644):
                os.chmod(file, mode)
                done = check(file)
                assert done.returncode != 0 and "password" in done.stderr + done.stdout, (text, done)
                assert "canary" not in done.stdout + done.stderr, done


run([no_secret_is_seen_anywhere, a_password_in_an_url_is_refused_and_not_repeated])
