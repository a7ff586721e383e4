#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every query of every dashboard is run against a real store and must return points.

The stores are filled with line protocol made from record_layout.c itself, one series of
every kind of record, so a dashboard that asks for a field or tag that no record has
fails.
"""
import json
import re
import time
import urllib.parse

from cell import Cell
from daemon import Daemon, config, modbus_machine, mtconnect_machine
from rig import ROOT, fetch, run, wait_for
from servers import InfluxDB, VictoriaMetrics


BOARDS = sorted((ROOT / "config/grafana/dashboards").glob("*.json"))
GROUPS = {"WHERE": [("tag", "cell"), ("tag", "machine")], "PATH": [("tag", "path")],
          "WHAT": [("tag", "part"), ("tag", "op"), ("tag", "stage")],
          "ORDER": [("integer", "run_seq"), ("integer", "lot_seq"), ("integer", "fixture")]}
ROWS = {"TAG": "tag", "TAG_NUMBER": "tag", "TAG_NAME": "tag", "NUMBER": "number", "INTEGER": "integer",
        "CODED": "integer", "TEXT": "text", "NAMED": "text"}
STEP_NS = 60 * 10**9
POINTS = 30


def layouts():
    """{measurement: [(kind, name)]} as daemon/model/record_layout*.c have it; notes are in no line."""
    source = "".join(path.read_text() for path in sorted((ROOT / "daemon/model").glob("record_layout*.c")))
    source = re.sub(r"/\*.*?\*/", "", source, flags=re.S)
    names = dict(re.findall(r'\{"(\w+)",\s*(\w+_fields)\s*\}', source))
    found = {}
    for measurement, table in names.items():
        body = re.search(r"\b%s\[\] = \{(.*?)LAST," % table, source, re.S)[1]
        rows = []
        for macro, arguments in re.findall(r"\b([A-Z_]+)\b(?:\(([^)]*)\))?", body):
            if macro in GROUPS and not arguments:
                rows += GROUPS[macro]
            elif macro in ROWS:
                rows.append((ROWS[macro], re.findall(r'"(\w+)"', arguments)[0]))
        found[measurement] = rows
    return found


def lines(now_ns):
    """Half an hour of every kind of record of one machine."""
    written = []
    for measurement, rows in layouts().items():
        fields = {name: kind for kind, name in rows if kind != "tag"}
        if measurement in ("signal", "archive") or not fields:
            continue
        tags = dict.fromkeys((name for kind, name in rows if kind == "tag"), "1")
        tags["machine"] = "vmc-1"
        series = ",".join([measurement, "site=demo", *(f"{key}={value}" for key, value in tags.items())])
        for point in range(POINTS):
            values = {"number": f"{point + 0.5}", "integer": f"{1 + point % 2}i", "text": '"x"'}
            asked_for = {("state", "state"): f"{point % 8}i", ("cycle", "kind"): '"prod"'}
            told = ",".join(f"{name}={asked_for.get((measurement, name), values[kind])}" for name, kind in fields.items())
            written.append(f"{series} {told} {now_ns - (POINTS - point) * STEP_NS}")
    return "\n".join(written) + "\n"


def targets(kind):
    """(board, panel, query) of every target that asks this kind of store."""
    for path in BOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                if target["datasource"]["type"] == kind:
                    yield path.name, panel["title"], target.get("query") or target.get("expr")


def filled_in(query):
    """As Grafana would send it."""
    for name, value in (("$timeFilter", "time > now() - 1h"), ("$__interval", "60s"), ("$machine", ".*")):
        query = query.replace(name, value)
    return query


def every_influxql_query_returns_points():
    with InfluxDB() as influx:
        influx.create()
        status, answer = fetch(f"{influx.url}/write?db=spindled", lines(time.time_ns()))
        assert status == 204, answer
        asked = empty = 0
        for board, panel, query in targets("influxdb"):
            asked += 1
            rows = [row for row in influx.query(filled_in(query))
                    if any(value is not None for key, value in row.items() if key != "time")]
            if not rows:
                empty += 1
                print(f"{board}: {panel}: nothing came of {query}")
        assert asked > 40, asked
        assert empty == 0, f"{empty} of {asked} queries returned nothing"


def the_cell_overview_shows_what_simulated_machines_did():
    """The first board again, filled by cncsim through the daemon as it runs in a shop."""
    with Cell() as cell, InfluxDB() as influx:
        influx.create()
        machines = modbus_machine("vmc-1", cell) + mtconnect_machine("hmc-3", cell)
        with Daemon(config(machines, f'  influx: {{url: "{influx.url}"}}')) as daemon:
            assert daemon.say("hmc-3", "run-start", part="HOUSING")[0] == 200  # an event, too
            # A window's KPIs come when it ends, which no test waits for.
            asked = [(panel, filled_in(query)) for board, panel, query in targets("influxdb")
                     if board == "cell.json" and 'FROM "kpi"' not in query]
            assert len(asked) >= 3, asked
            for panel, query in asked:
                wait_for(lambda query=query: any(
                    value is not None for row in influx.query(query)
                    for key, value in row.items() if key != "time"), f"points of {panel}: {query}", 75)


def every_field_that_is_asked_for_is_there():
    """InfluxDB answers null for a column nobody wrote: each one must have a value."""
    with InfluxDB() as influx:
        influx.create()
        fetch(f"{influx.url}/write?db=spindled", lines(time.time_ns()))
        for board, panel, query in targets("influxdb"):
            rows = influx.query(filled_in(query))
            columns = {key for row in rows for key in row}
            for column in columns:
                assert any(row.get(column) is not None for row in rows), (board, panel, column)


def every_metricsql_query_returns_points():
    with VictoriaMetrics() as store:
        now = time.time_ns()
        status, answer = fetch(f"{store.url}/write?db=", lines(now))
        assert status == 204, answer
        fetch(f"{store.url}/internal/force_flush")
        for board, panel, query in targets("prometheus"):
            asked = urllib.parse.urlencode({"query": filled_in(query), "step": "60s", "nocache": "1",
                                            "start": now // 10**9 - 3600, "end": now // 10**9})

            def series(asked=asked):
                answered = json.loads(fetch(f"{store.url}/api/v1/query_range?{asked}")[1])
                return answered["data"]["result"]
            wait_for(series, f"points of {board}: {panel}: {query}")


def codes_have_words_in_their_own_column_only():
    """A mapping of the whole panel is for panels of one code; in a table it would rename every other number."""
    for path in BOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            assert panel["type"] != "table" or "mappings" not in panel["fieldConfig"]["defaults"], (path.name, panel["title"])


def every_state_has_a_row_of_its_own():
    """Paths of one machine are not mixed, and each of the eight states is summed alone."""
    for board, panel, query in targets("influxdb"):
        if query.startswith('SELECT "state" FROM "state"'):
            assert '"path"' in query, (board, panel)
    summed = [query for _, _, query in targets("influxdb") if query.startswith('SELECT sum("dur") FROM "state"')]
    assert sorted(re.search(r'"state" = (\d)', query)[1] for query in summed) == list("01234567"), summed


def every_panel_has_a_place_of_its_own_and_a_known_source():
    sources = (ROOT / "config/grafana/provisioning/datasources/spindled.yaml").read_text()
    assert len(BOARDS) >= 7
    uids = set()
    for path in BOARDS:
        board = json.loads(path.read_text())
        assert board["uid"] not in uids
        uids.add(board["uid"])
        cells = set()
        for panel in board["panels"]:
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24, (path.name, panel["title"])
            covered = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                       for y in range(place["y"], place["y"] + place["h"])}
            assert not covered & cells, (path.name, panel["title"], "overlaps")
            cells |= covered
            for target in panel["targets"]:
                assert f"uid: {target['datasource']['uid']}\n" in sources, target
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


if __name__ == "__main__":
    run([every_panel_has_a_place_of_its_own_and_a_known_source, codes_have_words_in_their_own_column_only,
         every_state_has_a_row_of_its_own, every_influxql_query_returns_points,
         the_cell_overview_shows_what_simulated_machines_did,
         every_field_that_is_asked_for_is_there, every_metricsql_query_returns_points])
