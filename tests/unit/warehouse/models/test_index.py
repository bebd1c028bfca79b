"""Indices: the worked numbers of docs/index-method.md, what counts and what does not, and a chain that only prices move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import exp, log
from pathlib import Path
from typing import Any

import pytest

from scrapers.model import Offer
from tests.support.worlds import ROOT, built, offer, put, put_together, rows, seen
from warehouse.storage import connection
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home

FIRST = date(2026, 3, 2)
A100 = "a100-80gb-on-demand-neocloud"


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
    put_together(Home(tmp_path / "home"), *looks)
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
    assert (two["basket_median"], two["n_providers"], two["n_matched"]) == (Decimal("2.045"), 4, 4)
    assert (two["level_median"], two["n_basket"]) == (Decimal("2.252217"), 5)
    assert two["chained_base100"] == Decimal("100.3490") and two["chain_start"] == FIRST
    assert (one["vintage"], two["vintage"]) == ("final", "provisional")
    text = (ROOT / "docs" / "index-method.md").read_text()
    for number in (
        "2.21",
        "1.79",
        "3.40",
        "`n_offers` 9",
        "0.965489",
        "1.050279",
        "1.003490",
        "100.3490",
        "2.045",
        "2.2522",
    ):
        assert number in text
    held = log(2.00 / 2.21) * 29 / 30
    assert f"{2.045 * exp(-held):.6f}" == "2.252217"
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


def test_price_counts_while_it_is_in_force_up_to_35_days(tmp_path: Path) -> None:
    daily = [look(n, p, [price]) for n in range(0, 40, 4) for p, price in (("a", "1.50"), ("b", "2.00"), ("d", "3.00"))]
    failed = [look(n, "c", [], status="failed") for n in range(1, 40, 4)]
    found = levels(tmp_path, [look(0, "c", ["2.50"]), *daily, *failed])
    assert [found[day(n)]["n_providers"] for n in range(38)] == [4] * 36 + [3] * 2
    assert found[day(36)]["chained_base100"] == 100 and found[day(36)]["n_matched"] == 3


def test_day_with_too_little_of_the_basket_has_no_level(tmp_path: Path) -> None:
    """Six providers, of which three say that they no longer offer it: the others are no market for two months."""
    gone = [look(1, p, []) for p in "def"]
    left = [look(n, p, [price]) for n in (1, 30, 60, 61) for p, price in (("a", "9.00"), ("b", "9.50"), ("c", "9.90"))]
    first = [look(0, p, [price]) for p, price in zip("abcdef", ("9.00", "9.50", "9.90", "2", "2", "2"), strict=True)]
    found = levels(tmp_path, [*first, *gone, *left])
    assert [(found[day(n)]["status"], found[day(n)]["n_basket"]) for n in (0, 1, 60, 61)] == [
        ("ok", 6), ("thin", 6), ("thin", 6), ("ok", 3)
    ]  # fmt: skip
    assert {found[day(1)][k] for k in ("level_median", "p25", "p75", "chained_base100", "chain_start")} == {None}
    assert found[day(61)]["chained_base100"] == 100 and found[day(61)]["chain_start"] == FIRST
    assert abs(log(found[day(61)]["level_median"] / found[day(0)]["level_median"])) < log(1.15)


def test_returning_price_is_linked_over_a_pause_of_the_index(tmp_path: Path) -> None:
    found = levels(tmp_path, [*three(0), *three(80, "1.50", "2.00", "2.00")])
    assert found[day(35)]["status"] == "ok" and found[day(36)]["status"] == found[day(79)]["status"] == "insufficient"
    assert (found[day(80)]["n_matched"], found[day(80)]["chain_start"]) == (3, FIRST)
    assert float(found[day(80)]["chained_base100"]) == pytest.approx(100 * (2.00 / 2.50) ** (1 / 3), abs=1e-4)


@pytest.mark.parametrize("stays", [1, 0])
def test_one_common_provider_links_two_days(tmp_path: Path, stays: int) -> None:
    """A new chain begins only where no provider counts on both sides."""
    others = [look(120, p, [price]) for p, price in (("d", "2.60"), ("e", "2.70"), ("f", "2.80"))]
    looks = [*three(0), look(120, "a", ["1.20"] if stays else []), *others]
    later = levels(tmp_path, looks)[day(120)]
    assert later["n_matched"] == stays and later["chain_start"] == (FIRST if stays else FIRST + timedelta(days=120))
    assert float(later["chained_base100"]) == pytest.approx(100 * (0.8 if stays else 1), abs=1e-4)


def test_level_after_a_long_pause_is_of_the_new_basket_alone(tmp_path: Path) -> None:
    back = [
        look(250, p, [price]) for p, price in (("a", "1.50"), ("b", "2.00"), ("c", "2.50"), ("d", "9.00"), ("e", "9"))
    ]
    found = levels(tmp_path, [*three(0), *back])
    assert (found[day(35)]["level_median"], found[day(250)]["level_median"]) == (2, Decimal("2.5"))
    assert (found[day(250)]["chained_base100"], found[day(250)]["chain_start"]) == (100, FIRST)


def test_another_source_of_the_same_provider_links_where_no_series_does(tmp_path: Path) -> None:
    moved = [
        seen(day(50), [offer(price, source="other")], provider=p, source="other", url=f"https://{p}.example/other")
        for p, price in (("a", "1.50"), ("b", "2.00"), ("c", "2.00"))
    ]
    later = levels(tmp_path, [*three(0), *moved])[day(50)]
    assert (later["n_matched"], later["chain_start"]) == (3, FIRST)
    assert float(later["chained_base100"]) == pytest.approx(100 * (2.00 / 2.50) ** (1 / 3), abs=1e-4)


# -- a change of the basket -------------------------------------------------------------------------------------------


def test_newcomer_enters_the_level_over_thirty_days_and_a_price_change_at_once(tmp_path: Path) -> None:
    prices = {"a": "1.00", "b": "2.00", "c": "4.00", "d": "8.00"}
    looks = [look(n, p, [x]) for n in range(33) for p, x in prices.items() if p != "d" or n >= 1]
    cut = [look(33, p, [f"{float(x) * 0.9:.2f}"]) for p, x in prices.items()]
    found = levels(tmp_path, [*looks, *cut])
    medians = [float(found[day(n)]["level_median"]) for n in range(34)]
    assert medians[0] == 2 and medians[30] == pytest.approx(3, abs=1e-6) == medians[32]
    steps = [log(medians[n + 1] / medians[n]) for n in range(30)]
    assert steps == pytest.approx([log(1.5) / 30] * 30, abs=1e-5)
    assert medians[33] == pytest.approx(2.7, abs=1e-6), "a price change is not spread"
    assert found[day(1)]["basket_median"] == 3 and found[day(32)]["adjustment"] == pytest.approx(1)
    assert {found[day(n)]["chained_base100"] for n in range(33)} == {100}


def test_constituents_have_weights_and_receipts(tmp_path: Path) -> None:
    looks = [*three(0), look(1, "a", ["1.20", "1.20"]), look(1, "b", ["2.00"]), look(1, "c", ["2.50"])]
    put(Home(tmp_path), *looks)
    with built(Home(tmp_path), "v1.index_constituents", "v1.price_intervals") as con:
        found = rows(
            con,
            "select c.*, p.usd_per_gpu_hour as receipt, p.text from v1.index_constituents as c "
            "join v1.price_intervals as p using (series_id, observed_at) where c.index_id = ? and day = ? order by provider",
            A100,
            FIRST + timedelta(days=1),
        )
    assert [(r["provider"], r["usd_per_gpu_hour"], r["receipt"]) for r in found] == [
        ("a", Decimal("1.2"), Decimal("1.2")), ("b", 2, 2), ("c", Decimal("2.5"), Decimal("2.5"))
    ]  # fmt: skip
    assert [r["weight"] for r in found] == pytest.approx([1 / 3] * 3)
    assert tuple(found[0][k] for k in ("n_series", "usd_before", "usd_now")) == (1, Decimal("1.5"), Decimal("1.2"))
    assert float(found[0]["log_ratio"]) == pytest.approx(log(0.8), abs=1e-9)
    assert found[0]["source_url"] == "https://a.example/" and found[0]["text"] == "$1.20"


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


def test_kinds_of_providers_are_never_blended(tmp_path: Path) -> None:
    """Under any of their names; and what a reseller asks is another cloud's price."""
    community = [offer("0.90", instance="1x_A100-80GB_COMMUNITY"), offer("1.90", instance="1x_A100-80GB_SECURE")]
    looks = [*three(0), look(0, "runpod", community), look(0, "shadeform", ["0.10"]), look(0, "huggingface", ["0.10"])]
    looks += [look(0, p, [x]) for p, x in (("vast", "0.80"), ("tensordock", "1.00"))]
    looks += [
        look(0, p, [x]) for p, x in (("aws", "5.12"), ("oci", "4.00"), ("oracle", "4.10"), ("Google-Cloud", "5.00"))
    ]
    put(Home(tmp_path / "home"), *looks)
    with built(Home(tmp_path / "home"), "v1.index_daily") as con:
        found = [
            index(con, A100.replace("neocloud", kind))[day(0)] for kind in ("hyperscaler", "neocloud", "marketplace")
        ]
    assert [(f["provider_kind"], f["market"], f["n_providers"], f["level_median"]) for f in found] == [
        ("hyperscaler", "first_party", 3, Decimal("5")),  # Oracle has one vote
        ("neocloud", "first_party", 4, Decimal("1.95")),
        ("marketplace", "marketplace", 3, Decimal("0.9")),
    ]


def test_best_ranked_source_votes_for_its_provider(tmp_path: Path) -> None:
    other = seen(
        day(0), [offer("0.90", source="community_list")], provider="gcp", source="community_list", url="https://l"
    )
    looks = [*(look(0, p, [x]) for p, x in (("aws", "1.50"), ("azure", "2.00")))]
    looks += [seen(day(0), [offer("3.00")], provider="gcp"), other]
    found = levels(tmp_path, looks, A100.replace("neocloud", "hyperscaler"))
    assert (found[day(0)]["level_median"], found[day(0)]["n_offers"]) == (2, 3)


def test_exchange_rate_is_not_a_price_change(tmp_path: Path) -> None:
    euros = [offer(p, instance="i0", currency="EUR") for p in ("1.80", "1.80", "1.98")]
    looks = [
        look(n, p, [x]) for n, e in zip((0, 1, 4), euros, strict=True) for p, x in (("a", "2"), ("b", "2.1"), ("c", e))
    ]
    found = levels(tmp_path, looks)
    assert found[day(1)]["chained_base100"] == 100
    assert float(found[day(4)]["chained_base100"]) == pytest.approx(100 * 1.1 ** (1 / 3), abs=1e-4)
