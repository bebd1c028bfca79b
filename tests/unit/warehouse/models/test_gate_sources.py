"""Faults of whole sources and renamed things: gap, stale, partial, vanished, alias; values typed by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.support.gate_worlds import DAY, judged, run


def days(provider: str, *offsets: int, source: str = "list") -> list[tuple[Any, ...]]:
    return [(provider, source, DAY + timedelta(days=n), "ok") for n in offsets]


def faults(**tables: Any) -> set[tuple[str, str, date]]:
    with judged([], **tables) as con:
        return set(con.execute("select provider, rule, date from intermediate.source_faults").fetchall())


def test_a_gap_is_longer_than_the_rhythm_of_its_source() -> None:
    assert faults(intermediate__source_days=days("acme", 0, 1, 2, 3, 4, 5, 6, 8)) == {
        ("acme", "gap", DAY + timedelta(days=6))
    }
    assert faults(intermediate__source_days=days("acme", 0, 7, 14, 21, 28, 35, 42)) == set()


def test_a_gap_of_all_providers_is_one() -> None:
    found = faults(intermediate__source_days=days("acme", *range(7), 12) + days("other", *range(7), 12))
    assert found == {("all", "gap", DAY + timedelta(days=6))}


def test_gap_of_all_providers_hides_no_other_gap() -> None:
    """Only the gaps that it lies in are part of it: not another source's, nor a provider's at another time."""
    world = days("acme", *range(7), 12, 13, 14, 20) + days("other", *range(7), *range(12, 21))
    found = faults(intermediate__source_days=world + days("acme", 0, 1, 2, 3, 4, 5, 6, 8, source="feed"))
    assert {(provider, at) for provider, _, at in found} == {
        ("all", DAY + timedelta(days=6)), ("acme", DAY + timedelta(days=6)), ("acme", DAY + timedelta(days=14)),
    }  # fmt: skip


def test_a_gap_of_all_providers_hides_only_the_gaps_within_it() -> None:
    of_all = days("acme", *range(7), 12, 13, 20) + days("other", *range(7), *range(12, 21))
    alone = days("lone", *range(7), 9, source="page")
    assert faults(intermediate__source_days=of_all + alone) == {
        ("all", "gap", DAY + timedelta(days=6)),
        ("acme", "gap", DAY + timedelta(days=13)),
        ("lone", "gap", DAY + timedelta(days=6)),
    }


def looks(*counts: dict[tuple[str, str], int]) -> dict[str, list[tuple[Any, ...]]]:
    """Return one scrape a day of one page, each as (pricing model, product) -> number of series."""
    at = [(DAY + timedelta(days=n)) for n in range(len(counts))]
    return {
        "intermediate__scrapes": [
            (n, "acme", "list", "https://acme", f"{d} 06:00:00+00", d, "ok") for n, d in enumerate(at)
        ],
        "intermediate__scrape_counts": [
            (n, *key, count, 0) for n, of in enumerate(counts) for key, count in of.items() if count
        ],
    }


def test_a_fifth_of_a_listing_gone_is_a_partial_snapshot() -> None:
    full = {("spot", "H100"): 60, ("spot", "A100"): 40}
    assert faults(**looks(full, {("spot", "H100"): 60, ("spot", "A100"): 10})) == {
        ("acme", "partial_snapshot", DAY + timedelta(days=1))}  # fmt: skip
    assert faults(**looks(full, {("spot", "H100"): 50, ("spot", "A100"): 40})) == set()


def test_all_of_a_gpu_gone_is_a_vanished_product() -> None:
    full = {("spot", "H100"): 90, ("spot", "A100"): 3}
    gone = {("spot", "H100"): 90}
    assert faults(**looks(full, gone, gone)) == {("acme", "product_vanished", DAY + timedelta(days=1))}
    assert faults(**looks(gone, full, gone)) == set(), "what was there for one look had not been there"


def test_provider_dropped_by_its_source_has_vanished() -> None:
    found = faults(intermediate__source_days=days("acme", 0, 1, 2, 3) + days("other", 0, 1))
    assert found == {("other", "product_vanished", DAY + timedelta(days=2))}
    assert faults(intermediate__source_days=days("acme", 0, 1, 2, 3) + days("other", 1, 3)) == set()


def test_same_listing_for_half_a_year_is_stale() -> None:
    def found(*news: int) -> list[tuple[Any, ...]]:
        """Return stale stretches of eight scrapes, one every thirty days, with that many versions beginning at each."""
        at = [(n, DAY + timedelta(days=30 * n)) for n in range(len(news))]
        world: dict[str, Any] = {
            "intermediate__scrapes": [(n, "acme", "list", "https://acme", f"{d} 06:00:00+00", d, "ok") for n, d in at],
            "intermediate__scrape_counts": [(n, "spot", "H100", 5, begun) for n, begun in enumerate(news)],
        }
        with judged([], **world) as con:
            return con.execute("select date, date_to from intermediate.stale_sources").fetchall()

    assert found(5, 0, 0, 0, 0, 0, 0, 0) == [(DAY, DAY + timedelta(days=210))]
    assert found(5, 0, 0, 0, 1, 0, 0, 0) == []


OLD = run(first_on=DAY - timedelta(days=9), ended_on=DAY, instance="a100")


def renames(*runs: dict[str, Any]) -> list[tuple[Any, ...]]:
    with judged(list(runs)) as con:
        return con.execute(
            "select old_series_no, new_series_no, class, verdict from intermediate.renames order by all"
        ).fetchall()


def test_a_name_that_follows_another_at_its_price_is_an_alias() -> None:
    assert renames(OLD, run(series_no=2, instance="a100-40")) == [(1, 2, "renamed_sku", "alias")]
    assert renames(OLD, run(series_no=2, instance="a100-40", price=5)) == []
    assert renames(OLD | {"ended_on": None}, run(series_no=2, instance="a100-40")) == []


def test_two_names_that_follow_one_are_not_aliases() -> None:
    both = renames(OLD, run(series_no=2, instance="a100-40"), run(series_no=3, instance="a100-80"))
    assert both == [(1, 2, "renamed_sku", "flag"), (1, 3, "renamed_sku", "flag")]


def test_a_zone_that_follows_another_is_an_alias() -> None:
    spot = {"pricing_model": "spot", "instance": "x1"}
    old = OLD | spot | {"zone": "east-1a"}
    assert renames(old, run(series_no=2, zone="e1-az4", **spot)) == [(1, 2, "renamed_zone", "alias")]
