"""Every query of docs/sql.md runs read-only, and has rows on fourteen years of real prices."""

from __future__ import annotations

import re

import pytest

from tests.conftest import Demo
from tests.support.worlds import ROOT
from warehouse.storage import connection

PAGE = (ROOT / "docs" / "sql.md").read_text()
QUERIES = dict(re.findall(r"^### \d+\. ([^\n]+)\n.*?^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
# What two days of recorded pages cannot tell.
NOT_IN_THE_DEMO = {"The cheapest price over time", "The biggest drops", "Quarantined prices, and why"}
# Of the day that "now" means, on which no price of the archive, which ends in 2024, is in force.
NOW = re.compile(
    r"v1\.(offers_latest|focus_price_sheet|cost_per_token|cost_per_unit|training_cost|self_host_vs_api)\b(?!_)"
)


def test_all_queries_are_extracted() -> None:
    assert len(QUERIES) == PAGE.count("```sql") >= 20
    numbers = [int(n) for n in re.findall(r"^### (\d+)\.", PAGE, re.MULTILINE)]
    assert numbers == list(range(1, len(QUERIES) + 1))


def test_every_query_says_what_it_answers() -> None:
    for chunk in PAGE.split("\n### ")[1:]:
        said = chunk.split("```sql")[0].split("\n", 1)[1].strip()
        assert "?" in said or said.startswith("Every"), chunk[:60]
        assert re.search(r"one row per", said, re.IGNORECASE), chunk[:60]


@pytest.mark.parametrize("name", QUERIES)
def test_query_runs_on_the_demo(demo: Demo, name: str) -> None:
    with connection.published(demo.home) as con:
        assert bool(con.execute(QUERIES[name]).fetchall()) == (name not in NOT_IN_THE_DEMO)


@pytest.mark.parametrize("name", QUERIES)
def test_query_answers_on_real_history(archive: Demo, name: str) -> None:
    assert archive.code == 0, archive.stderr
    with connection.published(archive.home) as con:
        assert con.execute(QUERIES[name]).fetchall() or NOW.search(QUERIES[name])
