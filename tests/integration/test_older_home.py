"""A state folder that gpuhour 0.1.0 made opens with the rows that it published.

`home_of_0_1/` was written by the code of 0.1.0: four days of landing, whose files lack the columns that came later, a
DuckDB ledger with two verdicts, and what it published from them.
"""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pytest

from tests.support.worlds import ROOT, rows
from warehouse.publish import release
from warehouse.storage import connection, ledger
from warehouse.storage.state_dir import Home

MADE_BY_0_1 = ROOT / "tests" / "support" / "home_of_0_1"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    shutil.copytree(MADE_BY_0_1 / "landing", home.landing)
    home.duckdb_ledger.write_bytes(gzip.decompress((MADE_BY_0_1 / "ledger.duckdb.gz").read_bytes()))
    return home


@pytest.mark.usefixtures("without_costs")
def test_home_of_0_1_publishes_the_same_rows(home: Home) -> None:
    expected = json.loads((MADE_BY_0_1 / "published.json").read_text())
    release.build_and_publish(home)
    with connection.published(home) as con:
        for table, before in expected.items():
            of_sources = "source <> 'seed'" if table in ("price_intervals", "price_changes") else "true"
            now = rows(con, f"from v1.{table} where {of_sources}")
            assert len(now) == len(before) >= 2
            # Of the columns that it had. A region that no page states was '' in some tables and is NULL in all.
            texts = [{name: None if row[name] in (None, "") else str(row[name]) for name in before[0]} for row in now]
            stated = [{name: value or None for name, value in row.items()} for row in before]
            assert sorted(map(json.dumps, texts)) == sorted(map(json.dumps, stated)), table


def test_verdicts_of_0_1_count(home: Home) -> None:
    assert [(d.verdict, d.decided_by, d.note) for d in ledger.decisions(home)] == [
        ("rejected", "ann", "no such price")
    ] * 2
    assert home.duckdb_ledger.exists()  # copied, and kept
