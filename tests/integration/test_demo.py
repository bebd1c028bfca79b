"""The published demo: every table has rows, and they agree with each other and with a rebuild."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import Demo, Run
from tests.support.published import TABLES, make
from tests.support.worlds import rows
from tests.unit.warehouse.models.test_history import contents
from tests.unit.warehouse.models.test_index import A100
from warehouse.engine import build, model_graph
from warehouse.storage import connection
from warehouse.storage.state_dir import Home


def test_every_table_of_the_demo_has_rows(demo: Demo) -> None:
    with connection.published(demo.home) as con:
        published = con.execute(
            "select table_schema || '.' || table_name from information_schema.tables where table_schema in ('v1', 'marts')"
        ).fetchall()
        assert {n for (n,) in published} == {n for n in model_graph.load() if n.startswith(("v1.", "marts."))}
        empty = [n for (n,) in published if not con.execute(f"select count(*) from {n}").fetchall()[0][0]]
        assert sorted(empty) == [
            "marts.crosscheck",
            "marts.hosted_price_faults",
            "v1.hosted_price_changes",
            "v1.hosted_price_intervals",
            "v1.index_revisions",
            "v1.quality_events",
        ], "what needs others' catalogs, the past, or a wrong price"
        both = con.execute("select distinct edition from marts.price_table order by 1").fetchall()
        assert both == [("newest",), ("seed",)]


def test_index_price_of_a_provider_is_its_lowest_in_force(demo: Demo) -> None:
    query = """
        with lowest as (
            select s.provider, min(p.usd_per_gpu_hour) as usd
            from v1.prices_as_of((select max(seen_on) from v1.source_health)) as p join v1.index_series as s using (series_id)
            where s.index_id = $index and p.is_preferred
            group by s.provider
        )
        select median(usd::double)::decimal(18, 6) as usd, count(*) as n, (select max(seen_on) from v1.source_health) as day from lowest
    """
    with connection.published(demo.home) as con:
        (expected,) = rows(con, query.replace("$index", f"'{A100}'"))
        (got,) = rows(con, "from v1.index_daily where index_id = ? and day = ?", A100, expected["day"])
    assert (got["basket_median"], got["n_providers"]) == (expected["usd"], expected["n"])
    assert got["n_providers"] >= 3


@pytest.mark.slow
def test_a_warehouse_rebuilt_from_its_landing_has_the_same_rows(demo: Demo, tmp_path: Path) -> None:
    home = Home(tmp_path / "again")
    shutil.copytree(demo.home.landing, home.landing)
    with connection.warehouse(home) as con:
        build.build(con, home)
        rebuilt = contents(con)
    copy = tmp_path / "warehouse.duckdb"
    shutil.copy(demo.home.warehouse, copy)
    with connection.open_read_only(copy) as con:
        con.execute("set TimeZone = 'UTC'")
        assert contents(con) == rebuilt
    assert len(rebuilt["v1.price_intervals"]) > 200


@pytest.mark.parametrize("table", TABLES)
def test_handmade_tables_match_the_real_ones(demo: Demo, table: str, tmp_path: Path) -> None:
    described = []
    for home in (make(tmp_path), demo.home):
        with connection.published(home) as con:
            described.append(
                dict(
                    con.execute(
                        "select column_name, data_type from information_schema.columns "
                        "where table_schema = 'v1' and table_name = ?",
                        [table],
                    ).fetchall()
                )
            )
    by_hand, real = described
    assert set(by_hand) <= set(real)
    differ = {c: (by_hand[c], real[c]) for c in by_hand if not _same_kind(by_hand[c], real[c])}
    assert not differ


def _same_kind(one: str, other: str) -> bool:
    numbers = ("DECIMAL", "DOUBLE", "INTEGER", "BIGINT", "HUGEINT")
    return one == other or (one.startswith(numbers) and other.startswith(numbers))


def test_history_and_changes_of_the_demo(run: Run, demo: Demo) -> None:
    said = run("history", "A100", "--provider", "oracle", "--chart", home=demo.home)
    assert said.code == 0 and said.out.startswith("A100: USD per GPU-hour") and "oracle" in said.out
    found = run("changes", "--since", "2026-09-01", "--json", home=demo.home).records()
    assert found and {r["kind"] for r in found} == {"new", "announced"}
