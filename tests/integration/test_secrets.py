#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A canary for each secret there is, and every place somebody could look: none of them shows one."""
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from works import Plant  # noqa: E402
from servers import fetch, run, wait_for  # noqa: E402
from stub_broker import StubBroker  # noqa: E402

BUILD = pathlib.Path(sys.argv[1])
SECRETS = ("mqtt", "influx", "token", "agent")  # each is a file that holds canary-mqtt and so on
PAGES = ("/", "/healthz", "/metrics", "/v1/version", "/v1/queue", "/v1/queue/letters", "/v1/machines", "/v1/machines/m1",
         "/v1/machines/shut", "/v1/machines/m1/signals", "/v1/machines/gw/self")


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


class Guarded(Plant):
    def configure(self, addresses):
        super().configure(addresses)
        with open(self.folder / "spindled.yaml", "a", encoding="utf-8") as file:
            file.write(f"""  - {{name: shut, cell: a, mtconnect: {{url: "{self.web}", device: x, username: u,
      password_file: "{self.folder}/agent.secret"}}}}\n""")


def everything_of(plant):
    """Every text that a person, a script or another user of this machine can get at, by where it was."""
    pid = plant.daemon.pid
    texts = {"log": plant.log(), "ps": subprocess.run(["ps", "-ww", "-o", "args,environ", "-p", str(pid)], capture_output=True,
                                                      text=True, check=False).stdout}
    for name in ("cmdline", "environ"):
        texts[name] = pathlib.Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    for page in PAGES:
        texts[page] = fetch(f"http://127.0.0.1:{plant.port}{page}")[1]
    for words in (["queue"], ["queue", "list"], ["doctor"], ["machines"], ["signals", "m1"]):
        done = subprocess.run([BUILD / "tools/spindlectl/spindlectl", "--socket", plant.folder / "control.sock", "--json", *words],
                              capture_output=True, text=True, check=False)
        texts["spindlectl " + " ".join(words)] = done.stdout + done.stderr
    done = subprocess.run([BUILD / "daemon/spindled", "--config", plant.folder / "spindled.yaml", "--check"],
                          capture_output=True, text=True, check=False)
    texts["--check"] = done.stdout + done.stderr
    for file in plant.folder.glob("spindled.db*"):
        texts[file.name] = file.read_bytes().decode(errors="replace")
    return texts


def no_secret_is_seen_anywhere():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    web = f"http://127.0.0.1:{server.server_port}"
    with StubBroker(connack=0x86) as broker:
        Guarded.web = web
        with Guarded(BUILD, machines=1) as plant:
            for secret in SECRETS:
                (plant.folder / f"{secret}.secret").write_text(f"canary-{secret}\n")
                os.chmod(plant.folder / f"{secret}.secret", 0o600)
            text = (plant.folder / "spindled.yaml").read_text()
            (plant.folder / "spindled.yaml").write_text(text.replace("machines:", f"""sinks:
  mqtt: {{url: "{broker.url}", username: u, password_file: "{plant.folder}/mqtt.secret"}}
  first: {{driver: influx, url: "{web}", database: d, username: u, password_file: "{plant.folder}/influx.secret"}}
  second: {{driver: influx, api: v2, url: "{web}", org: o, bucket: b, token_file: "{plant.folder}/token.secret"}}
machines:""", 1))
            plant.start()
            plant.wait_up()
            wait_for(lambda: any(sink["dead_letters"] for sink in plant.queue()["sinks"]), "dead letters")
            wait_for(lambda: "bad user name or password" in plant.log(), "the broker's refusal")
            wait_for(lambda: any("canary-token" in each for each in Refusing.heard), "the token at the server")
            texts = everything_of(plant)
            for place, text in texts.items():
                assert text or place == "--check", f"nothing was read from {place}"
                assert "canary" not in text, f"{place}: {text[max(0, text.index('canary') - 100):][:200]}"
    server.shutdown()


def a_password_in_an_url_is_refused_and_not_repeated():
    with Plant(BUILD, machines=1) as plant:
        good = (plant.folder / "spindled.yaml").read_text()
        address = good.split('url: "')[1].split('"')[0]
        bad = [good.replace("machines:", f'sinks:\n  out: {{driver: {kind}, {more}url: "{url}"}}\nmachines:', 1) for kind, more, url in (
            ("mqtt", "", "mqtt://user:canary-url@127.0.0.1:1"), ("sparkplug", "group: g, node: n, ", "mqtt://user:canary-url@127.0.0.1:1"),
            ("influx", "database: d, ", "http://user:canary-url@127.0.0.1:1"),
            ("influx", "database: d, ", "http://127.0.0.1:1/?u=user&p=canary-url"))]
        bad.append(good.replace(address, address.replace("http://", "http://user:canary-url@")))
        for text in bad:
            (plant.folder / "spindled.yaml").write_text(text)
            for mode in (0o600, 0o644):
                os.chmod(plant.folder / "spindled.yaml", mode)
                done = subprocess.run([BUILD / "daemon/spindled", "--config", plant.folder / "spindled.yaml", "--check"],
                                      capture_output=True, text=True, check=False)
                assert done.returncode != 0 and "password" in done.stderr + done.stdout, (text, done)
                assert "canary" not in done.stdout + done.stderr, done


run([no_secret_is_seen_anywhere, a_password_in_an_url_is_refused_and_not_repeated])
