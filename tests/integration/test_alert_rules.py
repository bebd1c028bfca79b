"""Every kind of rule on landed prices, through gate and build: which events are notified, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipelines.alerts.rules.evaluate import evaluate
from tests.support.alert_worlds import ALERTED, NOW, book, day, lists, moves, prices, told
from tests.support.worlds import built, offer, put, seen
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home

DROP = {"kind": "drop_pct", "pct": 2, "where": {"gpu": "A100"}}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


# What is listed day after day -> what a rule on 2 % against what was told last tells: day, from, to.
DROPS: dict[str, tuple[list[str | None], list[tuple[int, float, float]]]] = {
    "cut": (["4", "4", "3.9"], [(2, 4, 3.9)]),
    "less": (["4", "4", "3.93"], []),  # 1.75 %
    "slide": (["4", "3.96", "3.92", "3.88"], [(2, 4, 3.92)]),  # 2 % in two days, 1 % since
    "further": (["4", "3.9", "3.9", "3.88", "3.81"], [(1, 4, 3.9), (4, 3.9, 3.81)]),  # by 2 % of what was told
    "again": (["4", "3.8", "4", "4", "4", "3.8"], [(1, 4, 3.8), (5, 4, 3.8)]),  # back for three looks: armed again
    "steady": (["4", "4.4", "4.4", "4.4", "4.2"], [(4, 4.4, 4.2)]),  # falls from the highest steady price
    "flicker": (["4", "4.4", "4"], []),  # no price to fall from
    "short": (["4", "4.4", "4.4", "4", "3.9"], [(4, 4, 3.9)]),
    "halfway": (["4", "4.4", "4.2"], [(2, 4.4, 4.2)]),  # from a price that stood for a look, to one that is new
    "gap": (["4", None, "3.8"], [(2, 4, 3.8)]),  # gone for a look, and back for less
    "still": (["4", "4", "4"], []),
}
# The same for rules of every kind on one thing.
PRICES = ["5", "4.8", "4.8", "4.8", "4.8", "4.9", "4.6"]
KINDS: list[tuple[dict[str, Any], list[tuple[int, float | None, float]]]] = [
    ({"kind": "drop_pct", "pct": 5, "reference": "previous"}, [(6, 4.9, 4.6)]),
    ({"kind": "drop_pct", "pct": 5, "reference": "first"}, [(6, 5, 4.6)]),
    ({"kind": "drop_pct", "pct": 5, "reference": "max_30d"}, [(6, 5, 4.6)]),
    ({"kind": "drop_pct", "pct": 4, "reference": "median_30d"}, [(1, 5, 4.8), (6, 4.8, 4.6)]),
    ({"kind": "drop_pct", "pct": 4}, [(1, 5, 4.8), (6, 4.8, 4.6)]),
    ({"kind": "rise_pct", "pct": 2}, [(5, 4.8, 4.9)]),
    ({"kind": "rise_pct", "pct": 3}, []),
    ({"kind": "change_pct", "pct": 3}, [(1, 5, 4.8), (6, 4.8, 4.6)]),
    ({"kind": "change_pct", "pct": 2, "reference": "previous"}, [(1, 5, 4.8), (5, 4.8, 4.9), (6, 4.9, 4.6)]),
    ({"kind": "drop_pct", "pct": 2, "min_abs": 0.25}, []),
    ({"kind": "below", "price": 4.8}, [(1, 5, 4.8), (6, 4.9, 4.6)]),
    ({"kind": "below", "price": 4.8, "currency": "EUR"}, []),
    ({"kind": "above", "price": 4.9, "hysteresis_pct": 1}, [(0, None, 5), (5, 4.8, 4.9)]),
    ({"kind": "new_low", "min_history_days": 3}, [(6, 4.8, 4.6)]),
    ({"kind": "new_low"}, []),  # two weeks of data make a low
    ({"kind": "new_low", "min_history_days": 1, "window": "3d"}, [(1, 5, 4.8), (6, 4.8, 4.6)]),
    ({"kind": "drawdown", "pct": 8}, [(6, 5, 4.6)]),
    ({"kind": "drawdown", "pct": 9}, []),
    ({"kind": "below_median", "pct": 4, "min_history_days": 3}, [(6, 4.8, 4.6)]),
]


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """One build for all of these: a price list with every case in it."""
    home = Home(tmp_path_factory.mktemp("market"))
    put(home, *lists({name: listed for name, (listed, _) in DROPS.items()} | {"all": PRICES}))
    with built(home, *ALERTED) as con:
        yield con


@pytest.mark.parametrize("case", DROPS)
def test_drops_against_the_last_notified_price(market: Connection, case: str) -> None:
    events = evaluate(market, book(DROP | {"where": {"instance": case}}).rules, NOW)
    assert moves(events) == [(day(n), old, new) for n, old, new in DROPS[case][1]]
    for event in events:
        assert event.old and event.new and event.pct == pytest.approx(100 * (event.new / event.old - 1), abs=0.006)
        assert event.date == event.told_on and not event.held and event.confirmations == 1


@pytest.mark.parametrize(
    ("rule", "expected"), KINDS, ids=lambda v: str(v.get("kind", "")) if isinstance(v, dict) else ""
)
def test_kinds_and_references(market: Connection, rule: dict[str, Any], expected: list[tuple[int, Any, Any]]) -> None:
    events = evaluate(market, book(rule | {"where": {"instance": "all"}}).rules, NOW)
    assert moves(events) == [(day(n), old, new) for n, old, new in expected]
    assert all(e.kind == rule["kind"] or e.kind == "unstable" for e in events) and all(e.reason for e in events)


@pytest.mark.parametrize(
    ("where", "is_meant"),
    [
        ({"gpu": "A100"}, True), ({"gpu": "A100 80GB"}, True), ({"gpu": "A100 40GB"}, False), ({"gpu": "H100"}, False),
        ({"gpu": ["H100", "a100"]}, True), ({"provider": "Oracle"}, True), ({"provider": "aws"}, False),
        ({"gpu_count": 1}, True), ({"gpu_count": 8}, False), ({"instance": "c*t"}, True), ({"pricing_model": "on-demand"}, True),
        ({"pricing_model": ["spot", "reserved"]}, False), ({"quality": "ok"}, True), ({"quality": "flagged"}, False),
        ({"term_months": 0}, True), ({"gpu_memory_gb": 80.0, "vendor": "nvidia"}, True), ({"region": "eu"}, False),
    ],
    ids=str,
)  # fmt: skip
def test_rule_matches_the_series_it_names(market: Connection, where: dict[str, Any], is_meant: bool) -> None:
    events = evaluate(market, book(DROP | {"where": {"instance": "cut"} | where}).rules, NOW)
    assert bool(events) == is_meant


def test_slow_slide_is_a_drawdown_before_it_ends(home: Home) -> None:
    """AWS's spot prices glide by 2 % a day: no day is a cut, and the month is one."""
    glide = [f"{4 * 0.98**n:.4f}" for n in range(40)]
    events = told(home, book({"kind": "drawdown", "pct": 30, "window": "30d"}), prices(*glide, pricing_model="spot"))
    first = next(n for n in range(40) if 0.98**n <= 0.7)
    assert events[0].told_on.isoformat() == day(first) and events[0].old == 4
    assert told(home, book({"kind": "drop_pct", "pct": 5, "reference": "previous"}), []) == []
    for earlier, later in pairwise(events):
        assert later.new is not None and earlier.new is not None and later.new <= earlier.new * 0.97 + 1e-6


def test_page_price_counts_at_the_second_observation(home: Home) -> None:
    rule = {"kind": "drop_pct", "pct": 2}
    page = {"provider": "lambda", "source": "pricing_page"}
    slip = told(home, book(rule), prices("2", "1.5", "2", "2", **page))
    assert slip == []  # a slip of the layout
    other = Home(home.root / "other")
    (event,) = told(other, book(rule), prices("2", "1.5", "1.5", **page))
    assert (event.date.isoformat(), event.told_on.isoformat(), event.confirmations) == (day(1), day(2), 2)
    third = Home(home.root / "third")
    (event,) = told(third, book(rule), prices("2", "1.5", "1.45", **page))  # two looks, two prices, both below
    assert event.told_on.isoformat() == day(2) and event.new == 1.45
    fourth = Home(home.root / "fourth")
    (event,) = told(fourth, book(rule | {"confirm": 1}), prices("2", "1.5", **page))
    assert event.told_on.isoformat() == day(1)
    fifth = Home(home.root / "fifth")
    assert told(fifth, book(rule), prices("2", "1.5", **page)) == []  # not yet
    # A second scrape on the same day counts too.
    again = seen(day(1), [offer("1.5")], captured_at=datetime.fromisoformat(f"{day(1)}T09:00+00:00"))
    (event,) = told(fifth, book(rule), [again])
    assert event.told_on.isoformat() == day(1)


def test_quarantined_price_is_notified_on_release(home: Home) -> None:
    """A cut by half is quarantined until a later scrape confirms it."""
    looks = prices("4", "4", "1.9", "1.9")
    assert told(home, book(DROP), looks[:3]) == []
    (event,) = told(home, book(DROP), looks[3:])
    assert (event.date.isoformat(), event.told_on.isoformat(), event.held) == (day(2), day(3), True)


def test_price_released_by_a_person_is_notified_that_day(home: Home) -> None:
    from warehouse.storage.ledger import decide

    put(home, *prices("4", "4", "1.9"))
    with built(home, *ALERTED) as con:
        (held,) = con.execute("select event_id from v1.quality_events where status = 'held'").fetchall()
        (quarantined,) = evaluate(con, book({"kind": "quarantined"}).rules, NOW)
    assert (quarantined.old, quarantined.new, quarantined.told_on.isoformat()) == (4, 1.9, day(2))
    decide(home, held[0], "released", "me")
    with built(home, *ALERTED) as con:
        on = date.fromisoformat(day(2))
        (event,) = evaluate(con, book(DROP).rules, NOW, [(held[0], on)])
        assert event.held and event.told_on == on and event.new == 1.9
        assert evaluate(con, book(DROP).rules, NOW, [(held[0], on + timedelta(days=400))]) == []  # not before


def test_withdrawn_price_counts_as_notified(home: Home) -> None:
    """The gate withdraws it afterwards; the notification must depend only on what was known then."""
    looks = prices("4", "4", "4", "3", "4", "4", "4")
    first = told(home, book(DROP), looks[:4])
    assert moves(first) == [(day(3), 4, 3)]
    later = told(home, book(DROP), looks[4:])
    with built(home, *ALERTED) as con:
        rules = con.execute("select rule from v1.quality_events where status = 'held'").fetchall()
    assert rules == [("spike_flip",)] and moves(later) == moves(first)


def test_failed_scrape_removes_nothing(home: Home) -> None:
    looks = [
        *prices("4"),
        seen(day(1), [], "failed", provider="oracle", source="products_api"),
        *prices("4", "4", "4")[2:],
    ]
    rules = book(DROP, {"kind": "offer_removed"}, {"kind": "offer_added"})
    assert told(home, rules, looks) == []


def test_offers_added_and_removed(home: Home) -> None:
    def look(n: int, *names: str) -> Any:
        listed = [offer(f"4.{ord(name)}", source="products_api", instance=name) for name in names]
        return seen(day(n), listed, provider="oracle", source="products_api")

    rules = book({"id": "in", "kind": "offer_added"}, {"id": "out", "kind": "offer_removed"})
    events = told(
        home, rules, [look(0, "a", "b"), look(1, "a"), look(2, "a", "b"), look(3, "a", "c"), look(4, "a", "c")]
    )
    assert [(e.rule, e.about["instance"], e.date.isoformat(), e.told_on.isoformat()) for e in events] == [
        ("in", "b", day(2), day(2)), ("in", "c", day(3), day(3)), ("out", "b", day(3), day(4)),
    ]  # fmt: skip


def test_sold_out_and_restocked(home: Home) -> None:
    states = ["available", "sold_out", "sold_out", "available", "unknown", "sold_out"]
    looks = [
        seen(day(n), [offer("4", source="products_api", availability=state)], provider="oracle", source="products_api")
        for n, state in enumerate(states)
    ]
    rules = book({"id": "gone", "kind": "sold_out"}, {"id": "back", "kind": "restock"})
    events = told(home, rules, looks)
    assert [(e.rule, e.told_on.isoformat()) for e in events] == [("gone", day(1)), ("back", day(3)), ("gone", day(5))]
    assert told(home, book({"kind": "restock", "min_gap_days": 3}), []) == []


def test_cheapest_provider_changes(home: Home) -> None:
    ours = prices("4", "4", "4", "3", "3", "3", "3", gpu_memory="80 GB")
    theirs = prices(
        "3.5", "3.5", "3.5", "3.5", "2.95", "2", "2", provider="azure", source="retail_prices", gpu_memory="80 GB"
    )
    rule = {"kind": "cheapest_changed", "margin_pct": 3, "where": {"gpu": "A100"}, "group": ["gpu", "pricing_model"]}
    events = told(home, book(rule), [*ours, *theirs])
    # 2.95 is within the margin of 3: nobody would move for it.
    assert [(e.told_on.isoformat(), e.about["provider"], e.old, e.new) for e in events] == [
        (day(3), "oracle", 3.5, 3), (day(5), "azure", 3, 2),
    ]  # fmt: skip
    held = told(home, book(rule | {"held_days": 2}), [])
    assert [(e.date.isoformat(), e.told_on.isoformat()) for e in held] == []  # the first lead lasted for one day


def test_repeat_from_another_source_names_the_first_event(home: Home) -> None:
    def list_of(source: str, *listed: str, **facts: Any) -> list[Any]:
        return prices(*listed, provider="lambda", source=source, gpu_memory="80 GB", **facts)

    rules = book(DROP | {"confirm": 1})
    events = told(home, rules, [*list_of("one", "4", "3", "3", "3"), *list_of("two", "4", "4", "4", "3")])
    assert [(e.about["source"], e.same_as) for e in events] == [("one", None), ("two", events[0].event_id)]
    other = Home(home.root / "other")
    events = told(other, rules, [*list_of("one", "4", "3", "3", "3"), *list_of("two", "4", "4", "4", "2.9")])
    assert [e.same_as for e in events] == [None, None]  # another price is another cut
    third = Home(home.root / "third")
    moved_on = [*list_of("one", "4", "3.5", "4", "4", "4", "4"), *list_of("two", "4", "4", "4", "4", "4", "3.5")]
    assert [e.same_as for e in told(third, rules, moved_on)] == [None, None]  # the first source has moved on


def test_copied_commitment_with_its_own_price_is_not_a_drop(home: Home) -> None:
    def look(n: int, one: str, three: str) -> Any:
        terms = (("4", "on_demand", 0), (one, "reserved", 12), (three, "reserved", 36))
        listed = [
            offer(p, source="products_api", pricing_model=model, term_months=months) for p, model, months in terms
        ]
        return seen(day(n), listed, provider="oracle", source="products_api")

    looks = [look(n, "2.5", "2.5") for n in range(3)] + [look(3, "2.5", "1.6"), look(4, "2.5", "1.5")]
    events = told(home, book(DROP), looks)
    assert moves(events) == [(day(4), 1.6, 1.5)]  # from its own price on, it does


def test_prices_are_compared_in_their_own_currency(home: Home) -> None:
    looks = prices("4", "4", "3.9", currency="EUR")
    (event,) = told(home, book(DROP), looks)
    assert event.pct == -2.5 and event.about["currency"] == "EUR" and event.new and event.new > 3.9  # USD to read
    turned = Home(home.root / "turned")
    assert (
        told(turned, book(DROP), [*prices("4", "4", currency="EUR"), *prices("4", "4", "3", currency="USD")[2:]]) == []
    )


def test_components_and_marketplaces_are_left_out(home: Home) -> None:
    parts = prices("4", "3", price_scope="gpu_component", instance="part")
    hosts = prices("4", "3", provider="vast", source="retail", instance="any")
    first = book(DROP | {"where": {"gpu": "A100", "market": "first_party"}, "confirm": 1})
    assert told(home, first, [*parts, *hosts]) == []
    (event,) = told(home, book(DROP | {"confirm": 1}), [])
    assert event.about["market"] == "marketplace"


def test_broken_and_stale_sources(home: Home) -> None:
    def look(n: int, status: Any) -> Any:
        return seen(day(n), [offer("4", source="products_api")] if status == "ok" else [], status, provider="oracle",
                    source="products_api", detail="HTTP 500" if status != "ok" else "")  # fmt: skip

    other = prices(*["2"] * 20, provider="azure", source="retail_prices")
    states = ["ok", *["failed"] * 12, "ok"]
    rules = book({"id": "broken", "kind": "source_broken", "after_runs": 3, "repeat": "7d"},
                 {"id": "stale", "kind": "source_stale", "after_days": 4})  # fmt: skip
    events = told(home, rules, [*other, *(look(n, state) for n, state in enumerate(states))])
    assert [(e.rule, e.told_on.isoformat()) for e in events] == [
        ("broken", day(3)), ("stale", day(5)), ("broken", day(10)), ("stale", day(18)),
    ]  # fmt: skip
    assert "HTTP 500" in events[0].reason and len({e.event_id for e in events}) == 4


def test_a_page_with_a_new_layout_is_told_at_once_and_once(home: Home) -> None:
    def look(n: int, status: Any) -> Any:
        detail = "gone is the table; 3 offers read by the general reader" if status == "layout_changed" else ""
        return seen(day(n), [offer("4", source="products_api")] if status == "ok" else [], status, provider="oracle",
                    source="products_api", detail=detail)  # fmt: skip

    other = prices(*["2"] * 20, provider="azure", source="retail_prices")
    states = ["ok", "failed", "layout_changed", "layout_changed", "ok", "failed", "ok", "layout_changed"]
    rule = book({"id": "new-page", "kind": "source_redesigned"})
    events = told(home, rule, [*other, *(look(n, state) for n, state in enumerate(states))])
    assert [e.told_on.isoformat() for e in events] == [day(2), day(7)]
    assert "3 offers read by the general reader" in events[0].reason and "quarantine list" in events[0].reason


def test_stopped_pipeline_fires_dead_man(home: Home) -> None:
    rule = book({"kind": "dead_man", "after_hours": 36})
    put(home, *prices("4"))
    with built(home, *ALERTED) as con:
        when = con.execute("select built_at from v1.meta").fetchall()[0][0]
        assert evaluate(con, rule.rules, when + timedelta(hours=35)) == []
        (event,) = evaluate(con, rule.rules, when + timedelta(hours=37))
        (later,) = evaluate(con, rule.rules, when + timedelta(hours=90))
        long_ago = when - timedelta(hours=40)  # of a refresh: since then only an import or a verdict was published
        (since_refresh,) = evaluate(con, rule.rules, when, refreshed_at=long_ago)
        assert evaluate(con, rule.rules, when + timedelta(hours=37), refreshed_at=when + timedelta(hours=2)) == []
    assert event.event_id == later.event_id != since_refresh.event_id and "successful refresh" in event.reason
    assert f"{long_ago:%Y-%m-%d %H:%M} UTC, 40 hours ago" in since_refresh.reason


def test_cost_per_token_below_threshold(home: Home) -> None:
    rule = {"kind": "cost_per_token_below", "model": "llama-3.1-8b", "usd_per_m_tokens": 1000, "confirm": 1}
    put(
        home,
        *prices(
            "32",
            "24",
            "20",
            origin="recorded",
            price_unit="instance_hour",
            gpu_count=Decimal(8),
            gpu_label="A100 SXM 80GB",
            instance="BM.GPU.A100-v2.8",
        ),
    )
    with built(home, *ALERTED, "v1.cost_per_token") as con:
        cost = con.execute(
            "select min(usd_per_m_tokens / usd_per_gpu_hour) from v1.cost_per_token where model = 'llama-3.1-8b' "
            "and method = 'roofline' and workload = 'chat' and provider = 'oracle'"
        ).fetchall()[0][0]
        per_gpu = [32 / 8, 24 / 8]
        most = float(cost) * per_gpu[1] * 1.0001
        assert evaluate(con, book(rule).rules, NOW)[0].told_on.isoformat() == day(0)  # far below from the first
        (event, *_) = evaluate(con, book(rule | {"usd_per_m_tokens": most}).rules, NOW)
    assert event.told_on.isoformat() == day(1) and event.new == pytest.approx(per_gpu[1])
    assert f"{most / 1.0001:.4g}" in event.reason and "llama-3.1-8b" in event.reason


def test_incremental_evaluation_misses_nothing(home: Home) -> None:
    """Evaluation with `since` reads only changed series and gives the same events."""
    page = prices("2", "2", "1.5", "1.5", provider="lambda", source="pricing_page")
    looks = [
        *page,
        *prices("4", "4", "1.9", "1.9"),
        *prices("3", "2.9", "2.9", "2.7", provider="azure", source="retail_prices"),
    ]
    rules = book({"kind": "cheapest_changed"}, DROP, {"kind": "offer_removed"}, {"kind": "quarantined"})
    put(home, *looks)
    with built(home, *ALERTED) as con:
        whole = evaluate(con, rules.rules, NOW)
        assert sorted(whole, key=str) == sorted((e for r in rules.rules for e in evaluate(con, [r], NOW)), key=str)
        for n in range(5):
            since = date.fromisoformat(day(n))
            assert evaluate(con, rules.rules, NOW, since=since) == [e for e in whole if e.told_on >= since]
    assert len(whole) >= 5


def test_event_ids_survive_a_rebuild(home: Home, tmp_path: Path) -> None:
    looks = prices("4", "3.8", "3.5")
    events = told(home, book(DROP), looks)
    again = told(Home(tmp_path / "again"), book(DROP), reversed(looks))
    assert [e.event_id for e in events] == [e.event_id for e in again] and len({e.event_id for e in events}) == 2
    with built(home, *ALERTED) as con:
        known = {row[0] for row in con.execute("select event_id from v1.price_changes").fetchall()}
    assert {e.about["trigger_id"] for e in events} <= known
    other = told(home, book(DROP | {"id": "other"}), [])
    assert not {e.event_id for e in other} & {e.event_id for e in events} and len(other) == 2
