"""Indices: the worked numbers of docs/index-method.md, what counts and what does not, and a chain that only prices move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import exp, log
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from scrapers.model import Offer
from tests.support.worlds import ROOT, built, offer, put, rows, seen
from warehouse.storage import connection
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home

FIRST = date(2026, 3, 2)
A100 = "a100-80gb-on-demand"


def day(nth: int) -> str:
    return (FIRST + timedelta(days=nth)).isoformat()


def look(nth: int, provider: str, prices: Iterable[str | Offer | None], **facts: Any) -> Seen:
    """Return a scrape of a provider on the nth day; prices of its instances i0, i1, ..., None where it lists none."""
    offers = [p if isinstance(p, Offer) else offer(p, instance=f"i{n}") for n, p in enumerate(prices) if p is not None]
    return seen(day(nth), offers, provider=provider, url=f"https://{provider}.example/", **facts)


def index(con: connection.Connection, index_id: str = A100) -> dict[str, dict[str, Any]]:
    """Return day -> row, without the reference document's days."""
    found = rows(con, "from v1.index_daily where index_id = ? and day >= ? order by day", index_id, FIRST)
    return {row["day"].isoformat(): row for row in found}


def levels(tmp_path: Path, looks: Sequence[Seen], index_id: str = A100) -> dict[str, dict[str, Any]]:
    put(Home(tmp_path / "home"), *looks)
    with built(Home(tmp_path / "home"), "v1.index_daily") as con:
        return index(con, index_id)


# -- docs/index-method.md ------------------------------------------------------------------------------------------

LISTED = {
    "a": ["1.10", "1.29", "2.49"], "b": ["1.79"], "c": ["2.21", "2.21"], "d": ["3.40", "3.67"], "e": ["4.10"],
}  # fmt: skip


def test_worked_example(tmp_path: Path) -> None:
    later = {**LISTED, "a": ["0.99", "1.29", "2.49"], "b": ["1.88"], "e": []}
    looks = [look(0, p, prices) for p, prices in LISTED.items()] + [look(1, p, prices) for p, prices in later.items()]
    found = levels(tmp_path, looks)
    one, two = found[day(0)], found[day(1)]
    assert [one[k] for k in ("level_median", "p25", "p75")] == [Decimal("2.21"), Decimal("1.79"), Decimal("3.40")]
    assert [one[k] for k in ("n_providers", "n_offers", "n_matched", "chained_base100")] == [5, 9, 0, 100]
    assert (two["level_median"], two["n_providers"], two["n_matched"]) == (Decimal("2.045"), 4, 4)
    assert two["chained_base100"] == Decimal("100.3490") and two["chain_start"] == FIRST
    assert (one["vintage"], two["vintage"]) == ("final", "provisional")
    text = (ROOT / "docs" / "index-method.md").read_text()
    for number in ("2.21", "1.79", "3.40", "`n_offers` 9", "0.965489", "1.050279", "1.003490", "100.3490"):
        assert number in text
    assert f"{exp(log(0.9) / 3):.6f}" == "0.965489" and f"{1.88 / 1.79:.6f}" == "1.050279"


# -- what counts -----------------------------------------------------------------------------------------------------


def three(nth: int, *prices: str) -> list[Seen]:
    return [
        look(nth, provider, [price]) for provider, price in zip("abc", prices or ("1.50", "2.00", "2.50"), strict=True)
    ]


def test_two_providers_are_insufficient(tmp_path: Path) -> None:
    found = levels(tmp_path, [*three(0), look(1, "a", ["1.50"]), look(1, "b", ["2.00"]), look(1, "c", [])])
    short = found[day(1)]
    assert (short["status"], short["n_providers"]) == ("insufficient", 2)
    assert {short[k] for k in ("level_median", "p25", "p75", "chained_base100", "chain_start")} == {None}
    assert found[day(0)]["status"] == "ok"


def test_price_carried_forward_for_more_than_a_week_leaves(tmp_path: Path) -> None:
    daily = [look(n, p, [price]) for n in range(10) for p, price in (("a", "1.50"), ("b", "2.00"), ("d", "3.00"))]
    failed = [look(n, "c", [], status="failed") for n in range(1, 10)]
    found = levels(tmp_path, [look(0, "c", ["2.50"]), *daily, *failed])
    assert [found[day(n)]["n_providers"] for n in range(10)] == [4] * 8 + [3] * 2
    assert found[day(8)]["chained_base100"] == 100 and found[day(8)]["n_matched"] == 3


def test_returning_price_is_linked_over_a_pause_of_the_index(tmp_path: Path) -> None:
    found = levels(tmp_path, [*three(0), *three(20, "1.50", "2.00", "2.00")])
    assert found[day(7)]["status"] == "ok" and found[day(8)]["status"] == found[day(19)]["status"] == "insufficient"
    assert (found[day(20)]["n_matched"], found[day(20)]["chain_start"]) == (3, FIRST)
    assert float(found[day(20)]["chained_base100"]) == pytest.approx(100 * (2.00 / 2.50) ** (1 / 3), abs=1e-4)


def test_new_chain_begins_where_fewer_than_three_link(tmp_path: Path) -> None:
    others = [look(1, p, [price]) for p, price in (("c", "2.50"), ("d", "2.60"), ("e", "2.70"))]
    found = levels(tmp_path, [*three(0), look(1, "a", []), look(1, "b", []), *others])
    assert (found[day(1)]["n_matched"], found[day(1)]["chained_base100"]) == (1, 100)
    assert found[day(1)]["chain_start"].isoformat() == day(1)


OTHERS = {
    "a component": offer("0.50", price_scope="gpu_component"),
    "a statistic": offer("0.50", price_scope="offer_aggregate"),
    "a fraction of a GPU": offer("0.05", gpu_count=Decimal("0.125"), price_unit="instance_hour"),
    "unknown memory": offer("0.50", gpu_label="A100"),
    "a commitment": offer("0.50", pricing_model="reserved", term_months=12),
    "spot": offer("0.50", pricing_model="spot"),
    "another GPU": offer("0.50", gpu_label="A100 40GB"),
    "no price": offer(None, price_status="contact_sales"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_other_products_do_not_count(tmp_path: Path, what: str) -> None:
    found = levels(tmp_path, [look(0, p, ["2.00", OTHERS[what]]) for p in "abc"])
    assert (found[day(0)]["level_median"], found[day(0)]["n_offers"]) == (2, 3)


def test_quarantined_price_leaves_the_previous_one_in_the_index(tmp_path: Path) -> None:
    doubt = [offer("1.90", instance="i0"), offer("2.90", instance="i0")]  # one look, two prices: which is it?
    found = levels(tmp_path, [*three(0), look(1, "a", ["1.50"]), look(1, "b", doubt), look(1, "c", ["2.50"])])
    assert found[day(1)]["level_median"] == 2 and found[day(1)]["chained_base100"] == 100


def test_marketplaces_have_their_own_index(tmp_path: Path) -> None:
    community = [offer("0.90", instance="1x_A100-80GB_COMMUNITY"), offer("1.90", instance="1x_A100-80GB_SECURE")]
    looks = [*three(0), look(0, "vast", ["0.80"]), look(0, "tensordock", ["1.00"]), look(0, "runpod", community)]
    put(Home(tmp_path / "home"), *looks)
    with built(Home(tmp_path / "home"), "v1.index_daily") as con:
        ours, theirs = index(con)[day(0)], index(con, f"{A100}-marketplace")[day(0)]
    assert (ours["n_providers"], ours["level_median"], ours["market"]) == (4, Decimal("1.95"), "first_party")
    assert (theirs["n_providers"], theirs["level_median"], theirs["market"]) == (3, Decimal("0.9"), "marketplace")


def test_best_ranked_source_votes_for_its_provider(tmp_path: Path) -> None:
    other = seen(
        day(0), [offer("0.90", source="community_list")], provider="gcp", source="community_list", url="https://l"
    )
    looks = [*three(0)[:2], seen(day(0), [offer("3.00")], provider="gcp"), other]
    found = levels(tmp_path, looks)
    assert (found[day(0)]["level_median"], found[day(0)]["n_offers"]) == (2, 3)


def test_exchange_rate_is_not_a_price_change(tmp_path: Path) -> None:
    euros = [offer(p, instance="i0", currency="EUR") for p in ("1.80", "1.80", "1.98")]
    looks = [
        look(n, p, [x]) for n, e in zip((0, 1, 4), euros, strict=True) for p, x in (("a", "2"), ("b", "2.1"), ("c", e))
    ]
    found = levels(tmp_path, looks)
    assert found[day(1)]["chained_base100"] == 100
    assert float(found[day(4)]["chained_base100"]) == pytest.approx(100 * 1.1 ** (1 / 3), abs=1e-4)


# -- whatever comes and goes ------------------------------------------------------------------------------------------

DAYS, PROVIDERS, SERIES = 6, "abcde", 3
PRESENCE = st.lists(  # day -> provider -> series: listed?
    st.lists(st.lists(st.booleans(), min_size=SERIES, max_size=SERIES), min_size=5, max_size=5),
    min_size=DAYS,
    max_size=DAYS,
)
CHANGES = st.lists(st.sampled_from([Decimal("0.9"), Decimal(1), Decimal("1.05")]), min_size=DAYS, max_size=DAYS)


def world(presence: list[list[list[bool]]], changes: list[Decimal]) -> list[list[Seen]]:
    """Return day -> scrapes: every series has its own price, multiplied by the day's factor."""
    factor, days = Decimal(1), []
    for nth, (listed, change) in enumerate(zip(presence, changes, strict=True)):
        factor *= change
        prices = [
            [
                str((Decimal("1.5") + Decimal(p) / 4 + Decimal(s) / 8) * factor) if on else None
                for s, on in enumerate(series)
            ]
            for p, series in enumerate(listed)
        ]
        days.append([look(nth, name, row) for name, row in zip(PROVIDERS, prices, strict=True) if any(row)])
    return days


QUICK = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
