"""The dashboards for Grafana and Superset: every query runs on a real Postgres, and Superset shows them."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Demo
from tests.support import superset_server
from tests.support.postgres_server import PostgresServer
from tests.support.worlds import ROOT
from warehouse.publish.postgres.postgres_publication import publish_to

pytestmark = pytest.mark.extras

GRAFANA = ROOT / "dashboards" / "grafana"
ALWAYS = "'2020-01-01' and '2099-01-01'"  # Grafana's time range


@pytest.fixture(scope="module")
def filled(postgres: PostgresServer, demo: Demo) -> str:
    """A database with the demo's prices, as the reader sees it."""
    import psycopg

    with psycopg.connect(postgres.address("postgres"), autocommit=True) as con:
        con.execute("drop database if exists shown")
        con.execute("create database shown")
    publish_to(demo.home, postgres.address("shown"))
    with psycopg.connect(postgres.address("shown"), autocommit=True) as con:
        con.execute("drop role if exists reader")
        con.execute("create role reader login password 'reader' in role gpuhour_reader")
    return postgres.address("shown", "reader", "reader")


def grafana() -> Iterator[tuple[str, str]]:
    """Yield title and SQL of every panel and variable, as Grafana sends it."""
    dashboard = json.loads((GRAFANA / "gpu-prices.json").read_text())
    variables = dashboard["templating"]["list"]
    for variable in variables:
        yield f"${variable['name']}", variable["query"]
    values = {variable["name"]: variable["current"]["value"] for variable in variables}
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            query = re.sub(r"\$\{(\w+):sqlstring\}", lambda name: f"'{values[name[1]]}'", target["rawSql"])
            query = re.sub(r"\$__timeFilter\(([\w.]+)\)", rf"\1 between {ALWAYS}", query)
            assert "$" not in query, query
            yield panel["title"], query


def superset() -> Iterator[tuple[str, str]]:
    """Yield title and SQL of every chart, as Superset wraps its dataset's query."""
    datasets = {}
    for path in (superset_server.DASHBOARDS / "datasets").rglob("*.yaml"):
        facts = yaml.safe_load(path.read_text())
        datasets[facts["uuid"]] = facts
    for path in sorted((superset_server.DASHBOARDS / "charts").glob("*.yaml")):
        chart = yaml.safe_load(path.read_text())
        facts, params = datasets[chart["dataset_uuid"]], chart["params"]
        columns = {column["column_name"] for column in facts["columns"]}
        filters = [f"{each['subject']} = '{each['comparator']}'" for each in params["adhoc_filters"]]
        where = f" where {' and '.join(filters)}" if filters else ""
        if params["viz_type"] == "table":
            assert set(params["all_columns"]) <= columns
            selected, group = ", ".join(params["all_columns"]), ""
        else:
            (metric,) = [each["expression"] for each in facts["metrics"] if each["metric_name"] in params["metrics"]]
            by = [params["x_axis"], *params["groupby"]]
            assert set(by) <= columns
            selected, group = ", ".join([*by, metric]), f" group by {', '.join(by)}"
        query = f"select {selected} from ({facts['sql']}) as virtual_table{where}{group} limit {params['row_limit']}"
        yield chart["slice_name"], query


@pytest.mark.parametrize("tool", [grafana, superset], ids=lambda tool: tool.__name__)
def test_every_query_gives_rows(filled: str, tool: Any, record_property: Any) -> None:
    import psycopg

    queries = list(tool())
    assert len(queries) >= 6
    with psycopg.connect(filled, autocommit=True) as con:
        for title, query in queries:
            con.execute(query)
            start = time.perf_counter()
            rows = con.execute(query).fetchall()
            seconds = time.perf_counter() - start
            record_property(title, f"{seconds:.3f}")
            assert rows, title
            assert seconds < 2, f"{title} takes {seconds:.2f} s; the aim is 0.1"  # with room for a busy machine


def test_dashboards_rest_on_files_that_are_there() -> None:
    sources = yaml.safe_load((GRAFANA / "provisioning" / "datasources" / "gpuhour.yaml").read_text())["datasources"]
    dashboard = json.loads((GRAFANA / "gpu-prices.json").read_text())
    assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} == {sources[0]["uid"]}
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]) >= 6
    provider = yaml.safe_load((GRAFANA / "provisioning" / "dashboards" / "gpuhour.yaml").read_text())["providers"][0]
    assert provider["type"] == "file" and provider["options"]["path"]
    charts = {yaml.safe_load(p.read_text())["uuid"] for p in (superset_server.DASHBOARDS / "charts").glob("*.yaml")}
    (board,) = [yaml.safe_load(p.read_text()) for p in (superset_server.DASHBOARDS / "dashboards").glob("*.yaml")]
    placed = {
        each["meta"]["uuid"]
        for each in board["position"].values()
        if isinstance(each, dict) and each["type"] == "CHART"
    }
    assert placed == charts and len(charts) >= 6


def test_superset_shows_the_dashboard(filled: str, tmp_path: Path) -> None:
    """Look at the picture after a change of the dashboards: its path is in the test's output."""
    superset_server.program()
    from playwright.sync_api import sync_playwright

    from scrapers.fetching import chromium

    browser_path = chromium.find()
    if browser_path is None:
        pytest.skip("needs Chromium: make setup installs it")
    address = filled.replace("postgres://", "postgresql+psycopg2://", 1)
    picture = Path(os.environ.get("GPUHOUR_SCREENSHOTS") or tmp_path) / "superset.png"
    with superset_server.running(tmp_path, address) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, chromium_sandbox=os.geteuid() != 0)
        page = browser.new_page(viewport={"width": 1600, "height": 1500})
        failures: list[str] = []
        page.on("response", lambda got: failures.append(f"{got.status} {got.url}") if got.status >= 400 else None)
        page.goto(f"{site}/login/")
        page.fill("#username", "admin")
        page.fill("#password", superset_server.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url, timeout=60_000)
        page.goto(f"{site}/superset/dashboard/gpu-prices/")
        page.wait_for_selector("text=Cheapest on-demand price by GPU", timeout=90_000)
        page.wait_for_function(
            "document.querySelectorAll('[data-test=\"loading-indicator\"]').length === 0 && "
            "document.querySelectorAll('table').length >= 2 && document.querySelectorAll('canvas').length >= 2",
            timeout=90_000,
        )
        page.wait_for_timeout(1500)
        page.screenshot(path=picture, full_page=True)
        text = page.inner_text("body")
        browser.close()
    print(f"picture: {picture}")
    assert picture.stat().st_size > 50_000
    assert "H100" in text and "Unexpected error" not in text and "Error" not in text.replace("Errors", "")
    assert not [failure for failure in failures if "/chart/data" in failure], failures
