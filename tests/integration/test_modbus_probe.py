#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`probe` and `read` against odd devices: bounded, paced, true, and what `probe` prints can be loaded."""
import re

from modbus_device import COIL, HOLDING, INPUT, Device
from rig import PATIENCE, assert_loads, run, spindlectl


REQUESTS_MOST = 400
HELD = {(HOLDING, address): 100 + address for address in range(60)} | {(COIL, address): address % 2 for address in range(20)}


def call(*words):
    return spindlectl(*words, patience=2 * PATIENCE)


def probe(device, *options):
    """What `probe` prints, after spindled has said that it loads; holds it to its bounds."""
    done = call("probe", device.url(), *options)
    assert len(device.arrivals) <= REQUESTS_MOST, len(device.arrivals)
    if done.returncode == 0:
        assert_loads(done.stdout)
    return done


def only_the_unit_that_answers_is_found_though_it_hangs_up():
    with Device(HELD, unit=3, hangs_up=True) as device:
        done = probe(device, "--timeout", "150")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"unit: (\d+)", done.stdout) == ["3"], done.stdout
    assert "# holding 0 to 59 can be read" in done.stdout, done.stdout
    assert "# coil 0 to 19 can be read" in done.stdout, done.stdout


def a_device_that_refuses_everything_is_told_and_left_alone():
    for exception in (1, 2, 6, 11):
        with Device({}, exception=exception) as device:
            done = probe(device, "--unit", "1")
        assert done.returncode != 0 and done.stderr.strip(), (exception, done.stdout, done.stderr)
        assert not done.stdout and len(device.arrivals) < 150, (done.stdout, len(device.arrivals))


def small_blocks_are_found_and_kept_to():
    with Device(HELD, most=10) as device:
        done = probe(device, "--unit", "1")
    assert "max_words: 10\n" in done.stdout and "max_bits: 10\n" in done.stdout, done.stdout
    assert "are not enough" not in done.stdout, done.stdout
    assert "# holding 0 to 59 can be read" in done.stdout, done.stdout
    assert len(device.arrivals) < 200, len(device.arrivals)


def a_slow_one_is_waited_for_when_told():
    with Device({(HOLDING, 0): 1234}, delay=0.3) as device:
        assert call("read", device.url(), "0", "--timeout", "100").returncode != 0
        done = call("read", device.url(), "0", "--timeout", "2000")
        assert done.returncode == 0 and "1234" in done.stdout, (done.stdout, done.stderr)
        done = call("probe", device.url(), "--unit", "1", "--timeout", "100")
        assert done.returncode != 0 and "--timeout MS waits longer" in done.stderr and not done.stdout, (done.stdout, done.stderr)


def read_says_what_a_device_refuses():
    with Device({(INPUT, 0): 1}, unit=1) as device:
        done = call("read", device.url(), "0")
        assert done.returncode != 0 and "exception 2" in done.stderr + done.stdout, (done.stdout, done.stderr)


run([only_the_unit_that_answers_is_found_though_it_hangs_up, a_device_that_refuses_everything_is_told_and_left_alone,
     small_blocks_are_found_and_kept_to, a_slow_one_is_waited_for_when_told,
     read_says_what_a_device_refuses])
