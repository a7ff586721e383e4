# SPDX-License-Identifier: Apache-2.0
"""An MTConnect agent that knows the truth and makes every kind of trouble: what cppagent 1.x and 2.x put on the wire,
and what proxies, networks and other builders make of it.

    agent = TroubledAgent("half", style=OLD); agent.issue(100); agent.is_in_trouble = True; …
"""
import gzip
import re
import socket
import struct
import threading
import time
import urllib.parse
from xml.sax.saxutils import escape

LINE, BUFFER = b"\r\n", 131072
OLD = {"schema": "1.3", "stream": "multipart/x-mixed-replace;boundary=%s", "part": ("Content-type: text/xml", "Content-length"),
       "type": "text/xml", "error": "200 OK", "version": "1.0"}
NEW = {"schema": "2.7", "stream": "multipart/mixed;boundary=%s", "part": ("Content-Type: application/xml", "Content-Length"),
       "type": "application/xml", "error": "404 Not Found", "version": "1.1"}
ITEMS = [("Events", "pg", "Program", "PROGRAM", ""), ("Events", "ex", "Execution", "EXECUTION", ""),
         ("Samples", "ld", "Load", "LOAD", " units='PERCENT'"), ("Condition", "sys", "Fault", "SYSTEM", ""),
         ("Events", "ds", "VariableDataSet", "VARIABLE", " representation='DATA_SET'"),
         ("Samples", "ts", "TemperatureTimeSeries", "TEMPERATURE", " representation='TIME_SERIES' units='CELSIUS'"),
         ("Events", "msg", "Message", "MESSAGE", ""), ("Events", "vx", "x:Odd", "x:ODD", "")]
PROBE = """<?xml version="1.0" encoding="UTF-8"?>
<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:{schema}" xmlns:x="urn:builder.com:X:1.3"><Header creationTime="2026-01-01T00:00:00Z"
 sender="stand-in" instanceId="{instance}" version="{schema}.0.1" bufferSize="{buffer}"/><Devices>{before}<Device id="d" name="mill" uuid="000">
<DataItems><DataItem category="EVENT" id="avail" type="AVAILABILITY"/></DataItems><Components><Controller id="c"><Components><Path id="p"><DataItems>{items}
</DataItems></Path></Components></Controller></Components></Device></Devices></MTConnectDevices>"""
OTHER = ('<Agent id="a" name="agent" uuid="a1"><DataItems><DataItem category="EVENT" id="aav" type="AVAILABILITY"/></DataItems></Agent>'
         '<Device id="o" name="other" uuid="000"><DataItems><DataItem category="EVENT" id="oav" type="AVAILABILITY"/></DataItems></Device>')
LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


class TroubledAgent:
    """Trouble is on while `is_in_trouble`; some kinds are of the agent's nature and always on."""

    def __init__(self, trouble, style, buffer=BUFFER, host="127.0.0.1", tls=None):
        self.trouble, self.style, self.buffer, self.host, self.tls = trouble, style, buffer, host, tls
        self.instance, self.first, self.observations = 1767225600, 1, []
        self.history = []   # (instance, [observation]) of those that died
        self.is_in_trouble, self.times, self.offset_s = False, 0, 0
        self.wall = time.time()
        self.news = threading.Condition()
        self.connections = set()
        self.listener = None
        self.port = 0
        self.open()

    # ---- what it knows ----

    def issue(self, count=1):
        with self.news:
            for _ in range(count):
                number = len(self.observations) + 1
                self.observations.append(self.make(number))
            self.first = max(self.first, len(self.observations) - self.buffer + 1)
            self.news.notify_all()

    def make(self, number):
        category, item, element, _, _ = ITEMS[number % len(ITEMS)]
        stamp = time.time() - (7200 if self.trouble == "clock" and self.is_in_trouble and number % 3 == 0 else 0)
        written = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(stamp)) + f".{int(stamp % 1 * 1e6):06d}Z"
        value = {"pg": f"{self.instance}-{number}", "ex": ("ACTIVE", "READY", "UNAVAILABLE", "STARTED")[number // 8 % 4], "ld": str(number % 90),
                 "sys": "TOO HOT", "ds": '<Entry key="a">1</Entry><Entry key="b">2</Entry>' if number % 16 < 8 else "",
                 "ts": "20.1 20.2 20.3" if number % 16 < 8 else "", "msg": "Grüße" * (1 + number % 3), "vx": "1"}[item]
        if self.trouble == "unplugged" and self.is_in_trouble:
            value = "" if item == "sys" else "UNAVAILABLE"
            element = "Unavailable" if item == "sys" else element
        more = {"sys": ' type="SYSTEM" nativeCode="A1"', "ds": ' count="2"', "ts": ' sampleCount="3" sampleRate="100"'}.get(item, "")
        body = value if item == "ds" else escape(value)
        return (category, value, f'<{element} dataItemId="{item}" sequence="{number}" timestamp="{written}"{more}>{body}</{element}>')

    def restart(self, instance):
        """Another process: the buffer is gone. It has said something already when it is heard."""
        self.close()
        with self.news:
            self.history.append((self.instance, self.observations))
            self.instance, self.observations, self.first = instance, [], 1
        self.issue(20)
        self.open()

    # ---- documents ----

    def root(self, kind):
        prefix = "m:" if self.trouble == "prefix" else ""
        colon = ":m" if prefix else ""
        return f'{prefix}{kind}', f'<{prefix}{kind} xmlns{colon}="urn:mtconnect.org:{kind}:{self.style["schema"]}" xmlns:x="urn:builder.com:X:1.3">'

    def header(self, following, with_numbers=True):
        numbers = (f' bufferSize="{self.buffer}" firstSequence="{self.first}" lastSequence="{len(self.observations)}" nextSequence="{following}"'
                   if with_numbers else "")
        prefix = "m:" if self.trouble == "prefix" else ""
        return f'<{prefix}Header creationTime="2026-01-01T00:00:00Z" sender="stand-in" instanceId="{self.instance}" version="1"{numbers}/>'

    def streams(self, numbers, following):
        """By component and category, not by sequence: as agents do."""
        name, opening = self.root("MTConnectStreams")
        prefix = "m:" if self.trouble == "prefix" else ""
        parts = []
        for category in ("Samples", "Events", "Condition"):
            inside = "".join(self.observations[n - 1][2] for n in reversed(numbers) if self.observations[n - 1][0] == category)
            if inside and prefix:
                inside = re.sub(r"<(/?)(?!/?x:)", r"<\1m:", inside)
            parts.append(f"<{prefix}{category}>{inside}</{prefix}{category}>" if inside else "")
        body = "".join(parts)
        if body:
            body = f'<{prefix}DeviceStream name="mill" uuid="000"><{prefix}ComponentStream component="Path" componentId="p">{body}</{prefix}ComponentStream></{prefix}DeviceStream>'
        return (f'<?xml version="1.0" encoding="UTF-8"?>\n{opening}{self.header(following)}'
                f'<{prefix}Streams>{body}</{prefix}Streams></{name}>\n').encode()

    def sample(self, start, count):
        last = min(start + count, len(self.observations) + 1)
        numbers = list(range(start, last))
        if self.has("again"):
            numbers = list(range(max(self.first, start - 7), last))
        following = last
        if self.has("next_high"):
            following = 366929686800
        if self.has("next_low"):
            following = 1
        return self.streams(numbers, following), last

    def current(self):
        newest = {}
        for number in range(self.first, len(self.observations) + 1):
            newest[number % len(ITEMS)] = number
        return self.streams(sorted(newest.values()), len(self.observations) + 1)

    def error(self, code, words):
        name, opening = self.root("MTConnectError")
        if self.style is NEW:
            inside = f'<OutOfRange errorCode="{code}"><ErrorMessage>{words}</ErrorMessage></OutOfRange>'
        else:
            inside = f'<Error errorCode="{code}">{words}</Error>'
        return f'{opening}{self.header(0, False)}<Errors>{inside}</Errors></{name}>'.encode()

    def probe(self):
        items = "".join(f"<DataItem id='{item}' category='{category.upper().rstrip('S') if category != 'Condition' else 'CONDITION'}' type='{kind}'{more}/>"
                        for category, item, _, kind, more in ITEMS)
        return PROBE.format(schema=self.style["schema"], instance=self.instance, buffer=self.buffer, items=items,
                            before=OTHER if self.trouble == "devices" else "").encode()

    # ---- the wire ----

    def has(self, trouble):
        return self.is_in_trouble and self.trouble == trouble

    def has_once(self, trouble, times=3):
        """As often as that while in trouble."""
        if not self.has(trouble) or self.times >= times:
            return False
        self.times += 1
        return True

    def open(self):
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self.listener = socket.create_server((self.host, self.port), family=family, backlog=50)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def close(self, is_rude=False):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.drop(is_rude)

    def drop(self, is_rude=False):
        with self.news:
            connections, self.connections = self.connections, set()
            self.news.notify_all()
        for connection in connections:
            if is_rude:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self.news:
                self.connections.add(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        pending = b""
        try:
            if self.tls:
                with self.news:
                    self.connections.discard(connection)
                connection = self.tls.wrap_socket(connection, server_side=True)
                with self.news:
                    self.connections.add(connection)
            while connection in self.connections:
                while b"\r\n\r\n" not in pending:
                    more = connection.recv(65536)
                    if not more:
                        return
                    pending += more
                request, pending = pending.split(b"\r\n\r\n", 1)
                if not self.answer(connection, request.split(b" ")[1].decode()):
                    return
        except OSError:
            pass
        finally:
            with self.news:
                self.connections.discard(connection)
            connection.close()

    def say(self, connection, status, body, headers=(), kind=None):
        head = [f"HTTP/{self.style['version']} {status}", f"Content-Type: {kind or self.style['type']}", *headers]
        if self.trouble != "no_length_at_all":
            head.append(f"Content-Length: {len(body)}")
        connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        return self.style["version"] == "1.1" and self.trouble != "no_length_at_all"

    def answer(self, connection, target):
        """Whether the connection stays."""
        path, _, query = target.partition("?")
        wanted = {key: values[0] for key, values in urllib.parse.parse_qs(query).items()}
        if self.has_once("page"):
            return self.say(connection, "200 OK", b"<html><body>Down for maintenance<br></body></html>", kind="text/html")
        if self.has_once("503"):
            return self.say(connection, "503 Service Unavailable", b"no", kind="text/plain")
        if self.has_once("nothing"):
            return False
        if self.has_once("empty"):
            return self.say(connection, "200 OK", b"")
        if self.has_once("redirect"):
            return self.say(connection, "302 Found", b"", ["Location: http://127.0.0.1:1/"])
        if self.has_once("laughs"):
            return self.say(connection, "200 OK", LAUGHS.encode() + self.current())
        if self.has_once("deep"):
            return self.say(connection, "200 OK", b"<MTConnectStreams>" + b"<a>" * 5000)
        if path.endswith("/probe"):
            return self.say(connection, "200 OK", self.probe())
        if "/asset" in path:
            return self.say(connection, self.style["error"], self.error("UNSUPPORTED", "no assets here"))
        if path.endswith("/current"):
            if self.has_once("packed"):
                return self.say(connection, "200 OK", gzip.compress(self.current()), ["Content-Encoding: gzip"])
            return self.say(connection, "200 OK", self.current())
        start, count = int(wanted.get("from", self.first)), int(wanted.get("count", 100))
        if start < self.first or start > len(self.observations) + 1 or count > self.buffer:
            return self.say(connection, self.style["error"], self.error("OUT_OF_RANGE", "'from' must be greater than 1"))
        if "interval" in wanted and self.trouble == "refuses_streams":
            return self.say(connection, "400 Bad Request", self.error("INVALID_REQUEST", "no streams"))
        if "interval" in wanted and self.trouble != "cannot_stream":
            self.stream(connection, start, count, int(wanted["interval"]) / 1000, int(wanted["heartbeat"]) / 1000)
            return False
        return self.say(connection, "200 OK", self.sample(start, count)[0])

    def stream(self, connection, start, count, interval, heartbeat):
        boundary = "a1b2c3d4e5f6"
        kind = self.style["stream"] % (f'"{boundary}"; charset=x' if self.trouble == "quoted" else boundary)
        is_chunked = self.trouble != "http10"
        head = [f"HTTP/1.{1 if is_chunked else 0} 200 OK", "Connection: close", f"CONTENT-type: {kind}"]
        head += ["Transfer-Encoding: chunked"] if is_chunked else []
        connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n")
        if self.trouble == "preamble":
            self.put(connection, b"this is a preamble\r\n--a1b2c3\r\n", is_chunked)
        beaten = 0
        while connection in self.connections:
            with self.news:
                if start > len(self.observations) and time.monotonic() - beaten < heartbeat:
                    self.news.wait(heartbeat)
                if start > len(self.observations) and time.monotonic() - beaten < heartbeat:
                    continue
                if start < self.first:
                    document = (self.error("INTERNAL_ERROR", "Client fell too far behind, disconnecting") if self.style is NEW else
                                self.error("OUT_OF_RANGE", "Client can't keep up with event stream, disconnecting"))
                    self.put(connection, self.part(document, boundary), is_chunked)
                    return
                document, start = self.sample(start, count)
            beaten = time.monotonic()
            if not self.put_part(connection, document, boundary, is_chunked):
                return
            if start > len(self.observations):
                time.sleep(interval)

    def part(self, document, boundary, length=None):
        kind, name = self.style["part"]
        lines = [b"--" + boundary.encode(), kind.encode()]
        if self.trouble == "odd_headers":
            lines += [b"X-Folded: one", b"  two", b"cOnTeNt-LeNgTh: %d" % len(document)]
        elif self.trouble != "no_length":
            lines.append(f"{name}: {len(document) if length is None else length}".encode())
        return LINE.join(lines) + LINE * 2 + document + LINE

    def put_part(self, connection, document, boundary, is_chunked):
        """Whether the stream goes on."""
        length = None
        if self.has_once("half"):
            document, length = document[:len(document) // 2], len(document)
            self.put(connection, self.part(document, boundary, length), is_chunked)
            return False
        if self.has_once("half_and_on"):
            document = document[:len(document) // 2]
        if self.has_once("bad_xml"):
            document = document.replace(b"</Execution>", b"<broken></Execution>")
        if self.has_once("stall", 1):
            time.sleep(6)
            return False
        if self.has_once("error_in_stream"):
            document = self.error("INTERNAL_ERROR", "Client fell too far behind, disconnecting")
            self.put(connection, self.part(document, boundary), is_chunked)
            return False
        if self.has("short_length"):
            length = len(document) // 2
        if self.has("long_length"):
            length = len(document) + 100
        if self.has("trailing"):
            document += b"<!-- more --> and more"
        data = self.part(document, boundary, length)
        if self.has("split"):
            for at in range(0, len(data), 7):
                self.put(connection, data[at:at + 7], is_chunked)
        elif self.has("trickle"):
            for at in range(0, len(data), 400):
                self.put(connection, data[at:at + 400], is_chunked)
                time.sleep(0.002)
        else:
            self.put(connection, data, is_chunked)
        if self.has_once("closing"):
            self.put(connection, f"--{boundary}--\r\n".encode(), is_chunked)
            return False
        if self.has_once("reset"):
            self.drop(is_rude=True)
            return False
        return True

    @staticmethod
    def put(connection, data, is_chunked):
        connection.sendall(b"%x\r\n%s\r\n" % (len(data), data) if is_chunked else data)
