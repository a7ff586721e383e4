#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""VictoriaMetrics says that it has rows before it has written them: what it forgot when it was killed is sent again."""
from cell import Cell, quick_machines
from daemon import Daemon, config, mtconnect_machines
from rig import run, wait_for
from servers import VictoriaMetrics


def cycles_in(metrics):
    """{(machine, end in ms)} of the cycles there."""
    return {(series["metric"]["machine"], at) for series in metrics.export('{__name__="cycle_ct"}') for at in series["timestamps"]}


def cycles_of(daemon):
    rows = daemon.rows("SELECT machine.name, wall_ns FROM record JOIN machine USING(machine) WHERE kind=0")
    return {(name, at // 1000000) for name, at in rows}


def what_victoria_metrics_forgot_is_sent_again():
    with VictoriaMetrics("-dedup.minScrapeInterval=1ms") as metrics:
        with Cell(scenario=quick_machines()) as cell, Daemon(config(mtconnect_machines(cell), f'  influx: {{url: "{metrics.url}", database: spindled}}')) as daemon:
            wait_for(lambda: len(cycles_of(daemon)) >= 8 and not daemon.queue()["sinks"][0]["pending_rows"], "delivered cycles")
            metrics.kill()  # it wrote none of them yet
            metrics.start()
            forgotten = cycles_of(daemon) - cycles_in(metrics)
            assert forgotten, "the server forgot nothing, so this proves nothing"
            cell.stop()
            wait_for(lambda: not daemon.queue()["sinks"][0]["pending_rows"], "all that is owed")
            wait_for(lambda: cycles_of(daemon) <= cycles_in(metrics), "what it forgot")
            assert all(sink["ledger"]["closes"] for sink in daemon.queue()["sinks"])


run([what_victoria_metrics_forgot_is_sent_again])
