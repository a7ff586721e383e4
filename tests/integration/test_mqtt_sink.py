#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The mqtt sink against mosquitto: delivery, retained state, faults, TLS, commands."""
import json
import tempfile

from rig import run, wait_for
from servers import Mosquitto, make_certificates
from sink import Driver


MACHINE = "acme/taichung/milling/a/vmc_3"
STATUS = "acme/taichung/milling/gateway/gw-1/status"


def seqs(subscriber):
    """Sequence numbers of all records seen, and how often each."""
    seen = {}
    for _, _, topic, payload in subscriber.messages():
        if topic.endswith(("cycle/event", "status/state", "tool/12", "/raw")):
            seq = json.loads(payload)["seq"]
            seen[seq] = seen.get(seq, 0) + 1
    return seen


def every_record_arrives_in_order_at_both_versions():
    with Mosquitto("max_queued_messages 0") as broker:
        for number, protocol in enumerate(("3.1.1", "5")):
            first = 1000 * (number + 1)
            with broker.subscribe("acme/#") as subscriber:
                with Driver("mqtt", 500, 100, first, url=broker.url, protocol=protocol) as driver:
                    driver.wait("done")
                    assert driver.total("delivered") == 500, driver.lines()
                    wait_for(lambda: len(seqs(subscriber)) >= 500, "500 records")
                    last = json.loads(next(p for _, _, t, p in reversed(subscriber.messages())
                                           if t == MACHINE + "/cycle/last"))
                    assert last["ct"] == 60.5 and last["class_name"] == "complete", last
                    assert last["t"].endswith("Z") and last["gap"] is None and last["run"] is None, last
                    events = [json.loads(p)["seq"] for _, _, t, p in subscriber.messages()
                              if t.endswith("cycle/event")]
                    assert events == sorted(events) and len(events) == 450, len(events)
                wait_for(lambda: (False, 1, STATUS, "offline") in subscriber.messages(), "the farewell")


def what_is_stands_retained():
    with Mosquitto() as broker:
        with Driver("mqtt", 100, 100, 0, url=broker.url) as driver:
            driver.wait("done")
            with broker.subscribe("acme/#") as subscriber:
                wait_for(lambda: len(subscriber.messages()) >= 5, "retained messages")
                retained = {t: p for kept, _, t, p in subscriber.messages() if kept}
                assert set(retained) == {STATUS, MACHINE + "/status/online", MACHINE + "/status/state",
                                         MACHINE + "/cycle/last", MACHINE + "/tool/12"}, retained
                assert retained[STATUS] == "online"
                assert json.loads(retained[MACHINE + "/status/online"])["online"] is True
                assert json.loads(retained[MACHINE + "/status/state"])["state_name"] == "run"
                tool = json.loads(retained[MACHINE + "/tool/12"])
                assert [tool[f"rul_q{share}"] for share in ("05", "10", "50", "90", "95")] == [40, 45, 60, 75, 80], tool
                assert (tool["wear_um"], tool["wear_u_um"], tool["p_unattended_low"]) == (187.5, 12.5, 0.4344), tool
                assert tool["remaining"] is None and tool["lights_out_h"] is None, tool


def the_will_speaks_when_we_cannot():
    with Mosquitto() as broker, broker.subscribe(STATUS) as subscriber:
        driver = Driver("mqtt", 10, 10, 0, url=broker.url)
        driver.wait("done")
        driver.process.kill()
        wait_for(lambda: subscriber.messages()[-1:] == [(False, 1, STATUS, "offline")], "the will")
        driver.__exit__(Exception)


def a_broker_that_dies_again_and_again_loses_nothing():
    for protocol in ("3.1.1", "5"):
        with Mosquitto("persistence true", "autosave_interval 1") as broker:
            with Driver("mqtt", 3000, 10, 0, url=broker.url, protocol=protocol) as driver:
                driver.wait("delivered")
                for number in range(3):
                    broker.kill()
                    driver.wait("retry")
                    broker.start()
                    wait_for(lambda: len([l for l in driver.lines() if l == "reconnected 1"]) > number,
                             "the reconnect")
                driver.wait("done", 60)
                assert driver.total("delivered") == 3000


def a_frozen_broker_is_left_and_found_again():
    with Mosquitto() as broker:
        with Driver("mqtt", 20000, 50, 0, url=broker.url, ack_timeout=2 * 10**9,
                    keepalive=60 * 10**9) as driver:
            driver.wait("delivered")
            broker.freeze()
            wait_for(lambda: any("acknowledged" in line for line in driver.lines()), "the own timer")
            broker.thaw()
            driver.wait("reconnected 1")


def a_missing_broker_is_waited_for():
    with Mosquitto() as broker:
        broker.kill()
        with Driver("mqtt", 20, 10, 0, url=broker.url) as driver:
            driver.wait("retry")
            broker.start()
            driver.wait("done")


def quality_nought_is_never_called_confirmed():
    with Mosquitto() as broker:
        with Driver("mqtt", 20, 10, 0, url=broker.url, qos="0", qos_raw="0") as driver:
            driver.wait("done")
            lines = [line.split() for line in driver.lines() if line.startswith("delivered")]
            assert lines and all(line[4] == "1" for line in lines), lines


def a_wrong_password_is_told_and_never_shown():
    with tempfile.NamedTemporaryFile("w") as names, tempfile.NamedTemporaryFile("w") as secret:
        names.write("spindled:$7$101$6HWs9tMDbzVmqrHv$wkQQNJrsLIPGMlQ9MhzG0bMUwAo3WZ8hTLyWlZ9aHV1Dy9Lp4"
                    "2lJTXgGsj1SShqNKfJjFRqH2A5PEFzsTP5pqA==\n")
        names.flush()
        secret.write("canary-wrong\n")
        secret.flush()
        with Mosquitto(f"password_file {names.name}") as broker:
            for protocol in ("3.1.1", "5"):
                with Driver("mqtt", 10, 10, 0, url=broker.url, protocol=protocol,
                            username="spindled", password_file=secret.name) as driver:
                    wait_for(lambda: any("bad user name" in l or "not authorized" in l
                                         for l in driver.lines()), "the reason")
                    assert "canary" not in "".join(driver.lines())


def a_forbidden_topic_is_seen_with_version_five():
    with tempfile.NamedTemporaryFile("w") as rights:
        rights.write(f"topic write {STATUS}\n")
        rights.flush()
        with Mosquitto(f"acl_file {rights.name}") as broker:
            with Driver("mqtt", 10, 10, 0, url=broker.url) as driver:
                wait_for(lambda: any("0x87" in line for line in driver.lines()), "0x87")
                assert driver.total("delivered") == 0


def refusal(words, **options):
    """What is said of a broker that is not trusted has these words; nothing is delivered."""
    with Driver("mqtt", 10, 10, 0, **options) as driver:
        line = wait_for(lambda: next((l for l in driver.lines() if words in l), None), words)
        assert line.startswith("retry"), line
        assert driver.total("delivered") == 0


def certificates_are_checked_with_their_names():
    with make_certificates() as good, make_certificates("DNS:elsewhere") as elsewhere, make_certificates(days=-1) as old:
        with Mosquitto(certificates=good) as broker:
            with Driver("mqtt", 10, 10, 0, url=broker.tls_url, ca_file=f"{good}/ca.crt") as driver:
                driver.wait("done")
            refusal("name the authority that signed it in ca_file", url=broker.tls_url, ca_file=f"{good}/rogue.crt")
        with Mosquitto(certificates=elsewhere) as broker:
            options = {"url": broker.tls_url, "ca_file": f"{elsewhere}/ca.crt"}
            refusal("matches target host name 'localhost': put a name into url", **options)
            with Driver("mqtt", 10, 10, 0, **options, insecure_skip_verify="true") as driver:
                driver.wait("done")
        with Mosquitto(certificates=old) as broker:
            refusal("has expired: it must be renewed there", url=broker.tls_url, ca_file=f"{old}/ca.crt")
            broker.stop()
            refusal("nobody answers at mqtts://", url=broker.tls_url, ca_file=f"{old}/ca.crt")


def a_client_certificate_is_shown():
    with make_certificates() as folder:
        with Mosquitto(certificates=folder) as broker:
            config = (broker.folder / "mosquitto.conf")
            config.write_text(config.read_text() + "require_certificate true\n")
            broker.stop()
            broker.start()
            options = {"url": broker.tls_url, "ca_file": f"{folder}/ca.crt"}
            refusal("certificate_file", **options)
            with Driver("mqtt", 10, 10, 0, **options, certificate_file=f"{folder}/client.crt",
                        key_file=f"{folder}/client.key") as driver:
                driver.wait("done")


def commands_are_heard_only_when_they_are_wanted_and_new():
    with Mosquitto() as broker:
        broker.publish(MACHINE + "/cmd/lot", '{"lot":"old"}', "-r")
        with broker.subscribe(MACHINE + "/cmd/#") as subscriber:
            with Driver("mqtt", 10, 10, 0, url=broker.url, commands="true") as driver:
                driver.wait("done")
                broker.publish(MACHINE + "/cmd/lot", '{"lot":"L-8","t":"2020-01-01T00:00:00Z"}')
                broker.publish(MACHINE + "/cmd/lot", '{"lot":"L-9"}')
                line = driver.wait("command")
                assert line == 'command vmc 3 lot {"lot":"L-9"}', line
                answers = wait_for(lambda: [p for _, _, t, p in subscriber.messages()
                                            if t.endswith("/answer")][1:] and
                                   [p for _, _, t, p in subscriber.messages() if t.endswith("/answer")],
                                   "two answers")
                assert json.loads(answers[0])["ok"] is False and json.loads(answers[1])["ok"] is True, answers
        with Driver("mqtt", 10, 10, 0, url=broker.url) as driver:
            driver.wait("done")
            broker.publish(MACHINE + "/cmd/lot", '{"lot":"L-9"}')
            assert not [line for line in driver.lines() if line.startswith("command")]


run([every_record_arrives_in_order_at_both_versions,
     what_is_stands_retained,
     the_will_speaks_when_we_cannot,
     a_broker_that_dies_again_and_again_loses_nothing,
     a_frozen_broker_is_left_and_found_again,
     a_missing_broker_is_waited_for,
     quality_nought_is_never_called_confirmed,
     a_wrong_password_is_told_and_never_shown,
     a_forbidden_topic_is_seen_with_version_five,
     certificates_are_checked_with_their_names,
     a_client_certificate_is_shown,
     commands_are_heard_only_when_they_are_wanted_and_new])
