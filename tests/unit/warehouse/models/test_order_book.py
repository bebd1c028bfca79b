"""An order book: every ask is landed, percentiles are prices, the lowest ask never is."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from scrapers.model import Offer
from tests.support.worlds import at, built, offer, put, put_together, rows, seen
from warehouse.engine import build
from warehouse.storage import connection
from warehouse.storage.state_dir import Home


def ask(number: int, price: str, **facts: object) -> Offer:
    known = {"source": "order_book", "instance": f"{number} verified", "gpu_label": "H100 SXM"}
    return offer(price, **(known | {"price_unit": "instance_hour"} | facts))


def test_percentiles_are_published_but_single_asks_are_not(tmp_path: Path) -> None:
    home = Home(tmp_path)
    asks = [ask(i, price) for i, price in enumerate(["0.02", "1.90", "2.00", "2.10", "9.00"])]
    asks += [ask(10 + i, price, gpu_count=Decimal(8)) for i, price in enumerate(["16", "17"])]  # two are no market
    asks += [ask(20, "0.01", availability="sold_out")]
    put(home, seen("2026-09-20", asks, provider="vast", source="order_book"))
    with built(home, "v1.price_intervals") as con:
        found = rows(
            con,
            "select source, instance, gpu_count, usd_per_gpu_hour from v1.price_intervals where provider = 'vast' order by all",
        )
    assert [(r["source"], r["instance"], int(r["gpu_count"]), float(r["usd_per_gpu_hour"])) for r in found] == [
        ("order_book_median", "asks", 1, 2.0),
        ("order_book_tenth", "asks", 1, 0.772),
    ]


def test_data_centers_have_a_market_of_their_own(tmp_path: Path) -> None:
    home = Home(tmp_path)
    asks = [ask(i, price, instance=f"{i} verified hosting_type") for i, price in enumerate(["3.00", "3.10", "3.20"])]
    asks += [ask(10 + i, price) for i, price in enumerate(["1.00", "1.10"])]
    put(home, seen("2026-09-20", asks, provider="vast", source="order_book"))
    with built(home, "v1.price_intervals") as con:
        found = rows(
            con, "select instance, usd_per_gpu_hour from v1.price_intervals where source = 'order_book_median'"
        )
    assert {r["instance"]: float(r["usd_per_gpu_hour"]) for r in found} == {"asks": 3.0, "asks of data centers": 3.1}


def test_a_book_in_several_answers_is_one_book(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = [ask(i, price) for i, price in enumerate(["1.00", "2.00", "3.00"])]
    rest = [ask(2, "3.00"), ask(3, "4.00"), ask(4, "5.00")]  # the last ask of the first answer comes again
    answers = [
        seen("2026-09-20", asks, provider="vast", source="order_book", url=f"https://v.test/#{n}", captured_at=at("2026-09-20", f"06:1{n}:00"))
        for n, asks in enumerate((first, rest))
    ]  # fmt: skip
    put_together(home, *answers)
    with built(home, "v1.price_intervals") as con:
        medians = rows(con, "select usd_per_gpu_hour, text from v1.price_intervals where source = 'order_book_median'")
    assert [(float(r["usd_per_gpu_hour"]), r["text"]) for r in medians] == [(3.0, "half of 5 asks are below this")]


def test_averages_exclude_marketplaces_and_aggregators(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, seen("2026-09-20", [offer("2.00")], provider="lambda", origin="recorded"))
    for slug in ("shadeform", "primeintellect", "hyperbolic", "lium"):
        put(home, seen("2026-09-20", [offer("0.50", source="x")], provider=slug, source="x", origin="recorded"))
    with built(home, "marts.price_averages", "marts.price_table") as con:
        (average,) = rows(con, "select n_providers, average from marts.price_averages where edition = 'newest'")
        markets = rows(con, "select provider, market from marts.price_table where edition = 'newest' order by all")
    assert (average["n_providers"], average["average"]) == (1, 2)
    assert {r["provider"] for r in markets if r["market"] == "marketplace"} == {
        "shadeform", "primeintellect", "hyperbolic", "lium",
    }  # fmt: skip


def test_what_an_append_brings_is_derived_too(tmp_path: Path) -> None:
    """An append asks `staging.derivable_offers` whether there is anything to derive from, before it looks at all."""
    home = Home(tmp_path)
    meter = {"source": "products_api", "instance": "B89734", "gpu_label": "V100", "price_unit": "gpu_hour"}
    with connection.in_memory() as con:
        for day, cents in (("2026-09-18", 0), ("2026-09-19", 10), ("2026-09-20", 20)):
            if cents:
                book = [ask(i, f"{price}.{cents}") for i, price in enumerate((1, 2, 3))]
                put(home, seen(day, book, provider="vast", source="order_book"))
                put(home, seen(day, [offer(f"2.{cents}", **meter)], provider="oracle", source="products_api"))
            put(home, seen(day, [offer("2.00")]))
            build.build(con, home)
        assert con.execute("select grew_from is not null from core.build").fetchall() == [(True,)]
        sources = con.execute("select source, count(*) from v1.price_intervals group by source order by all").fetchall()
    derived = dict(sources)
    assert derived["order_book_median"] == derived["order_book_tenth"] == 2
    assert derived["derived_shapes"] == 2 * 7  # three virtual machines, as spot too, and the whole one
