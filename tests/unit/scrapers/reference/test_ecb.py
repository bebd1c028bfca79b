"""Exchange rates: fetched like every page, parsed without rounding, landed, and preferred to bundled ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.ingest.scrape_provider import collect_rates
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.replay import Replay
from scrapers.model import LayoutError, Page
from scrapers.reference import ecb
from warehouse.engine import build, incremental, model_graph
from warehouse.storage.connection import in_memory
from warehouse.storage.state_dir import Home

FEEDS = Path(__file__).parents[3] / "support" / "feeds"


def page(content: bytes) -> Page:
    return Page("ecb", ecb.DAILY.url, datetime(2026, 9, 20, tzinfo=UTC), content=content)


def test_fetched_rates_take_precedence_over_bundled_ones(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with Fetcher(Archive(home.root), Replay(FEEDS)) as fetcher:
        assert collect_rates(fetcher, home) == 8
        assert collect_rates(fetcher, home) == 8  # the same page again
    assert len(list(home.landing.glob("rates/ecb/*.parquet"))) == 1
    landed = next(home.landing.glob("rates/ecb/*.parquet"))
    with in_memory() as con:
        build.open_landing(con, home)
        con.execute("create schema staging; create table staging.raw_offers as select 'CNY' as currency")
        # A landed rate that differs from the bundled one must be the one that is used.
        con.execute(f"create or replace view landing.rates as from '{landed}' union all "
                    "select date '2026-10-30', c, r, '' from (values ('USD', 2), ('GBP', 4)) t(c, r)")  # fmt: skip
        incremental.write(con, model_graph.load()["staging.fx_rates"])
        got = dict(
            con.execute("select currency, usd_per_unit from staging.fx_rates where rate_on = '2026-10-30'").fetchall()
        )
        assert got["GBP"] == 0.5
        assert got["EUR"] == 2.0
        cny = "select usd_per_unit from staging.fx_rates where currency = 'CNY' and rate_on = '2026-09-18'"
        assert con.execute(cny).fetchall()[0][0] == pytest.approx(1.146 / 7.6755)
        # Every landed and bundled day once per currency, USD itself at one.
        twice = "select currency, rate_on from staging.fx_rates group by all having count(*) > 1"
        assert con.execute(twice).fetchall() == []
        dollars = "select distinct usd_per_unit from staging.fx_rates where currency = 'USD'"
        assert con.execute(dollars).fetchall() == [(1.0,)]


def test_rates_keep_every_digit() -> None:
    content = (FEEDS / "ecb" / "2026-09-20_reference-rates" / "page.xml").read_bytes()
    rates = ecb.rates(page(content))
    assert ecb.Rate(date(2026, 9, 18), "USD", Decimal("1.146")) in rates
    assert len(rates) == 8


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>maintenance</body></html>",
        b"<Envelope><Cube><Cube time='2026-09-18'></Cube></Cube></Envelope>",
        b"<Envelope><Cube><Cube time='2026-09-18'><Cube currency='USD' rate='0'/></Cube></Cube></Envelope>",
        b"<Envelope><Cube><Cube time='2026-09-18'><Cube currency='USD' rate='n/a'/></Cube></Cube></Envelope>",
        b"<Envelope><Cube><Cube time='today'><Cube currency='USD' rate='1.1'/></Cube></Cube></Envelope>",
    ],
)
def test_other_content_raises(content: bytes) -> None:
    with pytest.raises(LayoutError, match="ecb: unknown layout"):
        ecb.rates(replace(page(content)))
