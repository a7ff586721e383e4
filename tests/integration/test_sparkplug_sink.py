#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The sparkplug sink against mosquitto; payloads are read by Eclipse Tahu's decoder from npm."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from rig import PATIENCE, run, wait_for
from servers import Mosquitto
from sink import Driver


NODE = "spBv1.0/taichung/{}/gw-1"
DEVICE = NODE + "/vmc 3"
# Reads "topic hex" lines, prints "topic JSON" lines; with --rebirth prints an NCMD as hex.
DECODER = """
const p = require("sparkplug-payload").get("spBv1.0");
if (process.argv[2] === "--rebirth") {
  process.stdout.write(Buffer.from(p.encodePayload({timestamp: Date.now(), metrics: [
    {name: "Node Control/Rebirth", type: "Boolean", value: true}]})).toString("hex"));
} else {
  for (const line of require("fs").readFileSync(0, "utf8").split("\\n").filter(x => x)) {
    const [topic, hex] = line.split("\\t");
    console.log(topic + "\\t" + JSON.stringify(p.decodePayload(Buffer.from(hex, "hex")),
      (k, v) => v && v.low !== undefined && v.high !== undefined ? v.high * 2 ** 32 + (v.low >>> 0) : v));
  }
}
"""


def install():
    """The decoder's folder, or a skip when there is no npm or it cannot reach its registry."""
    folder = tempfile.mkdtemp(prefix="spindled-tahu-")
    npm = shutil.which("npm")
    try:
        if npm and subprocess.run([npm, "install", "--prefix", folder, "--no-audit", "--no-fund",
                                   "sparkplug-payload@1.0.3"], capture_output=True, timeout=120,
                                  check=False).returncode == 0:
            pathlib.Path(folder, "decode.js").write_text(DECODER)
            return folder
    except subprocess.TimeoutExpired:
        pass
    shutil.rmtree(folder, ignore_errors=True)
    print("skipped: npm cannot install sparkplug-payload")
    sys.exit(77)


TAHU = install()


def node(*words, text=""):
    return subprocess.run(["node", "decode.js", *words], cwd=TAHU, input=text, check=True, timeout=PATIENCE,
                          capture_output=True, text=True).stdout


def decode(subscriber):
    """[(topic, payload)] of all Sparkplug messages so far."""
    lines = [(topic, payload) for _, _, topic, payload in subscriber.messages() if topic.startswith("spBv1.0/t")]
    return [(line.split("\t")[0], json.loads(line.split("\t")[1]))
            for line in node(text="\n".join("\t".join(line) for line in lines)).splitlines()]


def subscribe(broker):
    return broker.subscribe("spBv1.0/#", "-F", "%r %q %t\t%x")


class Messages:
    """mosquitto_sub prints topics with blanks, so a tab divides."""

    def __init__(self, subscriber):
        self.subscriber = subscriber

    def messages(self):
        text = pathlib.Path(self.subscriber.path).read_text()
        found = []
        for line in text.split("\n")[:-1]:
            if "\t" in line:
                head, payload = line.split("\t")
                retained, qos, topic = head.split(" ", 2)
                found.append((retained == "1", int(qos), topic, payload))
        return found


def births_come_first_and_numbers_follow_each_other():
    with Mosquitto("max_queued_messages 0") as broker, tempfile.TemporaryDirectory() as state, \
            subscribe(broker) as subscriber:
        heard = Messages(subscriber)
        for start in range(2):
            with Driver("sparkplug", 400, 100, 0, {"STATE_FOLDER": state}, url=broker.url) as driver:
                driver.wait("done")
                assert driver.total("delivered") == 400
            wait_for(lambda: sum(m[2] == NODE.format("NDEATH") for m in heard.messages()) > start, "NDEATH")
        messages = decode(heard)
        topics = [topic for topic, _ in messages]
        half = topics.index(NODE.format("NDEATH")) + 1
        assert topics[0] == NODE.format("NBIRTH") and topics[1] == DEVICE.format("DBIRTH"), topics[:3]
        numbered = [payload["seq"] for _, payload in messages[:half - 1]]
        assert numbered == [number % 256 for number in range(len(numbered))], numbered[:20]
        assert "seq" not in messages[half - 1][1] or messages[half - 1][1]["seq"] in (None, 0)
        for retained, qos, topic, _ in heard.messages():
            assert not retained and (qos == 0 or topic == NODE.format("NDEATH")), (retained, qos, topic)
        assert all(payload["timestamp"] > 0 for topic, payload in messages if topic != NODE.format("NDEATH"))
        born = [m for topic, payload in messages[:half] if topic == DEVICE.format("DBIRTH") for m in payload["metrics"]]
        assert all(m.get("name") and "alias" in m and m["type"] for m in born), born[:3]
        assert len({m["alias"] for m in born}) == len({m["name"] for m in born}), "an alias has two names"
        load = next(m for m in born if m["name"] == "Signal/spindle_load")
        assert load["properties"]["engUnit"] == {"type": "String", "value": "%"}, load
        data = [m for topic, payload in messages if topic == DEVICE.format("DDATA") for m in payload["metrics"]
                if m["alias"] == load["alias"]]
        stale = [m for m in data if m.get("properties")]
        assert stale and all(m["value"] is None and m["properties"] == {"Quality": {"type": "Int32", "value": 500}}
                             for m in stale), stale[:2]
        assert len(data) == 3 * len(stale), (len(data), len(stale))
        assert all("alias" in m and not m.get("name") for topic, payload in messages
                   if topic == DEVICE.format("DDATA") for m in payload["metrics"])
        births = [{m["name"]: m["value"] for m in payload["metrics"]} for topic, payload in messages
                  if topic == NODE.format("NBIRTH")]
        assert births[0]["Node Control/Rebirth"] is False
        assert [birth["bdSeq"] for birth in births] == [0, 1], births
        deaths = [payload["metrics"][0]["value"] for topic, payload in messages
                  if topic == NODE.format("NDEATH")]
        assert deaths == [0, 1], deaths
        names = {m["alias"]: m["name"] for topic, payload in messages[:half] for m in payload["metrics"]
                 if topic == DEVICE.format("DBIRTH")}
        cycle = next(payload for topic, payload in messages if topic == DEVICE.format("DDATA")
                     and any(names[m["alias"]] == "Cycle/Ct" for m in payload["metrics"]))
        values = {names[m["alias"]]: m["value"] for m in cycle["metrics"]}
        assert values["Cycle/Ct"] == 60.5 and values["Cycle/Kind"] == "prod", values
        assert values["Cycle/Gap"] is None and values["Cycle/CycleNo"] == 0, values
        assert cycle["timestamp"] == 1767225600 * 1000, cycle["timestamp"]
        assert sum(topic == DEVICE.format("DDATA") for topic in topics[:half]) == 400
        assert "Signal/spindle_load" in names.values()


def ask_for_rebirth(broker, state):
    command = os.path.join(state, "ncmd")
    pathlib.Path(command).write_bytes(bytes.fromhex(node("--rebirth")))
    subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(broker.port), "-t", NODE.format("NCMD"), "-f", command],
                   check=True, timeout=PATIENCE)


def a_host_that_asks_gets_all_births_again():
    with Mosquitto() as broker, tempfile.TemporaryDirectory() as state, subscribe(broker) as subscriber:
        heard = Messages(subscriber)
        with Driver("sparkplug", 10, 10, 0, {"STATE_FOLDER": state}, url=broker.url) as driver:
            driver.wait("done")
            ask_for_rebirth(broker, state)
            wait_for(lambda: [m[2] for m in heard.messages()].count(DEVICE.format("DBIRTH")) >= 3
                     or [m[2] for m in heard.messages()].count(NODE.format("NBIRTH")) == 2, "a rebirth")
            births = [p for t, p in decode(heard) if t == NODE.format("NBIRTH")]
            assert [birth["seq"] for birth in births] == [0, 0], births


def a_machine_that_is_away_stays_dead_until_it_is_back():
    def topics():
        return [m[2] for m in heard.messages()]

    with Mosquitto() as broker, tempfile.TemporaryDirectory() as state, subscribe(broker) as subscriber:
        heard = Messages(subscriber)
        with Driver("sparkplug", 10, 10, 0, {"STATE_FOLDER": state}, url=broker.url) as driver:
            driver.wait("done")
            driver.say(b"a")
            wait_for(lambda: DEVICE.format("DDEATH") in topics(), "DDEATH")
            ask_for_rebirth(broker, state)
            wait_for(lambda: topics().count(NODE.format("NBIRTH")) == 2, "a rebirth")
            driver.say(b"b")
            wait_for(lambda: topics()[-1] == DEVICE.format("DBIRTH"), "DBIRTH")
            after = topics()[topics().index(DEVICE.format("DDEATH")) + 1:]
            said = [topic for topic in after if topic != NODE.format("NCMD")]
            assert said == [NODE.format("NBIRTH"), DEVICE.format("DBIRTH")], said


def what_was_not_confirmed_comes_again_as_historical():
    with Mosquitto() as broker, tempfile.TemporaryDirectory() as state, subscribe(broker) as subscriber:
        heard = Messages(subscriber)
        with Driver("sparkplug", 20000, 100, 0, {"STATE_FOLDER": state}, url=broker.url,
                    ack_timeout=2 * 10**9) as driver:
            driver.wait("delivered")
            broker.kill()
            driver.wait("retry")
            broker.start()
            driver.wait("reconnected 1")
            driver.wait("done", 60)
            assert driver.total("delivered") == 20000
        assert any(m.get("isHistorical") for _, p in decode(heard) for m in p.get("metrics", []))


def without_its_primary_host_nothing_is_sent():
    with Mosquitto() as broker, tempfile.TemporaryDirectory() as state:
        with Driver("sparkplug", 10, 10, 0, {"STATE_FOLDER": state}, url=broker.url,
                    primary_host="scada") as driver:
            wait_for(lambda: any("primary host" in line for line in driver.lines()), "the reason")
            assert driver.total("delivered") == 0
            broker.publish("spBv1.0/STATE/scada", '{"online":true,"timestamp":1}', "-r")
            driver.wait("done")


try:
    run([births_come_first_and_numbers_follow_each_other,
         a_host_that_asks_gets_all_births_again,
         a_machine_that_is_away_stays_dead_until_it_is_back,
         what_was_not_confirmed_comes_again_as_historical,
         without_its_primary_host_nothing_is_sent])
finally:
    shutil.rmtree(TAHU, ignore_errors=True)
