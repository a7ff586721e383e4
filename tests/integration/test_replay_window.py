#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""VictoriaMetrics says that it has rows before it has written them: what it forgot when it was killed is sent again."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from works import Plant  # noqa: E402
from servers import run, start_victoria_metrics, wait_for  # noqa: E402

BUILD = pathlib.Path(sys.argv[1])


def cycles_in(metrics):
    """{(machine, end in ms)} of the cycles there."""
    return {(series["metric"]["machine"], at) for series in metrics.export('{__name__="cycle_ct"}') for at in series["timestamps"]}


def cycles_of(plant):
    rows = plant.rows("SELECT machine.name, wall_ns FROM record JOIN machine USING(machine) WHERE kind=0")
    return {(name, at // 1000000) for name, at in rows}


def what_victoria_metrics_forgot_is_sent_again():
    with start_victoria_metrics("-dedup.minScrapeInterval=1ms") as metrics:
        with Plant(BUILD, f'sinks:\n  influx: {{url: "{metrics.url}", database: spindled}}') as plant:
            plant.start()
            plant.wait_up()
            wait_for(lambda: len(cycles_of(plant)) >= 8 and not plant.queue()["sinks"][0]["pending_rows"], "delivered cycles")
            metrics.kill()  # it wrote none of them yet
            metrics.start()
            forgotten = cycles_of(plant) - cycles_in(metrics)
            assert forgotten, "the server forgot nothing, so this proves nothing"
            plant.end_cell()
            plant.cell = None
            wait_for(lambda: not plant.queue()["sinks"][0]["pending_rows"], "all that is owed")
            wait_for(lambda: cycles_of(plant) <= cycles_in(metrics), "what it forgot")
            assert all(sink["ledger"]["closes"] for sink in plant.queue()["sinks"])


run([what_victoria_metrics_forgot_is_sent_again])
