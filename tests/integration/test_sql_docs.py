"""Every query of docs/sql.md runs read-only, and has rows on fourteen years of real prices."""

from __future__ import annotations

import re
from itertools import groupby

import pytest

from tests.conftest import Demo
from tests.support.worlds import ROOT
from warehouse.storage import connection

PAGE = (ROOT / "docs" / "sql.md").read_text()
QUERIES = dict(re.findall(r"^### \d+\. ([^\n]+)\n.*?^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
# What two days of recorded pages cannot tell.
NOT_IN_THE_DEMO = {"The cheapest price over time", "The biggest drops"}


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
        assert con.execute(QUERIES[name]).fetchall()


def test_indices_of_real_history_are_plausible(archive: Demo) -> None:
    query = (
        "select index_id, status, level_median, p25, p75, chained_base100, chain_start, n_providers, vintage, day "
        "from v1.index_daily order by index_id, day"
    )
    with connection.published(archive.home) as con:
        rows = con.execute(query).fetchall()
        bad = con.execute("select count(*) from v1.index_daily where level_median not between 0.02 and 40").fetchall()
    assert bad == [(0,)]
    assert {"a100-80gb-on-demand", "a100-40gb-on-demand", "h100-80gb-on-demand"} <= {row[0] for row in rows}
    for _, group in groupby(rows, key=lambda row: row[0]):
        days = list(group)
        assert [row[8] for row in days] == ["final"] * (len(days) - 1) + ["provisional"]
        for _, status, median, p25, p75, chained, start, n, _, day in days:
            assert (status == "ok") == (n >= 3) == (median is not None) == (chained is not None)
            assert median is None or p25 <= median <= p75
            assert start != day or chained == 100
