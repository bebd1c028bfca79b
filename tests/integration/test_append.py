"""Append equals rebuild; order, copies and splits of facts do not matter."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scrapers.model import Offer
from tests.support.effort import examples
from tests.support.known import TABLES, known, whole
from tests.support.worlds import at, extend, extending, offer, put, seen
from warehouse.engine import build_plan
from warehouse.storage import connection, ledger
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home

FIRST = date(2026, 3, 2)
PRICES = st.sampled_from(["2.00", "2.00", "2.00", "1.90", "2.10", "0.80", "16.00", "0", "200.00"])


@st.composite
def pages(draw: st.DrawFn) -> list[Offer]:
    """Generate the offers of one scrape: some of a few things, now and then twice, wrong, announced, or with an end."""
    offers = []
    for instance, count in (("one", 1), ("one", 1), ("eight", 8), ("spot", 1)):
        if draw(st.integers(0, 3)):
            model: Any = "spot" if instance == "spot" else "on_demand"
            offers.append(
                offer(draw(PRICES), instance=instance, gpu_count=Decimal(count), pricing_model=model,
                      price_unit="instance_hour", text="a price",
                      vcpus=draw(st.sampled_from([None, Decimal(8), Decimal(16)])),
                      effective_from=draw(st.sampled_from([None, None, None, FIRST + timedelta(days=9)])),
                      effective_until=draw(st.sampled_from([None, None, *(FIRST + timedelta(days=n) for n in (3, 4, 8))])))
            )  # fmt: skip
    return offers


@st.composite
def worlds(draw: st.DrawFn) -> list[Seen]:
    """Generate scrapes of two sources on some of fourteen days, live or imported: read, failed, or with no public price."""
    origin = draw(st.sampled_from(["live", "imported"]))
    looks = []
    for number in range(14):
        day = (FIRST + timedelta(days=number)).isoformat()
        for provider, url in (("lambda", "https://x.com/a"), ("oracle", "https://x.com/b")):
            kind = draw(st.sampled_from(["ok", "ok", "ok", "ok", "failed", "nothing", "no_public_price"]))
            if kind == "nothing":
                continue
            stated = draw(pages()) if kind == "ok" else []
            looks.append(seen(day, stated, status=kind, provider=provider, url=url, origin=origin))  # type: ignore[arg-type]
    return looks


# What happens between two builds, beside new scrapes.
EVENTS = st.sampled_from(["nothing", "released", "rejected", "late", "new_seeds"])


def decide(con: connection.Connection, home: Home, verdict: str) -> None:
    """Let a person judge the first price that the gate has held or flagged, if there is one."""
    events = con.execute(
        "select event_id(s.series_id, c.captured_at) from intermediate.verdicts as v "
        "join intermediate.versions as r using (series_no, version_no) join intermediate.series as s using (series_no) "
        "join intermediate.scrapes as c on c.scrape_no = r.first_scrape order by all limit 1"
    ).fetchall()
    if events:
        ledger.decide(home, events[0][0], verdict, by="somebody")  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of many scrapes: nobody reads it
@pytest.mark.long
@settings(max_examples=examples(1, 25), suppress_health_check=list(HealthCheck))
@example(  # the gate holds the second price; a person releases it; a day comes late; the seeds change
    looks=[seen(f"2026-03-0{n}", [offer(price)]) for n, price in enumerate(("2.00", "0.80", "2.00", "2.00"), 2)],
    cuts={2, 3}, events=["released", "late", "new_seeds"],
)  # fmt: skip
@example(  # a price far from its peers, one of which ends on that very day: its page comes after the build
    looks=[
        seen("2026-03-02", [offer("2.00", pricing_model="spot"), offer("2.00")], provider="oracle", url="https://x.com/b"),
        seen("2026-03-04", [offer("200.00", pricing_model="spot")]),
        seen("2026-03-04", [offer("2.00")], provider="oracle", url="https://x.com/b"),
    ],
    cuts={2}, events=["nothing"],
)  # fmt: skip
@given(looks=worlds(), cuts=st.sets(st.integers(1, 27), max_size=4), events=st.lists(EVENTS, min_size=5, max_size=5))
def test_append_equals_rebuild(
    looks: list[Seen], cuts: set[int], events: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    home, late = Home(tmp_path_factory.mktemp("grows")), list[Seen]()
    bounds = sorted({0, len(looks), *(cut for cut in cuts if cut < len(looks))})
    with connection.in_memory() as con, pytest.MonkeyPatch.context() as patch:
        for number, (start, end) in enumerate(pairwise(bounds)):
            part, event = looks[start:end], events[number % len(events)]
            held_back = part[:1] if event == "late" and end < len(looks) else []
            put(home, *part[len(held_back) :], *late)
            late = held_back
            if event == "new_seeds":
                patch.setattr(build_plan, "fingerprint", partial(str, f"with seeds of build {number}"))
            extend(con, home, *TABLES)
            if event in ("released", "rejected"):
                decide(con, home, event)
        put(home, *late)
        extend(con, home, *TABLES)
        grown = known(con)
    assert grown == whole(home)


@pytest.mark.long
@settings(max_examples=examples(1, 12), suppress_health_check=list(HealthCheck))
@given(looks=worlds(), shuffle=st.randoms(use_true_random=False))
def test_order_of_arrival_and_repeats_do_not_matter(
    looks: list[Seen], shuffle: random.Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    expected = Home(tmp_path_factory.mktemp("in_order"))
    put(expected, *looks)
    other = Home(tmp_path_factory.mktemp("shuffled"))
    arrived = looks + shuffle.sample(looks, len(looks) // 3)
    shuffle.shuffle(arrived)
    with connection.in_memory() as con:
        middle = len(arrived) // 2
        put(other, *arrived[:middle])
        extend(con, other, *TABLES)
        put(other, *arrived[middle:])
        extend(con, other, *TABLES)
        assert known(con) == whole(expected)


@pytest.mark.slow
@pytest.mark.long
@settings(max_examples=examples(1, 12), suppress_health_check=list(HealthCheck))
@example(looks=[seen("2026-03-02", [offer("2.00")], provider=p, url="https://x.com/a") for p in ("lambda", "oracle")])
@given(looks=worlds())
def test_large_landing_built_in_parts_equals_one_build(
    looks: list[Seen], tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = Home(tmp_path_factory.mktemp("parts"))
    put(home, *looks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build_plan, "ROWS_AT_ONCE", 1)
        patch.setattr(build_plan, "FEW_OFFERS", -1)
        in_parts = whole(home)
    assert in_parts == whole(home)


MORNING, NOON = "06:00:00", "12:00:00"
NINTH = date(2026, 3, 9)
REPLACED: dict[str, list[Seen]] = {
    "by the next list of the day": [
        seen("2026-03-02", [offer("2.00", text="")], origin="imported", captured_at=at("2026-03-02", MORNING)),
        seen("2026-03-02", [offer("3.00", text="")], origin="imported", captured_at=at("2026-03-02", NOON)),
        seen("2026-03-03", [offer("3.10", text="")], origin="imported", captured_at=at("2026-03-03", NOON)),
    ],
    "by what the page says on the announced day": [
        seen("2026-03-08", [offer("2.00"), offer("1.90", effective_from=NINTH)]),
        seen("2026-03-09", [offer("2.10")]),
        seen("2026-03-10", [offer("2.20")]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("how", REPLACED)
def test_price_replaced_on_its_first_day_keeps_what_was_before_it(how: str, tmp_path: Path) -> None:
    home, looks = Home(tmp_path), REPLACED[how]
    with connection.in_memory() as con:
        for part in (looks[:2], looks[2:]):
            put(home, *part)
            extend(con, home, *TABLES)
        assert not build_plan.plan(con, home).is_whole
        grown = known(con)
        brief = con.execute("select count(*) from v1.price_intervals where valid_from = valid_to").fetchall()
    assert brief == [(1,)]
    assert grown == whole(home)


def test_following_day_is_appended_and_late_day_rebuilds(tmp_path: Path) -> None:
    home = Home(tmp_path)
    why = []
    with connection.in_memory() as con:
        for day, url in (
            ("2026-03-02", "a"),
            ("2026-03-03", "a"),
            ("2026-03-03", "b"),
            ("2026-03-01", "a"),
            ("2026-03-09", "a"),
        ):
            put(home, seen(day, [offer("2.00")], url=f"https://x.com/{url}"))
            why.append(build_plan.plan(con, home).is_whole)
            extend(con, home, *TABLES)
        assert not build_plan.plan(con, home).parts[0].names  # nothing new
    # A second scrape on a day may change whether that day was complete.
    assert why == [True, False, True, True, False]


def test_live_page_after_a_sample_rebuilds(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with connection.in_memory() as con:
        for day, origin in (("2026-03-02", "sample"), ("2026-03-03", "live"), ("2026-03-04", "sample")):
            put(home, seen(day, [offer("2.00")], origin=origin))
            assert build_plan.plan(con, home).is_whole, origin
            extend(con, home, *TABLES)
        origins = con.execute("select distinct origin from v1.price_intervals where source <> 'seed'").fetchall()
    assert origins == [("live",)]


@pytest.mark.slow
def test_repeated_imported_prices_are_not_processed_again(tmp_path: Path) -> None:
    home = Home(tmp_path)
    listed = partial(offer, text="")  # a row of a file has no text
    kept = [listed("2.00"), listed("3.00", instance="other"), listed("4.00", instance="third", currency="EUR")]

    def day(day: str, *offers: Offer, url: str = "https://x.com/a") -> Seen:
        return seen(day, offers, origin="imported", url=url)

    days = [
        ([day("2026-03-02", *kept)], 0),
        ([day("2026-03-03", *kept)], 3),
        ([day("2026-03-04", kept[0], listed("3.50", instance="other"))], 1),  # one moved, one is gone
        ([day("2026-03-05", *kept), day("2026-03-06", *kept)], 1),  # one is back at its old price, one came back
        ([day("2026-03-07", *kept[:2]), day("2026-03-08", kept[0])], 1),
        ([day("2026-03-09", kept[0], listed("2.10"))], 0),  # the list contradicts itself
        ([day("2026-03-10", kept[0]), day("2026-03-10", kept[0], url="https://x.com/b")], 0),  # two pages, one time
        ([day("2026-03-11", kept[0], listed("2.00", gpu_label="A100 (80 GB)"))], 0),  # two labels of one thing
        ([day("2026-03-12", kept[0])], 1),
    ]
    with connection.in_memory() as con:
        for number, (looks, n_repeated) in enumerate(days):
            put(home, *looks)
            with extending(con, home, *TABLES):
                assert con.execute("select count(*) from staging.repeated_items").fetchall() == [(n_repeated,)], number
                read = con.execute("select count(*) from staging.imported_offers").fetchall()[0][0]
                assert (read == 0) == (n_repeated == len({o.instance for look in looks for o in look.offers})), number
        assert not build_plan.plan(con, home).is_whole
        grown = known(con)
    assert grown == whole(home)


def test_changed_code_or_seeds_rebuild(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    put(home, seen("2026-03-02", [offer("2.00")]))
    with connection.in_memory() as con:
        extend(con, home, *TABLES)
        assert not build_plan.plan(con, home).is_whole
        monkeypatch.setattr(build_plan, "fingerprint", lambda: "of tomorrow's version")
        assert build_plan.plan(con, home).is_whole
        extend(con, home, *TABLES)
        assert not build_plan.plan(con, home).is_whole
