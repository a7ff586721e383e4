#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every profile against a device with its register map: values, cycles and temperatures, from the wire to the store."""
import os
import struct
import time

from daemon import Daemon, archiving
from modbus_device import COIL, DISCRETE, HOLDING, INPUT, Device
from rig import ROOT, run, wait_for

os.environ["SPINDLED_PROFILES"] = str(ROOT / "config/profiles")

CYCLES = 2
FLASH_S = 2.5
RUN, HOLD = 0, 2


def floats(function, numbers):
    """IEEE 754, high word first, from {address: number}."""
    held = {}
    for address, number in numbers.items():
        held[function, address], held[function, address + 1] = struct.unpack(">HH", struct.pack(">f", number))
    return held


def machine(name, *links, cycle="cycle: {flash: 0s}"):
    """Of (profile, device, period or None)."""
    lines = "".join(f"      - {{url: '{device.url()}', profile: {profile}{f', every: {every}' if every else ''}}}\n"
                    for profile, device, every in links)
    # Nobody here has the time of real lamps, so nothing that changes is flashing.
    return f"  - name: {name}\n    cell: c\n    {cycle}\n    modbus:\n{lines}"


def values(daemon, name):
    return {each["signal"]: each.get("value") for each in daemon.ask("signals", name) or []}


def wait_for_values(daemon, name, wanted):
    wait_for(lambda: wanted.items() <= values(daemon, name).items(), f"{wanted} of {name}, not {values(daemon, name)}")


def turn(daemon, device, held, wanted):
    """The device shows something else, until the daemon has seen it often enough to believe it."""
    device.held.update(held)
    asked = len(device.arrivals)
    wait_for(lambda: len(device.arrivals) >= asked + 4, "four polls")
    wait_for_values(daemon, "m", wanted)


def cycles(daemon):
    return [row for row in daemon.records("cycle", "m") if row.get("class") in (0, 1)]


def three_wires_and_a_temperature_module_give_cycles_and_temperatures():
    raw = {0: 215, 1: 0x10000 - 105, 2: 0, 3: 1, 4: 4999, 5: 8500, 6: 0x8000, 7: 0x7FFF}
    rtd = Device({(INPUT, address): word for address, word in raw.items()})
    wires = Device({(DISCRETE, address): address == 1 for address in range(4)})
    with rtd, wires, Daemon(archiving(machine("m", ("digital-inputs", wires, "100ms"), ("rtd-8", rtd, "1s")))) as daemon:
        wait_for_values(daemon, "m", {"temperature.ch1": 21.5, "temperature.ch2": -10.5, "temperature.ch3": 0,
                                      "temperature.ch4": 0.1, "temperature.ch5": 499.9, "stack_light.amber": "on"})
        for _ in range(CYCLES + 1):
            turn(daemon, wires, {(DISCRETE, 0): True, (DISCRETE, 1): False, (DISCRETE, 3): True},
                 {"cycle_bit": True, "stack_light.green": "on", "stack_light.amber": "off"})
            turn(daemon, wires, {(DISCRETE, 0): False, (DISCRETE, 1): True, (DISCRETE, 3): False},
                 {"cycle_bit": False, "stack_light.green": "off", "stack_light.amber": "on"})
        made = wait_for(lambda: len(cycles(daemon)) >= CYCLES and cycles(daemon), f"{CYCLES} cycles")
        assert all(0 < each["ct"] < 30 for each in made), made
        broken = {name: value for name, value in values(daemon, "m").items() if name[-3:] in ("ch6", "ch7", "ch8")}
        assert all(value is None for value in broken.values()), broken
        daemon.stop()
        kept = {value[1] for row in daemon.records("archive", "m") for value in row["signals"].get("temperature.ch2", [])}
    assert kept == {-10.5}, kept


def a_lamp_that_flashes_is_one_state():
    """With `flash` as it is by default: the lamp is off for less than that, so it was never off."""
    wires = Device({(DISCRETE, 0): True, (DISCRETE, 1): False})
    machine = (f"  - name: m\n    cell: c\n    modbus:\n      - url: '{wires.url()}'\n        every: 100ms\n        points:\n"
               "          - {signal: stack_light.green, area: discrete, address: 0}\n"
               "          - {signal: stack_light.amber, area: discrete, address: 1}\n")
    with wires, Daemon(archiving(machine)) as daemon:
        def state():
            return daemon.ask("machines")["machines"][0]["state"]

        wait_for(lambda: state() == "run", "the green lamp")
        seen, flips = [], [time.monotonic()]
        for lit in 4 * (True, False):
            turn(daemon, wires, {(DISCRETE, 1): lit}, {"stack_light.amber": "on" if lit else "off"})
            seen.append(state())
            flips.append(time.monotonic())
        daemon.stop()
        kept = [row["state"] for row in daemon.records("state", "m")]
    if max(later - sooner for sooner, later in zip(flips, flips[1:])) > FLASH_S / 2:
        print("the machine was too busy for a lamp to flash")
        return
    runs = seen.index("hold")
    assert seen == runs * ["run"] + (len(seen) - runs) * ["hold"], seen
    assert kept == [RUN, HOLD], kept


def a_power_meter_is_read_by_its_manual():
    shown = {52: 4321.5, 342: 123456.0, 6: 6.25, 8: 6.5, 10: 0.0}
    # All of the block from 0 to 53 is there in the meter, and may be read with what is asked for.
    everything = floats(INPUT, {address: 230.2 for address in range(0, 80, 2)})
    with Device(everything | floats(INPUT, shown)) as meter, \
            Daemon(archiving(machine("m", ("power-meter-3ph", meter, None)))) as daemon:
        wait_for_values(daemon, "m", {"power": 4321.5, "energy": 123456.0, "custom.current_l1": 6.25,
                                      "custom.current_l2": 6.5, "custom.current_l3": 0.0})


def lamp_bits_make_executions_and_cycles():
    lamps = {"operating": 0, "cycle_start_lamp": 1, "feed_hold_lamp": 2, "alarm": 3, "reset": 4, "cutting": 5, "program_end": 6}

    def show(*lit):
        return {(COIL, address): name in lit for name, address in lamps.items()}

    with Device(show()) as gateway, Daemon(archiving(machine("m", ("lamp-bits", gateway, "100ms")))) as daemon:
        for _ in range(CYCLES + 1):
            for lit in (("operating", "cycle_start_lamp", "cutting"), ("operating", "cycle_start_lamp", "program_end"), ()):
                turn(daemon, gateway, show(*lit), {name: name in lit for name in lamps})
        made = wait_for(lambda: len(cycles(daemon)) >= CYCLES and cycles(daemon), f"{CYCLES} cycles")
        assert all(0 < each["ct"] < 30 for each in made), made


def the_template_is_read_with_its_addresses():
    text = struct.unpack(">8H", b"BRKT-7 OP10     ")
    held = {(HOLDING, address): 0 for address in range(100, 116)}
    held |= {(HOLDING, 100): 0b11, (HOLDING, 102): 1, (HOLDING, 103): 2, (HOLDING, 104): 12, (HOLDING, 105): 357,
             (HOLDING, 106): 8000, (HOLDING, 107): 90} | {(HOLDING, 108 + i): word for i, word in enumerate(text)}
    with Device(held) as plc, Daemon(archiving(machine("m", ("plc-template", plc, None)))) as daemon:
        wait_for_values(daemon, "m", {"cycle_bit": True, "alarm": True, "part_count": 65538, "spindle_load": 35.7,
                                      "spindle_speed": 8000, "feed_override": 90, "program": "BRKT-7 OP10"})


run([three_wires_and_a_temperature_module_give_cycles_and_temperatures, a_power_meter_is_read_by_its_manual,
     lamp_bits_make_executions_and_cycles, a_lamp_that_flashes_is_one_state, the_template_is_read_with_its_addresses])
