#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The mqtt sink against brokers that refuse, fall silent, send nonsense or allow little: the right verdict, a clear
sentence, no loss and no hot loop. The cases of one function run side by side, because they wait."""
import concurrent.futures

from rig import run, wait_for
from sink import Driver
from stub_broker import StubBroker


COUNT = 60
ACK_TIMEOUT = 10**9


def side_by_side(check, cases):
    with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        for case, done in [(case, pool.submit(check, *case)) for case in cases]:
            try:
                done.result()
            except AssertionError as error:
                raise AssertionError(f"{case}: {error}") from error


def told(driver, words):
    return wait_for(lambda: any(words in line for line in driver.lines()), f"'{words}'; it said: {driver.lines()[-3:]}")


def retries(driver):
    return sum(line.startswith("retry") for line in driver.lines())


def a_refused_connect_is_explained_and_not_hurried():
    def check(protocol, code, words):
        with StubBroker(connack=code) as broker, Driver("mqtt", 10, 10, 0, url=broker.url, protocol=protocol) as driver:
            told(driver, words)
            seen = retries(driver)
            wait_for(lambda: retries(driver) > seen + 3, "the courier's retries")
            assert broker.connects == 1, f"{broker.connects} connects"
            assert broker.messages == 0 and driver.total("delivered") == 0

    side_by_side(check, [("5", 0x84, "does not speak this version"), ("5", 0x86, "bad user name or password"),
                         ("5", 0x87, "not authorized (0x87)"), ("5", 0x97, "quota exceeded"),
                         ("5", 0x9f, "connection rate exceeded"),
                         ("3.1.1", 1, "does not speak this version"), ("3.1.1", 2, "does not accept this client_id"),
                         ("3.1.1", 3, "server unavailable"), ("3.1.1", 4, "bad user name or password"),
                         ("3.1.1", 5, "not authorized")])


def what_the_broker_does_not_acknowledge_is_sent_again():
    def check(words, **faults):
        with StubBroker(**faults) as broker, Driver("mqtt", COUNT, 10, 1, url=broker.url,
                                                    ack_timeout=ACK_TIMEOUT) as driver:
            told(driver, words)
            assert driver.total("delivered") == 0, driver.lines()
            broker.heal()
            driver.wait("done")
            assert driver.total("delivered") == COUNT and driver.total("refused") == 0
            assert set(broker.seqs) == set(range(1, COUNT + 1)), sorted(broker.seqs)
            assert broker.connects < 10, broker.connects

    cases = [("quota exceeded (0x97)", {"puback": 0x97}), ("not authorized to publish there (0x87)", {"puback": 0x87}),
             ("unspecified error (0x80)", {"puback": 0x80}), ("nothing was acknowledged", {"acks": False}),
             ("nothing was acknowledged", {"reads": False}), ("shutting down (0x8b)", {"disconnect": 0x8b}),
             ("administrative action (0x98)", {"disconnect": 0x98}), ("lost", {"garbage": b"\xff\x00garbage" * 100}),
             ("no answer to the connect", {"connack_bytes": b""}),
             ("no answer to the connect", {"connack_bytes": b"HTTP/1.1 400 Bad Request\r\n\r\n"})]
    side_by_side(lambda words, faults: check(words, **faults), cases)


def a_client_that_takes_over_is_named_and_left_alone():
    with StubBroker(disconnect=0x8e) as broker, Driver("mqtt", 10, 10, 1, url=broker.url) as driver:
        told(driver, "another client with our client_id has taken over")
        seen = retries(driver)
        wait_for(lambda: retries(driver) > seen + 3, "the courier's retries")
        assert broker.connects == 1, broker.connects


def the_window_is_what_the_broker_allows():
    def check(maximum, most, count):
        properties = b"" if maximum is None else bytes((0x21, 0, maximum))
        with StubBroker(properties=properties, hold_s=0.3) as broker:
            with Driver("mqtt", count, count, 1, url=broker.url) as driver:
                driver.wait("done")
                assert set(broker.seqs) == set(range(1, count + 1)) and set(broker.seqs.values()) <= {1, 2}
                assert broker.most_in_flight == most, broker.most_in_flight

    side_by_side(check, [(1, 1, 5), (20, 20, COUNT), (None, 64, COUNT)])


def what_is_larger_than_the_broker_takes_is_refused_alone():
    with StubBroker(properties=bytes((0x27, 0, 0, 3, 0))) as broker:  # 768 bytes
        with Driver("mqtt", COUNT, 10, 1, url=broker.url) as driver:
            driver.wait("done")
            assert broker.largest <= 768, broker.largest
            lines = [line for line in driver.lines() if line.startswith("refused")]
            assert lines and all("maximum packet size" in line for line in lines), driver.lines()
            alone = sum(line.split()[2] == "1" for line in lines)
            assert alone and driver.total("delivered") == COUNT - alone, (alone, driver.total("delivered"))


def a_refused_subscription_is_told_and_records_go_on():
    def check(protocol, code):
        with StubBroker(suback=code) as broker:
            with Driver("mqtt", 10, 10, 1, url=broker.url, protocol=protocol, commands="true") as driver:
                driver.wait("done")
                wait_for(lambda: "commands are not heard" in driver.health(), "the trouble")
                assert driver.total("delivered") == 10

    side_by_side(check, [("5", 0x87), ("5", 0x97), ("5", 0x80), ("3.1.1", 0x80)])


run([a_refused_connect_is_explained_and_not_hurried,
     what_the_broker_does_not_acknowledge_is_sent_again,
     a_client_that_takes_over_is_named_and_left_alone,
     the_window_is_what_the_broker_allows,
     what_is_larger_than_the_broker_takes_is_refused_alone,
     a_refused_subscription_is_told_and_records_go_on])
