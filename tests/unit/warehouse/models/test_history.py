"""Prices in force on a day: seen, carried forward, gone, announced; and rebuilding gives the same rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.model import Offer
from tests.support.effort import examples
from tests.support.worlds import at, built, extend, offer, put, rows, seen
from warehouse.engine import build, build_plan
from warehouse.storage import connection
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home

D1, D2, D3, D4 = "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"
InForce = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[..., InForce]]:
    """Return world(scrapes...) -> in_force(day, max_age=35) over a warehouse of these scrapes."""
    open_ones = []

    def make(*looks: Seen) -> InForce:
        home = Home(tmp_path / "home")
        put(home, *looks)
        context = built(home, "v1.prices_as_of", "v1.price_history")
        con = context.__enter__()
        open_ones.append(context)

        def in_force(day: str, max_age: int = 35) -> list[dict[str, Any]]:
            return rows(
                con, f"from v1.prices_as_of('{day}', max_age := {max_age}) where source <> 'seed' order by price"
            )

        return in_force

    yield make
    for context in open_ones:
        context.__exit__(None, None, None)


def money(found: list[dict[str, Any]]) -> list[Decimal]:
    return [row["usd_per_gpu_hour"] for row in found]


# -- what is in force ----------------------------------------------------------------------------------------------


def test_live_prices_replace_replayed_ones(world: Callable[..., InForce]) -> None:
    recorded, other = seen(D1, [offer("9.00")], origin="recorded"), "oracle"
    sample = seen(D1, [offer("8.00")], origin="sample", provider="aws", url="https://aws.example/")
    live = seen(D2, [offer("3.00")], origin="live", provider="aws", url="https://aws.example/")
    failed = seen(D2, status="failed", origin="live", provider=other, url="https://oracle.example/")
    demo = seen(D1, [offer("4.00")], origin="sample", provider=other, url="https://oracle.example/")
    in_force = world(recorded, seen(D2, [offer("2.00", instance="two")], origin="live"), demo, failed, sample, live)
    assert [(r["provider"], r["origin"], r["usd_per_gpu_hour"]) for r in in_force(D2)] == [
        ("lambda", "live", Decimal(2)),
        ("aws", "live", Decimal(3)),
        (other, "sample", Decimal(4)),  # a live try that failed replaces nothing
    ]
    assert [r["provider"] for r in in_force(D1)] == [other]


def test_price_is_in_force_from_the_day_it_was_seen(world: Callable[..., InForce]) -> None:
    in_force = world(seen(D1, [offer("2.00")]), seen(D3, [offer("1.50")]))
    assert money(in_force("2026-03-01")) == []
    assert [money(in_force(day)) for day in (D1, D2, D3)] == [[Decimal(2)], [Decimal(2)], [Decimal("1.5")]]
    (row,) = in_force(D2)
    assert (row["age_days"], row["is_carried_forward"], row["last_seen_on"]) == (1, False, date.fromisoformat(D1))


def test_max_age_is_counted_in_days(world: Callable[..., InForce]) -> None:
    in_force = world(seen(D1, [offer("2.00")]))
    assert len(in_force(D4, max_age=3)) == 1 and in_force(D4, max_age=2) == []
    assert len(in_force("2026-04-06")) == 1 and in_force("2026-04-07") == []  # 35 and 36 days later


def test_price_missing_from_a_complete_scrape_is_gone(world: Callable[..., InForce]) -> None:
    in_force = world(
        seen(D1, [offer("2.00", instance="a"), offer("3.00", instance="b")]), seen(D2, [offer("3.00", instance="b")])
    )
    assert money(in_force(D1)) == [2, 3] and money(in_force(D2)) == [3]


@pytest.mark.parametrize("status", ["failed", "layout_changed", "needs_key", "robots_denied"])
def test_failed_scrape_carries_the_last_good_price_forward(world: Callable[..., InForce], status: Any) -> None:
    in_force = world(seen(D1, [offer("2.00")]), seen(D2, status=status, detail="why"))
    (row,) = in_force(D2)
    assert (row["usd_per_gpu_hour"], row["is_carried_forward"], row["age_days"]) == (2, True, 1)
    assert not in_force(D1)[0]["is_carried_forward"]


def test_one_failed_page_of_several_carries_forward(world: Callable[..., InForce]) -> None:
    one, two = "https://x.com/1", "https://x.com/2"
    in_force = world(
        seen(D1, [offer("2.00", instance="a")], url=one), seen(D1, [offer("3.00", instance="b")], url=two),
        seen(D2, [offer("2.10", instance="a")], url=one), seen(D2, status="failed", url=two),
    )  # fmt: skip
    assert [(r["usd_per_gpu_hour"], r["is_carried_forward"]) for r in in_force(D2)] == [
        (Decimal("2.1"), False),
        (3, True),
    ]


def test_part_of_a_list_withdraws_nothing(world: Callable[..., InForce]) -> None:
    both, one = [offer("1.00"), offer("2.00", instance="two")], [offer("1.10")]
    in_force = world(seen(D1, both), seen(D2, one, status="partial", detail="partial: 1 of 2"))
    assert money(in_force(D2)) == [Decimal("1.10"), Decimal("2.00")]


def test_source_health_says_what_a_page_lacks_or_stood_in_for(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(
        home,
        seen(D1, [offer()], status="partial", detail="partial: 1 of 2"),
        seen(D2, [offer()], detail="b was read instead of a"),
        seen(D3, [offer()]),
    )
    with built(home, "v1.source_health") as con:
        told = rows(con, "select status, detail from v1.source_health where source <> 'seed' order by seen_on")
    assert [(r["status"], r["detail"] or "") for r in told] == [
        ("partial", "partial: 1 of 2"), ("ok", "b was read instead of a"), ("ok", "")
    ]  # fmt: skip


def test_no_public_price_ends_a_price(world: Callable[..., InForce]) -> None:
    in_force = world(seen(D1, [offer("2.00")]), seen(D2, status="no_public_price", detail="Contact sales"))
    assert money(in_force(D1)) == [2] and in_force(D2) == []


def test_no_public_price_on_one_page_does_not_end_prices_of_a_failed_page(world: Callable[..., InForce]) -> None:
    one, two = "https://x.com/1", "https://x.com/2"
    in_force = world(
        seen(D1, [offer("2.00")], url=one),
        seen(D2, status="failed", url=one), seen(D2, status="no_public_price", url=two),
    )  # fmt: skip
    assert [(r["usd_per_gpu_hour"], r["is_carried_forward"]) for r in in_force(D2)] == [(2, True)]


def test_prices_end_when_gone_beside_a_page_without_prices(world: Callable[..., InForce]) -> None:
    one, two = "https://x.com/1", "https://x.com/2"
    in_force = world(
        seen(D1, [offer("2.00", instance="a"), offer("3.00", instance="b")], url=one),
        seen(D2, [offer("2.00", instance="a")], url=one), seen(D2, status="no_public_price", url=two),
    )  # fmt: skip
    assert money(in_force(D2)) == [2]


def test_other_source_of_the_provider_ends_nothing(world: Callable[..., InForce]) -> None:
    in_force = world(
        seen(D1, [offer("2.00")]), seen(D2, [offer("9.00", source="api")], url="https://x.com/api", source="api")
    )
    assert sorted(money(in_force(D2))) == [2, 9]


def test_each_zone_has_a_history_of_its_own(world: Callable[..., InForce]) -> None:
    zones = [offer("2.00", zone="one"), offer("3.00", zone="two")]
    in_force = world(seen(D1, zones), seen(D2, zones[:1]))
    assert money(in_force(D1)) == [2, 3] and money(in_force(D2)) == [2]


def test_an_announced_price_waits_for_its_day(world: Callable[..., InForce]) -> None:
    in_force = world(
        seen(D1, [offer("2.00")]), seen(D2, [offer("1.00", effective_from=date.fromisoformat(D4))]),
    )  # fmt: skip
    assert [money(in_force(day)) for day in (D1, D2, D3, D4)] == [[2], [2], [2], [1]]


def test_an_announced_change_happens_on_its_day_under_the_same_id(tmp_path: Path) -> None:
    home, last = Home(tmp_path), date.fromisoformat(D4)
    now = [offer("2.00"), offer("2.00", instance="b")]
    coming = [
        offer("1.00", effective_from=last), offer("3.00", instance="b", effective_from=last),
        offer("4.00", instance="c", effective_from=last),
    ]  # fmt: skip
    query = "select instance, kind, changed_on::varchar as day, event_id from v1.price_changes where source <> 'seed' and changed_on > ? order by 1"
    with connection.in_memory() as con:
        put(home, seen(D1, now, origin="sample"), seen(D2, [*now, *coming], origin="sample"))
        extend(con, home, "v1.price_changes")
        before = rows(con, query, D1)
        put(home, seen(D4, [offer("1.00"), offer("3.00", instance="b"), offer("4.00", instance="c")], origin="sample"))
        extend(con, home, "v1.price_changes")
        after = rows(con, query, D1)
    assert [(r["instance"], r["kind"], r["day"]) for r in before] == [(i, "announced", D4) for i in ("b", "c", "one")]
    assert [(r["instance"], r["kind"], r["day"]) for r in after] == [
        ("b", "rise", D4),
        ("c", "new", D4),
        ("one", "drop", D4),
    ]
    assert [r["event_id"] for r in before] == [r["event_id"] for r in after]


def test_a_price_is_in_force_up_to_its_stated_end(world: Callable[..., InForce]) -> None:
    """Also as seen from a later day, and while no scrape says what came after it."""
    in_force = world(seen(D1, [offer("2.00", effective_until=date.fromisoformat(D2)), offer("9.00", instance="b")]))
    assert [money(in_force(day)) for day in (D1, D2, D3, D4)] == [[2, 9], [2, 9], [9], [9]]
    assert in_force(D2)[0]["effective_until"] == date.fromisoformat(D2)


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([offer("2.00", effective_until=date(2026, 3, 31))], [[2], [2], [2], [2]]),  # prolonged
        ([offer("2.00")], [[2], [2], [2], [2]]),  # no end any more
        ([offer("3.00")], [[2], [2], [3], [3]]),  # another price, as said
        ([offer("3.00", effective_from=date.fromisoformat(D4))], [[2], [2], [2], [3]]),  # announced for the day after
        ([], [[2], [2], [], []]),  # withdrawn before its end
        (None, [[2], [2], [2], []]),  # not read again
    ],
)
def test_what_follows_a_price_with_a_stated_end(
    world: Callable[..., InForce], later: list[Offer] | None, expected: list[list[int]]
) -> None:
    ends = offer("2.00", effective_until=date.fromisoformat(D3))
    in_force = world(seen(D1, [ends]), *([] if later is None else [seen(D3, later)]))
    assert [money(in_force(day)) for day in (D1, D2, D3, D4)] == expected


def test_a_price_whose_end_had_passed_was_not_offered(world: Callable[..., InForce]) -> None:
    """A page that was not tidied up states nothing of today; the last price of the series is gone, as when absent."""
    ended = offer("2.00", effective_until=date.fromisoformat(D1))
    in_force = world(seen(D1, [ended]), seen(D2, [ended, offer("9.00", instance="b")]), seen(D4, [offer("2.50")]))
    assert [money(in_force(day)) for day in (D1, D2, D4)] == [[2], [9], [2.5]]


def test_an_announced_price_ends_on_its_day_too(world: Callable[..., InForce]) -> None:
    """What the price is after a sale, nobody has said before a scrape has seen it."""
    sale = offer("1.00", effective_from=date.fromisoformat(D2), effective_until=date.fromisoformat(D3))
    in_force = world(seen(D1, [offer("2.00"), sale]))
    assert [money(in_force(day)) for day in (D1, D2, D3, D4)] == [[2], [1], [1], []]


def test_an_end_is_no_change_of_price(tmp_path: Path) -> None:
    """A price that ended and is stated anew is no event unless it differs; not stated anew, it is gone since its end."""
    home = Home(tmp_path)
    query = (
        "select instance, kind, changed_on::varchar as day from v1.price_changes where source <> 'seed' order by all"
    )
    ends = [offer("2.00", instance=i, effective_until=date.fromisoformat(D2)) for i in ("cheaper", "gone", "same")]
    intervals = "select instance, ended_by, valid_to::varchar as day from v1.price_intervals where source <> 'seed' order by all"
    with connection.in_memory() as con:
        put(home, seen(D1, ends))
        extend(con, home, "v1.price_changes")
        assert {(r["ended_by"], r["day"]) for r in rows(con, intervals)} == {("expired", D3)}
        assert {(r["kind"], r["day"]) for r in rows(con, query)} == {("new", D1)}
        put(home, seen(D4, [offer("2.00", instance="same"), offer("1.80", instance="cheaper")]))
        extend(con, home, "v1.price_changes")
        changes = [tuple(r.values()) for r in rows(con, query) if r["kind"] != "new"]
        ended = {r["instance"]: r["ended_by"] for r in rows(con, intervals) if r["day"]}
    assert changes == [("cheaper", "drop", D4), ("gone", "gone", D3)]
    assert ended == {"cheaper": "expired", "gone": "gone", "same": "expired"}


def test_no_expired_price_is_a_current_one(tmp_path: Path) -> None:
    """Whether its source was read again or not."""
    home = Home(tmp_path)
    ended, lasting = (offer(p, effective_until=date.fromisoformat(day)) for p, day in (("2.00", D2), ("3.00", D3)))
    put(home, seen(D1, [ended], origin="sample"), seen(D1, [lasting], origin="sample", provider="oracle"))
    put(home, seen(D3, [offer("9.00")], origin="sample", provider="aws"))
    with built(home, "v1.offers_latest", "v1.price_history") as con:
        current = rows(
            con, "select provider, effective_until from v1.offers_latest where source <> 'seed' order by all"
        )
        days = rows(
            con,
            "select observed_on::varchar as day from v1.price_history where provider = 'lambda' and source <> 'seed'",
        )
    assert [tuple(r.values()) for r in current] == [("aws", None), ("oracle", date.fromisoformat(D3))]
    assert [r["day"] for r in days] == [D1]


def test_old_effective_date_counts_from_the_first_observation(world: Callable[..., InForce]) -> None:
    in_force = world(seen(D2, [offer("2.00", effective_from=date(2019, 1, 1))]))
    assert in_force(D1) == [] and money(in_force(D2)) == [2]


def test_the_best_ranked_source_answers(world: Callable[..., InForce]) -> None:
    gcp: dict[str, Any] = {"provider": "gcp"}
    looks = [
        seen(D1, [offer("3.00", source="gpus_page")], url="https://x.com/gpus", source="gpus_page", **gcp),
        seen(D1, [offer("4.00")], url="https://x.com/machines", **gcp),
        seen(D1, [offer("1.00", source="community_list")], url="https://x.com/list", source="community_list", **gcp),
    ]
    found = world(*looks)(D1)
    assert {(r["source"], r["is_preferred"]) for r in found} == {
        ("pricing_page", True), ("gpus_page", False), ("community_list", False),
    }  # fmt: skip


def test_the_next_source_answers_when_the_best_is_gone(world: Callable[..., InForce]) -> None:
    gcp: dict[str, Any] = {"provider": "gcp"}
    in_force = world(
        seen(D1, [offer("4.00")], url="https://x.com/machines", **gcp),
        seen(D2, [], url="https://x.com/machines", **gcp),
        seen(D2, [offer("3.00", source="gpus_page")], url="https://x.com/gpus", source="gpus_page", **gcp),
    )
    assert [(r["source"], r["is_preferred"]) for r in in_force(D2)] == [("gpus_page", True)]


def test_reference_document_is_the_first_day(tmp_path: Path) -> None:
    with built(Home(tmp_path), "v1.prices_as_of") as con:
        found = rows(con, "from v1.prices_as_of('2023-04-07') order by all")
        cells = con.execute("select count(*) from seeds.seed_prices where usd_per_gpu_hour is not null").fetchall()[0][
            0
        ]
        assert con.execute("select count(*) from v1.prices_as_of('2023-04-06')").fetchall() == [(0,)]
    assert len(found) == cells == 41
    assert {r["source"] for r in found} == {r["origin"] for r in found} == {"seed"}
    assert {r["term_months"] for r in found if r["pricing_model"] == "reserved"} == {12}
    assert all(r["is_preferred"] and r["age_days"] == 0 and r["usd_per_gpu_hour"] == r["price"] for r in found)
    assert {"lambda", "coreweave", "oracle", "aws", "azure", "gcp"} <= {r["provider"] for r in found}


# -- facts in, the same tables out -----------------------------------------------------------------------------------

TABLES = (
    "v1.price_intervals", "v1.price_changes", "intermediate.source_days", "v1.price_history", "v1.source_health", "marts.provider_prices",
    "marts.price_averages", "marts.available_gpus", "marts.price_table", "marts.raw_cost",
)  # fmt: skip


def contents(con: connection.Connection) -> dict[str, list[Any]]:
    return {name: con.execute(f"from {name} order by all").fetchall() for name in TABLES}


LOOKS = [
    seen(D1, [offer("2.00"), offer("4.00", instance="b")]),
    seen(D2, [offer("2.00")]),
    seen(D2, [offer("7.00", gpu_label="H100 SXM")], url="https://x.com/h100"),
    seen(D3, status="failed", detail="HTTP 500"),
    seen(D3, [offer("0.90", gpu_label="Foo 1")], provider="oracle", source="products_api", url="https://x.com/o"),
]


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, dict[str, list[Any]]]:
    home = Home(tmp_path_factory.mktemp("landed"))
    put(home, *LOOKS, LOOKS[1])
    with built(home, *TABLES) as con:
        return home, contents(con)


def test_many_files_are_read_once_with_the_same_rows(
    landed: tuple[Home, dict[str, list[Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, expected = landed
    monkeypatch.setattr(build, "MANY_FILES", 1)
    monkeypatch.setattr(build_plan, "FILES_AT_ONCE", 2)
    with built(home, *TABLES) as con:
        assert contents(con) == expected
        assert not con.execute("from duckdb_tables() where temporary").fetchall()
        assert not con.execute("from landing.offers").fetchall()  # it is known to have been read that way


@pytest.mark.long
@settings(max_examples=examples(2, 20), suppress_health_check=list(HealthCheck))
@given(order=st.permutations(range(len(LOOKS))), again=st.integers(0, len(LOOKS) - 1))
def test_order_and_copies_of_landing_files_do_not_matter(
    landed: tuple[Home, dict[str, list[Any]]], order: list[int], again: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home, expected = landed
    other = Home(tmp_path_factory.mktemp("permuted"))
    for kind in ("pages", "offers"):
        files = sorted((home.landing / kind).glob("*/*.parquet"))
        assert len(files) == len(LOOKS)
        for number, file in zip(order, files, strict=True):
            folder = other.landing / kind / file.parent.name
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, folder / f"{number}.parquet")
            if number == again:
                shutil.copy(file, folder / f"{number} (copy).parquet")
    with built(other, *TABLES) as con:
        assert contents(con) == expected


def test_building_twice_changes_nothing(landed: tuple[Home, dict[str, list[Any]]], tmp_path: Path) -> None:
    home, expected = landed
    with connection.in_memory() as con:
        for _ in range(2):
            extend(con, home, *TABLES)
            assert contents(con) == expected


def look(price: str | None, **facts: Any) -> Seen:
    return seen(D1, [] if price is None else [offer(price)], captured_at=at(D1, "06:15:03"), **facts)


def priced(home: Home) -> list[Decimal]:
    with built(home, "v1.price_history") as con:
        return money(rows(con, "from v1.price_history where source <> 'seed'"))


def test_reparsed_page_supersedes_its_earlier_parse(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, look("2.00"), parser_version="1")
    put(home, look("3.00"), parser_version="2")
    assert priced(home) == [3]
    assert len(list((home.landing / "pages").glob("*/*.parquet"))) == 2  # facts are kept


@pytest.mark.parametrize("status", ["layout_changed", "failed"])
def test_failed_reparse_supersedes_nothing(tmp_path: Path, status: Any) -> None:
    home = Home(tmp_path)
    put(home, look("2.00"), parser_version="1")
    put(home, look(None, status=status), parser_version="2")
    assert priced(home) == [2]


def test_landing_twice_adds_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, look("2.00"))
    before = {p: p.read_bytes() for p in home.landing.rglob("*.parquet")}
    put(home, look("2.00"))
    assert {p: p.read_bytes() for p in home.landing.rglob("*.parquet")} == before


def test_offers_without_their_page_do_not_count(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, look("2.00"))
    (page,) = (home.landing / "pages").glob("*/*.parquet")
    page.unlink()  # as a kill between the two files leaves it
    assert priced(home) == []


def test_every_observation_is_kept(tmp_path: Path) -> None:
    put(Home(tmp_path), *(seen(day, [offer("2.00")]) for day in (D1, D2, D3)))
    with built(Home(tmp_path), "v1.price_history") as con:
        days = [
            r["observed_on"] for r in rows(con, "from v1.price_history where source <> 'seed' order by observed_on")
        ]
    assert len(days) == 3 and all(a < b for a, b in pairwise(days))


def test_money_keeps_the_page_s_digits(tmp_path: Path) -> None:
    put(Home(tmp_path), seen(D1, [offer("0.000123456789012345", price_unit="gpu_second")]))
    with built(Home(tmp_path), "v1.price_history") as con:
        (row,) = rows(con, "from v1.price_history where source <> 'seed'")
    assert row["price"] == Decimal("0.000123456789012345")
    assert row["usd_per_gpu_hour"] == Decimal("0.444444")


def test_an_offer_is_frozen() -> None:
    with pytest.raises(AttributeError):
        offer().price = Decimal(1)  # type: ignore[misc]
    assert isinstance(offer(), Offer)
