# SPDX-License-Identifier: Apache-2.0
"""Servers that others wrote, each on ports the kernel gave, in a folder that goes with it.

    with Mosquitto() as broker, InfluxDB() as influx: …

Each is ready when it is made (it was connected to) and gone when its context is left.
"""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import urllib.parse

from rig import PATIENCE, Program, fetch, find, free_port, need, wait_for


class Server(Program):
    """One that listens. `words` follow the program's name."""

    def __init__(self, program, port):
        need(program)
        super().__init__(program)
        self.port, self.words = port, []
        self.url = f"http://127.0.0.1:{port}"

    def begin(self, *words):
        self.words = words
        try:
            self.start()
        except BaseException:
            self.remove()
            raise

    def command(self):
        return [find(self.kind), *self.words]


class InfluxDB(Server):
    def __init__(self, auth=False, max_body=None):
        super().__init__("influxd", free_port())
        (self.folder / "influxdb.conf").write_text(f"""
reporting-disabled = true
bind-address = "127.0.0.1:{free_port()}"
[meta]
  dir = "{self.folder}/meta"
[data]
  dir = "{self.folder}/data"
  wal-dir = "{self.folder}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{self.port}"
  auth-enabled = {str(auth).lower()}
  log-enabled = false
  {f"max-body-size = {max_body}" if max_body else ""}
""")
        self.begin("-config", self.folder / "influxdb.conf")

    def is_ready(self):
        return fetch(self.url + "/ping")[0] == 204

    def query(self, text, database="spindled"):
        """Rows as dictionaries, tags included; raises on an error of the query."""
        parameters = urllib.parse.urlencode({"q": text, "db": database, "epoch": "ns"})
        status, answer = fetch(f"{self.url}/query", parameters)
        result = json.loads(answer)["results"][0] if status == 200 else {"error": answer}
        if "error" in result:
            raise AssertionError(f"{text}: {result['error']}")
        return [{**series.get("tags", {}), **dict(zip(series["columns"], row))}
                for series in result.get("series", []) for row in series.get("values", [])]

    def create(self, database="spindled"):
        self.query(f'CREATE DATABASE "{database}"')


class VictoriaMetrics(Server):
    """`words` are more of its options."""

    def __init__(self, *words):
        super().__init__("victoria-metrics", free_port())
        self.begin(f"-httpListenAddr=127.0.0.1:{self.port}", f"-storageDataPath={self.folder}/data",
                   "-retentionPeriod=100y", *words)

    def is_ready(self):
        return fetch(self.url + "/health")[0] == 200

    def export(self, match):
        """Series as {"metric": {…}, "values": […], "timestamps": […]} (milliseconds)."""
        fetch(self.url + "/internal/force_flush")
        parameters = urllib.parse.urlencode({"match[]": match})
        _, answer = fetch(f"{self.url}/api/v1/export?{parameters}")
        return [json.loads(line) for line in answer.splitlines()]


class Mosquitto(Server):
    """`lines` are added to its configuration. `certificates`: a folder of make_certificates()."""

    def __init__(self, *lines, certificates=None):
        need("mosquitto_sub", "mosquitto_pub")
        super().__init__("mosquitto", free_port())
        self.url = f"mqtt://127.0.0.1:{self.port}"
        text = ["log_type all", "per_listener_settings false", "allow_anonymous true",
                f"listener {self.port} 127.0.0.1", *lines]
        if certificates:
            tls_port = free_port()
            self.tls_url = f"mqtts://localhost:{tls_port}"
            text += [f"listener {tls_port} 127.0.0.1", f"cafile {certificates}/ca.crt",
                     f"certfile {certificates}/server.crt", f"keyfile {certificates}/server.key"]
        if os.getuid() == 0:
            text.insert(0, "user root")
        (self.folder / "mosquitto.conf").write_text("\n".join(text) + "\n")
        self.begin("-c", self.folder / "mosquitto.conf")

    def is_ready(self):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def publish(self, topic, payload, *more):
        subprocess.run([find("mosquitto_pub"), "-h", "127.0.0.1", "-p", str(self.port), "-t", topic,
                        "-m", payload, "-q", "1", *more], check=True, timeout=PATIENCE)

    @contextlib.contextmanager
    def subscribe(self, topic="#", *more):
        """Collects messages: a Subscriber, subscribed when the context is entered."""
        subscriber = Subscriber(self.port, topic, more)
        try:
            yield subscriber
        finally:
            subscriber.close()


class Subscriber:
    """mosquitto_sub at QoS 1 with a session that survives the broker's absence."""
    MARK = "test/subscribed"

    def __init__(self, port, topic, more):
        self.folder = tempfile.mkdtemp(prefix="spindled-sub-")
        self.path = os.path.join(self.folder, "messages")
        with open(self.path, "wb") as messages:
            self.process = subprocess.Popen(
                [find("mosquitto_sub"), "-h", "127.0.0.1", "-p", str(port), "-t", topic, "-t", self.MARK,
                 "-q", "1", "-i", f"sub-{os.getpid()}-{id(self)}", "-c", "-F", "%r %q %t %p", *more],
                stdout=messages)
        publish = [find("mosquitto_pub"), "-h", "127.0.0.1", "-p", str(port), "-t", self.MARK, "-m", "x"]
        wait_for(lambda: subprocess.run(publish, check=False, timeout=PATIENCE).returncode == 0
                 and self.MARK in pathlib.Path(self.path).read_text(), "the subscription")

    def messages(self):
        """[(retained, qos, topic, payload)] so far, in order."""
        lines = pathlib.Path(self.path).read_text(errors="replace").split("\n")[:-1]
        parts = [line.split(" ", 3) for line in lines]
        return [(part[0] == "1", int(part[1]), part[2], part[3]) for part in parts
                if len(part) == 4 and part[2] != self.MARK]

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def make_certificates(name="DNS:localhost,IP:127.0.0.1", days=30):
    """A folder with ca.crt, server.crt, server.key, client.crt, client.key and rogue.crt,
    another authority. `name` is the server's; `days` -1 = expired yesterday."""
    need("openssl")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="spindled-tls-"))

    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, cwd=folder, capture_output=True, timeout=PATIENCE)

    def authority(file, title):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                "30", "-subj", f"/CN={title}", "-keyout", f"{file}.key", "-out", f"{file}.crt")

    try:
        authority("ca", "test authority")
        authority("rogue", "rogue authority")
        for file in ("server", "client"):
            (folder / f"{file}.ext").write_text(f"subjectAltName={name}\n")
            openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    f"/CN={file}", "-keyout", f"{file}.key", "-out", f"{file}.csr")
            openssl("x509", "-req", "-in", f"{file}.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
                    "-CAcreateserial", "-days", str(days), "-extfile", f"{file}.ext", "-out", f"{file}.crt")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
