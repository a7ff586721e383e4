# SPDX-License-Identifier: Apache-2.0
"""Real servers for tests, each on ports the kernel gave, in a folder that goes with it.

    with start_mosquitto() as broker, start_influxdb() as influx: …

Every server is ready when its context is entered (it was connected to) and gone when it
is left. A server can be killed, stopped, frozen and started again on its port.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

PATIENCE = 30


def need(*programs):
    """Skips the test when a server is not installed."""
    for program in programs:
        if not find(program):
            print(f"skipped: {program} is not installed")
            sys.exit(77)


def find(program):
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def free_port():
    """A port nobody has now. Listeners that cannot bind to 0 themselves need one."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(condition, what, patience=PATIENCE):
    """Asks until `condition()` answers something true, and gives it; fails at the deadline."""
    deadline = time.monotonic() + patience
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience} s in vain for {what}")
        time.sleep(0.02)


def fetch(url, body=None, method=None):
    """(status, text) of a request; 0 when nobody answers."""
    data = body.encode() if isinstance(body, str) else body
    request = urllib.request.Request(url, data=data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


class Server:
    """One process and its folder."""

    def __init__(self, command, folder, port):
        self.command, self.folder, self.port = command, pathlib.Path(folder), port
        self.process = None
        self.start()

    def is_ready(self):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def start(self):
        log = open(self.folder / "server.log", "ab")
        self.process = subprocess.Popen(self.command, stdout=log, stderr=log, cwd=self.folder)
        log.close()
        wait_for(self._is_up, f"{self.command[0]} on port {self.port}")

    def _is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.command[0]} ended:\n{self.log()[-2000:]}")
        return self.is_ready()

    def log(self):
        return (self.folder / "server.log").read_text(errors="replace")

    def kill(self):
        """As a power cut would: SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self):
        self._end(signal.SIGTERM)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def _end(self, how):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Influx(Server):
    def __init__(self, command, folder, port):
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(command, folder, port)

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
    def __init__(self, command, folder, port):
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(command, folder, port)

    def is_ready(self):
        return fetch(self.url + "/health")[0] == 200

    def export(self, match):
        """Series as {"metric": {…}, "values": […], "timestamps": […]} (milliseconds)."""
        fetch(self.url + "/internal/force_flush")
        parameters = urllib.parse.urlencode({"match[]": match})
        _, answer = fetch(f"{self.url}/api/v1/export?{parameters}")
        return [json.loads(line) for line in answer.splitlines()]


class Mosquitto(Server):
    def __init__(self, command, folder, port, tls_port):
        self.tls_port = tls_port
        self.url = f"mqtt://127.0.0.1:{port}"
        self.tls_url = f"mqtts://localhost:{tls_port}"
        super().__init__(command, folder, port)

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
def _serve(make):
    folder = tempfile.mkdtemp(prefix="spindled-test-")
    server = None
    try:
        server = make(pathlib.Path(folder))
        yield server
    finally:
        if server:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def start_influxdb(auth=False, max_body=None):
    need("influxd")

    def make(folder):
        port, rpc = free_port(), free_port()
        (folder / "influxdb.conf").write_text(f"""
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  auth-enabled = {str(auth).lower()}
  log-enabled = false
  {f"max-body-size = {max_body}" if max_body else ""}
""")
        return Influx([find("influxd"), "-config", str(folder / "influxdb.conf")], folder, port)

    return _serve(make)


def start_victoria_metrics(*more):
    need("victoria-metrics")

    def make(folder):
        port = free_port()
        return VictoriaMetrics([find("victoria-metrics"), f"-httpListenAddr=127.0.0.1:{port}",
                                f"-storageDataPath={folder}/data", "-retentionPeriod=100y", *more],
                               folder, port)

    return _serve(make)


def start_mosquitto(*lines, certificates=None):
    """`lines` are added to its configuration. `certificates`: a folder of make_certificates()."""
    need("mosquitto", "mosquitto_sub", "mosquitto_pub")

    def make(folder):
        port, tls_port = free_port(), free_port()
        text = ["log_type all", "per_listener_settings false", "allow_anonymous true",
                f"listener {port} 127.0.0.1", *lines]
        if certificates:
            text += [f"listener {tls_port} 127.0.0.1", f"cafile {certificates}/ca.crt",
                     f"certfile {certificates}/server.crt", f"keyfile {certificates}/server.key"]
        if os.getuid() == 0:
            text.insert(0, "user root")
        (folder / "mosquitto.conf").write_text("\n".join(text) + "\n")
        return Mosquitto([find("mosquitto"), "-c", str(folder / "mosquitto.conf")], folder, port,
                         tls_port if certificates else 0)

    return _serve(make)


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


class Driver:
    """sink_driver (see its head): `lines` grow as verdicts come."""

    def __init__(self, build, sink, count, batch, first=0, environment=None, **options):
        self.folder = tempfile.mkdtemp(prefix="spindled-driver-")
        self.path = os.path.join(self.folder, "lines")
        command = [f"{build}/tests/integration/sink_driver", sink, str(count), str(batch), str(first)]
        command += [f"{key}={value}" for key, value in options.items()]
        with open(self.path, "wb") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output,
                                            stderr=output, env={**os.environ, **(environment or {})})

    def lines(self):
        return pathlib.Path(self.path).read_text().split("\n")[:-1]

    def wait(self, word, patience=PATIENCE):
        """The first line that begins with `word`."""
        try:
            return wait_for(lambda: next((line for line in self.lines() if line.startswith(word)), None),
                            f"'{word}'", patience)
        except AssertionError as error:
            raise AssertionError(f"{error}; it said:\n" + "\n".join(self.lines()[-20:])) from None

    def total(self, verdict):
        """How many records got it."""
        return sum(int(line.split(" ")[2]) for line in self.lines() if line.startswith(verdict + " "))

    def say(self, byte):
        self.process.stdin.write(byte)
        self.process.stdin.flush()

    def health(self):
        """What the sink says of itself now."""
        seen = len(self.lines())
        self.say(b"h")
        return wait_for(lambda: next((line for line in self.lines()[seen:] if line.startswith("health")), None), "the health")

    def close(self):
        """Stops it and checks that it left nothing behind."""
        self.process.stdin.close()
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("sink_driver did not stop:\n" + "\n".join(self.lines()[-5:])) from None
        lines = self.lines()
        shutil.rmtree(self.folder, ignore_errors=True)
        assert self.process.returncode == 0, (self.process.returncode, lines[-20:])
        assert lines[-1] == "loop 0", lines[-20:]

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.close()
        else:
            self.process.kill()
            self.process.wait()
            shutil.rmtree(self.folder, ignore_errors=True)


def run(tests):
    """Runs functions whose names are sentences; the exit status says how it went."""
    failed = 0
    for test in tests:
        try:
            test()
            print(f"ok   {test.__name__}", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"FAIL {test.__name__}: {error}", flush=True)
    sys.exit(1 if failed else 0)
