"""The market that benchmarks invent can be landed, built and asked: a benchmark that cannot run measures nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.benchmarks import bench_history, many_prices
from warehouse.storage.state_dir import Home


@pytest.mark.extras
def test_invented_prices_are_published_and_every_question_agrees(tmp_path: Path) -> None:
    size = many_prices.Size(series=100, days=4, percent=30)
    home = Home(tmp_path / "home")
    with duckdb.connect() as scratch:
        scratch.execute("set TimeZone = 'UTC'")
        many_prices.invent(scratch, size)
        many_prices.land(scratch, home, size, 0, size.days)
        _, how = many_prices.released(home)
        assert "through the gate" in how and "publication and exports" in how
        scratch.execute(
            f"create table obs as select item, date '{many_prices.FIRST}' + day::integer as day, price from "
            f"(select item, price, unnest(range(from_day, least(to_day, {size.days}))) as day from moves)"
        )
        scratch.execute("create table usage as select item, day from obs")
        questions = bench_history.questions(size)
        theirs = {name: scratch.execute(query).fetchall() for name, (_, query) in questions.items()}
    with duckdb.connect() as reader:
        reader.execute(f"attach '{home.published}' as p (read_only); use p")
        reader.execute(
            "create temp table usage as select series_id, observed_on as day from v1.price_history where source = 'bench/feed'"
        )
        ours = {name: reader.execute(query).fetchall() for name, (query, _) in questions.items()}
    assert len(ours) >= 7
    assert {name: bench_history.close(ours[name], theirs[name]) for name in ours} == dict.fromkeys(ours, True)
