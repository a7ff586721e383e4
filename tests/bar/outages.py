# SPDX-License-Identifier: Apache-2.0
"""R1, R2, R4, R5: what fails is the daemon, the broker, the database or the network between."""
import contextlib
import random
import time

from load import LoadedPlant, Watch, audit, is_alive
from proxy import Proxy
from rig import wait_for
from servers import InfluxDB, Mosquitto

PERSISTENT = ("persistence true", "autosave_on_changes true", "autosave_interval 1", "max_queued_messages 0")


@contextlib.contextmanager
def scene(devices=10, every="1s", delay_s=0.0, late=0.0, machines=4):
    """Plant, broker and database under load; both behind proxies."""
    with Mosquitto(*PERSISTENT) as broker, InfluxDB() as influx:
        influx.create()
        to_broker, to_influx = Proxy(broker.port, delay_s, late), Proxy(influx.port, delay_s, late)
        sinks = (f'  mqtt: {{url: "mqtt://127.0.0.1:{to_broker.port}"}}\n'
                 f'  influx: {{url: "http://127.0.0.1:{to_influx.port}", database: spindled}}')
        watch = Watch(broker.port)
        try:
            with LoadedPlant(sinks, devices, every, machines) as plant:
                wait_for(lambda: influx.query("SELECT count(ct) FROM cycle") and watch.ages, "a first cycle")
                yield plant, broker, influx, to_broker, to_influx, watch
        finally:
            watch.close()
            to_broker.close()
            to_influx.close()


def verdict(result, with_holes=True):
    good = (result["unseen"] == 0 and result["cycles"] == result["cycles_once"] and result["closes"]
            and result["gone"] == 0 and (not with_holes or result["register_missing"] == 0))
    holes = "" if with_holes is None else f"{result['register_values']} values of one register, {result['register_missing']} missing; "
    return good, (f"{result['records']} records, {result['unseen']} never seen by a QoS 1 subscriber; {result['cycles_once']} of "
                  f"{result['cycles']} cycles in InfluxDB exactly once; {holes}ledger {'closes' if result['closes'] else 'DOES NOT CLOSE'}, "
                  f"{result['gone']} values dropped or lost; RSS at most {result['rss_mib']:.0f} MiB")


def kills(options):
    """R2: kill -9 at random moments. What was read less than a second before may be gone (R1's commit interval)."""
    luck = random.Random(options.seed)
    with scene() as (plant, _, influx, _, _, watch):
        for _ in range(options.kills):
            plant.live(luck.uniform(0.02, 1.5))
            plant.kill()
            plant.launch()
        plant.wait_ready()
        plant.live(3)
        plant.quieten()
        good, words = verdict(audit(plant, influx, watch), with_holes=False)
        return good, f"{options.kills} kills: {words}"


FAULTS = [
    ("kill -9", lambda s: (s[1].kill(), s[2].kill()), lambda s: (s[2].start(), s[1].start())),
    ("SIGSTOP", lambda s: (s[1].freeze(), s[2].freeze()), lambda s: (s[2].thaw(), s[1].thaw())),
    ("unreachable (refused)", lambda s: (s[3].set("refuse"), s[4].set("refuse")), lambda s: (s[3].set("pass"), s[4].set("pass"))),
    ("partition (nothing passes)", lambda s: (s[3].set("stall"), s[4].set("stall")), lambda s: (s[3].set("pass"), s[4].set("pass"))),
    ("reset storm", lambda s: (s[3].set("reset"), s[4].set("reset")), lambda s: (s[3].set("pass"), s[4].set("pass"))),
]


def drained_after(plant, limit_s=120):
    """Seconds until no sink has a backlog and both take rows."""
    began = time.monotonic()
    wait_for(lambda: plant.note_rss() and all(sink["linked"] and not sink["has_backlog"] and sink["pending_rows"] < 100
                                              for sink in plant.queue()["sinks"]), "the backlog to drain", limit_s)
    return time.monotonic() - began


def outages(options):
    """R4: each fault for `--outage` seconds, both destinations at once."""
    with scene() as parts:
        plant, _, influx, _, _, watch = parts
        told = []
        for name, fail, mend in FAULTS:
            fail(parts)
            plant.live(options.outage)
            assert is_alive(plant)
            mend(parts)
            healed = time.time()
            took = drained_after(plant)
            plant.live(2)
            oldest = watch.oldest(healed + took)
            told.append(f"{name}: {took:.1f} s until drained, live then {1e3 * (oldest or 0):.0f} ms old at most")
        for _ in range(options.flaps):
            for proxy in parts[3:5]:
                proxy.set("cut")
            plant.live(0.7)
        told.append(f"{options.flaps} cuts 0.7 s apart")
        drained_after(plant)
        plant.quieten()
        good, words = verdict(audit(plant, influx, watch))
        return good, "; ".join(told) + ". " + words


def percentile(ages, share):
    ages = sorted(ages)
    return ages[int(share * (len(ages) - 1))] if ages else float("nan")


def drain(options, wanted=5000, **how):
    """R5: an outage until `--values` values wait, then the drain while live data go on."""
    with scene(**how) as (plant, _, influx, to_broker, to_influx, watch):
        to_broker.set("refuse")
        to_influx.set("refuse")
        before = {name: plant.sink(name)["ledger"]["delivered"] for name in ("mqtt", "influx")}
        while min(plant.sink(name)["pending_values"] for name in before) < options.values:
            plant.live(1)
        rss = plant.note_rss() / 1024
        to_broker.set("pass")
        to_influx.set("pass")
        began, rates = time.monotonic(), {}
        while len(rates) < 2 and time.monotonic() - began < 900:
            plant.live(0.3)
            for name in before:
                sink = plant.sink(name)
                if name not in rates and sink["linked"] and not sink["has_backlog"]:
                    rates[name] = (sink["ledger"]["delivered"] - before[name]) / (time.monotonic() - began)
        drained = time.time()
        plant.live(10)
        draining = [age for came, age in watch.ages if drained - (time.monotonic() - began - 10) < came < drained]
        after = [age for came, age in watch.ages if came > drained + 1]
        plant.quieten()
        good, words = verdict(audit(plant, influx, watch))
        good = good and len(rates) == 2 and min(rates.values()) >= wanted
        told = ", ".join(f"{name} {rate:,.0f} values/s" for name, rate in rates.items())
        return good, (f"{told or 'not drained'} (wanted {wanted:,}); age of live raw values at an MQTT subscriber while it drains: "
                      f"{1e3 * percentile(draining, 0.5):.0f} ms at the median, {1e3 * percentile(draining, 0.99):.0f} ms at 99 %; "
                      f"without a backlog {1e3 * percentile(after, 0.5):.0f} and {1e3 * percentile(after, 0.99):.0f} ms; "
                      f"RSS {rss:.0f} MiB with the backlog. {words}")


def drain_near(options):
    """10,000 live values a second."""
    return drain(options, every="100ms")


def drain_far(options):
    """1,000 live values a second over 100 ms round trips where 5 % of the segments come 300 ms late, as TCP sends
    again what is lost."""
    options.values //= 8
    return drain(options, 1000, devices=5, every="500ms", machines=2, delay_s=0.05, late=0.05)


ROWS = [("R2", "kill -9 at random moments under 1,000 values/s", kills),
        ("R4", "broker and database fail in every way under 1,000 values/s", outages),
        ("R5", "drain at 0 ms", drain_near),
        ("R5", "drain at 100 ms round trips, 5 % of segments 300 ms late", drain_far)]
